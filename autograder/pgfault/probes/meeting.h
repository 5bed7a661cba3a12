/* SPDX-License-Identifier: MIT */
/* Two processes meet: who they are, what they do, and what has to work afterwards. */
#ifndef MEETING_H
#define MEETING_H

#include "actors.h"

enum situation {
	UNOPENED,		/* nobody has opened the history */
	UNTRACED,		/* the controller has */
	READER_SLEEPS,		/* and traces the process; a reader waits for records */
	UNREAD,			/* records wait, and nobody reads */
	RECORDS,		/* records wait, and a reader has the history open */
	NO_RECORDS,		/* no records wait, and a reader has the history open */
};

struct victim {
	const char *name;
	struct actor *who;
	enum command command;
	enum situation situation;
};

/* parties.c */
extern struct actor traced, second, controller, other, reader;
const struct victim *victim_called(const char *name);
void parties_begin(enum situation situation, bool threads);
bool parties_reap(void);				/* whether the traced process is gone */
void victim_acts(const struct victim *victim);
void others_act(const char *names);			/* with a plus between them */

/* aftermath.c */
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
void tell_stack(const char *name, pid_t pid);		/* NAME=FUNCTION,FUNCTION... */
const char *told(void);					/* since the last time */
void aftermath(const struct victim *victim, const char *others);

#endif
