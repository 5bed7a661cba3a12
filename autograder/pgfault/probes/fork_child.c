// SPDX-License-Identifier: MIT
/*
 * A traced process forks; the child is looked at, traced itself, and exits; the parent faults
 * again.
 */

#include "pgfault.h"

PROBE(fork_child)
{
	struct target target = target_new(job_text("steps"));
	struct reader reader, child, own;
	struct call forked;

	target_step(&target);
	trace_start(target.pid);
	reader = reader_of(target.pid);
	settle();
	forked = target_step(&target);	/* hold: answers the child's pid */
	settle();
	note("child", "pid=%ld state=%c", forked.ret, proc_state(forked.ret));
	child = reader_of(forked.ret);
	settle();
	reader_note(&child, "child");
	note("parent_reader", "state=%c done=%d", proc_state(reader.pid), reader_is_done(&reader));
	note_call("start_child", history_write(forked.ret, "1"));
	own = reader_of(forked.ret);
	settle();
	reader_note(&own, "own");
	note_proc("child_maps", forked.ret, "maps");
	note_call("drop", target_step(&target));
	settle();
	target_step(&target);
	settle();
	reader_note(&reader, "reader");
	tool_events("events", reader.path);
	tool_events("own_events", own.path);
	target_end(&target);
}
