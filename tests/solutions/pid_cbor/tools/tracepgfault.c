// SPDX-License-Identifier: MIT
/*
 * tracepgfault OUTFILE COMMAND [ARG...]
 *
 * The child waits on a futex in a page that it shares with its parent, until
 * the parent has started the trace. One thread reads from /proc, another one
 * writes to OUTFILE; two buffers go back and forth between them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 1 << 16 };

static struct desk {
	pthread_mutex_t mutex;
	pthread_cond_t change;
	struct {
		size_t fill;		/* 0: the reader's turn */
		char bytes[SIZE];
	} buffer[2];
	int over;			/* nothing comes after what is there */
	int out;
	int error;			/* errno of the writer */
} desk = {
	.mutex = PTHREAD_MUTEX_INITIALIZER,
	.change = PTHREAD_COND_INITIALIZER,
};

static int put(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done < 0 ? errno : EIO;
		p += done;
		n -= done;
	}
	return 0;
}

static void *writer(void *unused)
{
	(void)unused;
	for (int turn = 0; ; turn = !turn) {
		size_t n;
		int error;

		pthread_mutex_lock(&desk.mutex);
		while (!desk.buffer[turn].fill && !desk.over)
			pthread_cond_wait(&desk.change, &desk.mutex);
		n = desk.buffer[turn].fill;
		error = desk.error;
		pthread_mutex_unlock(&desk.mutex);
		if (!n)
			return NULL;
		if (!error)
			error = put(desk.out, desk.buffer[turn].bytes, n);
		pthread_mutex_lock(&desk.mutex);
		desk.buffer[turn].fill = 0;
		desk.error = error;
		pthread_cond_signal(&desk.change);
		pthread_mutex_unlock(&desk.mutex);
	}
}

/* Reads to the end; 0, or the errno that ended it. */
static int reader(int history)
{
	int result = 0;

	for (int turn = 0; ; turn = !turn) {
		ssize_t n;

		pthread_mutex_lock(&desk.mutex);
		while (desk.buffer[turn].fill)
			pthread_cond_wait(&desk.change, &desk.mutex);
		pthread_mutex_unlock(&desk.mutex);

		do
			n = read(history, desk.buffer[turn].bytes, SIZE);
		while (n < 0 && errno == EINTR);
		if (n < 0)
			result = errno;

		pthread_mutex_lock(&desk.mutex);
		if (n > 0)
			desk.buffer[turn].fill = n;
		else
			desk.over = 1;
		pthread_cond_signal(&desk.change);
		pthread_mutex_unlock(&desk.mutex);
		if (n <= 0)
			return result;
	}
}

static long futex(atomic_int *word, int op, int value)
{
	return syscall(SYS_futex, word, op, value, NULL, NULL, 0);
}

static void child(atomic_int *gate, pid_t parent, char **command)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	while (!atomic_load(gate))
		futex(gate, FUTEX_WAIT, 0);
	prctl(PR_SET_PDEATHSIG, 0);
	execvp(command[0], command);
	dprintf(2, "tracepgfault: %s: %s\n", command[0], strerror(errno));
	_exit(127);
}

int main(int argc, char **argv)
{
	char path[64];
	atomic_int *gate;
	pid_t self = getpid(), pid;
	pthread_t thread;
	int out, history, status, error;

	if (argc < 3) {
		fprintf(stderr, "usage: tracepgfault OUTFILE COMMAND [ARG...]\n");
		return 2;
	}
	out = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	/* Not in the place of a standard stream that happens to be closed. */
	if (out >= 0 && out < 3)
		out = fcntl(out, F_DUPFD_CLOEXEC, 3);
	if (out < 0) {
		fprintf(stderr, "tracepgfault: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	desk.out = out;
	gate = mmap(NULL, sizeof(*gate), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (gate == MAP_FAILED) {
		perror("tracepgfault: mmap");
		return 1;
	}

	pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);
	if (pid < 0) {
		perror("tracepgfault: clone");
		return 1;
	}
	if (!pid)
		child(gate, self, argv + 2);

	/* The terminal's signals are for COMMAND; SIGCHLD must not be ignored. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);

	snprintf(path, sizeof(path), "/proc/%d/pgfault_history", (int)pid);
	history = open(path, O_RDWR | O_CLOEXEC);
	if (history < 0 || write(history, "1", 1) != 1) {
		fprintf(stderr, "tracepgfault: %s: %s\n", path, strerror(errno));
		goto kill;
	}
	error = pthread_create(&thread, NULL, writer, NULL);
	if (error) {
		fprintf(stderr, "tracepgfault: thread: %s\n", strerror(error));
		goto kill;
	}
	atomic_store(gate, 1);
	futex(gate, FUTEX_WAKE, 1);

	error = reader(history);
	pthread_join(thread, NULL);
	/* COMMAND may well stop its own trace. */
	if (error && error != ESRCH)
		fprintf(stderr, "tracepgfault: %s: %s\n", path, strerror(error));
	if (desk.error)
		fprintf(stderr, "tracepgfault: %s: %s\n", argv[1],
			strerror(desk.error));

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR) {
			perror("tracepgfault: waitpid");
			return 1;
		}
	if (desk.error)
		return 1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
kill:
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return 1;
}
