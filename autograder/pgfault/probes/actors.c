// SPDX-License-Identifier: MIT
/* The processes of a meeting: see actors.h. */

#include <pthread.h>
#include <sys/prctl.h>

#include "actors.h"

#define BUFFER 65536
#define AREA 256		/* pages that are there to be touched */
#define REGION 300		/* where a region of eight pages is, apart from the area */
#define REGION_PAGES 8
#define FREE 512		/* where MAP maps */
#define TRIES 8

struct order {
	enum command command;
	long n;
};

struct progress *progress;

static char ends[2][16];	/* of an actor: its two pipes, in words, for execve */

static char *page(long n)
{
	return (char *)strtoul(job_text("base"), NULL, 0) + n * (long)PAGE;
}

static void map_at(long first, long pages, int protection)
{
	if (mmap(page(first), pages * PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		 0) == MAP_FAILED)
		_exit(80);
}

static long read_once(int fd)
{
	static char bytes[BUFFER] = { 1 };
	long got = read(fd, bytes, sizeof(bytes));
	int out;

	progress->reads++;
	if (got <= 0)
		return got;
	out = open(STREAM, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (write(out, bytes, got) != got)
		_exit(81);
	close(out);
	progress->bytes += got;
	return got;
}

static long run_itself(void)
{
	fcntl(atoi(ends[0]), F_SETFD, 0);
	fcntl(atoi(ends[1]), F_SETFD, 0);
	return execl("/init", "actor", ends[0], ends[1], job_text("base"), job_text("name"), NULL);
}

static long fork_and_wait(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	return waitpid(child, NULL, 0) == child ? 0 : -1;
}

static long write_word(int fd, enum command command)
{
	return write(fd, command == START || command == OWN_START ? "1" : "0", 1);
}

static long through_own(enum command command, pid_t pid)
{
	int fd = history_try(pid, O_RDWR), error;
	long ret = 0;

	if (fd < 0) {
		errno = -fd;
		return -1;
	}
	if (command == OWN_READ)
		ret = read_once(fd);
	else if (command != OWN_OPEN)
		ret = write_word(fd, command);
	error = errno;
	close(fd);
	errno = error;
	return ret;
}

static long act(struct order order, int *fd)
{
	long ret = 0;

	switch (order.command) {
	case TOUCH:
		*(volatile char *)page(order.n) = 1;
		return 0;
	case MAP:
		map_at(FREE, REGION_PAGES, PROT_READ);
		return 0;
	case UNMAP:
		return munmap(page(REGION), REGION_PAGES * PAGE);
	case PROTECT:
		return mprotect(page(REGION + 2), 2 * PAGE, PROT_READ);
	case EXEC:
		return run_itself();
	case FORK:
		return fork_and_wait();
	case EXIT:
		_exit(0);
	case OPEN:
		*fd = history_try(order.n, O_RDWR);
		errno = *fd < 0 ? -*fd : 0;
		return *fd < 0 ? -1 : 0;
	case CLOSE:
		ret = *fd >= 0 ? close(*fd) : 0;
		*fd = -1;
		return ret;
	case START:
	case STOP:
		return write_word(*fd, order.command);
	case READ:
		return read_once(*fd);
	case READ_ALL:
		while ((ret = read_once(*fd)) > 0)
			;
		return ret;
	default:
		return through_own(order.command, order.n);
	}
}

static void serve(int from, int to)
{
	struct order order;
	int fd = -1;

	while (read(from, &order, sizeof(order)) == sizeof(order)) {
		struct answer answer = { .command = order.command };

		errno = 0;
		answer.call = call_result(act(order, &fd));
		if (write(to, &answer, sizeof(answer)) != sizeof(answer))
			_exit(82);
	}
	_exit(0);
}

static void *serve_second(void *pipes)
{
	serve(((int *)pipes)[0], ((int *)pipes)[1]);
	return NULL;
}

int actor_executed(char *argv[])
{
	struct answer answer = { .command = EXEC };
	char job[128];
	int to = atoi(argv[2]);

	snprintf(job, sizeof(job), "base %s\nname %s\n", argv[3], argv[4]);
	job_set(job);
	prctl(PR_SET_NAME, job_text("name"));
	snprintf(ends[0], sizeof(ends[0]), "%s", argv[1]);
	snprintf(ends[1], sizeof(ends[1]), "%s", argv[2]);
	actors_begin();
	map_at(0, AREA, PROT_READ | PROT_WRITE);
	if (write(to, &answer, sizeof(answer)) != sizeof(answer))
		_exit(82);
	serve(atoi(argv[1]), to);
	return 0;
}

static void on_signal(__attribute__((unused)) int number)
{
}

void actors_begin(void)
{
	struct sigaction restarts = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	sigaction(SIGUSR1, &restarts, NULL);
	progress = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE,
			-1, 0);
	if (progress == MAP_FAILED)
		broken("mmap: %m");
}

