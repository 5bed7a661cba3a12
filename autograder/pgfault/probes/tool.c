// SPDX-License-Identifier: MIT
/*
 * Runs tracepgfault as the job says ("|" stands between the words of the command), with its
 * streams in files; tells how it ended, whether OUTFILE is there ("before" bytes of something
 * else were in it), and what pgfaultmap makes of it.
 */

#include "pgfault.h"

#define WORDS 32

static size_t split(char *line, const char *words[WORDS])
{
	size_t count = 0;

	for (char *word = strtok(line, "|"); word && count < WORDS - 1; word = strtok(NULL, "|"))
		words[count++] = word;
	words[count] = NULL;
	return count;
}

static void fill(const char *path, long size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char page[PAGE];

	if (fd < 0)
		give_up("%s: %m", path);
	memset(page, 'x', sizeof(page));
	for (; size > 0; size -= PAGE)
		if (write(fd, page, sizeof(page)) != sizeof(page))
			give_up("%s: %m", path);
	close(fd);
}

PROBE(tool)
{
	const char *outfile = job_text("outfile");
	const char *words[WORDS];
	static char line[4096];
	int error;
	struct stat status = { 0 };

	snprintf(line, sizeof(line), "%s", job_text("command"));
	split(line, words);
	if (job_number("before"))
		fill(outfile, job_number("before"));
	note("started", "now=%.3f", now());
	tool_run("tool", words);
	note("ended", "now=%.3f", now());
	error = stat(outfile, &status) ? errno : 0;
	note("outfile", "errno=%d size=%ld", error, (long)status.st_size);
	note("marker", "errno=%d", access("/tmp/marker", F_OK) ? errno : 0);
	if (error || !S_ISREG(status.st_mode))
		return;
	if (job_number("events"))
		tool_events("events", outfile);
}
