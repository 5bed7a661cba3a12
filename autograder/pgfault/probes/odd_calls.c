// SPDX-License-Identifier: MIT
/*
 * Calls for which the assignment says only that they do no harm: poll at each stage of a
 * process's life, starting and stopping the trace of one that has exited, and opening the
 * file of one that was reaped.  Another process is traced afterwards.
 */

#include <poll.h>

#include "pgfault.h"

static void look(int history, const char *when, int ms)
{
	struct pollfd file = { .fd = history, .events = POLLIN | POLLOUT };
	struct call call = call_result(poll(&file, 1, ms));

	note("poll", "when=%s ret=%ld events=%x", when, call.ret, file.revents);
}

static void write_both(int history, const char *when)
{
	for (const char *text = "10"; *text; text++) {
		struct call call = call_result(write(history, text, 1));

		note("late_write", "when=%s text=%c ret=%ld errno=%d", when, *text, call.ret,
		     call.error);
	}
}

/* What the descriptor stands for is opened, without a look at the name of the process. */
static void open_again(int place)
{
	char path[64];
	int again;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", place);
	again = open(path, O_RDWR | O_CLOEXEC);
	note_call("opened_again", call_result(again));
	if (again < 0)
		return;
	look(again, "opened_again", 0);
	close(again);
}

static void trace_another(void)
{
	struct target target = target_new("map 0 64;touch 0 1,2,3");
	struct reader reader;

	target_step(&target);
	trace_start(target.pid);
	target_step(&target);
	reader = reader_of(target.pid);
	settle();
	reader_note(&reader, "reader");
	target_end(&target);
}

PROBE(odd_calls)
{
	struct target target = target_new("map 0 64;touch 0 1,2,3");
	int history, place, status;
	struct reader reader;

	target_step(&target);
	history = history_open(target.pid, O_RDWR);
	place = history_open(target.pid, O_PATH);
	look(history, "untraced", 100);
	trace_start(target.pid);
	look(history, "traced", 100);
	target_step(&target);
	reader = reader_of(target.pid);
	settle();
	look(history, "drained", 100);
	kill(reader.pid, SIGKILL);
	waitpid(reader.pid, NULL, 0);
	target_release(&target);
	await_state(target.pid, 'Z');
	look(history, "zombie", 100);
	write_both(history, "zombie");
	look(history, "after_late_writes", 100);
	waitpid(target.pid, &status, 0);
	look(history, "reaped", 100);
	write_both(history, "reaped");
	open_again(place);
	close(history);
	close(place);
	trace_another();
}
