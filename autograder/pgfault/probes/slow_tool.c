// SPDX-License-Identifier: MIT
/*
 * Runs tracepgfault on a command that touches pages: first as it is, and then once for each of
 * its system calls, before which it is held while the command goes on.  Tells how it ended,
 * and what pgfaultmap makes of the trace.
 */

#include "pgfault.h"

#define OUTFILE "/tmp/out"
#define HELD_MS 200
#define MOST_CALLS 400
#define PATIENCE 100		/* times 0.1 guest seconds */

static pid_t start(const char *const argv[], int *gate)
{
	int ends[2];
	pid_t pid;
	char go;

	if (pipe2(ends, O_CLOEXEC))
		broken("pipe: %m");
	pid = fork();
	if (pid < 0)
		give_up("fork of a tool: %m");
	if (pid == 0) {
		dup2(open("/dev/null", O_RDWR | O_CLOEXEC), 0);
		dup2(open("/tmp/printed", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), 1);
		if (read(ends[0], &go, 1) == 1)
			execv(argv[0], (char *const *)argv);
		_exit(126);
	}
	close(ends[0]);
	*gate = ends[1];
	return pid;
}

/* Whether the tool made so many system calls. */
static bool one_run(const char *const argv[], long call)
{
	int gate, status = -1;
	pid_t pid = start(argv, &gate);
	bool held;

	rest(0.01);
	if (call >= 0)
		hold_before_call(pid, call, HELD_MS);
	if (write(gate, "g", 1) != 1)
		broken("pipe: %m");
	close(gate);
	for (int tries = 0; tries < PATIENCE && waitpid(pid, &status, WNOHANG) != pid; tries++)
		rest(0.1);
	held = hold_off();
	if (call >= 0 && !held)
		return false;
	note("run", "call=%ld status=%d state=%c", call, status, proc_state(pid));
	if (status == -1) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	note_file("printed", "/tmp/printed");
	tool_events("events", OUTFILE);
	return true;
}

PROBE(slow_tool)
{
	char helper[64];
	const char *argv[] = { "/bin/tracepgfault", OUTFILE, helper, "touch",
			       job_text("pages"), job_text("at"), NULL };

	snprintf(helper, sizeof(helper), "/bin/%s", job_text("name"));
	for (long call = -1; call < MOST_CALLS && one_run(argv, call); call++)
		;
}
