// SPDX-License-Identifier: MIT
/* The mode and the owner of pgfault_history for processes of several kinds. */

#include <sys/prctl.h>

#include "pgfault.h"

static void look(const char *whose, pid_t pid)
{
	struct stat history = { 0 }, neighbour = { 0 };
	char path[64];
	int error;

	snprintf(path, sizeof(path), "/proc/%d/pgfault_history", pid);
	error = stat(path, &history) ? errno : 0;
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	stat(path, &neighbour);
	note("history", "whose=%s errno=%d mode=%o uid=%d gid=%d maps_uid=%d maps_gid=%d", whose,
	     error, history.st_mode, history.st_uid, history.st_gid, neighbour.st_uid,
	     neighbour.st_gid);
}

PROBE(file_stat)
{
	struct target target = target_new("none");
	pid_t user = fork();

	if (user == 0) {
		if (setgid(job_number("gid")) || setuid(job_number("uid")) ||
		    prctl(PR_SET_DUMPABLE, 1))
			give_up("setuid: %m");
		pause();
		_exit(0);
	}
	settle();
	look("init", 1);
	look("own", getpid());
	look("child", target.pid);
	look("user", user);
	kill(user, SIGKILL);
}
