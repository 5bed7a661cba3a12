// SPDX-License-Identifier: MIT
/* The submission's tools, run so that what they print is kept and nothing of ours is theirs. */

#include "pgfault.h"

#define PATIENCE 600	/* guest seconds */

/* Runs argv with its streams in files; notes "LABEL status=..", LABEL.out and LABEL.err. */
int tool_run(const char *label, const char *const argv[])
{
	const char *const streams[] = { "/dev/null", "/tmp/tool.out", "/tmp/tool.err" };
	char name[64];
	int status = -1;
	pid_t pid = fork();

	if (pid < 0)
		give_up("fork of a tool: %m");
	if (pid == 0) {
		for (int fd = 0; fd < 3; fd++)
			dup2(open(streams[fd], fd ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY, 0644), fd);
		execv(argv[0], (char *const *)argv);
		_exit(126);
	}
	for (int tries = 0; tries < PATIENCE * 10; tries++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			break;
		rest(tries ? 0.1 : 0.001);
		status = -1;
	}
	if (status == -1) {
		kill(pid, SIGKILL);
		note(label, "never_ended=1 state=%c", proc_state(pid));
	} else {
		note(label, "status=%d", status);
	}
	snprintf(name, sizeof(name), "%s.out", label);
	note_file(name, streams[1]);
	snprintf(name, sizeof(name), "%s.err", label);
	note_file(name, streams[2]);
	return status;
}

void tool_events(const char *label, const char *trace)
{
	tool_run(label, (const char *const[]){ "/bin/pgfaultmap", "--events", trace, NULL });
}

/* The events in the first SIZE bytes of a trace. */
void tool_prefix_events(const char *label, const char *trace, long size)
{
	const char *prefix = "/tmp/trace.prefix";
	char *bytes = malloc(size + 1);
	int from = open(trace, O_RDONLY | O_CLOEXEC);
	int to = open(prefix, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (!bytes || from < 0 || to < 0 || read(from, bytes, size) != size ||
	    write(to, bytes, size) != size)
		give_up("the first %ld bytes of the trace could not be copied: %m", size);
	close(from);
	close(to);
	free(bytes);
	tool_events(label, prefix);
}
