// SPDX-License-Identifier: MIT
/*
 * A reader that sleeps gets the job's signal; "others" more sleep beside it.  Does it die, does
 * the traced process go on, can a new reader go on reading?
 */

#include "pgfault.h"

PROBE(killed_reader)
{
	struct target target = target_new(job_text("steps"));
	struct reader first, second, other = { 0 };
	int status = 0;
	bool reaped;
	double sent;

	target_step(&target);
	trace_start(target.pid);
	for (long i = 0; i < job_number("others"); i++) {
		other = reader_of(target.pid);
		settle();
	}
	first = reader_of(target.pid);
	settle();
	note("asleep", "state=%c", proc_state(first.pid));
	sent = now();
	kill(first.pid, job_number("signal"));
	settle();
	reaped = waitpid(first.pid, &status, WNOHANG) == first.pid;
	note("killed", "reaped=%d signal=%d seconds=%.3f", reaped,
	     WIFSIGNALED(status) ? WTERMSIG(status) : 0, now() - sent);
	if (other.pid) {
		kill(other.pid, SIGKILL);
		waitpid(other.pid, NULL, 0);
	}
	note("target", "state=%c", proc_state(target.pid));
	note_call("step", target_step(&target));
	second = reader_of(target.pid);
	settle();
	reader_note(&second, "second");
	tool_events("events", second.path);
}
