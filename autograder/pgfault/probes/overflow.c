// SPDX-License-Identifier: MIT
/*
 * A traced process faults on more pages than any buffer has room for while nobody reads;
 * then its trace is read, and it faults again.
 */

#include "pgfault.h"

PROBE(overflow)
{
	struct target target = target_new(job_text("steps"));
	struct reader reader;
	double start;

	target_step(&target);
	trace_start(target.pid);
	start = now();
	target_step(&target);
	note("filled", "seconds=%.6f", now() - start);
	reader = reader_of(target.pid);
	settle();
	note("drained", "bytes=%ld reads=%ld", reader.seen->bytes, reader.seen->reads);
	target_step(&target);
	settle();
	reader_note(&reader, "reader");
	tool_events("events", reader.path);
}
