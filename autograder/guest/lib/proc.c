// SPDX-License-Identifier: MIT
/* Files in /proc/PID. */

#include "probe.h"

struct call call_result(long ret)
{
	return (struct call){ .ret = ret, .error = ret < 0 ? errno : 0 };
}

void note_call(const char *name, struct call call)
{
	note(name, "ret=%ld errno=%d", call.ret, call.error);
}

size_t proc_read(pid_t pid, const char *file, char *text, size_t room)
{
	char path[64];
	size_t size = 0;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && size < room - 1 && (got = read(fd, text + size, room - 1 - size)) > 0)
		size += got;
	if (fd >= 0)
		close(fd);
	text[size] = 0;
	return size;
}

void note_proc(const char *name, pid_t pid, const char *file)
{
	static char text[65536];

	note_bytes(name, text, proc_read(pid, file, text, sizeof(text)));
}

char proc_state(pid_t pid)
{
	char text[512];
	char *name_end;

	proc_read(pid, "stat", text, sizeof(text));
	name_end = strrchr(text, ')');
	return name_end ? name_end[2] : '-';
}

long proc_switches(pid_t pid)
{
	char text[4096];
	char *voluntary, *forced;

	proc_read(pid, "status", text, sizeof(text));
	voluntary = strstr(text, "\nvoluntary_ctxt_switches:");
	forced = strstr(text, "\nnonvoluntary_ctxt_switches:");
	if (!voluntary || !forced)
		return -1;
	return atol(strchr(voluntary, ':') + 1) + atol(strchr(forced, ':') + 1);
}

double proc_cpu(pid_t pid)
{
	unsigned long user = 0, system = 0;
	char text[512];
	char *name_end;

	proc_read(pid, "stat", text, sizeof(text));
	name_end = strrchr(text, ')');
	if (name_end)
		sscanf(name_end + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
		       &user, &system);
	return (double)(user + system) / sysconf(_SC_CLK_TCK);
}

void await_state(pid_t pid, char state)
{
	for (int tries = 0; tries < 100 && proc_state(pid) != state; tries++)
		rest(0.1);
}
