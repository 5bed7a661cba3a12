// SPDX-License-Identifier: MIT
/* Prints a trace of /proc/PID/pgfault_history: a picture of each region, or the events. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ADD = 1, REMOVE, FAULT, LOST };

struct record {
	uint64_t time;
	uint32_t what, id;
	uint64_t start, end;
};

struct region {
	uint32_t id;
	int gone;
	uint64_t start, end;
	char *map;
	struct region *next;
};

static struct region *first, **last = &first;

static void *must(void *p)
{
	if (!p) {
		perror("pgfaultmap");
		exit(1);
	}
	return p;
}

static int apply(const struct record *r)
{
	struct region *g;

	switch (r->what) {
	case ADD:
		if ((r->start | r->end) & 4095 || r->start >= r->end ||
		    (r->end - r->start) >> 12 > 1 << 24)
			return 0;
		g = must(calloc(1, sizeof(*g)));
		g->id = r->id;
		g->start = r->start;
		g->end = r->end;
		g->map = must(malloc(((r->end - r->start) >> 12) + 1));
		memset(g->map, '.', (r->end - r->start) >> 12);
		g->map[(r->end - r->start) >> 12] = 0;
		*last = g;
		last = &g->next;
		return 1;
	case REMOVE:
		for (g = first; g; g = g->next)
			if (g->id == r->id)
				g->gone = 1;
		return 1;
	case FAULT:
		for (g = first; g; g = g->next)
			if (!g->gone && g->start <= r->start && r->start < g->end)
				g->map[(r->start - g->start) >> 12] = 'X';
		return 1;
	}
	return r->what == LOST;
}

static int print(const struct record *r)
{
	if (r->what < ADD || r->what > LOST)
		return 0;
	printf("%llu.%09llu ", (unsigned long long)r->time / 1000000000,
	       (unsigned long long)r->time % 1000000000);
	switch (r->what) {
	case ADD:
		printf("add %u %lx-%lx\n", r->id, (long)r->start, (long)r->end);
		break;
	case REMOVE:
		printf("remove %u\n", r->id);
		break;
	case FAULT:
		printf("fault %lx\n", (long)r->start);
		break;
	case LOST:
		printf("lost %lu\n", (long)r->start);
		break;
	}
	return 1;
}

int main(int argc, char **argv)
{
	int events = argc == 3 && !strcmp(argv[1], "--events");
	struct record r;
	struct region *g;
	uint64_t before = 0;
	size_t n;
	FILE *f;
	int bad = 0;

	if (argc != 2 + events) {
		fprintf(stderr, "usage: pgfaultmap [--events] OUTFILE\n");
		return 2;
	}
	f = fopen(argv[1 + events], "rb");
	if (!f) {
		fprintf(stderr, "pgfaultmap: %s: %s\n", argv[1 + events], strerror(errno));
		return 1;
	}
	while (!bad && (n = fread(&r, 1, sizeof(r), f))) {
		bad = n < sizeof(r) || r.time < before || !(events ? print(&r) : apply(&r));
		before = r.time;
	}
	for (g = first; g; g = g->next)
		printf("Region: %08lx - %08lx (%4lu pages): |%s|\n", (long)g->start,
		       (long)g->end, (long)(g->end - g->start) >> 12, g->map);
	fflush(stdout);
	if (bad)
		fprintf(stderr, "pgfaultmap: %s: the trace is damaged or cut short\n",
			argv[1 + events]);
	return bad || ferror(f) || ferror(stdout);
}
