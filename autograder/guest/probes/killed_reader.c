// SPDX-License-Identifier: MIT
/*
 * A reader that sleeps gets the job's signal.  Does it die, does the traced process go
 * on, can a new reader go on reading?
 */

#include "probe.h"

PROBE(killed_reader)
{
	struct target target = target_new(job_text("steps"));
	struct reader first, second;
	int status = 0;
	bool reaped;
	double sent;

	target_step(&target);
	trace_start(target.pid);
	first = reader_of(target.pid);
	settle();
	note("asleep", "state=%c", proc_state(first.pid));
	sent = now();
	kill(first.pid, job_number("signal"));
	settle();
	reaped = waitpid(first.pid, &status, WNOHANG) == first.pid;
	note("killed", "reaped=%d signal=%d seconds=%.3f", reaped,
	     WIFSIGNALED(status) ? WTERMSIG(status) : 0, now() - sent);
	note("target", "state=%c", proc_state(target.pid));
	note_call("step", target_step(&target));
	second = reader_of(target.pid);
	settle();
	reader_note(&second, "second");
	tool_events("events", second.path);
}
