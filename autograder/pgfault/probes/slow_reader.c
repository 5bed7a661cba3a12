// SPDX-License-Identifier: MIT
/*
 * A reader whose buffer is not there yet: the kernel, storing records in it, sleeps in a
 * page fault until userfaultfd is answered.  Meanwhile the traced process takes a step
 * (meanwhile = step), its trace is stopped (stop), or it exits and is reaped (exit).
 */

#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "pgfault.h"

#define BUFFER (16 * PAGE)

static int faults, permission[2];

/* Answers every fault on the buffer, once the probe has given its permission. */
static void *answer_faults(void *unused)
{
	struct uffd_msg message;
	char byte;

	if (read(permission[0], &byte, 1) != 1)
		return unused;
	while (read(faults, &message, sizeof(message)) == sizeof(message)) {
		struct uffdio_zeropage page = {
			.range = {
				.start = message.arg.pagefault.address & ~(PAGE - 1),
				.len = PAGE,
			},
		};

		ioctl(faults, UFFDIO_ZEROPAGE, &page);
	}
	return unused;
}

static char *slow_memory(void)
{
	char *memory = mmap(NULL, BUFFER, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = {
		.range = { .start = (unsigned long)memory, .len = BUFFER },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	pthread_t thread;

	faults = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (faults < 0 || ioctl(faults, UFFDIO_API, &api) ||
	    ioctl(faults, UFFDIO_REGISTER, &range))
		give_up("userfaultfd: %m");
	if (pthread_create(&thread, NULL, answer_faults, NULL))
		give_up("a thread: %m");
	return memory;
}

/* One slow read, then quick ones; all bytes go to a file. */
static void read_slowly(int history, struct reading *seen)
{
	int out = open("/tmp/slow", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char *memory = slow_memory();
	static char bytes[65536];
	struct call call;

	prctl(PR_SET_NAME, "reader");
	call = call_result(read(history, memory, BUFFER));
	seen->log[0].ret = call.ret;
	seen->log[0].error = call.error;
	seen->reads = 1;
	while (call.ret > 0) {
		if (write(out, memory, call.ret) != call.ret)
			_exit(1);
		memory = bytes;
		call = call_result(read(history, bytes, sizeof(bytes)));
		seen->reads++;
	}
	_exit(0);
}

PROBE(slow_reader)
{
	struct target target = target_new(job_text("steps"));
	const char *meanwhile = job_text("meanwhile");
	struct reading *seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t reader, stopper = 0;
	int history;

	if (pipe(permission))
		give_up("pipe: %m");
	target_step(&target);
	history = history_open(target.pid, O_RDONLY);
	trace_start(target.pid);
	target_step(&target);
	reader = fork();
	if (reader == 0)
		read_slowly(history, seen);
	settle();
	note("copying", "reads=%ld state=%c", seen->reads, proc_state(reader));
	target_release(&target);
	rest(0.5);
	note("meanwhile", "state=%c answered=%d", proc_state(target.pid),
	     target_has_answered(&target));
	if (!strcmp(meanwhile, "stop")) {
		stopper = fork();	/* it may wait until the reader has done */
		if (stopper == 0) {
			prctl(PR_SET_NAME, "stopper");
			note_call("stop", history_write(target.pid, "0"));
			_exit(0);
		}
	}
	if (!strcmp(meanwhile, "exit"))
		waitpid(target.pid, NULL, 0);
	settle();
	if (write(permission[1], "", 1) != 1)
		give_up("pipe: %m");
	settle();
	note("copied", "reads=%ld ret=%ld errno=%d state=%c", seen->reads, seen->log[0].ret,
	     seen->log[0].error, proc_state(reader));
	if (stopper)
		note("stopper", "state=%c", proc_state(stopper));
	if (strcmp(meanwhile, "step"))
		return;
	tool_events("events", "/tmp/slow");
}
