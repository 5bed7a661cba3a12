// SPDX-License-Identifier: MIT
/*
 * pgfaultmap [--events] OUTFILE
 *
 * A trace is a CBOR sequence: arrays [kind, nanoseconds, argument ...] of
 * unsigned integers, the first one of a trace with the tag 55799. It is read
 * once, as a stream. The pages that faulted are bits in a hash table whose key
 * is the region and 64 pages.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 12 };
enum kind { FAULT, ADD, RESIZE, REMOVE, LOST, KINDS };

static const unsigned int arguments[KINDS] = {
	[FAULT] = 1, [ADD] = 3, [RESIZE] = 3, [REMOVE] = 1, [LOST] = 1,
};

struct record {
	bool first;			/* of a trace */
	enum kind kind;
	uint64_t time;
	uint64_t arg[3];
};

/* Reading */

enum outcome { END, RECORD, CUT, BAD };

static enum outcome get_number(FILE *f, unsigned int major, uint64_t *number)
{
	int c = getc(f), bytes;

	if (c == EOF)
		return CUT;
	if ((unsigned int)c >> 5 != major || (c & 31) > 27)
		return BAD;
	*number = c & 31;
	if (*number < 24)
		return RECORD;
	bytes = 1 << (*number - 24);
	*number = 0;
	for (int i = 0; i < bytes; i++) {
		c = getc(f);
		if (c == EOF)
			return CUT;
		*number = *number << 8 | c;
	}
	/* The shortest form is the only one. */
	if (*number < 24 || (bytes > 1 && !(*number >> (bytes * 4))))
		return BAD;
	return RECORD;
}

static bool sane_range(uint64_t start, uint64_t end)
{
	const uint64_t offset = (1 << PAGE) - 1;

	return start < end && !((start | end) & offset) &&
	       (end - start) >> PAGE <= UINT64_C(1) << 30;
}

static enum outcome get_record(FILE *f, struct record *r)
{
	uint64_t number, kind;
	enum outcome o;
	int c = getc(f);

	if (c == EOF)
		return END;
	ungetc(c, f);

	r->first = c >> 5 == 6;
	if (r->first) {
		o = get_number(f, 6, &number);
		if (o != RECORD)
			return o;
		if (number != 55799)
			return BAD;
	}
	o = get_number(f, 4, &number);
	if (o != RECORD)
		return o;
	o = get_number(f, 0, &kind);
	if (o != RECORD)
		return o;
	if (kind >= KINDS || number != 2 + arguments[kind])
		return BAD;
	r->kind = kind;
	o = get_number(f, 0, &r->time);
	for (unsigned int i = 0; i < arguments[kind] && o == RECORD; i++)
		o = get_number(f, 0, &r->arg[i]);
	if (o == RECORD && (kind == ADD || kind == RESIZE) &&
	    !sane_range(r->arg[1], r->arg[2]))
		return BAD;
	return o;
}

/* The list of events */

static void show_event(const struct record *r)
{
	printf("%" PRIu64 ".%09" PRIu64 " ", r->time / 1000000000,
	       r->time % 1000000000);
	switch (r->kind) {
	case FAULT:
		printf("fault %" PRIx64 "\n", r->arg[0]);
		break;
	case ADD:
		printf("add r%" PRIu64 " %" PRIx64 "-%" PRIx64 " (%" PRIu64 " pages)%s\n",
		       r->arg[0], r->arg[1], r->arg[2],
		       (r->arg[2] - r->arg[1]) >> PAGE,
		       r->first ? " begin of trace" : "");
		break;
	case RESIZE:
		printf("resize r%" PRIu64 " %" PRIx64 "-%" PRIx64 " now (%" PRIu64 " pages)\n",
		       r->arg[0], r->arg[1], r->arg[2],
		       (r->arg[2] - r->arg[1]) >> PAGE);
		break;
	case REMOVE:
		printf("remove r%" PRIu64 " for good\n", r->arg[0]);
		break;
	default:
		printf("lost %" PRIu64 " records: fault, add, resize or remove\n",
		       r->arg[0]);
		break;
	}
}

/* The map */

struct region {
	uint64_t id, start, end;
};

struct bits {
	size_t region;		/* and one; 0: free */
	uint64_t block;
	uint64_t pages;
};

static struct region *regions;
static size_t nregions;
static size_t *alive;		/* indices of those not removed, oldest first */
static size_t nalive;
static struct bits *table;
static size_t slots, used;

static void *grown(void *array, size_t n, size_t size)
{
	/* Twice as large whenever n is a power of two. */
	if (n & (n - 1))
		return array;
	array = realloc(array, (n ? 2 * n : 1) * size);
	if (!array) {
		perror("pgfaultmap");
		exit(1);
	}
	return array;
}

