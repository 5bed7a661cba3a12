// SPDX-License-Identifier: MIT
/*
 * A child that is traced.  It waits before each of its steps until the probe lets it go,
 * so that the probe knows what has happened and what has not yet.
 */

#include <linux/sched.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "actors.h"

static struct target self;	/* in the target: its own ends of the pipes */

static void report(struct call answer)
{
	if (write(self.from_target, &answer, sizeof(answer)) != sizeof(answer))
		_exit(71);
}

static void await_permission(void)
{
	char byte;

	if (read(self.to_target, &byte, 1) != 1)
		_exit(72);
}

static void take_steps(const char *steps)
{
	char step[4096];

	await_permission();
	while (*steps) {
		size_t length = strcspn(steps, ";");

		snprintf(step, sizeof(step), "%.*s", (int)length, steps);
		steps += length + (steps[length] == ';');
		report(action_run(step, steps));
		await_permission();
	}
	_exit(0);
}

static bool await_answer(struct target *target, struct call *answer)
{
	return read(target->from_target, answer, sizeof(*answer)) == sizeof(*answer);
}

/* fork, where pid is 0; otherwise a child of that number. */
static pid_t fork_as(pid_t pid)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD, .set_tid = (uintptr_t)&pid, .set_tid_size = 1,
	};

	return pid ? syscall(SYS_clone3, &args, sizeof(args)) : fork();
}

struct target target_new(const char *steps)
{
	return target_as(0, steps);
}

struct target target_as(pid_t pid, const char *steps)
{
	struct target target;
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		give_up("pipe: %m");
	target.pid = fork_as(pid);
	if (target.pid < 0)
		give_up("fork: %m");
	if (target.pid == 0) {
		self.to_target = to[0];
		self.from_target = from[1];
		close(to[1]);
		close(from[0]);
		prctl(PR_SET_NAME, job_text("name"));
		take_steps(steps);
	}
	close(to[0]);
	close(from[1]);
	target.to_target = to[1];
	target.from_target = from[0];
	settle();	/* a child just forked goes on faulting for a moment */
	return target;
}

void target_release(struct target *target)
{
	char byte = 0;

	if (write(target->to_target, &byte, 1) != 1)
		note("target_is_dead", "errno=%d", errno);
}

bool target_has_answered(struct target *target)
{
	int waiting = 0;

	return ioctl(target->from_target, FIONREAD, &waiting) == 0 && waiting > 0;
}

struct call target_step(struct target *target)
{
	struct call answer;

	target_release(target);
	if (!await_answer(target, &answer))
		give_up("the traced process ended before it had taken all of its steps");
	return answer;
}

void target_end(struct target *target)
{
	int status;

	target_release(target);
	if (waitpid(target->pid, &status, 0) == target->pid)
		note("target_ended", "status=%d", status);
}

/* The target becomes a new program, this one again, which reports the step and goes on. */
void target_exec(const char *remaining)
{
	char to[16], from[16], job[256];

	snprintf(job, sizeof(job), "base %s\nname %s\n", job_text("base"), job_text("name"));
	snprintf(to, sizeof(to), "%d", self.to_target);
	snprintf(from, sizeof(from), "%d", self.from_target);
	fcntl(self.to_target, F_SETFD, 0);
	fcntl(self.from_target, F_SETFD, 0);
	execl("/init", "target", to, from, job, remaining, NULL);
}

static void *exec_body(void *remaining)
{
	target_exec(remaining);
	_exit(74);
}

struct call target_thread_exec(const char *remaining)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, exec_body, (void *)remaining);
	if (!errno)
		pause();
	return call_result(-1);
}

/* A target or an actor after its execve. */
int executed(int argc, char *argv[])
{
	if (argc == 5 && !strcmp(argv[0], "actor"))
		return actor_executed(argv);
	if (argc != 5 || strcmp(argv[0], "target"))
		return 75;
	self.to_target = atoi(argv[1]);
	self.from_target = atoi(argv[2]);
	job_set(argv[3]);
	prctl(PR_SET_NAME, job_text("name"));
	report((struct call){ 0 });
	take_steps(argv[4]);
	return 0;
}
