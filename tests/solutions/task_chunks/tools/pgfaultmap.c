// SPDX-License-Identifier: GPL-2.0-only
/*
 * pgfaultmap [--events] FILE
 *
 * Maps the whole file and walks over it as an array.  Living regions are a linked list
 * of their own; all regions are linked in the order of their adding.  Which pages have
 * faulted is a sorted array of page numbers, made when a region is drawn, from an
 * append-only log of (region, page).
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "history.h"

static const uint64_t page_size = 4096;
static const uint64_t address_limit = UINT64_C(1) << 47;
static const uint64_t page_limit = UINT64_C(1) << 27;

struct region {
	struct region *next;		/* in the order of adding */
	struct region *next_living;
	uint64_t start, end;
	unsigned int generation;	/* with start: the identity */
	size_t index;
};

struct hit {
	size_t region;
	uint64_t page;
};

static struct region *first, **behind_last = &first, *living;
static size_t nr_regions;
static struct hit *hits;
static size_t nr_hits, max_hits;
static bool print_events;

static struct region **find_living(uint64_t start)
{
	struct region **link = &living;

	while (*link && (*link)->start != start)
		link = &(*link)->next_living;
	return *link ? link : NULL;
}

static void event(uint64_t when, const char *format, ...)
{
	va_list args;

	if (!print_events)
		return;
	printf("%" PRIu64 ".%09u ", when / 1000000000u, (unsigned int)(when % 1000000000u));
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static void drop(struct region **link, uint64_t when)
{
	struct region *region = *link;

	event(when, "remove %" PRIx64 ".%u", region->start, region->generation);
	*link = region->next_living;
}

static const char *on_begin(uint64_t when, uint64_t a, uint64_t b)
{
	if (a != BEGIN_MAGIC || b != 12)
		return "not a history of this kernel";
	/* Somebody read on where tracing was stopped and started again. */
	while (living)
		drop(&living, when);
	return NULL;
}

static const char *on_add(uint64_t when, uint64_t a, uint64_t b)
{
	struct region *region, **old;

	if (a >= b || b > address_limit || (a | b) % page_size || (b - a) / page_size > page_limit)
		return "a region with impossible bounds";
	old = find_living(a);
	if (old) /* a vfork child has unmapped it, or that was lost */
		drop(old, when);
	region = calloc(1, sizeof(*region));
	if (!region)
		err(1, NULL);
	region->start = a;
	region->end = b;
	region->index = nr_regions++;
	region->generation = region->index;
	region->next_living = living;
	living = region;
	*behind_last = region;
	behind_last = &region->next;
	event(when, "add %" PRIx64 ".%u %" PRIx64 "-%" PRIx64, a, region->generation, a, b);
	return NULL;
}

static const char *on_remove(uint64_t when, uint64_t a, uint64_t b)
{
	struct region **link = find_living(a);

	if (b || a % page_size || a >= address_limit)
		return "a removal of something impossible";
	/* One not known came with a vfork child, or was lost. */
	if (link)
		drop(link, when);
	return NULL;
}

static const char *on_fault(uint64_t when, uint64_t a, uint64_t b)
{
	if (b || a >= address_limit)
		return "a fault at an impossible address";
	for (struct region *region = living; region; region = region->next_living) {
		if (a < region->start || a >= region->end)
			continue;
		if (nr_hits == max_hits) {
			max_hits = max_hits ? max_hits * 2 : 1024;
			hits = realloc(hits, max_hits * sizeof(*hits));
			if (!hits)
				err(1, NULL);
		}
		hits[nr_hits++] = (struct hit){ region->index, (a - region->start) / page_size };
	}
	event(when, "fault %" PRIx64, a);
	return NULL;
}

static const char *on_exec(uint64_t when, uint64_t a, uint64_t b)
{
	if (a || b)
		return "an execve with something behind it";
	while (living)
		drop(&living, when);
	return NULL;
}

static const char *on_lost(uint64_t when, uint64_t a, uint64_t b)
{
	if (!a || b)
		return "a loss of nothing";
	event(when, "lost %" PRIu64, a);
	return NULL;
}

static const char *(*const handlers[])(uint64_t, uint64_t, uint64_t) = {
	[BEGIN] = on_begin, [ADD] = on_add,   [REMOVE] = on_remove,
	[FAULT] = on_fault, [EXEC] = on_exec, [LOST] = on_lost,
};

static const char *walk(const struct record *records, size_t nr)
{
	uint64_t last = 0;

	for (size_t i = 0; i < nr; i++) {
		unsigned int what = records[i].when_what & 7;
		uint64_t when = records[i].when_what >> 3;
		const char *trouble;

		if (what >= WHATS)
			return "an unknown record";
		if (when < last)
			return "time goes back";
		last = when;
		trouble = handlers[what](when, records[i].a, records[i].b);
		if (trouble)
			return trouble;
	}
	return NULL;
}

static int in_order(const void *left, const void *right)
{
	const struct hit *a = left, *b = right;

	if (a->region != b->region)
		return a->region < b->region ? -1 : 1;
	return a->page < b->page ? -1 : a->page > b->page;
}

static void draw_all(void)
{
	const struct hit *hit = hits;

	if (nr_hits)
		qsort(hits, nr_hits, sizeof(*hits), in_order);
	for (const struct region *region = first; region; region = region->next) {
		uint64_t pages = (region->end - region->start) / page_size;

		printf("Region: %08lx - %08lx (%4lu pages): |", (unsigned long)region->start,
		       (unsigned long)region->end, (unsigned long)pages);
		for (uint64_t page = 0; page < pages; page++) {
			bool faulted = false;

			while (hit < hits + nr_hits && hit->region == region->index &&
			       hit->page == page) {
				faulted = true;
				hit++;
			}
			putchar(faulted ? 'X' : '.');
		}
		puts("|");
	}
}

int main(int argc, char *argv[])
{
	const char *name, *trouble = NULL;
	const void *bytes = NULL;
	struct stat status;
	int fd;

	print_events = argc > 1 && !strcmp(argv[1], "--events");
	if (argc != 2 + print_events) {
		fputs("Usage: pgfaultmap [--events] FILE\n", stderr);
		return 2;
	}
	name = argv[1 + print_events];
	fd = open(name, O_RDONLY);
	if (fd < 0 || fstat(fd, &status) < 0)
		err(1, "%s", name);
	if (status.st_size) {
		bytes = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (bytes == MAP_FAILED)
			err(1, "%s", name);
		trouble = walk(bytes, status.st_size / sizeof(struct record));
	}
	if (!trouble && status.st_size % sizeof(struct record))
		trouble = "it ends inside a record";
	if (!print_events)
		draw_all();
	if (fflush(stdout) || ferror(stdout))
		err(1, "standard output");
	if (trouble)
		errx(1, "%s: %s", name, trouble);
	return 0;
}
