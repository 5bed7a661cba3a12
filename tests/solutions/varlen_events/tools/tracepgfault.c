// SPDX-License-Identifier: GPL-2.0-only
/*
 * tracepgfault OUTFILE COMMAND [ARG...]
 *
 * The child starts its own tracing, and tells through a pipe how that went, before it
 * becomes COMMAND.  The parent waits with poll() for what the history has to say.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int complain(const char *about, int error)
{
	fprintf(stderr, "tracepgfault: %s: %s\n", about, strerror(error));
	return 1;
}

static int trace_self(void)
{
	int fd = open("/proc/self/pgfault_history", O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, "1\n", 2) < 0)
		error = errno;
	close(fd);
	return error;
}

static void become(char **command, int tell)
{
	int error = trace_self();

	if (write(tell, &error, sizeof(error)) != sizeof(error) || error)
		_exit(1);
	execvp(command[0], command);
	complain(command[0], errno);
	_exit(127);
}

static int store(int out, const char *bytes, size_t size)
{
	while (size) {
		ssize_t n = write(out, bytes, size);

		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0) {
			bytes += n;
			size -= n;
		}
	}
	return 0;
}

/* Goes on to the end where storing fails: the history shall not wait in the kernel. */
static int drain(int history, int out)
{
	struct pollfd ready = { .fd = history, .events = POLLIN };
	static char bytes[1 << 15];
	int error = 0;
	ssize_t n;

	for (;;) {
		if (poll(&ready, 1, -1) < 0)
			continue;
		n = read(history, bytes, sizeof(bytes));
		if (n == 0)
			return error;
		if (n > 0 && !error)
			error = store(out, bytes, n);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return errno == ESRCH ? error : errno;
	}
}

static int end_of(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return complain("waitpid", errno);
	if (WIFSIGNALED(status))
		return 128 + WTERMSIG(status);
	return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	int out, history, error, status, tell[2];
	char name[48];
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "Usage: %s OUTFILE COMMAND [ARG...]\n", argv[0]);
		return 2;
	}
	out = open(argv[1], O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
	if (out < 0)
		return complain(argv[1], errno);
	if (pipe2(tell, O_CLOEXEC))
		return complain("pipe", errno);

	signal(SIGCHLD, SIG_DFL);
	pid = fork();
	if (pid < 0)
		return complain("fork", errno);
	if (!pid)
		become(argv + 2, tell[1]);
	close(tell[1]);

	/* The terminal's signals are for COMMAND. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);

	/* It is not reaped before end_of(), so the number stays its own. */
	snprintf(name, sizeof(name), "/proc/%ld/pgfault_history", (long)pid);
	history = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (history < 0)
		complain(name, errno);
	if (read(tell[0], &error, sizeof(error)) != sizeof(error))
		return end_of(pid);	/* it has not even come that far */
	if (error)
		complain("tracing cannot be started", error);
	if (error || history < 0) {
		end_of(pid);
		return 1;
	}

	error = drain(history, out);
	if (close(out) && !error)
		error = errno;
	status = end_of(pid);
	return error ? complain(argv[1], error) : status;
}
