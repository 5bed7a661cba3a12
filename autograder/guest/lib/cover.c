// SPDX-License-Identifier: MIT
/*
 * Which places of the submission's code the jobs of a boot come to: arch/um/kernel/hold.c notes
 * it.  A kernel or an initramfs that has nothing of this goes without.
 */

#include "probe.h"

#define LARGEST (1 << 20)	/* what the kernel takes in one call */

static void tell(const char *text, size_t size)
{
	int fd = open(HOLD_CONTROL, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, text, size) != (ssize_t)size)
		note("init_error", "file=%s errno=%d", HOLD_CONTROL, errno);
	close(fd);
}

void cover_places(void)
{
	int fd = open(HOLD_PLACES, O_RDONLY | O_CLOEXEC);
	char *lines = malloc(LARGEST);
	size_t size = 0;
	ssize_t got;

	while (fd >= 0 && lines && (got = read(fd, lines + size, LARGEST - size)) > 0)
		size += got;
	if (size)
		tell(lines, size);
	if (fd >= 0)
		close(fd);
	free(lines);
}

void cover_begin(void)
{
	tell("cover", strlen("cover"));
}

void cover_note(void)
{
	static off_t told;	/* places, which is what the file's offsets count */
	int fd = open("/sys/kernel/debug/hold/covered", O_RDONLY | O_CLOEXEC);
	char *lines = malloc(LARGEST);
	size_t size = 0;
	ssize_t got;

	while (fd >= 0 && lines && (got = pread(fd, lines + size, LARGEST - size, told)) > 0)
		for (; got > 0; got--)
			told += lines[size++] == '\n';
	if (size)
		note_bytes("covered", lines, size);
	if (fd >= 0)
		close(fd);
	free(lines);
}
