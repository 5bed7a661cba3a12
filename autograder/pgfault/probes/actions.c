// SPDX-License-Identifier: MIT
/*
 * What a target can do in one step.  A step is a word and its arguments; the table at the end
 * has all of them.  S is an area of the target, FIRST a page of it, N a number (of pages, mostly),
 * PAGES a list of pages.  pgfault/trace/steps.py says the same steps in words.
 */

#include <sys/resource.h>
#include <sys/shm.h>

#include "pgfault.h"

#define STRIDE (1UL << 28)
#define MOVED (1UL << 27)
#define WORDS 5
#define IMAGE 32
#define WRITABLE (PROT_READ | PROT_WRITE)

struct step {
	const char *words[WORDS];	/* its name and its arguments */
	long n[WORDS];			/* the same as numbers */
	char *area;			/* where S begins, if the first argument is one */
	const char *remaining;		/* the steps after it */
};

static char data[IMAGE * PAGE] __attribute__((aligned(PAGE))) = { 1 }; /* not all zero: in the file */
static char *old_break;

char *area(long slot)
{
	return (char *)strtoul(job_text("base"), NULL, 0) + slot * STRIDE;
}

static char *first(const struct step *step)
{
	return step->area + step->n[2] * PAGE;
}

/* Most steps are one call. */
#define ONE_CALL(name, what)					\
	static struct call name(const struct step *step)	\
	{							\
		(void)step;					\
		return what;					\
	}

ONE_CALL(map, map_pages(step->n[1], step->n[2], WRITABLE, MAP_PRIVATE | MAP_ANONYMOUS, -1))
ONE_CALL(shared, map_pages(step->n[1], step->n[2], WRITABLE, MAP_SHARED | MAP_ANONYMOUS, -1))
ONE_CALL(file, map_file(step->n[1], step->n[2]))
ONE_CALL(attach, map_segment(step->n[1], step->n[2]))
ONE_CALL(detach, call_result(shmdt(step->area)))
ONE_CALL(reserve, map_pages(step->n[1], step->n[2], PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1))
ONE_CALL(stripes, map_stripes(step->n[1], step->n[2]))
ONE_CALL(touch, write_pages(step->area, step->words[2]))
ONE_CALL(look, read_pages(step->area, step->words[2]))
ONE_CALL(fill, fill_pages(step->area, step->words[2]))
ONE_CALL(drain, drain_pages(step->area, step->words[2]))
ONE_CALL(touchrange, write_range(first(step), step->n[3]))
ONE_CALL(lookrange, read_range(first(step), step->n[3]))
ONE_CALL(image, write_pages(data, step->words[1]))
ONE_CALL(unmap, call_result(munmap(first(step), step->n[3] * PAGE)))
ONE_CALL(lock, call_result(mlock(first(step), step->n[3] * PAGE)))
ONE_CALL(discard, call_result(madvise(first(step), step->n[3] * PAGE, MADV_DONTNEED)))
ONE_CALL(heap, write_pages(old_break, step->words[1]))
ONE_CALL(stack, call_result(use_stack(step->n[1]) > 0 ? 0 : -1))
ONE_CALL(poke, child_poke(first(step), step->n[3]))
ONE_CALL(threadexec, target_thread_exec(step->remaining))
ONE_CALL(write1, history_write(getpid(), "1"))
ONE_CALL(overstack, stack_refused())
ONE_CALL(forks, child_fork())
ONE_CALL(hold, child_hold())
ONE_CALL(drop, child_drop())
ONE_CALL(spawn, child_spawn())
ONE_CALL(none, call_result(0))

static struct call protect(const struct step *step)
{
	const char *word = step->words[4];
	int protection = PROT_NONE;

	if (*word == 'r')
		protection = strcmp(word, "rw") ? PROT_READ : WRITABLE;
	return call_result(mprotect(first(step), step->n[3] * PAGE, protection));
}

static struct call resize(const struct step *step)
{
	void *place = mremap(step->area, step->n[2] * PAGE, step->n[3] * PAGE, 0);

	return call_result(place == MAP_FAILED ? -1 : 0);
}

static struct call move(const struct step *step)
{
	void *place = mremap(step->area, step->n[2] * PAGE, step->n[3] * PAGE,
			     MREMAP_MAYMOVE | MREMAP_FIXED, step->area + MOVED);

	return call_result(place == MAP_FAILED ? -1 : 0);
}

static struct call over(const struct step *step)
{
	void *fresh = mmap(first(step), step->n[3] * PAGE, WRITABLE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	return call_result(fresh == MAP_FAILED ? -1 : 0);
}

static struct call overfail(const struct step *step)
{
	struct rlimit old, none = { 0, RLIM_INFINITY };
	struct call call;