/* Two pipes: [0] and [1] are the actor's ends, in *actor are ours. */
static void connect_actor(struct actor *actor, int theirs[2])
{
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		broken("pipe: %m");
	fcntl(from[0], F_SETFL, O_NONBLOCK);
	*actor = (struct actor){ .to = to[1], .from = from[0] };
	theirs[0] = to[0];
	theirs[1] = from[1];
}

static void leave(int pipes[2])
{
	close(pipes[0]);
	close(pipes[1]);
}

static pid_t fork_actor(const char *name)
{
	pid_t pid = fork();

	if (pid < 0)
		give_up("fork: %m");
	if (pid == 0)
		prctl(PR_SET_NAME, name);
	return pid;
}

struct actor actor_new(const char *name)
{
	struct actor actor;
	int pipes[2];

	connect_actor(&actor, pipes);
	actor.pid = fork_actor(name);
	if (actor.pid == 0) {
		close(actor.to);
		serve(pipes[0], pipes[1]);
	}
	leave(pipes);
	return actor;
}

struct actor actor_traced(struct actor *second)
{
	static int pipes[2], others[2];
	struct actor actor;
	pthread_t thread;

	connect_actor(&actor, pipes);
	if (second)
		connect_actor(second, others);
	actor.pid = fork_actor(job_text("name"));
	if (actor.pid == 0) {
		close(actor.to);
		if (second)
			close(second->to);
		snprintf(ends[0], sizeof(ends[0]), "%d", pipes[0]);
		snprintf(ends[1], sizeof(ends[1]), "%d", pipes[1]);
		map_at(0, AREA, PROT_READ | PROT_WRITE);
		map_at(REGION, REGION_PAGES, PROT_READ | PROT_WRITE);
		if (second && pthread_create(&thread, NULL, serve_second, others))
			_exit(83);
		serve(pipes[0], pipes[1]);
	}
	leave(pipes);
	if (second)
		leave(others);
	return actor;
}

void actor_send(struct actor *actor, enum command command, long n)
{
	struct order order = { command, n };

	if (write(actor->to, &order, sizeof(order)) == sizeof(order))
		actor->pending++;
}

void actor_collect(struct actor *actor)
{
	while (actor->pending &&
	       read(actor->from, &actor->last, sizeof(actor->last)) == sizeof(actor->last))
		actor->pending--;
}

bool actor_ask(struct actor *actor, enum command command, long n)
{
	actor_send(actor, command, n);
	for (int tries = 0; tries < TRIES && actor->pending; tries++) {
		rest(tries ? 0.02 : 0.002);
		actor_collect(actor);
	}
	return !actor->pending;
}

void actor_drop(struct actor *actor)
{
	if (actor->pid > 0) {
		kill(actor->pid, SIGKILL);
		waitpid(actor->pid, NULL, 0);
	}
	close(actor->to);
	close(actor->from);
	*actor = (struct actor){ .to = -1, .from = -1 };
}
