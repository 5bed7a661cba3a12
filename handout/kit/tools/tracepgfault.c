// SPDX-License-Identifier: MIT
/*
 * tracepgfault OUTFILE COMMAND [ARG...]
 *
 * Run a command traced and keep its trace: section 5.5 of the assignment, rules
 * P1, P2, P7 and P8.  Milestone M8 in section 6 shows the shape of this program,
 * and three of the traps in section 7 are about it.
 */
#include <stdio.h>

#include "trace.h"

#define STATUS_USAGE	2

int main(int argc, char *argv[])
{
	if (argc < 3) {
		fprintf(stderr, "Usage: %s OUTFILE COMMAND [ARG...]\n", argv[0]);
		return STATUS_USAGE;
	}

	/*
	 * To do:
	 *  - open OUTFILE; if that fails, say so and run nothing (P2)
	 *  - make the child, and keep it waiting until it is traced ("the gate")
	 *  - start the trace, let the child call execve (P1)
	 *  - copy from the file in /proc to OUTFILE until its end (R1, P7)
	 *  - reap the child, and end as it did (P2)
	 */
	fprintf(stderr, "%s: not written yet\n", argv[0]);
	return 1;
}
