# SPDX-License-Identifier: MIT
"""Find what the kernel complained about in its log."""

from __future__ import annotations

import re

from autograder.guest.observation import Report

LONGEST_REPORT = 80  # lines
LONGEST_LINE = 300  # characters: the expressions below take much longer for longer ones
MOST_REPORTS = 40  # of one boot; the last panic is told besides

# The first match decides.  The words are those of the kernel's own sources.
HEADINGS = (
    ("kasan", re.compile(r"BUG: KASAN: .*|KASAN: (null-ptr-deref|maybe wild).*")),
    ("atomic", re.compile(r"BUG: sleeping function called from invalid context.*")),
    ("atomic", re.compile(r"BUG: scheduling while atomic.*")),
    ("atomic", re.compile(r"BUG: Invalid wait context.*|\[ BUG: Invalid wait context \].*")),
    ("lockdep", re.compile(r"WARNING: possible (circular|recursive|irq lock inversion).*")),
    ("lockdep", re.compile(r"WARNING: (inconsistent lock state|bad unlock balance).*")),
    ("lockdep", re.compile(r"WARNING: (suspicious RCU usage|held lock freed!|lock held when).*")),
    ("lockdep", re.compile(r"WARNING: .*-safe -> .*-unsafe lock order detected.*")),
    ("lockdep", re.compile(r"WARNING: .* still has locks held!.*|BUG: held lock freed.*")),
    ("lockdep", re.compile(r"INFO: trying to register non-static key.*")),
    ("lockdep", re.compile(r"BUG: (spinlock|rwlock|key|rt-mutex) .*|BUG: MAX_LOCK.*")),
    ("lockdep", re.compile(r"DEBUG_LOCKS_WARN_ON.*")),
    ("memory", re.compile(r"BUG: Bad (page|rss-counter).*|BUG: non-zero pgtables.*")),
    (
        "memory",
        re.compile(r"(list|slab|list_add|list_del).* corruption.*|BUG kmalloc.*|BUG .*: .*"),
    ),
    ("panic", re.compile(r"Kernel panic - not syncing.*|kernel BUG at .*")),
    ("panic", re.compile(r"Kernel tried to access user memory at addr.*")),
    ("warning", re.compile(r"WARNING: .*|BUG: .*|refcount_t: .*|INFO: task .* blocked.*")),
)
FRAME = re.compile(r"^\s*\[<(?P<address>[0-9a-f]+)>\] (?P<guess>\? )?(?P<symbol>\S+)")
# Where lockdep tells its chains, which lock is held, and where a panic struck: by name alone.
NAMED = re.compile(
    r"^(?P<exact>RIP: \w+:)?(?:\s{4,}|.* at: )?"
    r"(?P<symbol>[A-Za-z_][\w.]{0,120})\+(?P<offset>0x[0-9a-f]{1,8})/0x[0-9a-f]+$"
)
REGISTERS = re.compile(r"Pid: \d+, comm: ")  # what is printed before a panic begins with it
MOST_REGISTERS = 20  # lines
STAMP = re.compile(r"^\[ *\d+\.\d+\] ")
NOISE = re.compile(r"^[=\-\s]*$")


def reports(log: str) -> list[Report]:
    """The reports in a kernel log, in order, each with the lines that follow its heading."""
    found: list[Report] = []
    heading: tuple[str, str] | None = None
    lines: list[str] = []
    registers: list[str] = []

    def close() -> None:
        nonlocal heading
        if heading:
            found.append(Report(kind=heading[0], title=heading[1], text="\n".join(lines)))
        heading = None

    for stamped in log.splitlines():
        line = STAMP.sub("", stamped[:LONGEST_LINE])
        kind = classify(line)
        # KASAN and lockdep print further headings inside of a report only for panics.
        if kind and (heading is None or kind == "panic" or len(lines) > 5):
            close()
            heading, lines = (kind, line.strip()), registers if kind == "panic" else []
            registers = []
        if REGISTERS.match(line) or 0 < len(registers) < MOST_REGISTERS:
            registers = [line] if REGISTERS.match(line) else [*registers, line]
        if heading:
            lines.append(line)
            if len(lines) >= LONGEST_REPORT or "---[ end trace" in line:
                close()
    close()
    panics = [report for report in found[MOST_REPORTS:] if report.kind == "panic"]
    return found[:MOST_REPORTS] + panics[-1:]


def classify(line: str) -> str | None:
    """The kind of report that ``line`` begins, if it begins one."""
    if NOISE.match(line):
        return None
    for kind, heading in HEADINGS:
        if heading.search(line):
            return kind
    return None


def leaks(text: str) -> list[Report]:
    """The objects that kmemleak lists, as reports."""
    parts = re.split(r"(?m)^(?=unreferenced object)", text)
    return [
        Report(kind="leak", title=part.splitlines()[0], text=part)
        for part in parts
        if part.startswith("unreferenced object")
    ][:MOST_REPORTS]


def named(line: str) -> tuple[str, int] | None:
    """The symbol that ``line`` names, and how far into it the call or the instruction is."""
    match = NAMED.match(line)
    if match is None:
        return None
    # A chain holds addresses to return to: the call is the byte before.
    return match["symbol"], int(match["offset"], 16) - (not match["exact"])


def frames(text: str) -> list[int]:
    """The addresses of the stack frames in a report, without the guessed ones."""
    matches = (FRAME.match(line) for line in text.splitlines())
    return [int(match["address"], 16) for match in matches if match and not match["guess"]]
