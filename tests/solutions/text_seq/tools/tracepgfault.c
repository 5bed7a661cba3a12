// SPDX-License-Identifier: GPL-2.0-only
/*
 * tracepgfault OUTFILE COMMAND [ARG...]
 *
 * The child switches its own tracing on and turns into COMMAND.  One pipe, closed by
 * execvp(), tells the parent how far it came: a byte for "traced", then, only where
 * something failed, what did and its errno.
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

enum { EXIT_TROUBLE = 1, EXIT_USAGE = 2, EXIT_NO_COMMAND = 127 };

struct news {
	enum { TRACED, NOT_TRACED, NO_COMMAND } what;
	int error;
};

static void tell(int fd, int what, int error)
{
	struct news news = { .what = what, .error = error };

	while (write(fd, &news, sizeof(news)) < 0 && errno == EINTR)
		;
}

static int hear(int fd, struct news *news)
{
	ssize_t n;

	do
		n = read(fd, news, sizeof(*news));
	while (n < 0 && errno == EINTR);
	return n == sizeof(*news);
}

static void child(int news, char **command)
{
	int fd = open("/proc/self/pgfault_history", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "1", 1) != 1) {
		tell(news, NOT_TRACED, errno);
		_exit(EXIT_TROUBLE);
	}
	tell(news, TRACED, 0);
	execvp(command[0], command);
	tell(news, NO_COMMAND, errno);
	_exit(EXIT_NO_COMMAND);
}

static int pour(int from, int to)
{
	static char bytes[1 << 15];
	int bad = 0;

	for (;;) {
		ssize_t n = read(from, bytes, sizeof(bytes));

		if (n == 0)
			return bad;
		if (n < 0) {
			if (errno == EINTR)
				continue;
			return errno == ESRCH ? bad : errno;	/* ESRCH: somebody stopped it */
		}
		for (ssize_t done = 0; done < n && !bad;) {
			ssize_t w = write(to, bytes + done, n - done);

			if (w >= 0)
				done += w;
			else if (errno != EINTR)
				bad = errno;	/* keep reading, COMMAND shall not notice */
		}
	}
}

int main(int argc, char **argv)
{
	int out, in, pipes[2], status, bad = 0;
	struct news news;
	char path[64];
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: tracepgfault OUTFILE COMMAND [ARG...]\n");
		return EXIT_USAGE;
	}
	out = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (out < 0) {
		fprintf(stderr, "tracepgfault: %s: %s\n", argv[1], strerror(errno));
		return EXIT_TROUBLE;
	}
	if (pipe2(pipes, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
		perror("tracepgfault");
		return EXIT_TROUBLE;
	}
	if (pid == 0)
		child(pipes[1], argv + 2);
	close(pipes[1]);
	signal(SIGINT, SIG_IGN);	/* they are meant for COMMAND */
	signal(SIGQUIT, SIG_IGN);

	if (hear(pipes[0], &news)) {
		if (news.what == TRACED) {
			snprintf(path, sizeof(path), "/proc/%ld/pgfault_history", (long)pid);
			in = open(path, O_RDONLY | O_CLOEXEC);
			bad = in < 0 ? errno : pour(in, out);
			if (bad)
				fprintf(stderr, "tracepgfault: %s: %s\n", in < 0 ? path : argv[1],
					strerror(bad));
		} else {
			fprintf(stderr, "tracepgfault: cannot trace: %s\n", strerror(news.error));
		}
		if (hear(pipes[0], &news) && news.what == NO_COMMAND)
			fprintf(stderr, "tracepgfault: %s: %s\n", argv[2], strerror(news.error));
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_TROUBLE;
	if (bad)
		return EXIT_TROUBLE;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