static struct bits *slot(size_t region, uint64_t block)
{
	uint64_t h = (block * UINT64_C(0x9e3779b97f4a7c15)) ^
		     (region * UINT64_C(0xc2b2ae3d27d4eb4f));

	h ^= h >> 29;
	while (table[h & (slots - 1)].region &&
	       (table[h & (slots - 1)].region != region + 1 ||
		table[h & (slots - 1)].block != block))
		h++;
	return &table[h & (slots - 1)];
}

static void mark(size_t region, uint64_t page)
{
	struct bits *b;

	if (2 * used >= slots) {
		struct bits *old = table;
		size_t n = slots;

		slots = n ? 2 * n : 1024;
		table = calloc(slots, sizeof(*table));
		if (!table) {
			perror("pgfaultmap");
			exit(1);
		}
		for (size_t i = 0; i < n; i++)
			if (old[i].region)
				*slot(old[i].region - 1, old[i].block) = old[i];
		free(old);
	}
	b = slot(region, page / 64);
	if (!b->region) {
		b->region = region + 1;
		b->block = page / 64;
		used++;
	}
	b->pages |= UINT64_C(1) << page % 64;
}

static size_t find(uint64_t id)
{
	size_t i = nalive;

	while (i-- > 0)
		if (regions[alive[i]].id == id)
			return i;
	return SIZE_MAX;
}

static void forget(size_t i)
{
	if (i == SIZE_MAX)
		return;
	memmove(alive + i, alive + i + 1, (--nalive - i) * sizeof(*alive));
}

static void take_in(const struct record *r)
{
	size_t i;

	if (r->first)
		nalive = 0;
	switch (r->kind) {
	case FAULT:
		for (i = nalive; i-- > 0;)
			if (regions[alive[i]].start <= r->arg[0] &&
			    r->arg[0] < regions[alive[i]].end) {
				mark(alive[i], r->arg[0] >> PAGE);
				break;
			}
		break;
	case ADD:
	case RESIZE:
		i = find(r->arg[0]);
		if (r->kind == ADD) {
			forget(i);
			i = SIZE_MAX;
		}
		if (i == SIZE_MAX) {
			regions = grown(regions, nregions, sizeof(*regions));
			alive = grown(alive, nalive, sizeof(*alive));
			i = nalive++;
			alive[i] = nregions++;
		}
		regions[alive[i]] = (struct region){ r->arg[0], r->arg[1], r->arg[2] };
		break;
	case REMOVE:
		forget(find(r->arg[0]));
		break;
	default:
		break;
	}
}

static void show_map(void)
{
	for (size_t i = 0; i < nregions; i++) {
		uint64_t first = regions[i].start >> PAGE;
		uint64_t last = regions[i].end >> PAGE;
		uint64_t pages = 0;

		printf("Region: %08lx - %08lx (%4lu pages): |",
		       (unsigned long)regions[i].start,
		       (unsigned long)regions[i].end,
		       (unsigned long)(last - first));
		for (uint64_t page = first; page < last; page++) {
			if (slots && (page == first || page % 64 == 0))
				pages = slot(i, page / 64)->pages;
			putchar(pages >> page % 64 & 1 ? 'X' : '.');
		}
		puts("|");
	}
}

int main(int argc, char **argv)
{
	bool events = argc == 3 && !strcmp(argv[1], "--events");
	const char *name = argv[argc - 1], *trouble = NULL;
	struct record r = { 0 };
	uint64_t clock = 0, records = 0;
	enum outcome o;
	FILE *f;

	if (argc != 2 && !events) {
		fprintf(stderr, "usage: pgfaultmap [--events] OUTFILE\n");
		return 2;
	}
	f = fopen(name, "rb");
	if (!f) {
		fprintf(stderr, "pgfaultmap: %s: %s\n", name, strerror(errno));
		return 1;
	}

	while ((o = get_record(f, &r)) == RECORD) {
		if (r.time < clock) {
			if (!r.first) {
				o = BAD;
				break;
			}
			r.time = clock;
		}
		clock = r.time;
		records++;
		if (events)
			show_event(&r);
		else
			take_in(&r);
	}
	if (ferror(f))
		trouble = strerror(errno);
	else if (o == CUT)
		trouble = "the trace is cut short";
	else if (o == BAD)
		trouble = "the trace is damaged";
	if (!events)
		show_map();
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "pgfaultmap: standard output: %s\n", strerror(errno));
		return 1;
	}
	if (trouble) {
		fprintf(stderr, "pgfaultmap: %s: %s (after %" PRIu64 " records)\n",
			name, trouble, records);
		return 1;
	}
	return 0;
}
