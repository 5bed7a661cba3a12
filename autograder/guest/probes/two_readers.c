// SPDX-License-Identifier: MIT
/* Two readers of one trace, each with its own descriptor, while the process faults. */

#include "probe.h"

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
	note("ending", "now=%.6f", now());
	target_end(&target);
	settle();
	reader_note(&first, "first");
	reader_note(&second, "second");
}
