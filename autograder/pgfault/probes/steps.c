// SPDX-License-Identifier: MIT
/*
 * A traced process takes the job's steps, one after another, while a reader drains its
 * trace.  After each step: what the step answered, the regions in /proc/PID/maps, how
 * far the reader has come, how often the process has faulted.  In the end: the events
 * in the trace as far as it had come after each step.
 *
 * "before" steps are taken before tracing starts.
 */

#include "pgfault.h"

#define MOST 64

static int count(const char *steps)
{
	int number = *steps != 0;

	while (*steps)
		number += *steps++ == ';';
	return number;
}

static void note_faults(struct target *target)
{
	unsigned long minor = 0, major = 0;
	char text[512];
	char *name_end;

	proc_read(target->pid, "stat", text, sizeof(text));
	name_end = strrchr(text, ')');
	if (name_end)
		sscanf(name_end + 2, "%*c %*d %*d %*d %*d %*d %*u %lu %*u %lu", &minor, &major);
	note("faults", "minor=%lu major=%lu", minor, major);
}

static void gone_too_early(struct reader *reader, int step)	/* 0: before the first */
{
	long reads = reader->seen->reads;
	struct read_call *last;

	if (!reads)
		give_up("the reader was killed in its first read, after step %d", step);
	last = &reader->seen->log[(reads - 1) % READS];
	if (last->ret < 0)
		give_up("a read failed after step %d of a living process: %s", step,
			strerror(last->error));
	give_up("a read returned 0 (end of file) after step %d, while the process lived", step);
}

PROBE(steps)
{
	int before = count(job_text("before"));
	int steps = count(job_text("steps"));
	static char all[32768];
	long offsets[MOST + 1];
	struct target target;
	struct reader reader;
	char label[32];

	if (before > MOST || steps > MOST)
		broken("the job has %d and %d steps, and this probe can take %d of each", before,
		       steps, MOST);
	snprintf(all, sizeof(all), "%s%s", job_text("before"), before ? ";" : "");
	strncat(all, job_text("steps"), sizeof(all) - strlen(all) - 1);
	target = target_new(all);
	for (int i = 0; i < before; i++)
		note_call("before", target_step(&target));
	settle();
	trace_start(target.pid);
	reader = reader_of(target.pid);
	for (int i = 0; i <= steps; i++) {
		struct call answer = { 0 };
		double start = now();

		if (i)
			answer = target_step(&target);
		settle();
		note("step", "number=%d ret=%ld errno=%d since=%.6f", i, answer.ret, answer.error,
		     start);
		snprintf(label, sizeof(label), "maps.%d", i);
		note_proc(label, target.pid, "maps");
		note_faults(&target);
		offsets[i] = reader.seen->bytes;
		if (i < steps && reader_is_done(&reader))
			gone_too_early(&reader, i);
	}
	for (int i = 0; i <= steps; i++) {
		snprintf(label, sizeof(label), "events.%d", i);
		tool_prefix_events(label, reader.path, offsets[i]);
	}
	target_end(&target);
	settle();
	reader_note(&reader, "reader");
	tool_events("events", reader.path);
	tool_run("map", (const char *const[]){ "/bin/pgfaultmap", reader.path, NULL });
}
