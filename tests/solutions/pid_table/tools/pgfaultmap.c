// SPDX-License-Identifier: MIT
// pgfaultmap [--events] OUTFILE
//
// A record is a byte (what happened) and numbers of seven bits a byte, lowest first; the
// top bit says that more follow. The first number is the time since the last record.
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long ulong_t;

enum { END, ADD, RESIZE, REMOVE, FAULT, LOST };

struct event {
	int what;
	ulong_t time;
	ulong_t arg[3];
};

struct region {
	ulong_t id, start, end;
	bool there;
	ulong_t *page;		// numbers of the pages that faulted
	size_t pages;
};

#define MOST_BYTES (1UL << 36)	// no process of ours has larger regions

static struct region *regions;
static size_t count;
static bool damaged;

static void *grow(void *p, size_t n, size_t size)
{
	if ((n & (n - 1)) == 0)
		p = realloc(p, (n ? 2 * n : 1) * size);
	if (p == NULL)
		err(1, "memory");
	return p;
}

static ulong_t number(FILE *f)
{
	ulong_t n = 0;
	int c, shift = 0;

	do {
		c = getc(f);
		if (c == EOF || shift > 63) {
			damaged = true;
			return 0;
		}
		n |= (ulong_t)(c & 127) << shift;
		shift += 7;
	} while (c & 128);
	return n;
}

// Reads an event; false at the end, or where it makes no sense.
static bool next(FILE *f, struct event *e)
{
	static const int numbers[] = { 0, 3, 3, 1, 1, 1 };
	ulong_t passed;
	int i;

	e->what = getc(f);
	if (e->what == EOF)
		return false;
	if (e->what < ADD || e->what > LOST) {
		damaged = true;
		return false;
	}
	passed = number(f);
	for (i = 0; i < numbers[e->what]; i++)
		e->arg[i] = number(f);
	if (e->what <= RESIZE && (e->arg[1] >= e->arg[2] || e->arg[2] - e->arg[1] > MOST_BYTES ||
				  (e->arg[1] | e->arg[2]) % 4096))
		damaged = true;
	if (passed > ~0UL - e->time)
		damaged = true;
	e->time += passed;
	return !damaged;
}

static void show(const struct event *e)
{
	printf("%lu.%09lu ", e->time / 1000000000, e->time % 1000000000);
	switch (e->what) {
	case ADD:
	case RESIZE:
		printf("%s vma:%lx %lx-%lx %lu pages\n", e->what == ADD ? "add" : "resize",
		       e->arg[0], e->arg[1], e->arg[2], (e->arg[2] - e->arg[1]) / 4096);
		break;
	case REMOVE:
		printf("remove vma:%lx\n", e->arg[0]);
		break;
	case FAULT:
		printf("fault %lx\n", e->arg[0] * 4096);
		break;
	case LOST:
		printf("lost %lu records\n", e->arg[0]);
		break;
	}
}

static struct region *by_id(ulong_t id)
{
	size_t i;

	for (i = count; i-- > 0;)
		if (regions[i].there && regions[i].id == id)
			return &regions[i];
	return NULL;
}

static void note(const struct event *e)
{
	struct region *r;
	size_t i;

	switch (e->what) {
	case ADD:
		regions = grow(regions, count, sizeof *regions);
		regions[count++] = (struct region){
			.id = e->arg[0], .start = e->arg[1], .end = e->arg[2], .there = true,
		};
		break;
	case RESIZE:
		r = by_id(e->arg[0]);
		if (r) {
			r->start = e->arg[1];
			r->end = e->arg[2];
		}
		break;
	case REMOVE:
		r = by_id(e->arg[0]);
		if (r)
			r->there = false;
		break;
	case FAULT:
		for (i = 0; i < count; i++) {
			r = &regions[i];
			if (!r->there || e->arg[0] < r->start / 4096 || e->arg[0] >= r->end / 4096)
				continue;
			r->page = grow(r->page, r->pages, sizeof *r->page);
			r->page[r->pages++] = e->arg[0];
		}
		break;
	}
}

static void draw(const struct region *r)
{
	ulong_t pages = (r->end - r->start) / 4096;
	char *line = malloc(pages + 1);
	size_t i;

	if (line == NULL)
		err(1, "memory");
	memset(line, '.', pages);
	line[pages] = '\0';
	for (i = 0; i < r->pages; i++)
		if (r->page[i] >= r->start / 4096 && r->page[i] < r->end / 4096)
			line[r->page[i] - r->start / 4096] = 'X';
	printf("Region: %08lx - %08lx (%4lu pages): |%s|\n", r->start, r->end, pages, line);
	free(line);
}

int main(int argc, char **argv)
{
	struct event e = { 0 };
	bool events;
	size_t i;
	FILE *f;

	events = argc > 1 && strcmp(argv[1], "--events") == 0;
	if (argc - events != 2) {
		fprintf(stderr, "Usage: pgfaultmap [--events] OUTFILE\n");
		return 2;
	}
	f = fopen(argv[argc - 1], "r");
	if (f == NULL)
		err(1, "%s", argv[argc - 1]);
	while (next(f, &e)) {
		if (events)
			show(&e);
		else
			note(&e);
	}
	if (!events)
		for (i = 0; i < count; i++)
			draw(&regions[i]);
	fflush(stdout);
	if (damaged)
		errx(1, "%s is damaged, or its end is missing", argv[argc - 1]);
	return 0;
}
