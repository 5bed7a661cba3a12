// SPDX-License-Identifier: MIT
/*
 * Many processes are traced and end, and nobody reads; free memory before and after:
 * first as it is, which is quicker, and once more, tidied, where it shrank.
 * how: exit (reaped at once), held (a descriptor is open until after the reaping), stop
 * (stopped and started again and again), read (a reader is killed, another reads to the end)
 */

#include <dirent.h>
#include <sys/resource.h>

#include "probe.h"

/* A table for so many descriptors takes 8 MiB, more than kmalloc gives: it is vmalloced. */
#define DESCRIPTORS (1 << 20)
#define TABLES 5

/*
 * vfree leaves the area's address, its description and its page tables until 32 MiB of
 * addresses wait to be used again, and a vmalloc meanwhile takes new ones.  Have it tidy up.
 */
static void tidy_vmalloc(void)
{
	struct rlimit limit = { DESCRIPTORS, DESCRIPTORS };

	for (int i = 0, status = -1; i < TABLES; i++, status = -1) {
		pid_t child = fork();

		if (child == 0)
			_exit(setrlimit(RLIMIT_NOFILE, &limit) < 0 || dup2(1, DESCRIPTORS - 1) < 0);
		waitpid(child, &status, 0);
		if (status)
			note("not_tidied", "status=%d", status);
	}
}

/* KASAN keeps freed objects back for a while; shrinking a cache makes it let go of them. */
static void shrink_caches(void)
{
	DIR *caches = opendir("/sys/kernel/slab");
	struct dirent *cache;
	char path[512];
	int fd;

	while (caches && (cache = readdir(caches))) {
		snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", cache->d_name);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd >= 0 && write(fd, "1", 1) == 1)
			close(fd);
	}
	if (caches)
		closedir(caches);
}

static long free_pages(bool tidy)
{
	char text[4096], *line;
	ssize_t size;
	int fd;

	rest(5);
	if (tidy) {
		tidy_vmalloc();
		rest(1);
	}
	shrink_caches();
	fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
	size = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[size > 0 ? size : 0] = 0;
	line = strstr(text, "MemFree:");
	return line ? atol(line + 8) / 4 : -1;
}

static pid_t quiet_reader(pid_t pid)
{
	int history = history_open(pid, O_RDONLY);
	static char bytes[65536];
	pid_t reader = fork();

	if (reader == 0) {
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
		for (int i = 0; i < 3; i++) {
			history_write(target.pid, "0");
			trace_start(target.pid);
		}
	if (!strcmp(how, "read"))
		read_and_kill(target.pid, &reader);
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
