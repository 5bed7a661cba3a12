// SPDX-License-Identifier: MIT
/* Runs a command with its page faults traced. The command waits at a pipe until it is. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char buffer[1 << 16];

static void save(int out, const char *name, const char *p, ssize_t n)
{
	while (n > 0) {
		ssize_t done = write(out, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0) {
			fprintf(stderr, "tracepgfault: %s: %s\n", name, strerror(errno));
			exit(1);
		}
		p += done;
		n -= done;
	}
}

int main(int argc, char **argv)
{
	char name[64];
	int out, in, gate[2], status;
	pid_t pid;
	ssize_t n;

	if (argc < 3) {
		fprintf(stderr, "usage: tracepgfault OUTFILE COMMAND [ARG...]\n");
		return 2;
	}
	out = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (out < 0) {
		fprintf(stderr, "tracepgfault: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	if (pipe2(gate, O_CLOEXEC) || (pid = fork()) < 0) {
		perror("tracepgfault");
		return 1;
	}
	if (pid == 0) {
		close(gate[1]);
		if (read(gate[0], name, 1) != 1)
			_exit(1);
		execvp(argv[2], argv + 2);
		fprintf(stderr, "tracepgfault: %s: %s\n", argv[2], strerror(errno));
		_exit(127);
	}
	close(gate[0]);
	snprintf(name, sizeof(name), "/proc/%d/pgfault_history", pid);
	in = open(name, O_RDWR | O_CLOEXEC);
	if (in < 0 || write(in, "1", 1) != 1) {
		fprintf(stderr, "tracepgfault: %s: %s\n", name, strerror(errno));
		return 1;
	}
	if (write(gate[1], "g", 1) != 1)
		perror("tracepgfault: pipe");
	close(gate[1]);
	while ((n = read(in, buffer, sizeof(buffer))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			perror("tracepgfault: read");
			break;
		}
		save(out, argv[1], buffer, n);
	}
	close(in);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
