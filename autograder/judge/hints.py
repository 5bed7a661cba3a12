# SPDX-License-Identifier: MIT
"""Hints that any assignment can use: each fits what was *observed*, not what was checked.

A hint names the place to look at, in a sentence or two.  It names no command, and nothing
that only the course staff have.
"""

from __future__ import annotations

from autograder.guest.observation import Ending, Outcome

# What calls return.
NO_ERROR_EXPECTED = (
    "This call should succeed: look for the place in your code that returns the error."
)
INTERNAL_ERROR = (
    "This error number is the kernel's own: no program should ever see it. Return -ERESTARTSYS "
    "only if a signal is pending."
)
KILLED_IN_CALL = "The kernel killed the process inside this call: the kernel's log says why."

# How processes wait.
SPINNING = (
    "The reader runs instead of sleeping: wait_event_interruptible() sleeps until somebody wakes "
    "it up; a loop that looks again does not."
)
UNKILLABLE = (
    "The reader sleeps uninterruptibly, so that no signal can end it: wait with "
    "wait_event_interruptible()."
)
SLEEPS_ON = (
    "The reader was never woken. Wake your wait queue after you have changed what the reader "
    "waits for, and let it check the condition again."
)
ENDED_EARLY = "The read should have waited, but it returned. The kernel reached a return too early."

# Boots that did not come to their end.
OUTCOMES = {
    Ending.HANG: (
        "Every process sleeps and nothing wakes them up. The table shows where in the kernel each "
        "one waits: look for a lock that is never released, or a wakeup that is missing."
    ),
    Ending.SPIN: (
        "Something in the kernel or in a tool runs without end: look for a loop whose condition "
        "never changes."
    ),
    Ending.FLOOD: "The kernel's log never ends: remove the messages from your hooks.",
    Ending.PANIC: "Start with the first error in the kernel's log; what follows may come of it.",
    Ending.NO_BOOT: "The kernel's log ends where the boot stopped.",
    Ending.VANISHED: "The kernel ended without a word: look at the end of its log.",
    Ending.PROBE_DIED: (
        "The kernel killed a process of the check: its log names the process and the reason."
    ),
}


def for_outcome(outcome: Outcome) -> str:
    """The hint for a boot that did not come to its end; empty where none fits."""
    return OUTCOMES.get(outcome.kind, "")


def for_state(state: str, wanted: str) -> str:
    """Why a reader is in ``state``, as /proc/PID/stat names it, and not in ``wanted``."""
    if wanted == "Z":
        return UNKILLABLE if state == "D" else SLEEPS_ON
    return {"R": SPINNING, "D": UNKILLABLE}.get(state, ENDED_EARLY)
