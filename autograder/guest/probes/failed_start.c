// SPDX-License-Identifier: MIT
/*
 * Starting a trace while allocations fail: first the first one, then the second, and so
 * on until the start succeeds.  After each failure the process must be as before.
 */

#include "probe.h"

#define MOST 200

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

PROBE(failed_start)
{
	struct target target = target_new("map 0 64;touch 0 1,2,3");
	int nth, injection = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	struct call start = { 0 }, after = { 0 };
	struct reader reader;
	int history;

	set("/sys/kernel/debug/failslab/ignore-gfp-wait", "N");
	set("/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N");
	set("/sys/kernel/debug/fail_page_alloc/min-order", "0");
	set("/sys/kernel/debug/failslab/verbose", "0");
	set("/sys/kernel/debug/fail_page_alloc/verbose", "0");
	target_step(&target);
	for (nth = 1; nth <= MOST; nth++) {
		char left[16] = "";

		history = history_open(target.pid, O_RDWR);
		fail_nth(injection, nth);
		start = call_result(write(history, "1", 1));
		if (pread(injection, left, sizeof(left) - 1, 0) < 0)
			give_up("fail-nth: %m");
		fail_nth(injection, 0);
		if (start.ret == 1 && atoi(left))
			break;	/* fewer than nth allocations: none has failed */
		after = first_read(history);
		note("try", "nth=%d ret=%ld errno=%d after_ret=%ld after_errno=%d", nth, start.ret,
		     start.error, after.ret, after.error);
		close(history);
		if (start.ret == 1)
			history_write(target.pid, "0");
	}
	note("tries", "failed=%d", nth - 1);
	if (nth > MOST)
		trace_start(target.pid);
	target_step(&target);
	reader = reader_of(target.pid);
	settle();
	reader_note(&reader, "reader");
	target_end(&target);
}
