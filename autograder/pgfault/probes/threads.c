// SPDX-License-Identifier: MIT
/*
 * A traced process with several threads: each faults on pages of its own, then they end
 * in the job's order (numbers of threads; 0 is the first thread).  After each end: does
 * the reader still wait?
 */

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "pgfault.h"

#define MOST 8

static int to_thread[MOST][2], from_thread[2];

static void *body(void *argument)
{
	long number = (long)argument;
	char byte = number;
	long pages = job_number("pages");

	for (int round = 0; round < 2; round++) {
		if (read(to_thread[number][0], &byte, 1) != 1)
			_exit(73);
		for (long page = 0; page < pages; page++)
			((volatile char *)area(number))[(round * pages + page) * PAGE] = 1;
		if (!round)	/* a region that the thread adds itself */
			mmap(area(number) + 128 * PAGE, 3 * PAGE, PROT_READ,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		byte = number;
		if (write(from_thread[1], &byte, 1) != 1)
			_exit(74);
	}
	if (read(to_thread[number][0], &byte, 1) != 1)
		_exit(73);
	syscall(SYS_exit, 0);
	return NULL;
}

static void run_threads(long threads)
{
	pthread_t thread;

	for (long i = 0; i < threads; i++)
		mmap(area(i), 64 * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	for (long i = 1; i < threads; i++)
		if (pthread_create(&thread, NULL, body, (void *)i))
			_exit(75);
	body((void *)0);
}

static void let(long thread)
{
	char byte = 0;

	if (write(to_thread[thread][1], &byte, 1) != 1)
		give_up("a thread's pipe: %m");
}

static void let_and_wait(long thread)
{
	char byte;

	let(thread);
	if (read(from_thread[0], &byte, 1) != 1)
		give_up("the traced process ended before its threads had done all of their steps");
}

PROBE(threads)
{
	long threads = job_number("threads"), order[MOST];
	size_t count = job_list("order", order, MOST);
	struct reader reader;
	pid_t pid;

	for (long i = 0; i < threads; i++)
		if (pipe(to_thread[i]))
			give_up("pipe: %m");
	if (pipe(from_thread))
		give_up("pipe: %m");
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_NAME, job_text("name"));
		run_threads(threads);
	}
	settle();
	trace_start(pid);
	reader = reader_of(pid);
	settle();
	for (long i = 0; i < threads; i++)
		let_and_wait(i);
	settle();
	for (size_t i = 0; i < count; i++) {
		note("before_end", "thread=%ld done=%d state=%c reads=%ld", order[i],
		     reader_is_done(&reader), proc_state(reader.pid), reader.seen->reads);
		let_and_wait(order[i]);
		settle();
		let(order[i]);
		settle();
		note("after_end", "thread=%ld done=%d state=%c", order[i], reader_is_done(&reader),
		     proc_state(reader.pid));
	}
	await_state(pid, 'Z');
	note("whole_process", "state=%c", proc_state(pid));
	waitpid(pid, NULL, 0);
	settle();
	reader_note(&reader, "reader");
	tool_events("events", reader.path);
}
