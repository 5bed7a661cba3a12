/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pgfaultmap OUTFILE		a line for each region, with the pages that faulted
 * pgfaultmap --events OUTFILE	the trace as text
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"

static const char *me = "pgfaultmap";

static void *resized(void *memory, size_t size)
{
	memory = realloc(memory, size);
	if (!memory) {
		fflush(stdout);
		fprintf(stderr, "%s: out of memory\n", me);
		exit(1);
	}
	return memory;
}

/* ---- the text ---- */

static void say_time(const struct event *e)
{
	printf("%lu.%09lu ", e->ns / 1000000000, e->ns % 1000000000);
}

static void say_extent(const struct event *e, const char *what)
{
	say_time(e);
	printf("%s r%lu %lx-%lx\n", what, e->region,
	       e->first << PAGE_SHIFT, e->beyond << PAGE_SHIFT);
}

static void say_remove(const struct event *e)
{
	say_time(e);
	printf("remove r%lu\n", e->region);
}

static void say(const struct event *e)
{
	if (e->lost) {
		say_time(e);
		printf("lost %lu\n", e->lost);
	}
	switch (e->kind) {
	case FAULT:
		say_time(e);
		printf("fault %lx\n", e->first << PAGE_SHIFT);
		break;
	case ADD:
		say_extent(e, "add");
		break;
	case RESIZE:
		say_extent(e, "resize");
		break;
	case SWAP:
		say_remove(e);
		say_extent(e, "add");
		break;
	case REMOVE:
		say_remove(e);
		break;
	default:
		break;
	}
}

/* ---- the map ---- */

struct region {
	struct region *later;			/* all, as added */
	struct region *next, **link;		/* those that exist, in no order */
	struct region *same_hash;		/* those that exist, by number */
	u64 number;
	u64 first, beyond;
	u64 *hits;
	size_t nr_hits, room;
};

#define HASHES 4096

static struct region *all, **all_end = &all;
static struct region *existing;
static struct region *by_number[HASHES];

static struct region **lookup(u64 number)
{
	struct region **r = &by_number[number % HASHES];

	while (*r && (*r)->number != number)
		r = &(*r)->same_hash;
	return r;
}

static void unlink_existing(struct region *r)
{
	*r->link = r->next;
	if (r->next)
		r->next->link = r->link;
}

static void link_existing(struct region *r)
{
	r->next = existing;
	if (existing)
		existing->link = &r->next;
	existing = r;
	r->link = &existing;
}

static void region_remove(u64 number)
{
	struct region **place = lookup(number), *r = *place;

	if (r) {
		*place = r->same_hash;
		unlink_existing(r);
	}
}

static void region_add(const struct event *e)
{
	struct region *r = resized(NULL, sizeof(*r));
	struct region **place;

	region_remove(e->region);	/* its removal was lost, then */
	memset(r, 0, sizeof(*r));
	r->number = e->region;
	r->first = e->first;
	r->beyond = e->beyond;
	place = lookup(e->region);
	r->same_hash = *place;
	*place = r;
	link_existing(r);
	*all_end = r;
	all_end = &r->later;
}

static void region_resize(const struct event *e)
{
	struct region *r = *lookup(e->region);

	if (r) {
		r->first = e->first;
		r->beyond = e->beyond;
	} else {
		region_add(e);		/* as its addition was */
	}
}

static void region_hit(u64 page)
{
	struct region *r;

	for (r = existing; r; r = r->next)
		if (r->first <= page && page < r->beyond)
			break;
	if (!r)
		return;
	/* The next fault is likely to be near. */
	unlink_existing(r);
	link_existing(r);
	if (r->nr_hits && r->hits[r->nr_hits - 1] == page)
		return;
	if (r->nr_hits == r->room) {
		r->room = r->room ? r->room * 2 : 4;
		r->hits = resized(r->hits, r->room * sizeof(*r->hits));
	}
	r->hits[r->nr_hits++] = page;
}

static void chart(const struct event *e)
{
	switch (e->kind) {
	case FAULT:
		region_hit(e->first);
		break;
	case SWAP:
		region_remove(e->region);
		/* fall through */
	case ADD:
		region_add(e);
		break;
	case RESIZE:
		region_resize(e);
		break;
	case REMOVE:
		region_remove(e->region);
		break;
	default:
		break;
	}
}

static int by_page(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void dots(u64 count)
{
	static char row[1 << 16];

	if (!row[0])
		memset(row, '.', sizeof(row));
	while (count && !ferror(stdout)) {
		size_t some = count < sizeof(row) ? count : sizeof(row);

		fwrite(row, 1, some, stdout);
		count -= some;
	}
}

static void draw(void)
{
	struct region *r;
	size_t i;
	u64 at;

	for (r = all; r; r = r->later) {
		printf("Region: %08lx - %08lx (%4lu pages): |",
		       r->first << PAGE_SHIFT, r->beyond << PAGE_SHIFT,
		       r->beyond - r->first);
		if (r->nr_hits)
			qsort(r->hits, r->nr_hits, sizeof(*r->hits), by_page);
		at = r->first;
		for (i = 0; i < r->nr_hits; i++) {
			if (r->hits[i] < at || r->hits[i] >= r->beyond)
				continue;	/* twice, or not within it any more */
			dots(r->hits[i] - at);
			putchar('X');
			at = r->hits[i] + 1;
		}
		dots(r->beyond - at);
		puts("|");
	}
}

/* ---- */

static unsigned char *slurp(const char *name, size_t *length)
{
	FILE *file = fopen(name, "rb");
	unsigned char *bytes = NULL;
	size_t room = 0, got;

	if (!file)
		goto complain;
	*length = 0;
	do {
		if (*length == room) {
			room = room ? room * 2 : 1 << 16;
			bytes = resized(bytes, room);
		}
		got = fread(bytes + *length, 1, room - *length, file);
		*length += got;
	} while (got);
	if (ferror(file))
		goto complain;
	fclose(file);
	return bytes;

complain:
	fprintf(stderr, "%s: %s: %s\n", me, name, strerror(errno));
	exit(1);
}

int main(int argc, char *argv[])
{
	void (*use)(const struct event *) = chart;
	const char *name = argv[argc - 1];
	struct decoder d;
	struct event e;
	size_t length;
	int got, status = 0;

	if (argc == 3 && !strcmp(argv[1], "--events"))
		use = say;
	else if (argc != 2 || !strcmp(name, "--events")) {
		fprintf(stderr, "Usage: %s [--events] OUTFILE\n", me);
		return 2;
	}

	memset(&d, 0, sizeof(d));
	d.next = slurp(name, &length);
	d.end = d.next + length;
	while ((got = decode(&d, &e)) > 0)
		use(&e);
	if (use == chart)
		draw();
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "%s: cannot write\n", me);
		status = 1;
	}
	if (got < 0) {
		fprintf(stderr, "%s: %s: damaged or cut short\n", me, name);
		status = 1;
	}
	return status;
}
