// SPDX-License-Identifier: MIT
/*
 * The first process of a grading guest: runs the probe that each job names, one after the
 * other, watches it, tells who hangs where, looks for leaked memory, and powers the guest
 * off.  Nothing of a job is left when the next one begins.
 */

#include <dirent.h>
#include <ctype.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <time.h>

#include "probe.h"

#define MOST_JOBS 64

static void mount_all(void)
{
	mkdir("/proc", 0555);
	mkdir("/sys", 0555);
	mkdir("/tmp", 01777);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	mount("tmpfs", "/tmp", "tmpfs", 0, "mode=1777");
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		note("init_error", "file=%s errno=%d", path, errno);
	if (fd >= 0)
		close(fd);
}

/* Every process with its state and, where the kernel tells, the place it sleeps in. */
static void tell_who_hangs(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	while (proc && (entry = readdir(proc))) {
		pid_t pid = atoi(entry->d_name);
		char command[256];

		if (!isdigit(entry->d_name[0]))
			continue;
		if (pid != 1 && !proc_read(pid, "cmdline", command, sizeof(command)))
			continue;	/* a kernel thread */
		proc_read(pid, "comm", command, sizeof(command));
		command[strcspn(command, "\n")] = 0;
		if (!strcmp(command, job_text("name")))
			strcpy(command, "traced");
		note("process", "pid=%d state=%c comm=%s", pid, proc_state(pid), command);
		note_proc("process_stack", pid, "stack");
	}
	if (proc)
		closedir(proc);
}

/* Waits for the probe, reaping everybody; false where it did not end in time. */
static bool await_probe(pid_t probe, long patience, int *status)
{
	struct timespec rest_of_time = { .tv_sec = patience };
	double end = now() + patience;
	sigset_t child;
	pid_t pid;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	for (;;) {
		while ((pid = waitpid(-1, status, WNOHANG)) > 0)
			if (pid == probe)
				return true;
		rest_of_time.tv_sec = (time_t)(end - now()) + 1;
		if (now() >= end)
			return false;
		sigtimedwait(&child, NULL, &rest_of_time);
	}
}

static void run_probe(const char *name)
{
	extern const struct probe __start_probes[], __stop_probes[];
	const struct probe *probe;
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	prctl(PR_SET_NAME, "check");
	for (probe = __start_probes; probe < __stop_probes; probe++) {
		if (strcmp(probe->name, name))
			continue;
		probe->run();
		_exit(0);
	}
	broken("there is no probe %s", name);
}

/* Objects are reported once they are older than five seconds and seen twice. */
static void look_for_leaks(void)
{
	const char *leaks = "/sys/kernel/debug/kmemleak";

	for (int scan = 0; scan < 2; scan++) {
		rest(6);
		write_file(leaks, "scan");
	}
	note_file("kmemleak", leaks);
}

/* Waits until init is the only process; false where something cannot be killed. */
static bool end_all_others(void)
{
	double end = now() + 10;

	kill(-1, SIGKILL);
	while (now() < end) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
			return true;
		rest(0.01);
	}
	return false;
}

static void fresh_tmp(void)
{
	umount2("/tmp", MNT_DETACH);
	mount("tmpfs", "/tmp", "tmpfs", 0, "mode=1777");
}

/* False where the guest is not fit for another job. */
static bool run_job(const char *text)
{
	int status = 0;
	bool ended;
	pid_t probe;

	char program[64];

	job_set(text);
	report_tag(job_text("tag"));
	/* The command that tools run has another name in each job. */
	snprintf(program, sizeof(program), "/bin/%s", job_text("name"));
	link(HELPER, program);
	note("booted", "now=%.3f", now());
	cover_begin();
	probe = fork();
	if (probe == 0)
		run_probe(job_text("probe"));
	ended = await_probe(probe, job_number("patience"), &status);
	if (ended)
		note("probe_ended", "status=%d", status);
	else
		note("probe_hangs", "after=%ld", job_number("patience"));
	if (!ended)
		tell_who_hangs();
	if (ended && job_number("leaks"))
		look_for_leaks();
	if (!ended || !end_all_others())
		ended = false;
	unlink(program);
	cover_note();
	note("finished", "now=%.3f", now());
	return ended;
}

int main(int argc, char *argv[])
{
	char *jobs[MOST_JOBS], path[32];
	sigset_t child;
	int count = 0;

	if (getpid() != 1 && executed)
		return executed(argc, argv);
	mount_all();
	report_open("/dev/ttyS0");
	/* All are taken away first: no program of the submission sees what is asked. */
	do
		snprintf(path, sizeof(path), "/job.%d", count);
	while (count < MOST_JOBS && (jobs[count] = job_take(path)) && ++count);
	/* Targets map more than there is memory, and use little of it. */
	write_file("/proc/sys/vm/overcommit_memory", "1");
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);

	cover_places();
	for (int i = 0; i < count && run_job(jobs[i]); i++)
		fresh_tmp();
	reboot(RB_POWER_OFF);
	return 0;
}
