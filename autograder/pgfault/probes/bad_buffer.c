// SPDX-License-Identifier: MIT
/* Reads into memory that does not exist, or cannot be written. */

#include "pgfault.h"

PROBE(bad_buffer)
{
	struct target target = target_new("map 0 64;touch 0 1,2;touch 0 3,4;touch 0 5,6");
	char *readonly = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct reader reader;
	char *volatile nowhere = (char *)8;
	int history;

	target_step(&target);
	trace_start(target.pid);
	target_step(&target);
	history = history_open(target.pid, O_RDONLY);
	note_call("nowhere", call_result(read(history, nowhere, 65536)));
	/* The records of a read that failed so may be gone. */
	target_step(&target);
	note_call("readonly", call_result(read(history, readonly, PAGE)));
	target_step(&target);
	reader = reader_new(history, 65536);
	settle();
	reader_note(&reader, "reader");
	target_end(&target);
}
