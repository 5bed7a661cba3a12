// SPDX-License-Identifier: MIT
/* tracepgfault runs a command that copies its standard input. */

#include "pgfault.h"

PROBE(tool_input)
{
	int input = open("/tmp/input", O_RDWR | O_CREAT, 0600);
	const char *text = job_text("text");
	pid_t pid;
	int status;

	if (write(input, text, strlen(text)) < 0)
		give_up("write: %m");
	lseek(input, 0, SEEK_SET);
	pid = fork();
	if (pid == 0) {
		dup2(input, 0);
		dup2(open("/tmp/output", O_WRONLY | O_CREAT, 0600), 1);
		dup2(open("/tmp/errors", O_WRONLY | O_CREAT, 0600), 2);
		execl("/bin/tracepgfault", "tracepgfault", "/tmp/out", HELPER, "cat", NULL);
		_exit(126);
	}
	waitpid(pid, &status, 0);
	note("tool", "status=%d", status);
	note_file("output", "/tmp/output");
}
