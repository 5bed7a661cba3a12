// SPDX-License-Identifier: GPL-2.0-only
/*
 * tracepgfault OUTFILE COMMAND [ARG...]
 *
 * The child stops itself, is traced while it is stopped, and is continued.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "tracepgfault: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int wait_for(pid_t pid, int options)
{
	int status;

	while (waitpid(pid, &status, options) < 0)
		if (errno != EINTR)
			die("waitpid");
	return status;
}

static int exit_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void child(char **command)
{
	raise(SIGSTOP);
	execvp(command[0], command);
	fprintf(stderr, "tracepgfault: %s: %s\n", command[0], strerror(errno));
	_exit(127);
}

static int copy(int from, int to)
{
	static char bytes[65536];
	int good = 1;

	for (;;) {
		ssize_t got = read(from, bytes, sizeof(bytes));
		char *rest = bytes;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno != ESRCH)	/* ESRCH: someone stopped it */
			return 0;
		if (got <= 0)
			return good;
		while (good && got > 0) {
			ssize_t put = write(to, rest, got);

			if (put < 0 && errno == EINTR)
				continue;
			if (put < 0) {
				good = 0;	/* read on: COMMAND shall end */
			} else {
				rest += put;
				got -= put;
			}
		}
	}
}

int main(int argc, char **argv)
{
	int out, history, status, good;
	char path[64];
	pid_t pid;

	if (argc < 3) {
		fputs("usage: tracepgfault OUTFILE COMMAND [ARG...]\n", stderr);
		return 2;
	}
	out = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (out < 0)
		die(argv[1]);

	signal(SIGCHLD, SIG_DFL);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		child(argv + 2);

	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	status = wait_for(pid, WUNTRACED);
	if (!WIFSTOPPED(status))
		return exit_code(status);

	snprintf(path, sizeof(path), "/proc/%d/pgfault_history", (int)pid);
	history = open(path, O_RDWR | O_CLOEXEC);
	if (history < 0 || write(history, "1", 1) != 1) {
		fprintf(stderr, "tracepgfault: %s: %s\n", path, strerror(errno));
		kill(pid, SIGKILL);
		wait_for(pid, 0);
		return 1;
	}
	kill(pid, SIGCONT);

	good = copy(history, out);
	if (!good || close(out)) {
		fprintf(stderr, "tracepgfault: %s: %s\n", argv[1], strerror(errno));
		good = 0;
	}
	status = wait_for(pid, 0);
	return good ? exit_code(status) : 1;
}
