// SPDX-License-Identifier: GPL-2.0-only
/*
 * pgfaultmap: draw the regions of a traced process, and which of their pages faulted
 *
 * Regions are numbered as they come.  A fault is noted as a pair of region and page;
 * at the end the pairs are sorted, and each region finds its own together.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stream.h"

struct region {
	unsigned long long serial, page, pages;
};

struct mark {
	unsigned long long region, page;
};

static struct region *region;
static struct mark *mark;
static size_t *live;		/* numbers of the regions that are there now */
static size_t regions, marks, lives;
static int gaps;

static void fatal(const char *name)
{
	perror(name);
	exit(1);
}

/* Arrays have room for a power of two: one that is full of them gets twice the room. */
static void *more(void *array, size_t n, size_t size)
{
	if (n & (n - 1))
		return array;
	return realloc(array, (n ? 2 * n : 1) * size);
}

#define APPEND(array, n) do {					\
	(array) = more((array), (n), sizeof(*(array)));		\
	if (!(array))						\
		fatal("pgfaultmap");				\
} while (0)

static void *whole_file(const char *name, size_t *size)
{
	FILE *file = fopen(name, "r");
	char *text = NULL;
	size_t room = 0;

	if (!file)
		fatal(name);
	*size = 0;
	do {
		if (*size == room) {
			room = room ? 2 * room : 1 << 16;
			text = realloc(text, room);
			if (!text)
				fatal(name);
		}
		*size += fread(text + *size, 1, room - *size, file);
		if (ferror(file))
			fatal(name);
	} while (!feof(file));
	fclose(file);
	return text;
}

static void show(const struct event *e)
{
	if (e->kind == START)
		return;
	printf("%llu.%09llu ", (unsigned long long)e->ns / 1000000000,
	       (unsigned long long)e->ns % 1000000000);
	switch (e->kind) {
	case ADD:
	case SIZE:
		printf("%s r%llu %llx-%llx\n", e->kind == ADD ? "add" : "resize",
		       (unsigned long long)e->number[0],
		       (unsigned long long)e->number[1] << 12,
		       (unsigned long long)(e->number[1] + e->number[2]) << 12);
		break;
	case DEL:
		printf("remove r%llu\n", (unsigned long long)e->number[0]);
		break;
	case FAULT:
		printf("fault %llx\n", (unsigned long long)e->number[0] << 12);
		break;
	default:
		printf("lost %llu\n", (unsigned long long)e->number[0]);
	}
}

/* Index into live[] of a region; the newest are looked at first. */
static size_t find(unsigned long long serial)
{
	size_t i = lives;

	while (i-- && region[live[i]].serial != serial)
		;
	return i;	/* (size_t)-1: there is none */
}

static void note(unsigned long long page)
{
	for (size_t i = lives; i--;) {
		const struct region *r = &region[live[i]];

		if (page >= r->page && page - r->page < r->pages) {
			APPEND(mark, marks);
			mark[marks++] = (struct mark){ live[i], page };
			return;
		}
	}
}

static int take(const struct event *e)
{
	size_t at;

	switch (e->kind) {
	case START:
		return 1;
	case LOST:
		gaps = 1;
		return 1;
	case FAULT:
		note(e->number[0]);
		return 1;
	default:
		break;
	}

	at = find(e->number[0]);
	if ((at == (size_t)-1) != (e->kind == ADD) && !gaps)
		return 0;
	if (e->kind == DEL) {
		if (at != (size_t)-1)
			memmove(&live[at], &live[at + 1], (--lives - at) * sizeof(*live));
		return 1;
	}
	if (at == (size_t)-1) {
		APPEND(region, regions);
		APPEND(live, lives);
		at = lives++;
		live[at] = regions++;
	}
	region[live[at]] = (struct region){ e->number[0], e->number[1], e->number[2] };
	return 1;
}

static int by_region_and_page(const void *a, const void *b)
{
	const struct mark *left = a, *right = b;

	if (left->region != right->region)
		return left->region < right->region ? -1 : 1;
	if (left->page != right->page)
		return left->page < right->page ? -1 : 1;
	return 0;
}

static void draw(void)
{
	size_t m = 0;

	if (marks)
		qsort(mark, marks, sizeof(*mark), by_region_and_page);
	for (size_t i = 0; i < regions; i++) {
		const struct region *r = &region[i];
		unsigned long long page = r->page, end = r->page + r->pages;

		printf("Region: %08llx - %08llx (%4llu pages): |", page << 12, end << 12,
		       r->pages);
		while (page < end) {
			while (m < marks && (mark[m].region < i ||
					     (mark[m].region == i && mark[m].page < page)))
				m++;
			putchar(m < marks && mark[m].region == i && mark[m].page == page ?
				'X' : '.');
			page++;
		}
		printf("|\n");
	}
}

int main(int argc, char *argv[])
{
	struct stream stream = { 0 };
	struct event event;
	int listing, step;
	char *bytes;
	size_t size;

	listing = argc > 2 && strcmp(argv[1], "--events") == 0;
	if (argc != (listing ? 3 : 2)) {
		fprintf(stderr, "Usage: %s [--events] OUTFILE\n", argv[0]);
		return 2;
	}
	bytes = whole_file(argv[argc - 1], &size);
	stream.next = (unsigned char *)bytes;
	stream.end = stream.next + size;
	while ((step = stream_next(&stream, &event)) > 0) {
		if (listing)
			show(&event);
		else if (!take(&event))
			break;
	}
	if (!listing)
		draw();
	if (fflush(stdout) == EOF || ferror(stdout))
		fatal("standard output");
	if (step) {
		fprintf(stderr, "%s: %s is damaged near byte %zu\n", argv[0], argv[argc - 1],
			(size_t)((char *)stream.next - bytes));
		return 1;
	}
	return 0;
}
