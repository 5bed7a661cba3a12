// SPDX-License-Identifier: MIT
/*
 * A process reads its own trace into memory that it has not touched yet: storing the
 * record faults, and the fault is recorded.  It must neither wait for itself nor crash.
 */

#include "probe.h"

PROBE(self_reader)
{
	int history = history_open(getpid(), O_RDONLY);
	long pages = job_number("pages");
	char *buffer = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	trace_start(getpid());
	note_call("read", call_result(read(history, buffer, pages * PAGE)));
	note_call("read", call_result(read(history, buffer + PAGE * pages / 2, PAGE)));
	note_call("stop", history_write(getpid(), "0"));
}
