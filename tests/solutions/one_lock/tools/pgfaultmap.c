/* SPDX-License-Identifier: MIT */
/*
 * pgfaultmap [--events] OUTFILE. The kernel tells the bounds that a region has now; the first
 * time that is an addition, and later a resize.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "event.h"
#include "map.h"

static bool sensible(const struct event *e, uint64_t before)
{
	if (e->time < before)
		return false;
	switch (KIND(e)) {
	case REGION:
		return e->start < e->end && e->end - e->start <= 1ULL << 36 &&
		       (e->start & 4095) == 0 && (e->end & 4095) == 0;
	case REMOVE:
	case FAULT:
	case LOST:
		return true;
	}
	return false;
}

static void print(const struct event *e)
{
	printf("%lu.%09lu ", e->time / 1000000000, e->time % 1000000000);
	switch (KIND(e)) {
	case REGION:
		printf("%s %lx %lx-%lx\n", map_exists(NAME(e)) ? "resize" : "add", NAME(e),
		       e->start, e->end);
		break;
	case REMOVE:
		printf("remove %lx\n", NAME(e));
		break;
	case FAULT:
		printf("fault %lx page %lx\n", e->start, e->start >> 12);
		break;
	case LOST:
		printf("lost %lu\n", e->start);
		break;
	}
}

static void apply(const struct event *e)
{
	switch (KIND(e)) {
	case REGION:
		map_set(NAME(e), e->start, e->end);
		break;
	case REMOVE:
		map_remove(NAME(e));
		break;
	case FAULT:
		map_fault(e->start);
		break;
	case LOST:
		break;
	}
}

/* Returns how many bytes of the trace make sense. */
static size_t walk(const struct event *e, size_t bytes, bool events)
{
	uint64_t before = 0;
	size_t done = 0;

	for (; done + sizeof(*e) <= bytes && sensible(e, before); done += sizeof(*e), e++) {
		if (events)
			print(e);
		apply(e);
		before = e->time;
	}
	return done;
}

int main(int argc, char **argv)
{
	bool events = argc > 2 && strcmp(argv[1], "--events") == 0;
	const char *file = argv[argc - 1];
	const struct event *trace = NULL;
	struct stat st;
	int fd;

	if (argc != (events ? 3 : 2)) {
		fputs("usage: pgfaultmap [--events] OUTFILE\n", stderr);
		return 2;
	}
	fd = open(file, O_RDONLY);
	if (fd < 0 || fstat(fd, &st) < 0) {
		perror(file);
		return 1;
	}
	if (st.st_size > 0) {
		trace = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (trace == MAP_FAILED) {
			perror(file);
			return 1;
		}
	}
	size_t good = walk(trace, st.st_size, events);

	if (!events)
		map_print();
	fflush(stdout);
	if (good < (size_t)st.st_size) {
		fprintf(stderr, "pgfaultmap: %s: nonsense at byte %zu\n", file, good);
		return 1;
	}
	return 0;
}
