// SPDX-License-Identifier: MIT
/*
 * A traced process faults, "1" is written once more (again = once) or "0" and then "1"
 * (again = stop), and it faults on other pages.  What does the trace hold?
 */

#include "pgfault.h"

PROBE(start_again)
{
	struct target target = target_new(job_text("steps"));
	struct reader reader;

	target_step(&target);
	trace_start(target.pid);
	target_step(&target);
	if (!strcmp(job_text("again"), "stop"))
		note_call("stop", history_write(target.pid, "0"));
	trace_start(target.pid);
	note_proc("maps", target.pid, "maps");
	target_step(&target);
	reader = reader_of(target.pid);
	settle();
	reader_note(&reader, "reader");
	tool_events("events", reader.path);
}
