# SPDX-License-Identifier: MIT
"""What a report of the kernel says about the code that caused it, in one sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """What a kind of report means: what "your kernel" did, and what to look for."""

    what: str  # goes on after "Your kernel"
    hint: str


_ACCESS = re.compile(r"^(Read|Write) of size \d+", re.MULTILINE)
_OWNER = "The report names the access, who allocated the memory, and who freed it."
_ORDER = "The report shows each chain of locks in the order it was taken: choose one order."

# The first match decides; {access} becomes 'reads' or 'writes'.
_TABLE: tuple[tuple[re.Pattern[str], Words], ...] = tuple(
    (re.compile(pattern), Words(what, hint))
    for pattern, what, hint in (
        ("use-after-free", "{access} memory it has freed", _OWNER),
        ("double-free|invalid-free", "frees memory that is not there to be freed", _OWNER),
        ("out-of-bounds", "{access} past the end of memory it allocated", _OWNER),
        (
            "null-ptr-deref",
            "follows a NULL pointer",
            "Find the pointer in the marked line, and the path on which nobody set it.",
        ),
        ("KASAN", "{access} memory that is not its own", _OWNER),
        (
            "sleeping function called from invalid context",
            "calls a function that may sleep while it must not sleep",
            "Under a spinlock, allocate with GFP_ATOMIC or before you take the lock; "
            "copy_to_user() may sleep as well.",
        ),
        (
            "scheduling while atomic",
            "goes to sleep while it holds a spinlock",
            "Look for what sleeps between spin_lock() and spin_unlock().",
        ),
        (
            "Invalid wait context",
            "takes a lock that may sleep while it holds a spinlock",
            "Take the mutex or semaphore first, or use a spinlock for both.",
        ),
        ("possible recursive", "takes a lock that it already holds", _ORDER),
        ("possible circular|lock order", "takes locks in two orders that can deadlock", _ORDER),
        (
            "inconsistent lock state|irq lock inversion",
            "takes a lock with interrupts enabled that an interrupt may take as well",
            "Use spin_lock_irqsave() wherever this lock is taken.",
        ),
        (
            "suspicious RCU usage",
            "reads data that RCU protects outside an RCU read section",
            "Put rcu_read_lock() and rcu_read_unlock() around the access.",
        ),
        (
            "bad unlock balance",
            "releases a lock that it does not hold",
            "Follow each path to the unlock: one of them never took the lock.",
        ),
        (
            "still has locks held|lock held when",
            "returns with a lock still held",
            "Follow each early return and each error path: one of them skips the unlock.",
        ),
        (
            "held lock freed",
            "frees memory that holds a lock which is still held",
            "Release the lock before you free what it is part of.",
        ),
        (
            "non-static key|spinlock bad magic",
            "uses a lock that was never initialized",
            "Call spin_lock_init() or mutex_init() when you make what the lock is part of.",
        ),
        (
            "spinlock|rwlock|rt-mutex|MAX_LOCK|DEBUG_LOCKS",
            "uses a lock in a way that the lock debugging refuses",
            "Read the title of the report, then the stack below it.",
        ),
        ("corruption", "damages a linked list or a slab object", _OWNER),
        (
            "unreferenced object",
            "never frees memory that it allocated",
            "The stack shows the allocation: find the path on which nobody frees it.",
        ),
        (
            "Bad page|Bad rss|pgtables",
            "damages the kernel's own record of pages",
            "Look at every page that you take or give back, and at its reference count.",
        ),
        (
            "refcount_t",
            "takes or drops a reference too many",
            "Pair each get with exactly one put, on error paths too.",
        ),
        (
            "access user memory",
            "follows a pointer to user memory directly",
            "Use copy_to_user() and copy_from_user().",
        ),
        (
            "Kernel panic|kernel BUG",
            "panics",
            "The stack below shows how the kernel got there, innermost call first.",
        ),
        (
            "blocked for more than",
            "leaves a task asleep that no signal can wake",
            "Find who was to wake it, or the lock that it waits for.",
        ),
        (
            "WARNING",
            "triggers a warning",
            "The warning names its file and line: read the condition there.",
        ),
    )
)
_OTHER = Words("reports an error", "Read the title of the report, then the stack below it.")


def words(title: str, text: str) -> Words:
    """What the report with that ``title`` and ``text`` means."""
    found = next((words for pattern, words in _TABLE if pattern.search(title)), _OTHER)
    access = _ACCESS.search(text)
    verb = {"Read": "reads", "Write": "writes"}[access[1]] if access else "uses"
    return Words(found.what.format(access=verb), found.hint)


def corrupts(title: str) -> bool:
    """Whether what the report tells of may break anything else in the kernel."""
    return re.search("KASAN|corruption", title) is not None


def kind(title: str) -> str:
    """What reports of the same kind have in common, whatever place or process they name."""
    return next((pattern.pattern for pattern, _ in _TABLE if pattern.search(title)), "")
