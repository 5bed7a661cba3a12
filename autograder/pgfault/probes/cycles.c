// SPDX-License-Identifier: MIT
/*
 * Many processes are traced and end, and nobody reads; free memory before and after:
 * first as it is, which is quicker, and once more, tidied, where it shrank.
 * how: exit (reaped at once), held (a descriptor is open until after the reaping, and has read
 * nothing or a part), stop (stopped and started again and again, through one descriptor and
 * through new ones), read (a reader is killed, another reads to the end)
 */

#include <sys/prctl.h>

#include "pgfault.h"

static pid_t quiet_reader(pid_t pid)
{
	int history = history_open(pid, O_RDONLY);
	static char bytes[65536];
	pid_t reader = fork();

	if (reader == 0) {
		prctl(PR_SET_NAME, "reader");
		while (read(history, bytes, sizeof(bytes)) > 0)
			;
		_exit(0);
	}
	close(history);
	return reader;
}

static void read_and_kill(pid_t pid, pid_t *second)
{
	pid_t first = quiet_reader(pid);

	rest(0.01);
	kill(first, SIGKILL);
	waitpid(first, NULL, 0);
	*second = quiet_reader(pid);
	rest(0.01);
}

/* Each "1" after the first finds a trace: nothing is to change. */
static void stop_and_start(pid_t pid)
{
	int history = history_open(pid, O_WRONLY);

	for (int i = 0; i < 3; i++) {
		history_write(pid, "0");
		trace_start(pid);
		history_write(pid, "1");
		if (write(history, "0", 1) != 1 || write(history, "1", 1) != 1)
			note("not_started", "errno=%d", errno);
	}
	close(history);
}

/* Now and then the part ends within a page of the buffer, whatever the records' size. */
static void read_a_part(int history)
{
	static char bytes[65536];
	static int turn;
	size_t size = 700 * (turn++ % 8);

	if (size && read(history, bytes, size) < 0 && errno != EINVAL)
		give_up("reading a part: %m");
}

static void cycle(const char *how)
{
	struct target target = target_new("map 0 200;touchrange 0 0 120");
	pid_t reader = 0;
	int held = -1;

	if (!strcmp(how, "held"))
		held = history_open(target.pid, O_RDONLY);
	target_step(&target);
	trace_start(target.pid);
	target_step(&target);
	if (!strcmp(how, "stop"))
		stop_and_start(target.pid);
	if (!strcmp(how, "read"))
		read_and_kill(target.pid, &reader);
	if (held >= 0)
		read_a_part(held);
	target_release(&target);
	waitpid(target.pid, NULL, 0);
	close(target.to_target);
	close(target.from_target);
	if (held >= 0)
		close(held);
	if (reader)
		waitpid(reader, NULL, 0);
}

static long free_after(long cycles, const char *how, bool tidy)
{
	while (cycles--)
		cycle(how);
	return free_pages(tidy);
}

PROBE(cycles)
{
	long warm_up = job_number("warm_up"), cycles = job_number("cycles");
	const char *how = job_text("how");
	long before = free_after(warm_up, how, false);
	long after = free_after(cycles, how, false);

	if (before - after > job_number("noise")) {
		before = free_pages(true);
		after = free_after(cycles, how, true);
	}
	note("before", "pages=%ld", before);
	note("after", "pages=%ld", after);
}
