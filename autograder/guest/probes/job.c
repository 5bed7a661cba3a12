// SPDX-License-Identifier: MIT
/* What the host asked for: lines "key value" in a file of the initramfs. */

#include "probe.h"

static char text[65536];

void job_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t size = 0;
	ssize_t got;

	while (fd >= 0 && (got = read(fd, text + size, sizeof(text) - 1 - size)) > 0)
		size += got;
	close(fd);
	unlink(path);
}

void job_set(const char *lines)
{
	snprintf(text, sizeof(text), "%s", lines);
}

const char *job_text(const char *key)
{
	static char value[16384];
	size_t length = strlen(key);
	const char *line, *end;

	for (line = text; *line; line = end + 1) {
		end = strchr(line, '\n');
		if (!end)
			break;
		if (strncmp(line, key, length) || line[length] != ' ')
			continue;
		line += length + 1;
		snprintf(value, sizeof(value), "%.*s", (int)(end - line), line);
		return value;
	}
	give_up("the job has no %s", key);
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
