// SPDX-License-Identifier: MIT
/*
 * What pgfaultmap makes of a trace that is cut short or damaged, or that begins late.
 * at: bytes of the whole at which it is cut (how = cut) or overwritten (how = overwrite),
 * in thousandths of its size; how = random: a file of random bytes; late: the regions that it
 * begins with were taken by another reader; huge: numbers that no address space has are put
 * in, at every place where the first and the last records may have one
 */

#include <sys/resource.h>

#include "pgfault.h"

#define MOST_PRINTED (1 << 20)	/* bytes: a tool that prints more is ended by SIGXFSZ */
#define FIRST 192		/* so many bytes of the beginning are overwritten */
#define LAST 128		/* and of the end */

static char bytes[1 << 20];
static const char *const place = "/tmp/damaged";

static void store(size_t size)
{
	int fd = open(place, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		give_up("a damaged trace: %m");
	close(fd);
}

static void try(const char *label, size_t size)
{
	static char with_map[40];

	store(size);
	tool_events(label, place);
	snprintf(with_map, sizeof(with_map), "%s.map", label);
	tool_run(with_map, (const char *const[]){ "/bin/pgfaultmap", place, NULL });
}

/* The head of the last line that a tool printed: it may go on for ever. */
static void note_last_head(void)
{
	static char text[MOST_PRINTED + 1];
	int fd = open(TOOL_OUTPUT, O_RDONLY | O_CLOEXEC);
	ssize_t size = read(fd, text, MOST_PRINTED);
	char *head;

	close(fd);
	text[size > 0 ? size : 0] = 0;
	head = strrchr(text, '\n');
	head = head ? head + 1 : text;
	note_bytes("head", head, strnlen(head, 100));
}

/* The bytes are put there, the map is drawn, and what was there comes back. */
static void overwrite(size_t at, const void *with, size_t length, size_t size)
{
	const char *argv[] = { "/bin/pgfaultmap", place, NULL };
	char before[8];
	int status;
	pid_t pid;

	if (at + length > size)
		return;
	memcpy(before, bytes + at, length);
	memcpy(bytes + at, with, length);
	store(size);
	memcpy(bytes + at, before, length);
	pid = tool_start(argv);
	status = tool_wait(pid);
	if (status == -1)
		kill(pid, SIGKILL);
	note("huge", "place=%zu status=%d", at, status);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ)
		note_last_head();
}

/* Aligned as an address is that ends a page, and too large, in both orders of bytes. */
static void overwrite_all(size_t size)
{
	static const unsigned char little[] = { 0, 0, 0xf0, 0x7f, 0, 0, 0xf0, 0x7f };
	static const unsigned char big[] = { 0x7f, 0xf0, 0, 0, 0, 0, 0, 0 };

	for (size_t at = 0; at < FIRST; at += 4)
		overwrite(at, little, sizeof(little), size);
	for (size_t at = 0; at < FIRST / 3; at++)
		overwrite(at, big, sizeof(big), size);
	for (size_t back = LAST; back && size > FIRST + LAST; back -= 4)
		overwrite(size - back, little, sizeof(little), size);
}

static void take_what_is_there(pid_t pid)
{
	struct reader first = reader_of(pid);

	settle();
	kill(first.pid, SIGKILL);
	waitpid(first.pid, NULL, 0);
}

PROBE(damaged)
{
	const char *how = job_text("how");
	static long at[64];
	struct target target = target_new("map 0 64;touchrange 0 0 40;unmap 0 10 5;unmap 0 0 10");
	size_t count = job_list("at", at, 64), size;
	struct reader reader;
	char label[32];
	int fd;

	target_step(&target);
	trace_start(target.pid);
	if (!strcmp(how, "late"))
		take_what_is_there(target.pid);
	target_step(&target);
	target_step(&target);
	target_step(&target);
	reader = reader_of(target.pid);
	settle();
	fd = open(reader.path, O_RDONLY | O_CLOEXEC);
	size = read(fd, bytes, sizeof(bytes));
	note("whole", "size=%zu", size);
	tool_events("whole", reader.path);
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){ MOST_PRINTED, MOST_PRINTED });
	if (!strcmp(how, "huge"))
		overwrite_all(size);
	for (size_t i = 0; i < count; i++) {
		size_t cut = size * at[i] / 1000;

		snprintf(label, sizeof(label), "try.%zu", i);
		lseek(fd, 0, SEEK_SET);
		size = read(fd, bytes, sizeof(bytes));
		if (!strcmp(how, "cut")) {
			note("at", "try=%zu place=%zu", i, cut);
			try(label, cut);
			continue;
		}
		if (!strcmp(how, "random"))
			for (size_t j = 0; j < size; j++)
				bytes[j] = (at[i] * 2654435761UL + j * j * 40503 + (j >> 3) * at[i]) >> 7;
		else if (!strcmp(how, "overwrite"))
			for (size_t j = cut; j < cut + 64 && j < size; j++)
				bytes[j] ^= 0xa5;
		try(label, size);
	}
}
