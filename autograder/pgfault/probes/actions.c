// SPDX-License-Identifier: MIT
/*
 * What a target can do in one step.  A step is a word and its arguments:
 *
 *	map S N			map area S: N pages, private, anonymous
 *	shared S N		the same, shared
 *	file S N		map N pages of a new file, private
 *	attach S N		map a new System V segment of N pages
 *	detach S		unmap it
 *	reserve S N		map N pages without any permission
 *	stripes S N		N regions of a page each, side by side
 *	touch S PAGES		write to pages of area S, in this order
 *	look S PAGES		read from them
 *	fill S PAGES		have the kernel write to them: read() from a pipe
 *	drain S PAGES		have the kernel read them: write() to a pipe
 *	unmap S FIRST N		munmap
 *	protect S FIRST N P	mprotect; P is none, r or rw
 *	lock S FIRST N		mlock
 *	resize S OLD NEW	mremap in place
 *	move S OLD NEW		mremap to the area's other place
 *	discard S FIRST N	madvise(MADV_DONTNEED): the next touch faults again
 *	over S FIRST N		mmap a fresh mapping with MAP_FIXED
 *	overfail S FIRST N	the same, beyond RLIMIT_AS: it fails
 *	brk N			sbrk(N pages)
 *	heap PAGES		write to pages of what the last brk added
 *	image PAGES		write to pages of the program's own data
 *	stack N			a call chain that uses N pages of stack
 *	overstack		one that RLIMIT_STACK does not allow: SIGSEGV, handled
 *	touchrange S FIRST N	write to N pages, one after another
 *	lookrange S FIRST N	read from them: so many as memory has no room for
 *	fork			a child that touches memory and exits, is reaped
 *	hold, drop		a child that lives on from hold to drop
 *	poke S FIRST N		write to pages of a child, through its /proc/PID/mem
 *	spawn			a vfork child that runs a program
 *	exec			execve of this program, which takes the remaining steps
 *	threadexec		the same, called by a second thread
 *	badexec			execve that fails
 *	write1			write "1" to the own pgfault_history
 *	pause SECONDS		sleep
 *	exit N, signal N, crash	end
 *	none			nothing
 */

#include <sched.h>
#include <sys/resource.h>
#include <sys/shm.h>

#include "pgfault.h"

#define STRIDE (1UL << 28)
#define MOVED (1UL << 27)
#define WORDS 5
#define PAGES 4096
#define IMAGE 32

static char image[IMAGE * PAGE] __attribute__((aligned(PAGE))) = { 1 }; /* not all zero: in the file */

char *area(long slot)
{
	return (char *)strtoul(job_text("base"), NULL, 0) + slot * STRIDE;
}

/* One byte of a page moves through a pipe, by the kernel's hand. */
static long through_pipe(char *place, bool to_page)
{
	char byte = 1;
	int ends[2];
	long moved;

	if (pipe(ends))
		return -1;
	if (to_page)
		moved = write(ends[1], &byte, 1) == 1 ? read(ends[0], place, 1) : -1;
	else
		moved = write(ends[1], place, 1);
	close(ends[0]);
	close(ends[1]);
	return moved;
}

static struct call each_page(const char *what, char *base, const char *list)
{
	static volatile char sink;
	static long pages[PAGES];
	size_t count = 0;
	char *end;

	while (*list && count < PAGES) {
		pages[count++] = strtol(list, &end, 0);
		list = *end ? end + 1 : end;
	}
	for (size_t i = 0; i < count; i++) {
		char *place = base + pages[i] * (long)PAGE;

		if (what[0] == 't')
			*(volatile char *)place = 1;
		else if (what[0] == 'l')
			sink = *(volatile char *)place;
		else if (through_pipe(place, what[0] == 'f') != 1)
			return call_result(-1);
	}
	(void)sink;
	return call_result(0);
}

static struct call fresh_over(char *place, long pages)
{
	void *fresh = mmap(place, pages * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	return call_result(fresh == MAP_FAILED ? -1 : 0);
}

static struct call failing_over(char *place, long pages)
{
	struct rlimit old, none = { 0, RLIM_INFINITY };
	struct call call;

	getrlimit(RLIMIT_AS, &old);
	setrlimit(RLIMIT_AS, &none);
	call = fresh_over(place, pages);
	setrlimit(RLIMIT_AS, &old);
	return call_result(call.error == ENOMEM ? 0 : -1);
}

static int protection(const char *word)
{
	if (!strcmp(word, "rw"))
		return PROT_READ | PROT_WRITE;
	return strcmp(word, "r") ? PROT_NONE : PROT_READ;
}

static char *old_break;

static struct call move_break(long pages)
{
	old_break = sbrk(pages * (long)PAGE);
	return call_result(old_break == (void *)-1 ? -1 : 0);
}

static struct call remap(char *from, long old, long new, char *to)
{
	void *place = to ? mremap(from, old * PAGE, new * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to)
			 : mremap(from, old * PAGE, new * PAGE, 0);

