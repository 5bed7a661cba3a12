// SPDX-License-Identifier: MIT
/* The guest's clock.  Computing takes none of its time; sleeping jumps. */

#include <time.h>

#include "probe.h"

double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

void rest(double seconds)
{
	struct timespec time = {
		.tv_sec = (time_t)seconds,
		.tv_nsec = (long)((seconds - (time_t)seconds) * 1e9),
	};

	while (nanosleep(&time, &time) < 0 && errno == EINTR)
		;
}

void settle(void)
{
	rest(0.1);
}
