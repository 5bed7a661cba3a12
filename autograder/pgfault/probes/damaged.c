// SPDX-License-Identifier: MIT
/*
 * What pgfaultmap makes of a trace that is cut short or damaged, or that begins late.
 * at: bytes of the whole at which it is cut (how = cut) or overwritten (how = overwrite),
 * in thousandths of its size; how = random: a file of random bytes; late: the regions that it
 * begins with were taken by another reader
 */

#include "pgfault.h"

static char bytes[1 << 20];
static const char *const place = "/tmp/damaged";

static void try(const char *label, size_t size)
{
	static char with_map[40];
	int fd = open(place, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		give_up("a damaged trace: %m");
	close(fd);
	tool_events(label, place);
	snprintf(with_map, sizeof(with_map), "%s.map", label);
	tool_run(with_map, (const char *const[]){ "/bin/pgfaultmap", place, NULL });
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
