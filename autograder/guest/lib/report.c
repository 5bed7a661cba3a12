// SPDX-License-Identifier: MIT
/*
 * What goes to the host, over a serial line of its own: the kernel's messages never
 * mix with it, and no program of the submission holds its descriptor.  Each line is
 * "TAG name key=value ...", or "TAG bytes NAME SIZE" followed by that many bytes.
 */

#include <stdarg.h>
#include <sys/file.h>
#include <termios.h>

#include "probe.h"

#define LARGEST_FILE (8 << 20)

static int line = -1;
static char tag[64];

void report_tag(const char *with_tag)
{
	snprintf(tag, sizeof(tag), "%s", with_tag);
}

void report_open(const char *device)
{
	struct termios raw;

	line = open(device, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (line >= 0 && tcgetattr(line, &raw) == 0) {
		cfmakeraw(&raw);
		tcsetattr(line, TCSANOW, &raw);
	}
}

static void send(const void *bytes, size_t size)
{
	const char *from = bytes;
	ssize_t sent;

	while (size) {
		sent = write(line, from, size);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return;
		from += sent;
		size -= sent;
	}
}

void note(const char *name, const char *format, ...)
{
	char text[1024];
	va_list args;
	int length;

	length = snprintf(text, sizeof(text), "%s %s ", tag, name);
	va_start(args, format);
	length += vsnprintf(text + length, sizeof(text) - length - 1, format, args);
	va_end(args);
	if (length > (int)sizeof(text) - 2)
		length = sizeof(text) - 2;
	text[length++] = '\n';
	send(text, length);
}

void note_bytes(const char *name, const void *bytes, size_t size)
{
	char head[256];

	send(head, snprintf(head, sizeof(head), "%s bytes %s %zu\n", tag, name, size));
	send(bytes, size);
	send("\n", 1);
}

void note_file(const char *name, const char *path)
{
	char *bytes = malloc(LARGEST_FILE);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t size = 0;
	ssize_t got;

	while (fd >= 0 && bytes && size < LARGEST_FILE &&
	       (got = read(fd, bytes + size, LARGEST_FILE - size)) > 0)
		size += got;
	if (fd >= 0)
		close(fd);
	note_bytes(name, bytes, size);
	free(bytes);
}

static void __attribute__((noreturn)) end(const char *how, const char *format, va_list args)
{
	char text[512];

	vsnprintf(text, sizeof(text), format, args);
	note_bytes(how, text, strlen(text));
	_exit(70);
}

void give_up(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	end("gave_up", format, args);
}

void broken(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	end("broken", format, args);
}
