// SPDX-License-Identifier: GPL-2.0-only
/*
 * tracepgfault - run a command and keep the history of its page faults
 *
 * The child waits at a gate (a pipe) until its tracing is on, and only then
 * becomes the command.  So the trace begins with the regions of this program's
 * fork, and the execve() that removes them is in it.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_USAGE	2
#define EXIT_NOT_RUN	127

static volatile sig_atomic_t child;

static void pass_on(int signal)
{
	int saved = errno;

	kill(child, signal);
	errno = saved;
}

/*
 * Nothing but SIGKILL may end this program before the trace is written.  What
 * the terminal sends reaches the command by itself, as with time(1); what is
 * sent to this process alone is meant for the command.  SIGCHLD must not be
 * ignored, or the command's status would be lost.
 */
static struct {
	int signal;
	void (*handler)(int signal);
	struct sigaction inherited;
} signals[] = {
	{ SIGINT, SIG_IGN, {} },
	{ SIGQUIT, SIG_IGN, {} },
	{ SIGPIPE, SIG_IGN, {} },
	{ SIGCHLD, SIG_DFL, {} },
	{ SIGTERM, pass_on, {} },
	{ SIGHUP, pass_on, {} },
};

#define NR_SIGNALS	(sizeof(signals) / sizeof(signals[0]))

static void take_signals(void)
{
	struct sigaction action = { .sa_flags = SA_RESTART };

	for (size_t i = 0; i < NR_SIGNALS; i++) {
		action.sa_handler = signals[i].handler;
		sigaction(signals[i].signal, &action, &signals[i].inherited);
	}
}

static void restore_signals(const sigset_t *mask)
{
	for (size_t i = 0; i < NR_SIGNALS; i++)
		sigaction(signals[i].signal, &signals[i].inherited, NULL);
	sigprocmask(SIG_SETMASK, mask, NULL);
}

/* read(), gone on with where a signal interrupts it */
static ssize_t read_some(int fd, void *buffer, size_t size)
{
	ssize_t got;

	do
		got = read(fd, buffer, size);
	while (got < 0 && errno == EINTR);
	return got;
}

static bool write_all(int fd, const char *buffer, size_t size)
{
	ssize_t written;

	for (; size; size -= written, buffer += written) {
		do
			written = write(fd, buffer, size);
		while (written < 0 && errno == EINTR);
		if (written < 0)
			return false;
	}
	return true;
}

/* The child's part: every descriptor but the command's own closes on exec. */
static void run_command(const int gate[2], char **command)
{
	char go;

	close(gate[1]);
	if (read_some(gate[0], &go, 1) != 1)
		_exit(EXIT_FAILURE);
	execvp(command[0], command);
	warn("%s", command[0]);
	_exit(EXIT_NOT_RUN);
}

/* Return: a descriptor from which the child's trace can be read, or -1. */
static int start_tracing(void)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/pgfault_history", (int)child);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ENOENT)
			warnx("no %s: does this kernel trace page faults, and is /proc mounted?",
			      path);
		else
			warn("%s", path);
		return -1;
	}
	if (!write_all(fd, "1", 1)) {
		warn("%s: tracing cannot be started", path);
		close(fd);
		return -1;
	}
	return fd;
}

/*
 * Copy the trace until its end.  Where the output fails the rest is read all
 * the same, so that what the kernel keeps for it is freed.
 *
 * Return: whether all of it has been written.
 */
static bool copy_trace(int history, int out, const char *out_path)
{
	static char buffer[1 << 18];
	bool good = true;
	ssize_t got;

	while ((got = read_some(history, buffer, sizeof(buffer))) > 0) {
		if (good && !write_all(out, buffer, got)) {
			warn("%s", out_path);
			good = false;
		}
	}
	if (got < 0 && errno == ESRCH) {
		warnx("tracing was stopped: the trace ends there");
	} else if (got < 0) {
		warn("/proc/%d/pgfault_history", (int)child);
		good = false;
	}
	/* Some file systems tell only now that there was no room. */
	if (close(out) && good) {
		warn("%s", out_path);
		good = false;
	}
	return good;
}

/* Return: the child's status, in the shell's way. */
static int reap(const sigset_t *passed_on)
{
	siginfo_t info;
	int status;

	/* Once it is reaped its number may be somebody else's: no more kill(). */
	while (waitid(P_PID, child, &info, WEXITED | WNOWAIT) && errno == EINTR)
		;
	sigprocmask(SIG_BLOCK, passed_on, NULL);
	if (waitpid(child, &status, 0) < 0)
		err(EXIT_FAILURE, "waitpid");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	sigset_t passed_on, inherited;
	int out, history, status;
	int gate[2];
	bool good;

	if (argc < 3) {
		fprintf(stderr, "Usage: tracepgfault OUTFILE COMMAND [ARG...]\n");
		return EXIT_USAGE;
	}
	out = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (out < 0)
		err(EXIT_FAILURE, "%s", argv[1]);
	if (pipe2(gate, O_CLOEXEC))
		err(EXIT_FAILURE, "pipe");

	/* Until it is known to whom, nothing is passed on. */
	sigemptyset(&passed_on);
	sigaddset(&passed_on, SIGTERM);
	sigaddset(&passed_on, SIGHUP);
	sigprocmask(SIG_BLOCK, &passed_on, &inherited);
	take_signals();

	child = fork();
	if (child < 0)
		err(EXIT_FAILURE, "fork");
	if (!child) {
		restore_signals(&inherited);
		run_command(gate, argv + 2);
	}
	sigprocmask(SIG_SETMASK, &inherited, NULL);

	history = start_tracing();
	if (history < 0) {
		kill(child, SIGKILL);
		reap(&passed_on);
		return EXIT_FAILURE;
	}
	if (!write_all(gate[1], "", 1))
		err(EXIT_FAILURE, "pipe");
	close(gate[0]);
	close(gate[1]);

	good = copy_trace(history, out, argv[1]);
	status = reap(&passed_on);
	return good ? status : EXIT_FAILURE;
}
