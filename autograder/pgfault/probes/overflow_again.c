// SPDX-License-Identifier: MIT
/*
 * A trace overflows, is read, and overflows once more; then three quarters of it are read
 * before the process faults again.
 */

#include "pgfault.h"

PROBE(overflow_again)
{
	struct target target = target_new(job_text("steps"));
	int out = open("/tmp/all", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct reader first, last;
	int history;

	target_step(&target);
	trace_start(target.pid);
	target_step(&target);
	first = reader_of(target.pid);
	settle();
	kill(first.pid, SIGKILL);
	waitpid(first.pid, NULL, 0);
	trace_append(out, first.path);
	target_step(&target);
	history = history_open(target.pid, O_RDONLY);
	for (long taken = 0; taken < first.seen->bytes * 3 / 4;)
		taken += trace_read(history, out, 4096);
	target_step(&target);
	last = reader_new(history, 65536);
	settle();
	trace_append(out, last.path);
	tool_events("events", "/tmp/all");
}
