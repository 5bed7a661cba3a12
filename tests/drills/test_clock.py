# SPDX-License-Identifier: MIT
"""The clock is set back and forth while the grader runs: the verdicts are the same."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.drills.drill import make, verdicts

STEPPING = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>

/* The time of day, an hour ahead or behind at every other look. */
static time_t step(void)
{
	static int looks;

	return looks++ % 2 ? 3600 : -3600;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	static int (*real)(clockid_t, struct timespec *);
	int result;

	if (!real)
		real = dlsym(RTLD_NEXT, "clock_gettime");
	result = real(clock, now);
	if (clock == CLOCK_REALTIME)
		now->tv_sec += step();
	return result;
}

int gettimeofday(struct timeval *now, void *zone)
{
	struct timespec exact;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &exact);
	now->tv_sec = exact.tv_sec;
	now->tv_usec = exact.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *place)
{
	struct timespec exact;

	clock_gettime(CLOCK_REALTIME, &exact);
	if (place)
		*place = exact.tv_sec;
	return exact.tv_sec;
}
"""


def test_a_clock_that_steps(tmp_path: Path) -> None:
    source, library = tmp_path / "stepping.c", tmp_path / "stepping.so"
    source.write_text(STEPPING)
    command = ["gcc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"]
    subprocess.run(command, check=True)
    seen = subprocess.run(
        ["sh", "-c", "date +%s; date +%s"],
        env={"LD_PRELOAD": str(library), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.returncode == 0 and not seen.stderr
    drill = make(tmp_path / "drill", None, "1,3.1")
    assert drill.run().returncode == 0
    expected = verdicts(drill.result())
    stepped = drill.run(more={"LD_PRELOAD": str(library)})
    assert stepped.returncode in (0, 3), stepped.stderr
    if stepped.returncode == 3:  # refused, and by name
        assert "clock" in stepped.stderr
    else:
        assert verdicts(drill.result()) == expected
    assert drill.left_files() == []
