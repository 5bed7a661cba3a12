# SPDX-License-Identifier: MIT
"""The words for what a process was doing when nothing went on any more."""

from __future__ import annotations

from autograder.results import Process

_STATES = {
    "R": "runs",
    "S": "sleeps",
    "D": "sleeps, and no signal wakes it",
    "Z": "has exited, not yet reaped",
    "T": "is stopped",
}
# What the stack of every process has, whatever it waits for.
_EVERYWHERE = frozenset(
    ("__switch_to", "__schedule", "schedule", "handle_syscall", "userspace", "fork_handler")
)


def state(process: Process) -> str:
    """Its state in words."""
    return _STATES.get(process.state, f"state {process.state}")


def calls(process: Process) -> list[str]:
    """Where in the kernel it is, innermost first, without what every stack has."""
    return [name for name in process.stack if name not in _EVERYWHERE]
