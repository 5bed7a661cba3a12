// SPDX-License-Identifier: MIT
/* Reads with a buffer of one byte, then with a large one, from a trace that holds records. */

#include "probe.h"

PROBE(short_buffer)
{
	struct target target = target_new(job_text("steps"));
	struct reader reader;
	int history;
	char byte;

	target_step(&target);
	trace_start(target.pid);
	target_step(&target);
	history = history_open(target.pid, O_RDONLY);
	note_call("short_read", call_result(read(history, &byte, 1)));
	note_call("short_read", call_result(read(history, &byte, 1)));
	reader = reader_new(history, 65536);
	settle();
	reader_note(&reader, "reader");
	tool_events("events", reader.path);
}
