// SPDX-License-Identifier: MIT
/* The submission's tools, run so that what they print is kept and nothing of ours is theirs. */

#include <spawn.h>

#include "pgfault.h"

#define PATIENCE 600	/* guest seconds */

static const char *const streams[] = { "/dev/null", TOOL_OUTPUT, "/tmp/tool.err" };

/* One that cannot be run ends with 126.  No fork if it can: that would copy the whole probe. */
pid_t tool_start(const char *const argv[])
{
	posix_spawn_file_actions_t opened;
	pid_t pid;
	int error;

	posix_spawn_file_actions_init(&opened);
	for (int fd = 0; fd < 3; fd++)
		posix_spawn_file_actions_addopen(
			&opened, fd, streams[fd], fd ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY, 0644);
	error = posix_spawn(&pid, argv[0], &opened, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&opened);
	if (error)
		pid = fork();
	if (error && pid == 0)
		_exit(126);
	if (pid < 0)
		give_up("fork of a tool: %m");
	return pid;
}

/* Returns its status, or -1 where it does not end. */
int tool_wait(pid_t pid)
{
	int status;

	for (int tries = 0; tries < PATIENCE * 10; tries++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		rest(tries ? 0.1 : 0.001);
	}
	return -1;
}

/* Notes "LABEL status=..", LABEL.out and LABEL.err. */
int tool_finish(const char *label, pid_t pid)
{
	int status = tool_wait(pid);
	char name[64];

	if (status == -1) {
		note(label, "never_ended=1 state=%c", proc_state(pid));
		kill(pid, SIGKILL);
	} else {
		note(label, "status=%d", status);
	}
	snprintf(name, sizeof(name), "%s.out", label);
	note_file(name, streams[1]);
	snprintf(name, sizeof(name), "%s.err", label);
	note_file(name, streams[2]);
	return status;
}

int tool_run(const char *label, const char *const argv[])
{
	return tool_finish(label, tool_start(argv));
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
