// SPDX-License-Identifier: MIT
/* A process makes children, a child is looked at, and threads make children too. */

#include <pthread.h>

#include "probe.h"

static void note_count(const char *when, pid_t pid)
{
	char text[64];

	proc_read(pid, "fork_count", text, sizeof(text));
	text[strcspn(text, "\n")] = 0;
	note("count", "when=%s text=%s", when, text);
}

static void make_child(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	if (child < 0 || waitpid(child, NULL, 0) != child)
		give_up("fork: %m");
}

static void *thread(void *unused)
{
	make_child();
	return unused;
}

PROBE(fork_count)
{
	long children = job_number("children"), threads = job_number("threads");
	char path[64], text[64];
	struct stat status = { 0 };
	pthread_t each;
	pid_t child;

	snprintf(path, sizeof(path), "/proc/%d/fork_count", getpid());
	stat(path, &status);
	note("file", "mode=%o", status.st_mode & 07777);
	note_bytes("text", text, proc_read(getpid(), "fork_count", text, sizeof(text)));
	note_count("start", getpid());
	for (long i = 0; i < children; i++)
		make_child();
	note_count("forked", getpid());
	for (long i = 0; i < threads; i++)
		if (pthread_create(&each, NULL, thread, NULL) || pthread_join(each, NULL))
			give_up("pthread_create: %m");
	note_count("threads", getpid());

	child = fork();
	if (child == 0)
		for (;;)
			pause();
	note_count("child", child);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}
