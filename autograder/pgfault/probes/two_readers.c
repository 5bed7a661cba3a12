// SPDX-License-Identifier: MIT
/*
 * Two readers of one trace, each with its own descriptor, while the process faults.  When both
 * sleep, the process exits (by = exit), and stays a zombie, or its trace is stopped (stop).
 */

#include "pgfault.h"

PROBE(two_readers)
{
	struct target target = target_new(job_text("steps"));
	struct reader first, second;

	target_step(&target);
	trace_start(target.pid);
	first = reader_of(target.pid);
	second = reader_of(target.pid);
	settle();
	for (long i = 0; i < job_number("times"); i++) {
		target_step(&target);
		if (i % 2)
			settle();
	}
	settle();
	note("ending", "now=%.6f", now());
	if (!strcmp(job_text("by"), "stop"))
		note_call("stop", history_write(target.pid, "0"));
	else
		target_release(&target);
	settle();
	reader_note(&first, "first");
	reader_note(&second, "second");
}
