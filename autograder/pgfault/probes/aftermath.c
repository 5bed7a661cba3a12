// SPDX-License-Identifier: MIT
/* After a meeting the trace goes on, and the process ends, whoever was first: see meeting.h. */

#include <stdarg.h>

#include "meeting.h"

#define LAST 100		/* the first of the pages that are touched when all is over */
#define MOST_FRAMES 10

static char words[2048];

void tell(const char *format, ...)
{
	size_t size = strlen(words);
	va_list args;

	va_start(args, format);
	vsnprintf(words + size, sizeof(words) - size, format, args);
	va_end(args);
}

const char *told(void)
{
	static char all[sizeof(words)];

	memcpy(all, words, sizeof(words));
	words[0] = 0;
	return all;
}

/* The functions that a process is in, the innermost first, without those of the scheduler. */
void tell_stack(const char *name, pid_t pid)
{
	char path[32], line[256], function[64];
	const char *between = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stack", pid);
	file = fopen(path, "re");
	if (!file)
		return;
	tell(" %s=", name);
	for (int frames = 0; frames < MOST_FRAMES && fgets(line, sizeof(line), file);) {
		if (sscanf(line, "[<%*x>] %63[a-zA-Z0-9_]", function) != 1 ||
		    strstr(function, "schedule"))
			continue;
		tell("%s%s", between, function);
		between = ",";
		frames++;
	}
	fclose(file);
}

static void tell_asleep(void)
{
	tell(" asleep=1");
	tell_stack("stuck_stack", reader.pid);
}

/*
 * A signal has a sleeping reader look once more: if there is a record, nothing woke it for that.
 * The next fault would, and so hide it.
 */
static void look_again(void)
{
	long before = progress->bytes;

	kill(reader.pid, SIGUSR1);
	rest(0.01);
	if (progress->bytes > before)
		tell_asleep();
	actor_collect(&reader);
}

static void tell_stuck(const char *name, const struct actor *actor)
{
	tell(" stuck=%s state=%c", name, proc_state(actor->pid));
	tell_stack("stuck_stack", actor->pid);
}

/* A trace is started, if none is there, and three pages are touched, which a reader gets. */
static void go_on(const struct victim *victim)
{
	long before;

	if (reader.pending)
		look_again();
	if (victim->command == OPEN && controller.last.call.ret < 0)
		actor_ask(&controller, OPEN, traced.pid);
	if (actor_ask(&controller, START, 0))
		tell(" start=%ld", controller.last.call.ret);
	if (!reader.pending) {
		actor_ask(&reader, CLOSE, 0);
		actor_ask(&reader, OPEN, traced.pid);
		tell(" open=%ld", reader.last.call.ret);
		actor_send(&reader, READ_ALL, 0);
	}
	rest(0.05);
	before = progress->bytes;
	for (long page = LAST; page < LAST + 3; page++) {
		actor_ask(&traced, TOUCH, page);
		rest(0.03);
		if (progress->bytes == before)
			tell_asleep();
		before = progress->bytes;
		actor_collect(&reader);
		if (!reader.pending)	/* it had only one read to make until now */
			actor_send(&reader, READ_ALL, 0);
		rest(0.01);
	}
	note_proc("maps", traced.pid, "maps");
}

/* Whoever has the file open reads what is left, before the process is reaped. */
static void read_the_rest(void)
{
	bool had_end = (reader.last.command == READ || reader.last.command == READ_ALL) &&
		       reader.last.call.ret == 0;
	long before = progress->bytes;

	if (!actor_ask(&controller, READ_ALL, 0))
		tell_stuck("controller", &controller);
	if (had_end && progress->bytes > before)
		tell(" early=%ld", progress->bytes - before);
}

static void end(bool gone)
{
	if (!gone)
		actor_send(&traced, EXIT, 0);
	for (int tries = 0; tries < 5 && !parties_reap(); tries++)
		rest(0.05);
	if (!parties_reap())
		tell_stuck("traced", &traced);
	rest(0.05);
	actor_collect(&reader);
	if (reader.pending) {
		tell_stuck("reader", &reader);
	} else {
		tell(" end=%s", reader.last.call.ret ? "error" : "0");
		actor_ask(&reader, CLOSE, 0);
	}
	actor_collect(&other);
	if (!controller.pending)
		actor_ask(&controller, CLOSE, 0);
	if (parties_reap())
		traced.pid = 0;
	actor_drop(&traced);
	if (second.to >= 0)
		actor_drop(&second);
}

/* Whether the last that was done to the trace was to stop it. */
static bool is_stopped(const struct victim *victim, const char *others)
{
	return !strstr(others, "start") && victim->command != START &&
	       (victim->command == STOP || strstr(others, "stop"));
}

void aftermath(const struct victim *victim, const char *others)
{
	/* One that only exits is not reaped yet: what it left is to be read first. */
	bool gone = victim->command == EXIT || strstr(others, "exit") || strstr(others, "reap") ||
		    parties_reap();

	actor_collect(&traced);
	actor_collect(&second);
	actor_collect(&controller);
	actor_collect(&other);
	actor_collect(&reader);
	if (controller.pending)
		tell_stuck("controller", &controller);
	if (other.pending && !strstr(others, "read"))
		tell_stuck("other", &other);
	if (!gone && (traced.pending || second.pending))
		tell_stuck("traced", &traced);
	if (!gone && reader.pending && is_stopped(victim, others))
		tell_stuck("reader", &reader);
	if (!gone && !controller.pending && !traced.pending)
		go_on(victim);
	if (gone && !reader.pending && !controller.pending)
		read_the_rest();
	end(gone);
}
