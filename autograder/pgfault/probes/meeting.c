// SPDX-License-Identifier: MIT
/*
 * Two processes meet in the submission's code.  For each pair "VICTIM:OTHER+OTHER" of the job
 * the victim acts and then the others do; then the others act first; and then, once for each
 * line that the victim reaches, the victim is held there while the others act.
 *
 * Every time the trace goes on afterwards, and the process ends: that has to work, whoever
 * was first.
 */

#include "meeting.h"

#define HELD_MS 200
#define MOST_PLACES 4096

static void one_run(const char *pair, const char *order, unsigned long address)
{
	static long number;
	char name[64];
	const char *others = strchr(pair, ':') + 1;
	const struct victim *victim;

	snprintf(name, sizeof(name), "%.*s", (int)(others - 1 - pair), pair);
	victim = victim_called(name);
	parties_begin(victim->situation, strstr(others, "thread"));
	note("meeting", "number=%ld pair=%s order=%s at=%lx", number, pair, order, address);
	hold_mark(number);
	if (address)
		hold_at(victim->who->pid, address, HELD_MS);
	else if (!strcmp(order, "victim"))
		hold_watch(victim->who->pid);
	if (!strcmp(order, "others"))
		others_act(others);
	victim_acts(victim);
	if (strcmp(order, "others"))
		others_act(others);
	if (address)
		tell_stack("held_stack", victim->who->pid);
	rest(HELD_MS / 1000.0 + 0.05);
	tell(" held=%d", hold_off());
	aftermath(victim, others);
	note("run", "number=%ld pair=%s order=%s at=%lx%s", number++, pair, order, address,
	     told());
	if (progress->bytes)
		tool_events("stream", STREAM);
}

PROBE(meeting)
{
	static unsigned long reached[MOST_PLACES];
	char *pairs = strdup(job_text("pairs")), *rest_of, *pair;

	note("places", "count=%zu", hold_places());
	actors_begin();
	for (pair = strtok_r(pairs, ",", &rest_of); pair; pair = strtok_r(NULL, ",", &rest_of)) {
		size_t count;

		one_run(pair, "victim", 0);
		count = hold_reached(reached, MOST_PLACES);
		one_run(pair, "others", 0);
		for (size_t i = 0; i < count; i++)
			one_run(pair, "held", reached[i]);
	}
}
