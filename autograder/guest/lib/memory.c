// SPDX-License-Identifier: MIT
/* How much memory is free, without what the kernel only holds back for a while. */

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

	for (int i = 0; i < TABLES; i++) {
		int status = -1;
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

long free_pages(bool tidy)
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
