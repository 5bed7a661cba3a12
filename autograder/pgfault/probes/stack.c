// SPDX-License-Identifier: MIT
/* How a target uses its stack, as far as it may and further. */

#include <setjmp.h>
#include <sys/resource.h>

#include "pgfault.h"

__attribute__((noinline)) long use_stack(long pages)
{
	volatile char frame[PAGE];

	frame[0] = 1;
	return pages > 1 ? use_stack(pages - 1) + frame[0] : frame[0];
}

static sigjmp_buf before_the_growth;

static void give_the_growth_up(int signal)
{
	siglongjmp(before_the_growth, signal);
}

struct call stack_refused(void)
{
	static char other_stack[16 * PAGE];
	stack_t other = { .ss_sp = other_stack, .ss_size = sizeof(other_stack) }, old_stack;
	struct sigaction up = { .sa_handler = give_the_growth_up, .sa_flags = SA_ONSTACK }, old_action;
	struct rlimit old, little;
	volatile bool refused = true;

	getrlimit(RLIMIT_STACK, &old);
	little = (struct rlimit){ PAGE, old.rlim_max };
	sigaltstack(&other, &old_stack);
	sigaction(SIGSEGV, &up, &old_action);
	setrlimit(RLIMIT_STACK, &little);
	if (!sigsetjmp(before_the_growth, 1)) {
		use_stack(500);
		refused = false;
	}
	setrlimit(RLIMIT_STACK, &old);
	sigaction(SIGSEGV, &old_action, NULL);
	sigaltstack(&old_stack, NULL);
	return call_result(refused ? 0 : -1);
}
