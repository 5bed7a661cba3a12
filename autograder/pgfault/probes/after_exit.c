// SPDX-License-Identifier: MIT
/*
 * A process ends, by itself or by a signal, and its file is read through a descriptor
 * opened before: before it is reaped, or after; with its records read before, or not.  The
 * file of a zombie whose records were read is opened once more.
 *
 * trace: yes, no, stopped; drained: 0 or 1; reaped: 0 or 1
 */

#include "pgfault.h"

PROBE(after_exit)
{
	struct target target = target_new(job_text("steps"));
	bool traced = strcmp(job_text("trace"), "no");
	bool stopped = !strcmp(job_text("trace"), "stopped");
	bool drained = job_number("drained"), reaped = job_number("reaped");
	long kill_by = job_number("kill");
	struct reader early, late;
	int history, status = 0;

	target_step(&target);
	history = history_open(target.pid, O_RDONLY);
	if (traced)
		trace_start(target.pid);
	target_step(&target);
	if (stopped)
		note_call("stop", history_write(target.pid, "0"));
	if (drained)
		early = reader_new(history, 65536);
	settle();
	if (kill_by)
		kill(target.pid, kill_by);
	else
		target_release(&target);
	await_state(target.pid, 'Z');
	note("ended", "state=%c", proc_state(target.pid));
	if (reaped)
		waitpid(target.pid, &status, 0);
	settle();
	if (drained)
		reader_note(&early, "early");
	if (drained && !reaped)
		history = history_open(target.pid, O_RDONLY);
	late = reader_new(history, 65536);
	settle();
	reader_note(&late, "late");
	if (!drained && traced && !stopped)
		tool_events("events", late.path);
}
