// SPDX-License-Identifier: GPL-2.0-only
/*
 * pgfaultmap - show what /proc/PID/pgfault_history told
 *
 * The trace is read once, from front to end.  Memory is used for each region
 * that it shows and for each page that faulted, but not for the size of a
 * region: a program may reserve terabytes and touch three pages.
 */
#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pgfault_history.h"
#include "regions.h"

#define PAGE_SHIFT	12
#define PAGE_MASK	((1ULL << PAGE_SHIFT) - 1)
#define USER_LIMIT	(1ULL << 47)	/* no region ends above it */
#define NSEC_PER_SEC	1000000000ULL

struct fault {
	__u64 page;
	__u32 region;
};

static struct fault *faults;
static __u64 nr_faults, max_faults;

static char dots[1 << 12];

static void output_failed(void)
{
	err(EXIT_FAILURE, "standard output");
}

__attribute__((format(printf, 1, 2)))
static void print(const char *format, ...)
{
	va_list args;
	int written;

	va_start(args, format);
	written = vprintf(format, args);
	va_end(args);
	if (written < 0)
		output_failed();
}

static void print_event(const struct pgfault_record *r)
{
	print("%llu.%09llu ", r->time_ns / NSEC_PER_SEC, r->time_ns % NSEC_PER_SEC);
	switch (r->type) {
	case PGFAULT_REGION_ADD:
		print("add %llx %llx-%llx\n", r->id, r->start, r->end);
		break;
	case PGFAULT_REGION_RESIZE:
		print("resize %llx %llx-%llx\n", r->id, r->start, r->end);
		break;
	case PGFAULT_REGION_REMOVE:
		print("remove %llx\n", r->id);
		break;
	case PGFAULT_FAULT:
		print("fault %llx\n", r->start);
		break;
	case PGFAULT_LOST:
		print("lost %llu\n", r->id);
		break;
	}
}

static int compare_faults(const void *left, const void *right)
{
	const struct fault *a = left, *b = right;

	if (a->region != b->region)
		return a->region < b->region ? -1 : 1;
	return (a->page > b->page) - (a->page < b->page);
}

/* Sort the faults by region and page, and keep one of each. */
static void sort_faults(void)
{
	__u64 kept = 0;

	if (!nr_faults)
		return;
	qsort(faults, nr_faults, sizeof(*faults), compare_faults);
	for (__u64 i = 1; i < nr_faults; i++)
		if (compare_faults(&faults[kept], &faults[i]))
			faults[++kept] = faults[i];
	nr_faults = kept + 1;
}

static void add_fault(__u32 region, __u64 page)
{
	if (nr_faults == max_faults) {
		/* Programs fault again and again on the same pages. */
		sort_faults();
		if (nr_faults >= max_faults / 2) {
			max_faults = max_faults ? 2 * max_faults : 1024;
			faults = resize_array(faults, max_faults, sizeof(*faults));
		}
	}
	faults[nr_faults++] = (struct fault){ .page = page, .region = region };
}

/* Whether the record is one that can be written, whatever came before it. */
static bool well_formed(const struct pgfault_record *r)
{
	if (r->reserved)
		return false;
	switch (r->type) {
	case PGFAULT_REGION_ADD:
	case PGFAULT_REGION_RESIZE:
		return r->start < r->end && r->end <= USER_LIMIT &&
		       !((r->start | r->end) & PAGE_MASK);
	case PGFAULT_REGION_REMOVE:
	case PGFAULT_FAULT:
	case PGFAULT_LOST:
		return true;
	}
	return false;
}

/*
 * Let the record happen to the regions.
 *
 * Return: false where it contradicts the records before it.  Once some were
 * lost that is no contradiction, and the record is taken at its word.
 */
static bool follow(const struct pgfault_record *r)
{
	static bool lost;
	__u32 n;

	switch (r->type) {
	case PGFAULT_REGION_ADD:
		n = region_by_id(r->id);
		if (n && !lost)
			return false;
		if (n)
			region_remove(n);
		region_add(r->id, r->start, r->end);
		break;
	case PGFAULT_REGION_RESIZE:
		n = region_by_id(r->id);
		if (n)
			region_resize(n, r->start, r->end);
		else if (lost)
			region_add(r->id, r->start, r->end);
		else
			return false;
		break;
	case PGFAULT_REGION_REMOVE:
		n = region_by_id(r->id);
		if (n)
			region_remove(n);
		else if (!lost)
			return false;
		break;
	case PGFAULT_FAULT:
		n = region_at(r->start);
		if (n)
			add_fault(n, r->start >> PAGE_SHIFT);
		break;
	case PGFAULT_LOST:
		lost = true;
		break;
	}
	return true;
}

static void print_dots(__u64 count)
{
	size_t now;

	for (; count; count -= now) {
		now = count < sizeof(dots) ? count : sizeof(dots);
		if (fwrite(dots, 1, now, stdout) != now)
			output_failed();
	}
}

static void print_map(void)
{
	const struct fault *fault, *last;

	sort_faults();
	memset(dots, '.', sizeof(dots));
	fault = faults;
	last = faults + nr_faults;

	for (__u32 n = 1; n <= nr_regions; n++) {
		const struct region *r = &regions[n];
		__u64 page = r->start >> PAGE_SHIFT;
		__u64 end = r->end >> PAGE_SHIFT;

		print("Region: %08llx - %08llx (%4llu pages): |",
		      r->start, r->end, end - page);
		for (; fault < last && fault->region == n; fault++) {
			/* It may have been in a part that is gone. */
			if (fault->page < page || fault->page >= end)
				continue;
			print_dots(fault->page - page);
			print("X");
			page = fault->page + 1;
		}
		print_dots(end - page);
		print("|\n");
	}
}

/*
 * Read the trace up to its end, or to what cannot be one.
 *
 * A list of events is not checked against what came before: it may well be what
 * a second reader got, who went on where a first one had stopped.
 *
 * Return: whether it is whole; *offset is where reading ended.
 */
static bool read_trace(FILE *trace, bool events, __u64 *offset)
{
	struct pgfault_record r;
	size_t got;

	for (*offset = 0;; *offset += sizeof(r)) {
		got = fread(&r, 1, sizeof(r), trace);
		if (got != sizeof(r))
			return !got;
		if (!well_formed(&r))
			return false;
		if (events)
			print_event(&r);
		else if (!follow(&r))
			return false;
	}
}

static int usage(void)
{
	fprintf(stderr, "Usage: pgfaultmap [--events] OUTFILE\n");
	return 2;
}

int main(int argc, char **argv)
{
	bool events = argc > 1 && !strcmp(argv[1], "--events");
	int read_error = 0;
	const char *path;
	__u64 offset;
	FILE *trace;
	bool whole;

	if (argc != 2 + events || argv[1 + events][0] == '-')
		return usage();
	path = argv[1 + events];

	trace = fopen(path, "re");
	if (!trace)
		err(EXIT_FAILURE, "%s", path);
	setvbuf(trace, NULL, _IOFBF, 1 << 16);
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);

	whole = read_trace(trace, events, &offset);
	if (ferror(trace))
		read_error = errno;
	if (!events)
		print_map();
	if (fflush(stdout))
		output_failed();

	if (read_error) {
		errno = read_error;
		err(EXIT_FAILURE, "%s", path);
	}
	if (!whole)
		errx(EXIT_FAILURE, "%s: damaged at byte %llu", path, offset);
	return EXIT_SUCCESS;
}
