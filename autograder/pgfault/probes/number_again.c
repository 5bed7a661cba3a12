// SPDX-License-Identifier: MIT
/*
 * A traced process is reaped, and another gets its number and is traced too.  What does the
 * descriptor of the first show, and does writing to it harm the second?
 */

#include "pgfault.h"

PROBE(number_again)
{
	struct target first = target_new("map 0 16;touch 0 1,2,3"), second;
	struct reader of_first, later, of_second;
	int history;

	target_step(&first);
	history = history_open(first.pid, O_RDWR);
	trace_start(first.pid);
	target_step(&first);
	target_end(&first);
	of_first = reader_new(history, 65536);
	settle();
	second = target_as(first.pid, job_text("steps"));
	note("second", "same_number=%d", second.pid == first.pid);
	target_step(&second);
	trace_start(second.pid);
	of_second = reader_of(second.pid);
	target_step(&second);
	settle();
	later = reader_new(history, 65536);
	settle();
	note_call("write", call_result(write(history, "0", 1)));
	target_step(&second);
	settle();
	reader_note(&of_first, "of_first");
	reader_note(&later, "later");
	reader_note(&of_second, "of_second");
	tool_events("events", of_second.path);
}
