// SPDX-License-Identifier: MIT
/* Writes to the files of kernel threads, which have no address space. */

#include <dirent.h>
#include <ctype.h>

#include "pgfault.h"

PROBE(kernel_thread)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char command[64];
	struct call call;
	int fd;

	while (proc && (entry = readdir(proc))) {
		pid_t pid = atoi(entry->d_name);

		if (!isdigit(entry->d_name[0]) || proc_read(pid, "cmdline", command, sizeof(command)))
			continue;
		fd = history_try(pid, O_RDWR);
		if (fd < 0) {
			note("written", "pid=%d ret=-1 errno=%d", pid, -fd);
			continue;
		}
		call = call_result(write(fd, "1", 1));
		note("written", "pid=%d ret=%ld errno=%d", pid, call.ret, call.error);
		close(fd);
	}
	settle();
}
