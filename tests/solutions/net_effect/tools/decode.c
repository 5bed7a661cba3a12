/* SPDX-License-Identifier: GPL-2.0 */
#include "decode.h"

#define KIND_MASK	0x07
#define ABSOLUTE	0x08
#define LOSSY		0x10
#define HEAD_MASK	0xe0
#define HEAD		0xa0
#define PAGES_END	(1UL << (47 - PAGE_SHIFT))	/* a program's addresses end here */
#define REGIONS_END	(1UL << 32)

static int varint(struct decoder *d, u64 *value)
{
	unsigned int shift;

	*value = 0;
	for (shift = 0; d->next < d->end && shift < 64; shift += 7) {
		u64 bits = *d->next & 0x7f;

		if (shift == 63 && bits > 1)
			return 0;
		*value |= bits << shift;
		if (*d->next++ < 0x80)
			return 1;
	}
	return 0;
}

static int sum_is_right(const unsigned char *from, const unsigned char *to)
{
	unsigned int sum = 0x5a;

	while (from < to)
		sum = (sum * 33 ^ *from++) & 0xff;
	return *to == sum;
}

int decode(struct decoder *d, struct event *e)
{
	const unsigned char *start = d->next;
	unsigned int head;
	u64 number;

	if (start == d->end)
		return 0;

	head = *d->next++;
	if ((head & HEAD_MASK) != HEAD || (head & KIND_MASK) >= KINDS)
		return -1;
	if (head & ABSOLUTE)
		d->ns = d->page = 0;
	else if (!d->begun)
		return -1;

	e->kind = head & KIND_MASK;
	e->lost = e->region = e->first = e->beyond = 0;
	if (head & LOSSY && (!varint(d, &e->lost) || !e->lost))
		return -1;
	if (!varint(d, &number) || number > ~d->ns)
		return -1;
	e->ns = d->ns + number;

	if (e->kind == BREAK) {
		if (!e->lost)
			return -1;
	} else if (e->kind != FAULT) {
		if (!varint(d, &e->region) || e->region >= REGIONS_END)
			return -1;
	}
	if (e->kind != BREAK && e->kind != REMOVE) {
		if (!varint(d, &number))
			return -1;
		e->first = d->page + (number >> 1 ^ -(number & 1));
		number = 1;
		if (e->kind != FAULT && !varint(d, &number))
			return -1;
		if (!number || number > PAGES_END || e->first >= PAGES_END ||
		    e->first + number > PAGES_END)
			return -1;
		e->beyond = e->first + number;
		number = e->beyond - 1;
	} else {
		number = d->page;
	}

	if (d->next == d->end || !sum_is_right(start, d->next))
		return -1;
	d->next++;
	d->begun = 1;
	d->ns = e->ns;
	d->page = number;
	return 1;
}
