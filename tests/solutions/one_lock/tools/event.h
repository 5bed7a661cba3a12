/* SPDX-License-Identifier: MIT */
#ifndef EVENT_H
#define EVENT_H

#include <stdint.h>

/* As fs/proc/pgf_trace.c has it. */
enum kind { REGION = 1, REMOVE, FAULT, LOST };

struct event {
	uint64_t time;
	uint64_t name_kind;
	uint64_t start;
	uint64_t end;
};

#define KIND(e)	((enum kind)((e)->name_kind & 7))
#define NAME(e)	((e)->name_kind & ~(uint64_t)7)

#endif
