/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The records of /proc/PID/pgfault_history; fs/proc/fault_diary.c in the patch
 * describes them.
 */
#ifndef DECODE_H
#define DECODE_H

#include <stddef.h>

#define PAGE_SHIFT 12

typedef unsigned long u64;	/* x86_64 it is */

enum kind { FAULT, ADD, RESIZE, REMOVE, SWAP, BREAK, KINDS };

struct event {
	enum kind kind;
	u64 ns;
	u64 lost;		/* this many events were lost before it */
	u64 region;
	u64 first;		/* pages: of a region, or that of a fault */
	u64 beyond;		/* the first one after the region */
};

struct decoder {
	const unsigned char *next;
	const unsigned char *end;
	int begun;
	u64 ns;
	u64 page;
};

/* 1: *e is the next event. 0: the end. -1: the rest is damaged, or cut short. */
int decode(struct decoder *d, struct event *e);

#endif
