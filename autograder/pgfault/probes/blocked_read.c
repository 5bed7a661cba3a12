// SPDX-License-Identifier: MIT
/*
 * A reader has drained the trace of a process that does nothing.  Its state, its context
 * switches and processor time are looked at, time passes, they are looked at again; then
 * the process faults (by = fault), its trace is stopped (stop), it exits (exit) or forks
 * a child that faults and exits (fork).
 */

#include "pgfault.h"

static void look(const char *when, struct reader *reader)
{
	note(when, "state=%c switches=%ld cpu=%.2f reads=%ld done=%d", proc_state(reader->pid),
	     proc_switches(reader->pid), proc_cpu(reader->pid), reader->seen->reads,
	     reader_is_done(reader));
}

PROBE(blocked_read)
{
	struct target target = target_new(job_text("steps"));
	const char *by = job_text("by");
	struct reader reader;

	target_step(&target);
	trace_start(target.pid);
	reader = reader_of(target.pid);
	settle();
	settle();
	look("idle", &reader);
	rest(job_number("seconds"));
	look("still_idle", &reader);
	note("event", "now=%.6f", now());
	if (!strcmp(by, "stop"))
		note_call("stop", history_write(target.pid, "0"));
	else if (!strcmp(by, "exit"))
		target_release(&target);
	else
		target_step(&target);
	rest(5);
	look("after", &reader);
	note("target", "state=%c", proc_state(target.pid));
	reader_note(&reader, "reader");
	tool_events("events", reader.path);
}