	return call_result(place == MAP_FAILED ? -1 : 0);
}

/* A directory is refused early, what is no program only after execve has begun in earnest. */
static struct call bad_exec(void)
{
	const char *path = "/tmp/no-program";
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);

	if (fd < 0 || write(fd, "\177ELF?", 5) != 5)
		give_up("%s: %m", path);
	close(fd);
	execl("/bin", "bin", NULL);
	return call_result(execl(path, path, NULL));
}

struct call action_run(const char *step, const char *remaining)
{
	static char words[WORDS][3072];
	long n[WORDS] = { 0 };
	const char *what = words[0];
	char *base;

	memset(words, 0, sizeof(words));
	sscanf(step, "%3071s %3071s %3071s %3071s %3071s",
	       words[0], words[1], words[2], words[3], words[4]);
	for (int i = 1; i < WORDS; i++)
		n[i] = strtol(words[i], NULL, 0);
	base = area(n[1]);

	if (!strcmp(what, "map"))
		return map_pages(n[1], n[2], PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if (!strcmp(what, "shared"))
		return map_pages(n[1], n[2], PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1);
	if (!strcmp(what, "attach"))
		return map_segment(n[1], n[2]);
	if (!strcmp(what, "detach"))
		return call_result(shmdt(base));
	if (!strcmp(what, "reserve"))
		return map_pages(n[1], n[2], PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if (!strcmp(what, "file"))
		return map_file(n[1], n[2]);
	if (!strcmp(what, "stripes"))
		return map_stripes(n[1], n[2]);
	if (!strcmp(what, "touchrange")) {
		for (long page = n[2]; page < n[2] + n[3]; page++)
			((volatile char *)base)[page * PAGE] = 1;
		return call_result(0);
	}
	if (!strcmp(what, "lookrange")) {
		for (long page = n[2]; page < n[2] + n[3]; page++)
			(void)((volatile char *)base)[page * PAGE];
		return call_result(0);
	}
	if (!strcmp(what, "touch") || !strcmp(what, "look") || !strcmp(what, "fill") ||
	    !strcmp(what, "drain"))
		return each_page(what, base, words[2]);
	if (!strcmp(what, "unmap"))
		return call_result(munmap(base + n[2] * PAGE, n[3] * PAGE));
	if (!strcmp(what, "protect"))
		return call_result(mprotect(base + n[2] * PAGE, n[3] * PAGE, protection(words[4])));
	if (!strcmp(what, "lock"))
		return call_result(mlock(base + n[2] * PAGE, n[3] * PAGE));
	if (!strcmp(what, "discard"))
		return call_result(madvise(base + n[2] * PAGE, n[3] * PAGE, MADV_DONTNEED));
	if (!strcmp(what, "resize"))
		return remap(base, n[2], n[3], NULL);
	if (!strcmp(what, "move"))
		return remap(base, n[2], n[3], base + MOVED);
	if (!strcmp(what, "over"))
		return fresh_over(base + n[2] * PAGE, n[3]);
	if (!strcmp(what, "overfail"))
		return failing_over(base + n[2] * PAGE, n[3]);
	if (!strcmp(what, "brk"))
		return move_break(n[1]);
	if (!strcmp(what, "heap"))
		return each_page("touch", old_break, words[1]);
	if (!strcmp(what, "image"))
		return each_page("touch", image, words[1]);
	if (!strcmp(what, "stack"))
		return call_result(use_stack(n[1]) > 0 ? 0 : -1);
	if (!strcmp(what, "overstack"))
		return stack_refused();
	if (!strcmp(what, "fork"))
		return child_fork();
	if (!strcmp(what, "hold"))
		return child_hold();
	if (!strcmp(what, "drop"))
		return child_drop();
	if (!strcmp(what, "poke"))
		return child_poke(base + n[2] * PAGE, n[3]);
	if (!strcmp(what, "spawn"))
		return child_spawn();
	if (!strcmp(what, "exec")) {
		target_exec(remaining);
		return call_result(-1);
	}
	if (!strcmp(what, "threadexec"))
		return target_thread_exec(remaining);
	if (!strcmp(what, "badexec"))
		return bad_exec();
	if (!strcmp(what, "write1"))
		return history_write(getpid(), "1");
	if (!strcmp(what, "pause"))
		rest(strtod(words[1], NULL));
	if (!strcmp(what, "exit"))
		_exit(n[1]);
	if (!strcmp(what, "signal"))
		raise(n[1]);
	if (!strcmp(what, "crash"))
		*(volatile char *)16 = 1;
	return call_result(0);
}
