// SPDX-License-Identifier: MIT
/* The children that a target has in some of its steps. */

#include <spawn.h>
#include <sys/prctl.h>

#include "pgfault.h"

static pid_t held;

/* A child that faults on its copy of the memory, and then ends or waits to be killed. */
static pid_t child(bool stays)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_NAME, "child");
		use_stack(8);
		if (stays)
			pause();
		_exit(0);
	}
	return pid;
}

static struct call reap(pid_t pid)
{
	return call_result(waitpid(pid, NULL, 0) == pid ? 0 : -1);
}

struct call child_fork(void)
{
	return reap(child(false));
}

struct call child_hold(void)
{
	held = child(true);
	return call_result(held > 0 ? held : -1);
}

struct call child_drop(void)
{
	kill(held, SIGKILL);
	return reap(held);
}

struct call child_poke(const char *place, long pages)
{
	pid_t pid = child(true);
	char path[32], byte = 1;
	long poked = 0;
	int memory;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	memory = open(path, O_RDWR | O_CLOEXEC);
	while (poked < pages && pwrite(memory, &byte, 1, (off_t)(place + poked * PAGE)) == 1)
		poked++;
	close(memory);
	kill(pid, SIGKILL);
	reap(pid);
	return call_result(poked == pages ? 0 : -1);
}

struct call child_spawn(void)
{
	char *const argv[] = { "helper", "touch", "4", "1048576", NULL };
	posix_spawn_file_actions_t quiet;
	pid_t pid;

	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	errno = posix_spawn(&pid, HELPER, &quiet, NULL, argv, NULL);
	return errno ? call_result(-1) : reap(pid);
}
