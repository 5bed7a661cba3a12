// SPDX-License-Identifier: MIT
/*
 * Many processes are traced and end, and nobody reads; free memory before and after.
 * how: exit (reaped at once), held (a descriptor stays open until after the reaping),
 * stop (stopped and started again and again)
 */

#include "probe.h"

static long free_pages(void)
{
	char text[4096], *line;
	int fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
	ssize_t size = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[size > 0 ? size : 0] = 0;
	line = strstr(text, "MemFree:");
	return line ? atol(line + 8) / 4 : -1;
}

static void cycle(const char *how)
{
	struct target target = target_new("map 0 200;touchrange 0 0 120");
	int held = -1;

	if (!strcmp(how, "held"))
		held = history_open(target.pid, O_RDONLY);
	target_step(&target);
	trace_start(target.pid);
	target_step(&target);
	if (!strcmp(how, "stop"))
		for (int i = 0; i < 3; i++) {
			history_write(target.pid, "0");
			trace_start(target.pid);
		}
	close(target.to_target);
	close(target.from_target);
	waitpid(target.pid, NULL, 0);
	if (held >= 0)
		close(held);
}

PROBE(cycles)
{
	long warm_up = job_number("warm_up"), cycles = job_number("cycles");
	const char *how = job_text("how");

	for (long i = 0; i < warm_up; i++)
		cycle(how);
	settle();
	note("before", "pages=%ld", free_pages());
	for (long i = 0; i < cycles; i++)
		cycle(how);
	rest(5);
	note("after", "pages=%ld", free_pages());
}
