// SPDX-License-Identifier: MIT
/* A reader that sleeps gets a signal for which it has a handler, with or without SA_RESTART. */

#include <sys/prctl.h>

#include "pgfault.h"

static volatile sig_atomic_t handled;

static void handler(int signal)
{
	handled = signal;
}

static void read_once(int history, struct reading *seen)
{
	struct sigaction action = { .sa_handler = handler };
	static char bytes[65536];
	struct call answer;

	prctl(PR_SET_NAME, "reader");
	action.sa_flags = job_number("restart") ? SA_RESTART : 0;
	sigaction(SIGUSR1, &action, NULL);
	memset(bytes, 0, sizeof(bytes));
	while ((answer = call_result(read(history, bytes, sizeof(bytes)))).ret > 0) {
		seen->bytes += answer.ret;
		seen->reads++;
		if (handled)
			break;
	}
	seen->log[0].ret = answer.ret;
	seen->log[0].error = answer.error;
	_exit(handled ? 0 : 1);
}

PROBE(interrupted_read)
{
	struct target target = target_new(job_text("steps"));
	struct reading *seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int history, status = 0;
	pid_t reader;
	bool ended;

	target_step(&target);
	trace_start(target.pid);
	history = history_open(target.pid, O_RDONLY);
	reader = fork();
	if (reader == 0)
		read_once(history, seen);
	settle();
	kill(reader, SIGUSR1);
	settle();
	note("after_signal", "state=%c reads=%ld", proc_state(reader), seen->reads);
	target_step(&target);
	settle();
	ended = waitpid(reader, &status, WNOHANG) == reader;
	note("after_fault", "ended=%d status=%d ret=%ld errno=%d reads=%ld", ended, status, seen->log[0].ret,
	     seen->log[0].error, seen->reads);
}
