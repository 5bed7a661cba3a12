/* SPDX-License-Identifier: MIT */
/*
 * The processes of a meeting: each takes commands and answers them, and the probe waits for
 * an answer only as long as it likes, since the process may be held or stuck.
 */
#ifndef ACTORS_H
#define ACTORS_H

#include "pgfault.h"

enum command {
	TOUCH,			/* write to page N */
	MAP,
	UNMAP,
	PROTECT,		/* pages in the middle of a region, so that it is split */
	EXEC,
	FORK,			/* and wait for the child */
	EXIT,
	OPEN,			/* the history of process N; CLOSE closes it */
	CLOSE,
	START,			/* through the descriptor that OPEN opened, as are the next two */
	STOP,
	READ,
	READ_ALL,		/* until end of file or an error */
	OWN_OPEN,		/* the same through a descriptor of its own, which it closes */
	OWN_START,
	OWN_STOP,
	OWN_READ,
};

struct answer {
	enum command command;
	struct call call;
};

struct actor {
	pid_t pid;
	int to, from;
	int pending;		/* answers that are still to come */
	struct answer last;
};

#define STREAM "/tmp/stream"	/* where what is read of a trace is put, in order */

/* What the actors count, in memory that they share with the probe. */
struct progress {
	volatile long bytes, reads;
};
extern struct progress *progress;

void actors_begin(void);
struct actor actor_new(const char *name);
struct actor actor_traced(struct actor *second);	/* second: its other thread, or NULL */
void actor_send(struct actor *actor, enum command command, long n);
void actor_collect(struct actor *actor);		/* the answers that have come */
bool actor_ask(struct actor *actor, enum command command, long n);	/* false: no answer */
void actor_drop(struct actor *actor);
int actor_executed(char *argv[]);			/* main of a traced one after its execve */

#endif
