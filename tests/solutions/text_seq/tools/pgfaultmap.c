// SPDX-License-Identifier: GPL-2.0-only
/*
 * pgfaultmap [--events] FILE
 *
 * FILE is text, a record a line:
 *	<ns> F <address>            <ns> A <name> <start>-<end>
 *	<ns> R <name>               <ns> L <count>
 * Names are never given twice, so regions sit in one array in the order of their
 * adding, and "alive" is a flag.  The faults of each are a plain list of pages.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096ULL
#define TOP (1ULL << 47)
#define MANY_PAGES (1ULL << 26)

typedef uint64_t u64;

struct fault {
	struct fault *next;
	u64 page;
};

struct region {
	u64 name, start, end;
	int alive;
	struct fault *faults;
};

static struct region *regions;
static size_t nregions, room;

static void *need(void *memory)
{
	if (!memory) {
		fprintf(stderr, "pgfaultmap: out of memory\n");
		exit(1);
	}
	return memory;
}

/* A number, and the character behind it; NULL where there is none. */
static char *number(char *p, int base, char stop, u64 *value)
{
	const char *digits = base == 10 ? "0123456789" : "0123456789abcdef";
	size_t n = strspn(p, digits);
	char *end;

	if (!n || p[n] != stop)
		return NULL;
	errno = 0;
	*value = strtoull(p, &end, base);
	return errno ? NULL : end + 1;
}

static struct region *alive(u64 name)
{
	for (size_t i = nregions; i-- > 0;)
		if (regions[i].alive && regions[i].name == name)
			return &regions[i];
	return NULL;
}

static int add(u64 name, u64 start, u64 end)
{
	if (start >= end || end > TOP || start % PAGE || end % PAGE ||
	    (end - start) / PAGE > MANY_PAGES || alive(name))
		return 0;
	if (nregions == room)
		regions = need(realloc(regions, (room = room * 2 + 64) * sizeof(*regions)));
	regions[nregions++] =
		(struct region){ .name = name, .start = start, .end = end, .alive = 1 };
	return 1;
}

/* One that is not known was added in what another reader took, or was lost. */
static int removed(u64 name)
{
	struct region *region = alive(name);

	if (region)
		region->alive = 0;
	return name != 0;
}

static int fault(u64 address)
{
	for (size_t i = 0; i < nregions; i++)
		if (regions[i].alive && regions[i].start <= address && address < regions[i].end) {
			struct fault *f = need(malloc(sizeof(*f)));

			f->page = (address - regions[i].start) / PAGE;
			f->next = regions[i].faults;
			regions[i].faults = f;
		}
	return address < TOP;
}

/* One line, without its newline.  Returns whether it is a record. */
static int record(char *p, int print)
{
	static u64 last;
	u64 time, a, b, c;
	char what;

	if (!(p = number(p, 10, ' ', &time)) || time < last || !(what = p[0]) || p[1] != ' ')
		return 0;
	p += 2;
	switch (what) {
	case 'F':
		if (!number(p, 16, '\0', &a) || !fault(a))
			return 0;
		break;
	case 'A':
		if (!(p = number(p, 10, ' ', &a)) || !(p = number(p, 16, '-', &b)) ||
		    !number(p, 16, '\0', &c) || !add(a, b, c))
			return 0;
		break;
	case 'R':
		if (!number(p, 10, '\0', &a) || !removed(a))
			return 0;
		break;
	case 'L':
		if (!number(p, 10, '\0', &a))
			return 0;
		break;
	default:
		return 0;
	}
	last = time;
	if (!print)
		return 1;
	printf("%" PRIu64 ".%09" PRIu64 " ", time / 1000000000, time % 1000000000);
	if (what == 'F')
		printf("fault %" PRIx64 "\n", a);
	else if (what == 'A')
		printf("add r%" PRIu64 " %" PRIx64 "-%" PRIx64 "\n", a, b, c);
	else if (what == 'R')
		printf("remove r%" PRIu64 "\n", a);
	else
		printf("lost %" PRIu64 "\n", a);
	return 1;
}

static void draw(const struct region *region)
{
	size_t pages = (region->end - region->start) / PAGE;
	char *map = need(malloc(pages + 1));

	memset(map, '.', pages);
	map[pages] = '\0';
	for (const struct fault *f = region->faults; f; f = f->next)
		map[f->page] = 'X';
	printf("Region: %08lx - %08lx (%4lu pages): |%s|\n", (unsigned long)region->start,
	       (unsigned long)region->end, (unsigned long)pages, map);
	free(map);
}

int main(int argc, char **argv)
{
	int events = argc == 3 && !strcmp(argv[1], "--events");
	const char *name = argv[argc - 1];
	unsigned long number_of_line = 0;
	int damaged = 0;
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	FILE *file;

	if (argc != 2 + events) {
		fprintf(stderr, "usage: pgfaultmap [--events] FILE\n");
		return 2;
	}
	file = fopen(name, "r");
	if (!file) {
		perror(name);
		return 1;
	}
	while (!damaged && (length = getline(&line, &size, file)) > 0) {
		number_of_line++;
		damaged = line[length - 1] != '\n' || strlen(line) != (size_t)length;
		if (!damaged) {
			line[length - 1] = '\0';
			damaged = !record(line, events);
		}
	}
	if (ferror(file))
		damaged = 1;
	if (!events)
		for (size_t i = 0; i < nregions; i++)
			draw(&regions[i]);
	if (fflush(stdout)) {
		perror("pgfaultmap: output");
		return 1;
	}
	if (damaged)
		fprintf(stderr, "pgfaultmap: %s: line %lu is no record\n", name, number_of_line);
	return damaged;
}
