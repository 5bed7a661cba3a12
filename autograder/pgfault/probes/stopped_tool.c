// SPDX-License-Identifier: MIT
/*
 * Somebody stops the trace that tracepgfault reads, while its command goes on.  What the
 * command prints at its end is looked at as soon as the tool has ended.
 */

#include <dirent.h>

#include "pgfault.h"

#define OUTFILE "/tmp/out"

static pid_t process_called(const char *name)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;

	while (processes && !found && (entry = readdir(processes))) {
		pid_t pid = atoi(entry->d_name);
		char called[32] = "";

		if (pid > 0)
			proc_read(pid, "comm", called, sizeof(called));
		called[strcspn(called, "\n")] = 0;
		if (!strcmp(called, name))
			found = pid;
	}
	if (processes)
		closedir(processes);
	return found;
}

PROBE(stopped_tool)
{
	char helper[64];
	const char *argv[] = { "/bin/tracepgfault", OUTFILE, helper, "bursts", job_text("bursts"),
			       job_text("pages"), job_text("at"), NULL };
	pid_t tool, command;

	snprintf(helper, sizeof(helper), "/bin/%s", job_text("name"));
	tool = tool_start(argv);
	rest(job_number("bursts") * 0.005);	/* it rests 10 ms after each */
	command = process_called(job_text("name"));
	if (!command)
		give_up("tracepgfault runs no command");
	note_call("stop", history_write(command, "0"));
	tool_finish("tool", tool);
	tool_events("events", OUTFILE);
}
