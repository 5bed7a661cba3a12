/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tracepgfault OUTFILE COMMAND [ARG...]
 *
 * The child shares our memory and our descriptors, and we sleep until it has left
 * by execve (or _exit), as after vfork. So it can start its own trace, and leaves
 * us the descriptor to read from. The descriptor was opened before execve could
 * change whom /proc/PID belongs to, and execve gives the child a table of its own,
 * in which O_CLOEXEC closes it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define HISTORY "/proc/self/pgfault_history"

static const char *me = "tracepgfault";

static struct {
	char **command;
	struct sigaction sigchld;	/* as it was when we were started */
	volatile int history;
	volatile int traced;
	volatile int error;
} shared;

static int child(void *unused)
{
	(void)unused;
	shared.history = open(HISTORY, O_RDWR | O_CLOEXEC);
	if (shared.history < 0 || write(shared.history, "1", 1) != 1) {
		shared.error = errno;
		_exit(1);
	}
	shared.traced = 1;
	sigaction(SIGCHLD, &shared.sigchld, NULL);
	execvp(shared.command[0], shared.command);
	shared.error = errno;
	_exit(127);
}

static int complain(const char *what, int error)
{
	fprintf(stderr, "%s: %s: %s\n", me, what, strerror(error));
	return 1;
}

/* To the end of the trace: that of the child, or where it stopped it itself. */
static int copy(int from, int to, const char *name)
{
	static char bytes[1 << 14];
	int failed = 0;
	ssize_t got, put, done;

	for (;;) {
		got = read(from, bytes, sizeof(bytes));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno != ESRCH)
			failed = complain(HISTORY, errno);
		if (got <= 0)
			return failed;
		for (done = 0; done < got && !failed; done += put) {
			put = write(to, bytes + done, got - done);
			if (put < 0 && errno == EINTR)
				put = 0;
			else if (put < 0)
				failed = complain(name, errno);
		}
	}
}

int main(int argc, char *argv[])
{
	struct sigaction action;
	size_t stack_size;
	char *stack;
	int out, failed, status;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "Usage: %s OUTFILE COMMAND [ARG...]\n", me);
		return 2;
	}
	out = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (out < 0)
		return complain(argv[1], errno);

	/* Were it ignored, the child would be reaped before we have read. */
	memset(&action, 0, sizeof(action));
	action.sa_handler = SIG_DFL;
	sigaction(SIGCHLD, &action, &shared.sigchld);

	/* execvp() may put a path there, and all of the arguments. */
	stack_size = (1 << 18) + 2 * argc * sizeof(char *);
	stack = malloc(stack_size);
	if (!stack)
		return complain("stack", errno);
	shared.command = argv + 2;
	shared.history = -1;
	pid = clone(child, stack + (stack_size & ~(size_t)63),
		    CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, NULL);
	if (pid < 0)
		return complain("clone", errno);

	/* What the keyboard sends is COMMAND's affair; we go when it goes. */
	action.sa_handler = SIG_IGN;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGQUIT, &action, NULL);

	if (shared.error)
		complain(shared.traced ? argv[2] : HISTORY, shared.error);
	failed = shared.traced ? copy(shared.history, out, argv[1]) : 0;
	if (close(out) && !failed)
		failed = complain(argv[1], errno);
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return complain("waitpid", errno);
	}
	if (failed)
		return failed;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
