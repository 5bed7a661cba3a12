// SPDX-License-Identifier: MIT
/* How a target touches its memory. */

#include "pgfault.h"

#define PAGES 4096

static struct call write_page(char *place)
{
	*(volatile char *)place = 1;
	return call_result(0);
}

static struct call read_page(char *place)
{
	(void)*(volatile char *)place;
	return call_result(0);
}

/* One byte of a page moves through a pipe, by the kernel's hand. */
static struct call through_pipe(char *place, bool to_page)
{
	char byte = 1;
	int ends[2];
	long moved;

	if (pipe(ends))
		return call_result(-1);
	if (to_page)
		moved = write(ends[1], &byte, 1) == 1 ? read(ends[0], place, 1) : -1;
	else
		moved = write(ends[1], place, 1);
	close(ends[0]);
	close(ends[1]);
	return call_result(moved == 1 ? 0 : -1);
}

static struct call from_pipe(char *place)
{
	return through_pipe(place, true);
}

static struct call to_pipe(char *place)
{
	return through_pipe(place, false);
}

/* The list is read to its end before the first page is touched. */
static struct call each(char *base, const char *list, struct call (*touch)(char *))
{
	static long pages[PAGES];
	struct call answer = { 0 };
	size_t count = 0;
	char *end;

	while (*list && count < PAGES) {
		pages[count++] = strtol(list, &end, 0);
		list = *end ? end + 1 : end;
	}
	for (size_t i = 0; i < count && !answer.ret; i++)
		answer = touch(base + pages[i] * (long)PAGE);
	return answer;
}

struct call write_pages(char *base, const char *list)
{
	return each(base, list, write_page);
}

struct call read_pages(char *base, const char *list)
{
	return each(base, list, read_page);
}

struct call fill_pages(char *base, const char *list)
{
	return each(base, list, from_pipe);
}

struct call drain_pages(char *base, const char *list)
{
	return each(base, list, to_pipe);
}

struct call write_range(char *start, long pages)
{
	for (long page = 0; page < pages; page++)
		write_page(start + page * PAGE);
	return call_result(0);
}

struct call read_range(char *start, long pages)
{
	for (long page = 0; page < pages; page++)
		read_page(start + page * PAGE);
	return call_result(0);
}
