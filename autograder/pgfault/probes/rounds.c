// SPDX-License-Identifier: MIT
/*
 * Over and over a process faults, and as many records are read as have come: the trace goes
 * round its buffer and is never empty.  What a record takes is measured before, on "first"
 * faults; "ahead" more keep the buffer filled, then come "rounds" times "each".
 */

#include "pgfault.h"

#define AT_A_TIME 10	/* records in a call, about */

PROBE(rounds)
{
	struct target target = target_new(job_text("steps"));
	int out = open("/tmp/all", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct reader first, last;
	double record;
	long start;
	int history;

	target_step(&target);
	trace_start(target.pid);
	first = reader_of(target.pid);
	settle();
	start = first.seen->bytes;
	target_step(&target);
	settle();
	record = (double)(first.seen->bytes - start) / job_number("first");
	if (record <= 0)
		give_up("the reader got no bytes for %ld faults", job_number("first"));
	kill(first.pid, SIGKILL);
	waitpid(first.pid, NULL, 0);
	trace_append(out, first.path);
	history = history_open(target.pid, O_RDONLY);
	target_step(&target);
	for (long i = 0, taken = 0; i < job_number("rounds"); i++) {
		target_step(&target);
		while (taken < record * job_number("each") * (i + 1))
			taken += trace_read(history, out, record * AT_A_TIME);
	}
	last = reader_new(history, 65536);
	settle();
	trace_append(out, last.path);
	tool_events("events", "/tmp/all");
}
