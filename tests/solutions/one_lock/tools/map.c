/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <stdio.h>
#include <stdlib.h>

struct touched {
	uint64_t page;
	struct touched *next;
};

struct region {
	uint64_t name, start, end;
	bool exists;
	struct touched *touched;
	struct region *next;
};

static struct region *head;
static struct region **tail = &head;

static void *allocate(size_t n)
{
	void *p = calloc(1, n);

	if (!p) {
		fputs("pgfaultmap: no memory\n", stderr);
		exit(1);
	}
	return p;
}

static struct region *lookup(uint64_t name)
{
	struct region *r = head;

	while (r && !(r->exists && r->name == name))
		r = r->next;
	return r;
}

bool map_exists(uint64_t name)
{
	return lookup(name) != NULL;
}

void map_set(uint64_t name, uint64_t start, uint64_t end)
{
	struct region *r = lookup(name);

	if (!r) {
		r = allocate(sizeof(*r));
		r->name = name;
		r->exists = true;
		*tail = r;
		tail = &r->next;
	}
	r->start = start;
	r->end = end;
}

void map_remove(uint64_t name)
{
	struct region *r = lookup(name);

	if (r)
		r->exists = false;
}

void map_fault(uint64_t address)
{
	for (struct region *r = head; r; r = r->next) {
		if (!r->exists || address < r->start || address >= r->end)
			continue;
		struct touched *t = allocate(sizeof(*t));

		t->page = address >> 12;
		t->next = r->touched;
		r->touched = t;
	}
}

static void print_region(const struct region *r)
{
	uint64_t n = (r->end - r->start) >> 12;
	bool *hit = allocate(n + 1);

	for (struct touched *t = r->touched; t; t = t->next)
		if (t->page >= r->start >> 12 && t->page < r->end >> 12)
			hit[t->page - (r->start >> 12)] = true;
	printf("Region: %08lx - %08lx (%4lu pages): |", r->start, r->end, n);
	for (uint64_t i = 0; i < n; i++)
		putchar(hit[i] ? 'X' : '.');
	puts("|");
	free(hit);
}

void map_print(void)
{
	for (struct region *r = head; r; r = r->next)
		print_region(r);
}
