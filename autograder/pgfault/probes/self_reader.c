// SPDX-License-Identifier: MIT
/*
 * A process reads its own trace into memory that it has not touched yet: storing the
 * records faults, and the faults are recorded, so that the trace grows while it is
 * copied.  It must neither wait for itself nor lose or repeat anything.
 */

#include "pgfault.h"

PROBE(self_reader)
{
	int out = open("/tmp/self", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int history = history_open(getpid(), O_RDONLY);
	long rounds[64], pages = 8, next = 0;
	size_t count = job_list("rounds", rounds, 64);

	if (mmap(area(0), 4096 * PAGE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		give_up("mmap: %m");
	trace_start(getpid());
	for (size_t i = 0; i < count; i++) {
		char *buffer = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		struct call call;

		for (long page = 0; page < rounds[i]; page++)
			area(0)[next++ * PAGE] = 1;
		call = call_result(read(history, buffer, pages * PAGE));
		note_call("read", call);
		if (call.ret > 0 && write(out, buffer, call.ret) != call.ret)
			give_up("a copy of the trace: %m");
	}
	/* What the reads themselves added is still there, for as many reads as it takes. */
	struct reader rest = reader_new(history, 65536);

	settle();
	trace_append(out, rest.path);
	note_call("stop", history_write(getpid(), "0"));
	tool_events("events", "/tmp/self");
}
