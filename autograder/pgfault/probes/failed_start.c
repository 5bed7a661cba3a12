// SPDX-License-Identifier: MIT
/*
 * Opening the file and starting a trace while allocations fail: first the first one, then the
 * second, and so on until that succeeds.  After each failure the process must be as before.
 */

#include "pgfault.h"

#define MOST 200
#define ROUNDS 5	/* a single lost object may look as if something still pointed to it */

static void set(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		broken("fault injection: %s: %m", path);
	close(fd);
}

static void fail_nth(int fd, int nth)
{
	char text[16];

	if (pwrite(fd, text, snprintf(text, sizeof(text), "%d", nth), 0) < 0)
		give_up("fail-nth: %m");
}

/* What a read answers; 0 where it sleeps. */
static struct call first_read(int history)
{
	struct reader reader = reader_new(history, 65536);
	struct call answer = { 0 };

	settle();
	if (reader.seen->reads)
		answer = (struct call){ reader.seen->log[0].ret, reader.seen->log[0].error };
	kill(reader.pid, SIGKILL);
	waitpid(reader.pid, NULL, 0);
	munmap(reader.seen, sizeof(*reader.seen));
	return answer;
}

/*
 * Likewise for the first open of a process's file: another process each time.  The kernel knows
 * the file's name already, so that few allocations are not the submission's.
 */
static void fail_opens(int injection)
{
	bool over = false;

	for (int nth = 1; nth <= MOST && !over; nth++) {
		pid_t pid = fork();
		char left[16] = "";
		int history, name;

		if (pid == 0) {
			pause();
			_exit(0);
		}
		name = history_open(pid, O_PATH);
		fail_nth(injection, nth);
		history = history_try(pid, O_RDWR);
		if (pread(injection, left, sizeof(left) - 1, 0) < 0)
			give_up("fail-nth: %m");
		fail_nth(injection, 0);
		note("open", "nth=%d ret=%d", nth, history);
		over = history >= 0 && atoi(left);
		if (history >= 0)
			close(history);
		close(name);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

/* Fails the first allocation of a start, then the second ... until a start has fewer. */
static void fail_each(pid_t pid, int injection)
{
	for (int nth = 1; nth <= MOST; nth++) {
		int history = history_open(pid, O_RDWR);
		struct call start, after;
		char left[16] = "";

		fail_nth(injection, nth);
		start = call_result(write(history, "1", 1));
		if (pread(injection, left, sizeof(left) - 1, 0) < 0)
			give_up("fail-nth: %m");
		fail_nth(injection, 0);
		if (start.ret == 1 && atoi(left)) {
			close(history);
			return;
		}
		after = first_read(history);
		note("try", "nth=%d ret=%ld errno=%d after_ret=%ld after_errno=%d", nth, start.ret,
		     start.error, after.ret, after.error);
		close(history);
		if (start.ret == 1)
			history_write(pid, "0");
	}
	trace_start(pid);
}

PROBE(failed_start)
{
	struct target target = target_new("map 0 64;touch 0 1,2,3");
	int injection = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	struct reader reader;

	set("/sys/kernel/debug/failslab/ignore-gfp-wait", "N");
	set("/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N");
	set("/sys/kernel/debug/fail_page_alloc/min-order", "0");
	set("/sys/kernel/debug/failslab/verbose", "0");
	set("/sys/kernel/debug/fail_page_alloc/verbose", "0");
	for (int round = 0; round < ROUNDS; round++)
		fail_opens(injection);
	target_step(&target);
	for (int round = 0; round < ROUNDS; round++) {
		if (round)
			history_write(target.pid, "0");
		fail_each(target.pid, injection);
	}
	target_step(&target);
	reader = reader_of(target.pid);
	settle();
	reader_note(&reader, "reader");
	target_end(&target);
}
