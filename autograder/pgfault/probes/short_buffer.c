// SPDX-License-Identifier: MIT
/*
 * Reads with buffers of the job's sizes, smaller than many a record, then with one that grows
 * byte by byte until it holds a record, then with a large one, from a trace that holds records.
 * Whatever was read, in order, is the trace.
 */

#include "pgfault.h"

#define LARGEST 4096

static struct call read_once(const char *name, int history, long size, int all)
{
	static char bytes[LARGEST];
	struct call call = call_result(read(history, bytes, size));

	note(name, "size=%ld ret=%ld errno=%d", size, call.ret, call.error);
	if (call.ret > 0 && write(all, bytes, call.ret) != call.ret)
		give_up("a copy of the trace: %m");
	return call;
}

PROBE(short_buffer)
{
	struct target target = target_new(job_text("steps"));
	int history, all = open("/tmp/all", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	long sizes[64];
	size_t count = job_list("sizes", sizes, 64);
	struct reader reader;
	long size = 1;

	target_step(&target);
	trace_start(target.pid);
	target_step(&target);
	history = history_open(target.pid, O_RDONLY);
	for (size_t i = 0; i < count; i++)
		read_once("short_read", history, sizes[i], all);
	while (size <= LARGEST && read_once("growing_read", history, size, all).ret < 0)
		size++;
	reader = reader_new(history, 65536);
	settle();
	reader_note(&reader, "reader");
	note_proc("maps", target.pid, "maps");
	trace_append(all, reader.path);
	tool_events("events", "/tmp/all");
}
