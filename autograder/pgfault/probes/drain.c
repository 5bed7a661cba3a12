// SPDX-License-Identifier: MIT
/*
 * A process takes steps while nobody reads ("unread" of them); then its trace is read with a
 * buffer of the job's size, then it faults again on others.  Up to six places where a
 * call ended are tried as the end of a trace.
 */

#include "pgfault.h"

PROBE(drain)
{
	struct target target = target_new(job_text("steps"));
	struct reader reader;
	char label[32];
	long reads;
	int history;

	target_step(&target);
	trace_start(target.pid);
	for (long i = 0; i < job_number("unread"); i++)
		target_step(&target);
	history = history_open(target.pid, O_RDONLY);
	reader = reader_new(history, job_number("buffer"));
	settle();
	reads = reader.seen->reads;
	note("drained", "reads=%ld bytes=%ld", reads, reader.seen->bytes);
	target_step(&target);
	settle();
	reader_note(&reader, "reader");
	for (int i = 1; i <= 6 && reads > 6; i++) {
		struct read_call *call = &reader.seen->log[reads * i / 7 % READS];

		snprintf(label, sizeof(label), "events.%d", i);
		tool_prefix_events(label, reader.path, call->offset);
	}
	tool_events("events", reader.path);
}
