/* SPDX-License-Identifier: MIT */
/*
 * What probes share.  A probe only observes: it makes a situation, notes what the
 * kernel answered and judges nothing.  All judging happens on the host.
 *
 * A probe is a function defined with PROBE(name).  init runs the one that a job
 * names, in a process of its own.
 */
#ifndef PROBE_H
#define PROBE_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096UL
#define HELPER "/bin/helper"	/* helper.c, for probes that need a program to run */

struct probe {
	const char *name;
	void (*run)(void);
};

#define PROBE(function)							\
	static void function(void);					\
	static const struct probe probe_##function			\
		__attribute__((used, section("probes"))) = {		\
			.name = #function, .run = function };		\
	static void function(void)

/* job.c: what the host asked for */
char *job_take(const char *path);			/* removes it; NULL where there is none */
void job_set(const char *lines);
const char *job_text(const char *key);			/* never NULL: a missing key ends the probe */
long job_number(const char *key);
size_t job_list(const char *key, long *values, size_t room);

/* report.c: what goes to the host */
void report_open(const char *device);
void report_tag(const char *tag);			/* what lines begin with from now on */
void note(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));
void note_bytes(const char *name, const void *bytes, size_t size);
void note_file(const char *name, const char *path);
/* End the probe: the kernel did not do what the probe needs, or the grader is broken. */
void give_up(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void broken(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* proc.c: /proc/PID/... */
struct call {			/* what a system call answered */
	long ret;
	int error;		/* errno, 0 where it succeeded */
};

struct call call_result(long ret);
void note_call(const char *name, struct call call);
size_t proc_read(pid_t pid, const char *file, char *text, size_t room);
void note_proc(const char *name, pid_t pid, const char *file);
char proc_state(pid_t pid);				/* 'S', 'Z' ...; '-' for none */
long proc_switches(pid_t pid);				/* context switches so far */
double proc_cpu(pid_t pid);				/* seconds, user and system */
void await_state(pid_t pid, char state);		/* up to ten guest seconds */

/* clock.c: the guest's clock, which jumps when every process sleeps */
double now(void);
void rest(double seconds);
void settle(void);		/* let everybody run until all of them sleep */

/* memory.c */
long free_pages(bool tidy);	/* 4 KiB each; tidy: vmalloc too lets go of what it holds back */

/* hold.c: a process held at an instruction of the submission's code, for some milliseconds */
#define HOLD_CONTROL "/sys/kernel/debug/hold/control"
#define HOLD_PLACES "/places"	/* of the initramfs: "place ADDRESS NUMBER", of a line */
size_t hold_places(void);	/* reads them; how many; the probe begins with it */
void hold_watch(pid_t pid);	/* from now on, note what this process reaches */
/* Where another line began, of what it reached, as far as it can be held there; in order. */
size_t hold_reached(unsigned long *addresses, size_t room);
void hold_at(pid_t pid, unsigned long address, long ms);
/* Before its Nth system call from now on, counted from 0. */
void hold_before_call(pid_t pid, long n, long ms);
bool hold_off(void);		/* whether it was held */
void hold_mark(long number);	/* a line in the kernel's log, for what comes next */

/* cover.c: which places a boot comes to; for init */
void cover_places(void);	/* names them to the kernel */
void cover_begin(void);		/* from now on, note which of them anybody comes to */
void cover_note(void);		/* those that were not noted before */

/*
 * init.c: what the program does if a probe has called execve on it: where a probe defines
 * this, it is main.
 */
int executed(int argc, char *argv[]) __attribute__((weak));

#endif
