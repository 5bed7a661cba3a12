// SPDX-License-Identifier: MIT
/* A process of one user; its own write, another user's tries to open the file, root's writes. */

#include <sys/prctl.h>

#include "pgfault.h"

static void become(long uid)
{
	if (setgid(uid) || setuid(uid) || prctl(PR_SET_DUMPABLE, 1))
		give_up("setuid: %m");
}

static void report_open_by(const char *who, pid_t pid, int flags)
{
	int fd = history_try(pid, flags);

	note("open", "by=%s flags=%s ret=%d errno=%d", who,
	     flags == O_RDONLY ? "read" : "write", fd < 0 ? -1 : 0, fd < 0 ? -fd : 0);
}

PROBE(file_access)
{
	long uid = job_number("uid");
	pid_t owner, other;
	int status;

	owner = fork();
	if (owner == 0) {
		become(uid);
		report_open_by("owner", getpid(), O_RDONLY);
		note_call("own_write", history_write(getpid(), "1"));
		rest(30);
		_exit(0);
	}
	rest(1);
	other = fork();
	if (other == 0) {
		become(uid + 1);
		report_open_by("other", owner, O_RDONLY);
		report_open_by("other", owner, O_WRONLY);
		_exit(0);
	}
	waitpid(other, &status, 0);
	note_call("stop_by_root", history_write(owner, "0"));
	note_call("start_by_root", history_write(owner, "1"));
	kill(owner, SIGKILL);
}
