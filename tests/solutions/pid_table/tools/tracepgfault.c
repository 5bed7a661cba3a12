// SPDX-License-Identifier: MIT
// tracepgfault OUTFILE COMMAND [ARG...]: the command stops itself until it is traced.
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void child(char **command)
{
	raise(SIGSTOP);
	execvp(command[0], command);
	warn("%s", command[0]);
	_exit(127);
}

static int start(pid_t pid)
{
	char path[40];
	int trace;

	sprintf(path, "/proc/%d/pgfault_history", (int)pid);
	trace = open(path, O_RDWR | O_CLOEXEC);
	if (trace < 0 || write(trace, "1\n", 2) < 0) {
		warn("%s", path);
		kill(pid, SIGKILL);
		exit(1);
	}
	return trace;
}

static void copy(int from, int to, const char *name)
{
	static unsigned char buf[4096];
	ssize_t got, put, n;

	for (;;) {
		got = read(from, buf, sizeof buf);
		if (got == 0)
			return;
		if (got < 0) {
			if (errno == EINTR)
				continue;
			warn("read");
			return;
		}
		for (put = 0; put < got; put += n) {
			n = write(to, buf + put, got - put);
			if (n < 0)
				err(1, "%s", name);
		}
	}
}

int main(int argc, char *argv[])
{
	int out, trace, status;
	pid_t pid;

	if (argc < 3) {
		fputs("Usage: tracepgfault OUTFILE COMMAND [ARG...]\n", stderr);
		exit(2);
	}
	out = open(argv[1], O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
	if (out < 0)
		err(1, "%s", argv[1]);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid == 0)
		child(argv + 2);
	if (waitpid(pid, &status, WUNTRACED) < 0)
		err(1, "waitpid");
	if (WIFSTOPPED(status)) {
		trace = start(pid);
		kill(pid, SIGCONT);
		copy(trace, out, argv[1]);
		if (waitpid(pid, &status, 0) < 0)
			err(1, "waitpid");
	}
	if (WIFSIGNALED(status))
		return 128 + WTERMSIG(status);
	return WEXITSTATUS(status);
}