	getrlimit(RLIMIT_AS, &old);
	setrlimit(RLIMIT_AS, &none);
	call = over(step);
	setrlimit(RLIMIT_AS, &old);
	return call_result(call.error == ENOMEM ? 0 : -1);
}

static struct call change_break(const struct step *step)
{
	old_break = sbrk(step->n[1] * (long)PAGE);
	return call_result(old_break == (void *)-1 ? -1 : 0);
}

static struct call exec(const struct step *step)
{
	target_exec(step->remaining);
	return call_result(-1);
}

/* A directory is refused early, what is no program only after execve has begun in earnest. */
static struct call badexec(const struct step *step)
{
	const char *path = "/tmp/no-program";
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);

	(void)step;
	if (fd < 0 || write(fd, "\177ELF?", 5) != 5)
		give_up("%s: %m", path);
	close(fd);
	execl("/bin", "bin", NULL);
	return call_result(execl(path, path, NULL));
}

static struct call sleeps(const struct step *step)
{
	rest(strtod(step->words[1], NULL));
	return call_result(0);
}

static struct call exits(const struct step *step)
{
	_exit(step->n[1]);
}

static struct call signals(const struct step *step)
{
	raise(step->n[1]);
	return call_result(0);
}

static struct call crash(const struct step *step)
{
	(void)step;
	*(volatile char *)16 = 1;
	return call_result(0);
}

static const struct action {
	const char *name;
	const char *arguments;
	struct call (*run)(const struct step *step);
} actions[] = {
	{ "map", "S N", map },			/* private and anonymous */
	{ "shared", "S N", shared },		/* the same, shared */
	{ "file", "S N", file },		/* a new file, private */
	{ "attach", "S N", attach },		/* a new System V segment */
	{ "detach", "S", detach },		/* unmap it */
	{ "reserve", "S N", reserve },		/* without any permission */
	{ "stripes", "S N", stripes },		/* N regions of a page each, side by side */
	{ "touch", "S PAGES", touch },		/* write to pages, in this order */
	{ "look", "S PAGES", look },		/* read from them */
	{ "fill", "S PAGES", fill },		/* have the kernel write to them: read() from a pipe */
	{ "drain", "S PAGES", drain },		/* have the kernel read them: write() to a pipe */
	{ "unmap", "S FIRST N", unmap },
	{ "protect", "S FIRST N P", protect },	/* P is none, r or rw */
	{ "lock", "S FIRST N", lock },
	{ "resize", "S OLD NEW", resize },	/* mremap in place */
	{ "move", "S OLD NEW", move },		/* mremap to the area's other place */
	{ "discard", "S FIRST N", discard },	/* MADV_DONTNEED: the next touch faults again */
	{ "over", "S FIRST N", over },		/* a fresh mapping with MAP_FIXED */
	{ "overfail", "S FIRST N", overfail },	/* the same, beyond RLIMIT_AS: it fails */
	{ "brk", "N", change_break },		/* sbrk(N pages) */
	{ "heap", "PAGES", heap },		/* write to pages of what the last brk added */
	{ "image", "PAGES", image },		/* write to pages of the program's own data */
	{ "stack", "N", stack },		/* a call chain that uses N pages of stack */
	{ "overstack", "", overstack },		/* one that RLIMIT_STACK does not allow: SIGSEGV, handled */
	{ "touchrange", "S FIRST N", touchrange },	/* write to N pages, one after another */
	{ "lookrange", "S FIRST N", lookrange },	/* read from them: so many as memory has no room for */
	{ "fork", "", forks },			/* a child that touches memory and exits, is reaped */
	{ "hold", "", hold },			/* a child that lives on ... */
	{ "drop", "", drop },			/* ... to here */
	{ "poke", "S FIRST N", poke },		/* write to pages of a child, through its /proc/PID/mem */
	{ "spawn", "", spawn },			/* a vfork child that runs a program */
	{ "exec", "", exec },			/* of this program, which takes the remaining steps */
	{ "threadexec", "", threadexec },	/* the same, called by a second thread */
	{ "badexec", "", badexec },		/* one that fails */
	{ "write1", "", write1 },		/* write "1" to the own pgfault_history */
	{ "pause", "SECONDS", sleeps },		/* sleep */
	{ "exit", "N", exits },
	{ "signal", "N", signals },
	{ "crash", "", crash },
	{ "none", "", none },			/* nothing */
};

static int words_in(const char *text)
{
	int count = *text != 0;

	while (*text)
		count += *text++ == ' ';
	return count;
}

struct call action_run(const char *text, const char *remaining)
{
	static char words[WORDS][3072];
	struct step step = { .remaining = remaining };
	int given;

	memset(words, 0, sizeof(words));
	given = sscanf(text, "%3071s %3071s %3071s %3071s %3071s",
		       words[0], words[1], words[2], words[3], words[4]);
	for (int i = 0; i < WORDS; i++) {
		step.words[i] = words[i];
		step.n[i] = strtol(words[i], NULL, 0);
	}
	step.area = area(step.n[1]);
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		if (!strcmp(words[0], actions[i].name) &&
		    given == 1 + words_in(actions[i].arguments))
			return actions[i].run(&step);
	broken("there is no step '%s' with %d arguments", words[0], given - 1);
}
