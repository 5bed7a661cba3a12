// SPDX-License-Identifier: MIT
/* What the host asked for: lines "key value" in a file of the initramfs. */

#include "probe.h"

static char text[65536];
static size_t size;

/* What job_text() gives stays: the lines are made strings in place. */
void job_set(const char *lines)
{
	size = snprintf(text, sizeof(text), "%s", lines);
	if (size >= sizeof(text))
		size = sizeof(text) - 1;
	for (char *end = text; (end = strchr(end, '\n')); end++)
		*end = 0;
}

char *job_take(const char *path)
{
	static char lines[sizeof(text)];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t got;

	if (fd < 0)
		return NULL;
	while ((got = read(fd, lines + length, sizeof(lines) - 1 - length)) > 0)
		length += got;
	lines[length] = 0;
	close(fd);
	unlink(path);
	return strdup(lines);
}

const char *job_text(const char *key)
{
	size_t length = strlen(key);

	for (const char *line = text; line < text + size; line += strlen(line) + 1)
		if (!strncmp(line, key, length) && line[length] == ' ')
			return line + length + 1;
	broken("the job has no %s", key);
}

long job_number(const char *key)
{
	return strtol(job_text(key), NULL, 0);
}

size_t job_list(const char *key, long *values, size_t room)
{
	const char *word = job_text(key);
	size_t count = 0;
	char *end;

	while (*word && count < room) {
		values[count++] = strtol(word, &end, 0);
		word = *end ? end + 1 : end;
	}
	return count;
}
