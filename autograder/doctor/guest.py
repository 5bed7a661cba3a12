# SPDX-License-Identifier: MIT
"""A guest, booted."""

from __future__ import annotations

from collections.abc import Iterator

from autograder import assignment
from autograder.cache import Cache
from autograder.doctor.finding import Finding, missing, ok, warning
from autograder.guest.machine import Kernel, Machine
from autograder.guest.programs import compile_programs
from autograder.judge import rubric
from autograder.kernel.baseline import latest
from autograder.sandbox.sandbox import Sandbox


def guest(cache: Cache, series: str, sandbox: Sandbox) -> Iterator[Finding]:
    """Whether the newest baseline boots, if there is one."""
    baseline = latest(cache, series)
    if baseline is None:
        yield warning(
            "guest",
            "User Mode Linux was not tried, because no kernel has been built yet.",
            "The first `make check` builds one.",
        )
        return
    with cache.workdir("doctor") as work:
        kernel = Kernel(baseline / "tree" / "linux")
        machine = Machine(kernel, compile_programs(cache.root), sandbox, work)
        seen = machine.observe(rubric.job_of(assignment.current().boots, 0))
    if seen.all("finished"):
        yield ok("guest", f"User Mode Linux boots in {seen.wall_seconds:.1f} s.")
        return
    last = (seen.console.strip().splitlines() or [str(seen.outcome)])[-1]
    yield missing(
        "guest",
        f"User Mode Linux does not boot here: {last[:200].rstrip('.')}.",
        "Allow seccomp filters and ptrace (docker run: --security-opt seccomp=unconfined "
        "--cap-add SYS_PTRACE), and mount the disk of the cache without noexec.",
    )
