/* SPDX-License-Identifier: MIT */
/* What the probes of this assignment share: traces, their readers, and traced processes. */
#ifndef PGFAULT_H
#define PGFAULT_H

#include "probe.h"

/* history.c: /proc/PID/pgfault_history */
int history_try(pid_t pid, int flags);			/* a descriptor or -errno */
int history_open(pid_t pid, int flags);			/* gives up where it cannot */
struct call history_write(pid_t pid, const char *text);
void trace_start(pid_t pid);				/* gives up where it cannot */

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

/* touches.c: a target writes or reads pages of a list, or has the kernel do it, or so many pages */
struct call write_pages(char *base, const char *list);
struct call read_pages(char *base, const char *list);
struct call fill_pages(char *base, const char *list);	/* by read() from a pipe */
struct call drain_pages(char *base, const char *list);	/* by write() to a pipe */
struct call write_range(char *start, long pages);
struct call read_range(char *start, long pages);

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
#define TOOL_OUTPUT "/tmp/tool.out"
pid_t tool_start(const char *const argv[]);		/* with its output in TOOL_OUTPUT */
int tool_wait(pid_t pid);
int tool_finish(const char *label, pid_t pid);
int tool_run(const char *label, const char *const argv[]);	/* starts and finishes it */
void tool_events(const char *label, const char *trace);
void tool_prefix_events(const char *label, const char *trace, long size);

#endif
