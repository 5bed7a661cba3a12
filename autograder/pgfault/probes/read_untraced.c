// SPDX-License-Identifier: MIT
/* Reads from the file of a living process that was never traced, or whose trace was stopped. */

#include "pgfault.h"

PROBE(read_untraced)
{
	struct target target = target_new("map 0 8;touch 0 0,1,2,3");
	struct reader reader;

	target_step(&target);
	if (job_number("stopped"))
		trace_start(target.pid);
	target_step(&target);
	if (job_number("stopped"))
		note_call("stop", history_write(target.pid, "0"));
	reader = reader_new(history_open(target.pid, O_RDONLY), job_number("size"));
	settle();
	reader_note(&reader, "reader");
}
