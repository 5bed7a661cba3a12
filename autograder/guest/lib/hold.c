// SPDX-License-Identifier: MIT
/* A process held at an instruction of the submission's code: arch/um/kernel/hold.c does it. */

#include <stdarg.h>

#include "probe.h"

#define REACHED "/sys/kernel/debug/hold/reached"
#define MOST_PLACES 16384

static struct {
	unsigned long address;
	int line, stretch;
} places[MOST_PLACES];
static size_t place_count;

static void control(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void control(const char *format, ...)
{
	char text[128];
	va_list args;
	int fd = open(HOLD_CONTROL, O_WRONLY | O_CLOEXEC);

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		broken("%s: %s: %m", HOLD_CONTROL, text);
	close(fd);
}

size_t hold_places(void)
{
	FILE *file = fopen(HOLD_PLACES, "re");

	while (file && place_count < MOST_PLACES &&
	       fscanf(file, "place %lx %d %d\n", &places[place_count].address,
		      &places[place_count].line, &places[place_count].stretch) == 3)
		place_count++;
	if (file)
		fclose(file);
	return place_count;
}

static long place_at(unsigned long address)
{
	size_t low = 0, high = place_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (places[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < place_count && places[low].address == address ? (long)low : -1;
}

void hold_watch(pid_t pid)
{
	control("watch %d", pid);
}

/*
 * Where the line changes.  Of several places in a stretch, between which nothing happens that
 * another process could see, the last: it is next to what comes then.
 */
size_t hold_reached(unsigned long *addresses, size_t room)
{
	int can, line = -1, stretch = -1;
	FILE *file = fopen(REACHED, "re");
	unsigned long address;
	bool has_one = false;
	size_t count = 0;

	if (!file)
		broken("%s: %m", REACHED);
	while (fscanf(file, "%lx %d", &address, &can) == 2 && count < room) {
		long place = place_at(address);

		if (place < 0)
			continue;
		has_one = has_one && places[place].stretch == stretch;
		if (can && places[place].line != line) {
			if (has_one)
				count--;
			addresses[count++] = address;
			has_one = true;
		}
		line = places[place].line;
		stretch = places[place].stretch;
	}
	fclose(file);
	return count;
}

void hold_at(pid_t pid, unsigned long address, long ms)
{
	control("hold %d %lx %ld 0", pid, address, ms);
}

static unsigned long address_of(const char *function)
{
	static char line[256], name[128];
	unsigned long address, found = 0;
	FILE *file = fopen("/proc/kallsyms", "re");

	while (file && !found && fgets(line, sizeof(line), file))
		if (sscanf(line, "%lx %*c %127s", &address, name) == 2 && !strcmp(name, function))
			found = address;
	if (!found)
		broken("/proc/kallsyms has no %s", function);
	fclose(file);
	return found;
}

void hold_before_call(pid_t pid, long before, long ms)
{
	static unsigned long way_in;

	if (!way_in)
		way_in = address_of("handle_syscall");
	control("hold %d %lx %ld %ld", pid, way_in, ms, before);
}

bool hold_off(void)
{
	char text[64] = "";
	long held = 0;
	int fd = open(HOLD_CONTROL, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		broken("%s: %m", HOLD_CONTROL);
	close(fd);
	sscanf(text, "held %ld", &held);
	control("off");
	return held > 0;
}

void hold_mark(long number)
{
	control("mark %ld", number);
}
