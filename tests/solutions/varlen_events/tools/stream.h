/* SPDX-License-Identifier: GPL-2.0-only */
/* The stream of events that /proc/PID/pgfault_history gives, taken apart. */
#ifndef STREAM_H
#define STREAM_H

#include <stddef.h>
#include <stdint.h>

enum kind {
	START = 'S', ADD = 'A', SIZE = 'Z', DEL = 'D', FAULT = 'F', LOST = 'L',
};

struct event {
	enum kind kind;
	uint64_t ns;		/* absolute */
	uint64_t number[3];	/* ADD, SIZE: serial, page, pages; DEL: serial; FAULT: page */
};

struct stream {
	const unsigned char *next, *end;
	int begun;
	uint64_t ns;
};

/* 1: an event; 0: the end; -1: no event can be there. */
int stream_next(struct stream *stream, struct event *event);

#endif
