// SPDX-License-Identifier: GPL-2.0-only
/*
 * pgfaultmap [--events] OUTFILE
 *
 * Every region has a binary tree (tsearch) of the pages that faulted in it.  The
 * regions alive are in a list, the one that changed last in front; all that ever
 * were are in another, in the order of their adding.
 */
#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096ull
#define USER_END (1ull << 47)

enum { ADD = 0xa51, RESIZE, REMOVE, FAULT, LOST };

struct record {
	uint64_t when, who, first, last;
};

struct region {
	uint64_t id, start, end;
	void *pages;			/* tree of page numbers */
	struct region *next_alive;
	struct region *next_ever;
};

static struct region *alive, *ever, **ever_tail = &ever;
static int some_lost;

static int kind_of(const struct record *r)
{
	return r->last & (PAGE - 1);
}

static uint64_t end_of(const struct record *r)
{
	return r->last & ~(PAGE - 1);
}

static int is_sound(const struct record *r)
{
	switch (kind_of(r)) {
	case ADD:
	case RESIZE:
	case REMOVE:
		return r->first % PAGE == 0 && r->first < end_of(r) && end_of(r) <= USER_END;
	case FAULT:
	case LOST:
		return !end_of(r);
	default:
		return 0;
	}
}

static void print_event(const struct record *r)
{
	printf("%" PRIu64 ".%09" PRIu64 " ", r->when / 1000000000, r->when % 1000000000);
	switch (kind_of(r)) {
	case ADD:
		printf("add v%" PRIx64 " %" PRIx64 "-%" PRIx64 "\n", r->who, r->first, end_of(r));
		break;
	case RESIZE:
		printf("resize v%" PRIx64 " %" PRIx64 "-%" PRIx64 "\n", r->who, r->first, end_of(r));
		break;
	case REMOVE:
		printf("remove v%" PRIx64 "\n", r->who);
		break;
	case FAULT:
		printf("fault %" PRIx64 "\n", r->first);
		break;
	case LOST:
		printf("lost %" PRIu64 "\n", r->who);
		break;
	}
}

/* Takes the region out of the list of those alive. */
static struct region *take(uint64_t id)
{
	for (struct region **link = &alive; *link; link = &(*link)->next_alive) {
		struct region *region = *link;

		if (region->id == id) {
			*link = region->next_alive;
			return region;
		}
	}
	return NULL;
}

static void put_in_front(struct region *region)
{
	region->next_alive = alive;
	alive = region;
}

static struct region *new_region(uint64_t id)
{
	struct region *region = calloc(1, sizeof(*region));

	if (!region) {
		perror("pgfaultmap");
		exit(1);
	}
	region->id = id;
	*ever_tail = region;
	ever_tail = &region->next_ever;
	return region;
}

static int compare(const void *a, const void *b)
{
	uintptr_t left = (uintptr_t)a, right = (uintptr_t)b;

	return left < right ? -1 : left > right;
}

/* The tree's keys are no pointers but the page numbers themselves. */
static void mark(uint64_t address)
{
	for (struct region *region = alive; region; region = region->next_alive)
		if (region->start <= address && address < region->end) {
			if (!tsearch((void *)(uintptr_t)(address / PAGE), &region->pages, compare)) {
				perror("pgfaultmap");
				exit(1);
			}
			return;
		}
}

/* Returns 0 where the record cannot be true. */
static int apply(const struct record *r)
{
	struct region *region = NULL;

	switch (kind_of(r)) {
	case FAULT:
		mark(r->first);
		return 1;
	case LOST:
		some_lost = 1;
		return 1;
	}

	region = take(r->who);
	if (kind_of(r) == REMOVE)
		return region || some_lost;
	if (kind_of(r) == ADD ? region != NULL : region == NULL) {
		if (!some_lost)
			return 0;
		region = NULL;
	}
	if (!region)
		region = new_region(r->who);
	region->start = r->first;
	region->end = end_of(r);
	put_in_front(region);
	return 1;
}

static uint64_t at_page, last_page;

static void print_page(const void *node, VISIT visit, int depth)
{
	uint64_t page = (uintptr_t)*(void *const *)node;

	(void)depth;
	if ((visit != postorder && visit != leaf) || page < at_page || page >= last_page)
		return;
	for (; at_page < page; at_page++)
		putchar('.');
	putchar('X');
	at_page++;
}

static void print_region(const struct region *region)
{
	at_page = region->start / PAGE;
	last_page = region->end / PAGE;
	printf("Region: %08" PRIx64 " - %08" PRIx64 " (%4" PRIu64 " pages): |",
	       region->start, region->end, last_page - at_page);
	twalk(region->pages, print_page);
	for (; at_page < last_page; at_page++)
		putchar('.');
	puts("|");
}

int main(int argc, char **argv)
{
	int events = argc == 3 && !strcmp(argv[1], "--events");
	struct record record;
	const char *problem = NULL;
	size_t got;
	FILE *file;

	if (argc != 2 + events) {
		fputs("usage: pgfaultmap [--events] OUTFILE\n", stderr);
		return 2;
	}
	file = fopen(argv[argc - 1], "rb");
	if (!file) {
		fprintf(stderr, "pgfaultmap: %s: %s\n", argv[argc - 1], strerror(errno));
		return 1;
	}
	while (!problem && (got = fread(&record, 1, sizeof(record), file)) > 0) {
		if (got < sizeof(record))
			problem = "ends inside a record";
		else if (!is_sound(&record))
			problem = "there is something that is no record";
		else if (events)
			print_event(&record);
		else if (!apply(&record))
			problem = "the records contradict each other";
	}
	if (ferror(file))
		problem = "cannot be read";
	if (!events)
		for (struct region *region = ever; region; region = region->next_ever)
			print_region(region);
	if (fflush(stdout) || ferror(stdout))
		problem = "output failed";
	if (problem)
		fprintf(stderr, "pgfaultmap: %s: %s\n", argv[argc - 1], problem);
	return problem != NULL;
}
