// SPDX-License-Identifier: GPL-2.0-only
/*
 * tracepgfault OUTFILE COMMAND [ARG...]
 *
 * The child stops itself before it runs COMMAND.  While it is stopped the parent opens
 * its history and starts the trace, then lets it go on.  Whether COMMAND could be run at
 * all is told by a flag in memory that both share.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whether all of it could be written. */
static int copy(int history, int out, const char *name)
{
	static char buffer[24 * 2048];
	ssize_t got, put, at;

	while ((got = read(history, buffer, sizeof(buffer))) != 0) {
		if (got < 0) {
			if (errno == EINTR)
				continue;
			warn("reading the history");
			break;
		}
		for (at = 0; out >= 0 && at < got; at += put) {
			put = write(out, buffer + at, got - at);
			if (put < 0 && errno == EINTR) {
				put = 0;
			} else if (put < 0) {
				warn("%s", name);
				out = -1; /* go on reading: COMMAND comes first */
			}
		}
	}
	return out >= 0;
}

static int start(pid_t pid)
{
	char path[40];
	int fd;

	sprintf(path, "/proc/%d/pgfault_history", (int)pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || write(fd, "1\n", 2) != 2) {
		warn("%s", path);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		exit(1);
	}
	return fd;
}

int main(int argc, char *argv[])
{
	volatile int *failed;
	int out, history, status, written = 1;
	pid_t pid;

	if (argc < 3) {
		fputs("Usage: tracepgfault OUTFILE COMMAND [ARG...]\n", stderr);
		return 2;
	}
	out = open(argv[1], O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
	if (out < 0)
		err(1, "cannot create %s", argv[1]);
	failed = mmap(NULL, sizeof(*failed), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (failed == MAP_FAILED)
		err(1, "mmap");

	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		raise(SIGSTOP);
		execvp(argv[2], argv + 2);
		*failed = errno;
		_exit(127);
	}

	if (waitpid(pid, &status, WUNTRACED) < 0)
		err(1, "waitpid");
	if (WIFSTOPPED(status)) {
		history = start(pid);
		kill(pid, SIGCONT);
		written = copy(history, out, argv[1]);
		if (waitpid(pid, &status, 0) < 0)
			err(1, "waitpid");
	}
	if (*failed)
		warnx("%s: %s", argv[2], strerror(*failed));
	if (!written)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
