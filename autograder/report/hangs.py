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
# What a function at the root of a stack says of its process, outermost first.
_DOING = {
    "do_exit": "exits",
    "ksys_read": "in read()",
    "ksys_write": "in write()",
    "kernel_wait4": "waits for a child",
    "bprm_execve": "in execve()",
    "do_munmap": "in munmap()",
    "do_mmap": "in mmap()",
    "do_mprotect_pkey": "in mprotect()",
    "do_nanosleep": "waits for a time to pass",
}
_FAULT = "handle_mm_fault"


def doing(process: Process) -> str:
    """What it was about when it stopped: ``in read(), in a page fault``; empty if not known."""
    known = [_DOING[name] for name in reversed(process.stack) if name in _DOING]
    fault = ["in a page fault"] if _FAULT in process.stack else []
    return ", ".join([*known[:1], *fault])


def state(process: Process) -> str:
    """Its state in words."""
    return _STATES.get(process.state, f"state {process.state}")


def calls(process: Process) -> list[str]:
    """Where in the kernel it is, innermost first, without what every stack has."""
    return [name for name in process.stack if name not in _EVERYWHERE]


def who(processes: list[Process]) -> str:
    """The process that a sentence about a hang begins with: the one that cannot be killed,
    else the first that has a stack.
    """
    stuck = [p for p in processes if p.state == "D"] or [p for p in processes if calls(p)]
    return f"The process '{stuck[0].name}'" if stuck else "A process"
