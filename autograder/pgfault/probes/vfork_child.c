// SPDX-License-Identifier: MIT
/*
 * The child of a vfork is traced and exits, while its parent lives on with the same memory.
 * Nobody reaps the child before its reader has been looked at.
 */

#include "pgfault.h"

static void parent(int from_child, int to_child)
{
	if (vfork() == 0) {
		pid_t pid = getpid();
		char byte;

		if (write(from_child, &pid, sizeof(pid)) == sizeof(pid))
			read(to_child, &byte, 1);
		_exit(0);
	}
	for (;;)
		pause();
}

PROBE(vfork_child)
{
	int from_child[2], to_child[2];
	struct reader reader;
	pid_t whole, child;

	if (pipe2(from_child, O_CLOEXEC) || pipe2(to_child, O_CLOEXEC))
		give_up("pipe: %m");
	whole = fork();
	if (whole == 0)
		parent(from_child[1], to_child[0]);
	if (read(from_child[0], &child, sizeof(child)) != sizeof(child))
		give_up("the traced process could not make a vfork child");
	trace_start(child);
	reader = reader_of(child);
	settle();
	if (write(to_child[1], "", 1) != 1)
		give_up("the vfork child: %m");
	settle();
	reader_note(&reader, "only");
	kill(whole, SIGKILL);
	waitpid(whole, NULL, 0);
}
