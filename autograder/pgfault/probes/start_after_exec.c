// SPDX-License-Identifier: MIT
/*
 * The file of a process is opened, and the process calls execve; only then is its trace started,
 * and read, through that descriptor.
 */

#include "pgfault.h"

PROBE(start_after_exec)
{
	struct target target = target_new(job_text("steps"));
	int history = history_open(target.pid, O_RDWR);
	struct reader reader;

	target_step(&target);
	target_step(&target);
	note_call("start", call_result(write(history, "1", 1)));
	note_proc("maps", target.pid, "maps");
	target_step(&target);
	reader = reader_new(history, 65536);
	settle();
	reader_note(&reader, "reader");
	tool_events("events", reader.path);
}
