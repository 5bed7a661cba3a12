// SPDX-License-Identifier: MIT
/* Who meets in the submission's code, and what they do there: see meeting.h. */

#include "meeting.h"

struct actor traced, second, controller, other, reader;
static bool reaped;

static const struct victim victims[] = {
	{ "touch", &traced, TOUCH, READER_SLEEPS },
	{ "touch-unread", &traced, TOUCH, UNREAD },
	{ "map", &traced, MAP, READER_SLEEPS },
	{ "unmap", &traced, UNMAP, READER_SLEEPS },
	{ "protect", &traced, PROTECT, READER_SLEEPS },
	{ "exec", &traced, EXEC, READER_SLEEPS },
	{ "exec-untraced", &traced, EXEC, UNTRACED },
	{ "fork", &traced, FORK, READER_SLEEPS },
	{ "exit", &traced, EXIT, READER_SLEEPS },
	{ "open", &controller, OPEN, UNOPENED },
	{ "start", &controller, START, UNTRACED },
	{ "stop", &controller, STOP, READER_SLEEPS },
	{ "stop-unread", &controller, STOP, UNREAD },
	{ "close", &controller, CLOSE, UNREAD },
	{ "read", &reader, READ, RECORDS },
	{ "wait", &reader, READ, NO_RECORDS },
};

static const struct opponent {
	const char *name;
	struct actor *who;
	enum command command;
} opponents[] = {
	{ "touch", &traced, TOUCH },
	{ "map", &traced, MAP },
	{ "unmap", &traced, UNMAP },
	{ "exec", &traced, EXEC },
	{ "exit", &traced, EXIT },
	{ "reap", &traced, EXIT },
	{ "thread", &second, TOUCH },
	{ "open", &other, OWN_OPEN },
	{ "start", &other, OWN_START },
	{ "stop", &other, OWN_STOP },
	{ "read", &other, OWN_READ },
};

const struct victim *victim_called(const char *name)
{
	for (size_t i = 0; i < sizeof(victims) / sizeof(*victims); i++)
		if (!strcmp(victims[i].name, name))
			return &victims[i];
	broken("there is no victim %s", name);
}

static const struct opponent *opponent_called(const char *name)
{
	for (size_t i = 0; i < sizeof(opponents) / sizeof(*opponents); i++)
		if (!strcmp(opponents[i].name, name))
			return &opponents[i];
	broken("there is no opponent %s", name);
}

/* One that still owes an answer is of no use any more. */
static void renew(struct actor *actor, const char *name)
{
	if (actor->pid && !actor->pending)
		return;
	if (actor->pid)
		actor_drop(actor);
	*actor = actor_new(name);
}

bool parties_reap(void)
{
	if (!reaped)
		reaped = waitpid(traced.pid, NULL, WNOHANG) == traced.pid;
	return reaped;
}

static void prepare(enum situation situation)
{
	if (situation == UNOPENED)
		return;
	actor_ask(&controller, OPEN, traced.pid);
	if (situation == UNTRACED)
		return;
	actor_ask(&controller, START, 0);
	if (controller.last.call.ret != 1)
		tell(" setup=%d", controller.last.call.error);
	actor_ask(&reader, OPEN, traced.pid);
	if (situation == READER_SLEEPS) {
		actor_send(&reader, READ_ALL, 0);
		rest(0.03);
		actor_ask(&traced, TOUCH, 0);
		rest(0.03);
		return;
	}
	actor_ask(&traced, TOUCH, 0);
	actor_ask(&reader, READ, 0);	/* all there is: its buffer is large */
	for (long page = 1; page < 4 && situation != NO_RECORDS; page++)
		actor_ask(&traced, TOUCH, page);
	if (situation == UNREAD)
		actor_ask(&reader, CLOSE, 0);
}

void parties_begin(enum situation situation, bool threads)
{
	truncate(STREAM, 0);
	progress->bytes = 0;
	progress->reads = 0;
	reaped = false;
	renew(&controller, "controller");
	renew(&other, "other");
	renew(&reader, "reader");
	second = (struct actor){ .to = -1, .from = -1 };
	traced = actor_traced(threads ? &second : NULL);
	rest(0.02);
	prepare(situation);
}

void victim_acts(const struct victim *victim)
{
	actor_send(victim->who, victim->command, victim->command == OPEN ? traced.pid : 10);
	rest(0.005);
}

void others_act(const char *names)
{
	char words[128], *rest_of, *name;
	static long page;

	snprintf(words, sizeof(words), "%s", names);
	for (name = strtok_r(words, "+", &rest_of); name; name = strtok_r(NULL, "+", &rest_of)) {
		const struct opponent *opponent = opponent_called(name);

		page = page % 8 + 20;
		if (opponent->who == &second)
			actor_send(&second, TOUCH, 30);
		else if (opponent->who == &other)
			actor_send(&other, opponent->command, traced.pid);
		else
			actor_send(&traced, opponent->command, page);
		rest(0.01);
		if (!strcmp(name, "reap"))
			parties_reap();
		rest(0.002);
		actor_collect(&other);
		if (other.pending)	/* what the next one does comes before it */
			tell(" waited=1");
	}
}
