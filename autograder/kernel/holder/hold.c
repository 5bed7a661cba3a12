// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hold one task at one instruction, for some milliseconds in which all other tasks run; and
 * tell which instructions any task has come to.
 *
 * One processor and virtual time make every run the same, and so no race ever shows.  A task
 * that is put to sleep at an instruction of the code under test lets the others in exactly
 * there: a race shows, and shows again.
 *
 * The instruction is replaced by a breakpoint (int3).  The task that meets it returns from
 * the signal to hold_entry, which sleeps and then goes on at the instruction.
 *
 * /sys/kernel/debug/hold/control takes lines:
 *	place ADDRESS		an instruction; the addresses must ascend
 *	watch PID		from now on note which places this task reaches, in order
 *	hold PID ADDRESS MS N	hold this task when it can be held there for the Nth time,
 *				from 0; the instruction need not be a place
 *	cover			from now on note which places anybody reaches, none twice
 *	mark TEXT		write a line into the kernel's log
 *	off			neither watch, nor hold, nor cover
 * and answers "held N refused M": how often it held since the last "watch" or "hold", and
 * how often the task was at the place but must not sleep.
 * /sys/kernel/debug/hold/reached: "ADDRESS CAN" in the order in which the watched task came
 * to them; CAN is 1 where it may sleep.
 * /sys/kernel/debug/hold/covered: the address of each place that anybody came to, in order,
 * since the boot.  Its offsets count addresses: who has read N of them goes on at N.
 *
 * The handler of the breakpoint's signal must not come to a place itself, for the signal is
 * blocked there.  So it calls nothing outside arch/um, which no submission patches.
 */

#include <linux/debugfs.h>
#include <linux/hrtimer.h>
#include <linux/init.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <hold.h>
#include <os.h>

#define MOST_PLACES	16384
#define BREAKPOINT	0xcc
#define TRAP_FLAG	0x100	/* one instruction, then a signal */
#define RED_ZONE	128	/* bytes below the stack pointer that are in use */

struct place {
	unsigned long address;
	u8 byte;		/* what the breakpoint stands for */
	bool set;
	bool can;		/* the watched task may sleep here */
	bool covered;		/* somebody came here */
};

static struct place places[MOST_PLACES];
static unsigned int place_count;
static struct place *reached[MOST_PLACES];
static unsigned int reached_count;
static struct place *covered[MOST_PLACES];
static unsigned int covered_count;

static bool covering;
static pid_t watched, victim;
static struct place *held_at;
static unsigned int held_ms, held, refused, passes;
static struct place elsewhere;		/* outside the code under test: a way into the kernel */
static struct place *stepped_over;	/* to be set again after one instruction */

void hold_now(void);
void hold_entry(void);

