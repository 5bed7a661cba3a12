// SPDX-License-Identifier: MIT
/*
 * Writes each of the job's texts to the file of a process that is traced, or not, and
 * looks whether that changed anything.  ("|" stands between the texts.)
 */

#include "pgfault.h"

static void write_each(pid_t pid, const char *texts)
{
	char text[64];

	while (*texts) {
		size_t length = strcspn(texts, "|");

		snprintf(text, sizeof(text), "%.*s", (int)length, texts);
		texts += length + (texts[length] == '|');
		note("value", "text=%s", text);
		note_call("written", history_write(pid, text));
	}
}

/* More than any buffer for "1" and a newline holds. */
static void write_much(pid_t pid)
{
	static char much[5000];
	int history = history_open(pid, O_WRONLY);

	memset(much, '1', sizeof(much));
	note_call("much", call_result(write(history, much, sizeof(much))));
	close(history);
}

/* A "1", perhaps, at an address at which there is no memory. */
static void write_nowhere(pid_t pid)
{
	int history = history_open(pid, O_WRONLY);
	char *volatile nowhere = (char *)8;

	note_call("nowhere", call_result(write(history, nowhere, 1)));
	close(history);
}

PROBE(write_values)
{
	struct target target = target_new("map 0 64;touch 0 1,2,3;touch 0 4,5,6");
	bool traced = job_number("traced");
	struct reader reader;

	target_step(&target);
	if (traced)
		trace_start(target.pid);
	target_step(&target);
	write_each(target.pid, job_text("texts"));
	note_call("two_lines", history_write(target.pid, "1\n0"));
	write_much(target.pid);
	write_nowhere(target.pid);
	if (traced)
		target_step(&target);
	reader = reader_of(target.pid);
	settle();
	reader_note(&reader, "reader");
	if (traced)
		tool_events("events", reader.path);
}
