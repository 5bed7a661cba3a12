/* SPDX-License-Identifier: MIT */
/*
 * tracepgfault OUTFILE COMMAND [ARG...]. The child waits for a signal, which it keeps blocked
 * until its parent has started the trace.
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

static int copy(int in, int out, const char *name)
{
	char *buf = malloc(1 << 15);
	ssize_t n;

	if (!buf)
		die("malloc");
	while ((n = read(in, buf, 1 << 15)) > 0 || (n < 0 && errno == EINTR))
		for (ssize_t at = 0; at < n;) {
			ssize_t w = write(out, buf + at, n - at);

			if (w < 0)
				die(name);
			at += w;
		}
	free(buf);
	return n;
}

int main(int argc, char **argv)
{
	sigset_t go, before;
	char path[32];
	int out, in, sig, status;
	pid_t pid;

	if (argc < 3) {
		fputs("usage: tracepgfault OUTFILE COMMAND [ARG...]\n", stderr);
		return 2;
	}
	out = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (out < 0)
		die(argv[1]);

	sigemptyset(&go);
	sigaddset(&go, SIGUSR1);
	sigprocmask(SIG_BLOCK, &go, &before);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		sigwait(&go, &sig);
		sigprocmask(SIG_SETMASK, &before, NULL);
		execvp(argv[2], argv + 2);
		fprintf(stderr, "tracepgfault: %s: %s\n", argv[2], strerror(errno));
		_exit(127);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);

	snprintf(path, sizeof(path), "/proc/%d/pgfault_history", pid);
	in = open(path, O_RDWR | O_CLOEXEC);
	if (in < 0 || write(in, "1", 1) != 1) {
		int why = errno;

		kill(pid, SIGKILL);
		errno = why;
		die(path);
	}
	kill(pid, SIGUSR1);
	if (copy(in, out, argv[1]) < 0)
		perror(path);
	close(in);
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	if (WIFSIGNALED(status))
		return 128 + WTERMSIG(status);
	return WEXITSTATUS(status);
}