static struct place *find(unsigned long address)
{
	unsigned int low = 0, high = place_count;

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (places[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < place_count && places[low].address == address)
		return &places[low];
	return address == elsewhere.address ? &elsewhere : NULL;
}

static void set_breakpoint(struct place *place, bool set)
{
	*(u8 *)place->address = set ? BREAKPOINT : place->byte;
	place->set = set;
}

/* Whether the current task may sleep here without any code being able to tell. */
static bool may_sleep_here(void)
{
	return !preempt_count() && !irqs_disabled() && !rcu_preempt_depth() &&
	       task_is_running(current) && !current->exit_state && current->pid &&
	       !(current->flags & PF_KTHREAD);
}

/* The victim is here, at its instruction, in its own context: it may sleep. */
void hold_now(void)
{
	ktime_t until = ktime_add_ms(ktime_get(), held_ms);

	held++;
	pr_info("hold: %s/%d is held\n", current->comm, current->pid);
	do {
		ktime_t expires = until;

		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule_hrtimeout(&expires, HRTIMER_MODE_ABS);
	} while (ktime_before(ktime_get(), until));
	__set_current_state(TASK_RUNNING);
	pr_info("hold: %s/%d goes on\n", current->comm, current->pid);
}

/* Calls hold_now() with all registers kept, then goes on at the address on the stack. */
asm(".text\n"
    "hold_entry:\n"
    "	pushfq; push %rax; push %rcx; push %rdx; push %rsi; push %rdi; push %r8; push %r9\n"
    "	push %r10; push %r11; push %rbp; push %rbx\n"
    "	mov %rsp, %rbx; and $-16, %rsp; cld\n"
    "	movabs $hold_now, %rax; call *%rax; mov %rbx, %rsp\n"
    "	pop %rbx; pop %rbp; pop %r11; pop %r10; pop %r9; pop %r8; pop %rdi; pop %rsi; pop %rdx\n"
    "	pop %rcx; pop %rax; popfq; ret $128\n");

static void step_over(struct place *place, long long *flags)
{
	set_breakpoint(place, false);
	stepped_over = place;
	*flags |= TRAP_FLAG;
}

int hold_trap(long long *rip, long long *rsp, long long *flags)
{
	struct place *place = stepped_over;

	if (place) {
		stepped_over = NULL;
		*flags &= ~TRAP_FLAG;
		if (watched || place == held_at)
			set_breakpoint(place, true);
		return 1;
	}
	place = find(*rip - 1);
	if (!place || !place->set)
		return 0;
	*rip -= 1;
	if (!place->covered) {
		place->covered = true;
		covered[covered_count++] = place;
	}
	if (covering) {
		set_breakpoint(place, false);
	} else if (watched && current->pid == watched) {
		/* The first time tells enough. */
		set_breakpoint(place, false);
		place->can = may_sleep_here();
		reached[reached_count++] = place;
	} else if (!watched && place == held_at && current->pid == victim && !may_sleep_here()) {
		refused++;
		step_over(place, flags);
	} else if (!watched && place == held_at && current->pid == victim && passes) {
		passes--;
		step_over(place, flags);
	} else if (!watched && place == held_at && current->pid == victim) {
		set_breakpoint(place, false);
		held_at = NULL;
		*rsp -= RED_ZONE + sizeof(long);
		*(unsigned long *)*rsp = place->address;
		*rip = (unsigned long)hold_entry;
	} else {
		step_over(place, flags);
	}
	return 1;
}

static void all_off(void)
{
	covering = false;
	watched = 0;
	victim = 0;
	held_at = NULL;
	for (unsigned int i = 0; i < place_count; i++)
		if (places[i].set)
			set_breakpoint(&places[i], false);
	if (elsewhere.set)
		set_breakpoint(&elsewhere, false);
}

static int prepare(struct place *place, unsigned long address)
{
	if (os_protect_memory((void *)(address & PAGE_MASK), PAGE_SIZE, 1, 1, 1))
		return -EACCES;
	*place = (struct place){ .address = address, .byte = *(u8 *)address };
	return 0;
}

static int add_place(unsigned long address)
{
	struct place *place = &places[place_count];

	if (place_count == MOST_PLACES)
		return -ENOSPC;
	if (place_count && place[-1].address >= address)
		return -EINVAL;
	if (prepare(place, address))
		return -EACCES;
	place_count++;
	return 0;
}

static void watch(pid_t pid)
{
	all_off();
	held = 0;
	refused = 0;
	reached_count = 0;
	watched = pid;
	for (unsigned int i = 0; i < place_count; i++)
		set_breakpoint(&places[i], true);
}

static int hold(pid_t pid, unsigned long address, unsigned int ms, unsigned int before)
{
	all_off();
	held = 0;
	refused = 0;
	held_at = find(address);
	if (!held_at) {
		if (prepare(&elsewhere, address))
			return -EACCES;
		elsewhere.covered = true;	/* it is nobody's line */
		held_at = &elsewhere;
	}
	victim = pid;
	held_ms = ms;
	passes = before;
	set_breakpoint(held_at, true);
	return 0;
}

static void cover(void)
{
	all_off();
	covering = true;
	for (unsigned int i = 0; i < place_count; i++)
		if (!places[i].covered)
			set_breakpoint(&places[i], true);
}

static int command(const char *line)
{
	unsigned long address;
	unsigned int ms, before;
	pid_t pid;

	if (!*line)
		return 0;
	if (sscanf(line, "place %lx", &address) == 1)
		return add_place(address);
	if (sscanf(line, "hold %d %lx %u %u", &pid, &address, &ms, &before) == 4)
		return hold(pid, address, ms, before);
	if (sscanf(line, "watch %d", &pid) == 1)
		watch(pid);
	else if (!strcmp(line, "cover"))
		cover();
	else if (!strncmp(line, "mark ", 5))
		pr_info("hold: mark %s\n", line + 5);
	else if (!strcmp(line, "off"))
		all_off();
	else
		return -EINVAL;
	return 0;
}

static ssize_t control_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	char *text, *rest, *line;
	int err = 0;

	if (count > SZ_1M)
		return -EINVAL;
	text = memdup_user_nul(buf, count);
	if (IS_ERR(text))
		return PTR_ERR(text);
	rest = text;
	while (!err && (line = strsep(&rest, "\n")))
		err = command(line);
	kfree(text);
	return err ?: count;
}

static ssize_t control_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	char text[64];
	int size = scnprintf(text, sizeof(text), "held %u refused %u\n", held, refused);

	return simple_read_from_buffer(buf, count, pos, text, size);
}

static const struct file_operations control_fops = {
	.open = simple_open,
	.read = control_read,
	.write = control_write,
};

static int reached_show(struct seq_file *seq, void *unused)
{
	for (unsigned int i = 0; i < reached_count; i++)
		seq_printf(seq, "%lx %d\n", reached[i]->address, reached[i]->can);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(reached);

static ssize_t covered_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	char text[512];
	size_t room = min(count, sizeof(text)), size = 0;
	loff_t next = *pos;

	while (next < covered_count && room - size > 2 * sizeof(long) + 1)
		size += sprintf(text + size, "%lx\n", covered[next++]->address);
	if (copy_to_user(buf, text, size))
		return -EFAULT;
	*pos = next;
	return size;
}

static const struct file_operations covered_fops = {
	.open = simple_open,
	.read = covered_read,
};

/*
 * Interrupts take the tasklist_lock, to send a signal to a group, but none does here.  lockdep
 * has to see it once, or it would not tell who takes another lock under the tasklist_lock that
 * interrupts may not meet.
 */
static enum hrtimer_restart take_tasklist_lock(struct hrtimer *timer)
{
	read_lock(&tasklist_lock);
	read_unlock(&tasklist_lock);
	return HRTIMER_NORESTART;
}

static int __init hold_init(void)
{
	static struct hrtimer timer;
	struct dentry *folder = debugfs_create_dir("hold", NULL);

	debugfs_create_file("control", 0600, folder, NULL, &control_fops);
	debugfs_create_file("reached", 0400, folder, NULL, &reached_fops);
	debugfs_create_file("covered", 0400, folder, NULL, &covered_fops);
	hrtimer_setup(&timer, take_tasklist_lock, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	hrtimer_start(&timer, NSEC_PER_MSEC, HRTIMER_MODE_REL);
	return 0;
}
late_initcall(hold_init);
