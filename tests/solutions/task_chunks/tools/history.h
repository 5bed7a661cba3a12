/* SPDX-License-Identifier: GPL-2.0-only */
/* The records of /proc/PID/pgfault_history, as kernel/pgfh.c writes them. */
#ifndef HISTORY_H
#define HISTORY_H

#include <stdint.h>

enum what { BEGIN, ADD, REMOVE, FAULT, EXEC, LOST, WHATS };

#define BEGIN_MAGIC 0x68666770u

struct record {
	uint64_t when_what; /* nanoseconds << 3 | enum what */
	uint64_t a;
	uint64_t b;
};

#endif
