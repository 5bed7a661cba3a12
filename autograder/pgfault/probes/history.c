// SPDX-License-Identifier: MIT
/* The file that is under test. */

#include "pgfault.h"

int history_try(pid_t pid, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/pgfault_history", pid);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int history_open(pid_t pid, int flags)
{
	int fd = history_try(pid, flags);

	if (fd < 0)
		give_up("open of /proc/PID/pgfault_history failed: %s", strerror(-fd));
	return fd;
}

struct call history_write(pid_t pid, const char *text)
{
	int fd = history_open(pid, O_WRONLY);
	struct call call = call_result(write(fd, text, strlen(text)));

	close(fd);
	return call;
}

void trace_start(pid_t pid)
{
	struct call call = history_write(pid, "1");

	if (call.ret < 0)
		give_up("write of 1 to /proc/PID/pgfault_history failed: %s", strerror(call.error));
	if (call.ret != 1)
		give_up("write of 1 to /proc/PID/pgfault_history returned %ld, not 1", call.ret);
}
