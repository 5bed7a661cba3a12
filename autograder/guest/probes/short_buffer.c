// SPDX-License-Identifier: MIT
/*
 * Reads with buffers of the job's sizes, smaller than many a record, then with a large
 * one, from a trace that holds records.  Whatever was read, in order, is the trace.
 */

#include "probe.h"

PROBE(short_buffer)
{
	struct target target = target_new(job_text("steps"));
	int history, all = open("/tmp/all", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	long sizes[64];
	size_t count = job_list("sizes", sizes, 64);
	struct reader reader;
	static char bytes[65536];

	target_step(&target);
	trace_start(target.pid);
	target_step(&target);
	history = history_open(target.pid, O_RDONLY);
	for (size_t i = 0; i < count; i++) {
		struct call call = call_result(read(history, bytes, sizes[i]));

		note("short_read", "size=%ld ret=%ld errno=%d", sizes[i], call.ret, call.error);
		if (call.ret > 0 && write(all, bytes, call.ret) != call.ret)
			give_up("a copy of the trace: %m");
	}
	reader = reader_new(history, sizeof(bytes));
	settle();
	reader_note(&reader, "reader");
	note_proc("maps", target.pid, "maps");
	trace_append(all, reader.path);
	tool_events("events", "/tmp/all");
}
