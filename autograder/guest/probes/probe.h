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
int history_try(pid_t pid, int flags);			/* a descriptor or -errno */
int history_open(pid_t pid, int flags);			/* gives up where it cannot */
struct call history_write(pid_t pid, const char *text);
void trace_start(pid_t pid);				/* gives up where it cannot */
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

/* pieces.c: a trace that several readers read, put together in a file */
void trace_append(int out, const char *path);
long trace_read(int history, int out, size_t size);	/* one call; gives up where it fails */

/* target.c: a child that is traced, and takes one step after the other */
struct target {
	pid_t pid;
	int to_target;
	int from_target;
};

struct target target_new(const char *steps);		/* see actions.c for the steps */
struct target target_as(pid_t pid, const char *steps);	/* one of that number, which is free */
struct call target_step(struct target *target);		/* gives up where the target is dead */
void target_release(struct target *target);		/* let it go on, do not wait */
bool target_has_answered(struct target *target);	/* after target_release */
void target_end(struct target *target);			/* let it take its last step, and reap it */
int target_resume(char *argv[]);			/* main of a target that has called execve */
void target_exec(const char *remaining);		/* in the target: execve, then go on */
struct call target_thread_exec(const char *remaining);	/* the same, from another thread */

/* actions.c: what a target can do */
struct call action_run(const char *step, const char *remaining);
char *area(long slot);					/* where the areas of a target lie */

/* mappings.c: what lies in the areas */
struct call map_pages(long slot, long pages, int protection, int flags, int fd);
struct call map_file(long slot, long pages);
struct call map_stripes(long slot, long pages);
struct call map_segment(long slot, long pages);

/* stack.c */
long use_stack(long pages);				/* a call chain that uses so many */
struct call stack_refused(void);			/* one that RLIMIT_STACK has no room for */

/* children.c: the children of a target, each for the step of its name */
struct call child_fork(void);
struct call child_hold(void);
struct call child_drop(void);
struct call child_poke(const char *place, long pages);
struct call child_spawn(void);

/* reader.c: a process that reads a history until end of file or an error */
#define READS 4096

struct reader {
	pid_t pid;
	char path[32];				/* where the bytes go */
	struct reading {
		volatile long reads;		/* calls that have returned */
		volatile long bytes;
		struct read_call {
			long ret;
			int error;
			double since, until;
			long offset;
		} log[READS];
	} *seen;				/* shared with the reader */
};

struct reader reader_new(int history, size_t buffer);
struct reader reader_of(pid_t pid);			/* opens it, with a buffer of 64 KiB */
void reader_note(struct reader *reader, const char *name);
bool reader_is_done(struct reader *reader);

/* tools.c: the submission's tools */
int tool_run(const char *label, const char *const argv[]);
void tool_events(const char *label, const char *trace);
void tool_prefix_events(const char *label, const char *trace, long size);

#endif
