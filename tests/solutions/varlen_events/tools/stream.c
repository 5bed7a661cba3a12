// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "stream.h"

#define HEAD 3
#define START_LENGTH (HEAD + 4 + 8)
#define PAGES (1ull << 35)	/* of a user's address space */

struct bytes {
	const unsigned char *next, *end;
	int bad;
};

static uint64_t number(struct bytes *from)
{
	uint64_t value = 0;

	for (int shift = 0; from->next < from->end && shift < 64; shift += 7) {
		unsigned char byte = *from->next++;

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return value;
	}
	from->bad = 1;
	return 0;
}

static uint64_t fixed(const unsigned char *from)
{
	uint64_t value = 0;

	for (int i = 7; i >= 0; i--)
		value = value << 8 | from[i];
	return value;
}

static int sound(const unsigned char *record)
{
	unsigned char sum = record[0];

	for (int i = 2; i < record[0]; i++)
		sum = sum * 31 + record[i];
	return sum == record[1];
}

static int numbers_of(enum kind kind)
{
	switch (kind) {
	case ADD:
	case SIZE:
		return 3;
	case DEL:
	case FAULT:
	case LOST:
		return 1;
	default:
		return -1;
	}
}

static int one(struct stream *stream, struct event *event)
{
	const unsigned char *record = stream->next;
	struct bytes body = { record + HEAD, record + record[0], 0 };
	int numbers;

	event->kind = record[2];
	if (event->kind == START) {
		if (record[0] != START_LENGTH || memcmp(record + HEAD, "PGFT", 4))
			return -1;
		event->ns = fixed(record + HEAD + 4);
		if (stream->begun && event->ns < stream->ns)
			return -1;
		stream->begun = 1;
		return 1;
	}
	numbers = numbers_of(event->kind);
	if (numbers < 0 || !stream->begun)
		return -1;
	event->ns = stream->ns + number(&body);
	for (int i = 0; i < numbers; i++)
		event->number[i] = number(&body);
	if (body.bad || body.next != body.end || event->ns < stream->ns)
		return -1;
	if (event->kind == FAULT && event->number[0] >= 1ull << 52)
		return -1;
	if (numbers == 3 && (!event->number[2] || event->number[1] > PAGES ||
			     event->number[2] > PAGES - event->number[1]))
		return -1;
	return 1;
}

int stream_next(struct stream *stream, struct event *event)
{
	size_t left = stream->end - stream->next;

	if (!left)
		return 0;
	if (left < HEAD || stream->next[0] < HEAD || stream->next[0] > left)
		return -1;
	if (!sound(stream->next) || one(stream, event) < 0)
		return -1;
	stream->ns = event->ns;
	stream->next += stream->next[0];
	return 1;
}
