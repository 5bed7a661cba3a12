# SPDX-License-Identifier: MIT
"""What to look at first: hints, and which one fits what was observed.

A hint is one or two whole sentences.  It names no command, and nothing that only the course
staff have.  Checks give one with ``hint=``; it is shown instead of the check's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from autograder.guest.observation import Ending, Outcome
from autograder.judge.hints import (
    ENDED_EARLY as ENDED_EARLY,
)
from autograder.judge.hints import (
    INTERNAL_ERROR as INTERNAL_ERROR,
)
from autograder.judge.hints import (
    KILLED_IN_CALL as KILLED_IN_CALL,
)
from autograder.judge.hints import (
    NO_ERROR_EXPECTED as NO_ERROR_EXPECTED,
)
from autograder.judge.hints import (
    SLEEPS_ON as SLEEPS_ON,
)
from autograder.judge.hints import (
    SPINNING as SPINNING,
)
from autograder.pgfault.trace.address_space import Extents
from autograder.pgfault.trace.events import Event, EventKind

# What pgfaultmap and tracepgfault print, and how they end.
EVENT_LINE = "Rule P4 gives the form of every line that pgfaultmap --events prints."
EVENT_TIME = (
    "Print the time as whole seconds, a point, and the nanoseconds with nine digits, leading "
    'zeros included: printf("%lu.%09lu", seconds, nanoseconds).'
)
EVENT_ADDRESS = "Print addresses in hexadecimal without 0x, as printf does with %lx."
MAP_LINE = (
    "Compare the two lines character by character: the widths of the numbers, the blanks, "
    "the bars, and one character for each page."
)
TOOL_STATUS = "What the tool printed on standard error says why it ended like this."
TOOL_CRASH = (
    "The tool crashed: a debugger shows where. Check every pointer, and every length and index "
    "that comes from a file, before you use it."
)
TOOL_HANG = (
    "Look for a loop in the tool that does not end when read() returns 0 or fails, or for a "
    "wait for something that never happens."
)
TOOL_SILENT = "The tool printed nothing at all: the part that prints may not be written yet."
NO_OUTFILE = (
    "Open OUTFILE before the command starts, read /proc/PID/pgfault_history until it returns 0, "
    "and write every byte to OUTFILE."
)
COMMAND_STATUS = (
    "Wait for the command with waitpid(), and look at WIFEXITED() and WIFSIGNALED() to end as it "
    "did."
)
COMMAND_STREAMS = (
    "The command's standard input, output and error are its own: the tool itself prints "
    "nothing on them while all goes well."
)

# Whole traces.
NOTHING_RECORDED = (
    "Nothing was recorded. A trace begins with the regions that exist when 1 is written: record "
    "these first, and check that a read finds them."
)
UNKNOWN_REGION = (
    "The trace changes or removes a region that it never added, or had already removed. Record "
    "every region when tracing starts, and every change in the order in which it happens."
)
ADDED_TWICE = (
    "The trace adds a region whose identity is still in use. Record the removal of a region "
    "before its vm_area_struct can be used again, and each region only once."
)
BAD_RANGE = (
    "A region starts below its end, and both are multiples of 4096. Record the range after the "
    "kernel has set vm_start and vm_end."
)
LOST = (
    "Fewer than 500 records were waiting at any time, so none may be dropped: let the buffer grow, "
    "and use the room again that reading has freed."
)

# Faults.
NO_FAULTS = (
    "There is not one fault in the trace: does the kernel reach your hook when the process touches "
    "a new page?"
)
FAULTS_ELSEWHERE = (
    "The trace has faults, but none in this range: check that you record the address that "
    "faulted, and that you print it whole."
)
FAULTS_MISSING = (
    "Some faults are missing. Follow one of them from its entry into mm/memory.c: does every "
    "way through pass your hook, and does every record reach the reader?"
)
FAULTS_TWICE = (
    "Some faults are there twice. Does the kernel try a fault again, or do two of your hooks see "
    "the same one?"
)
FAULTS_FOREIGN = (
    "The trace has faults on pages that the process did not touch: check which process's faults "
    "you record, and which address."
)
FAULTS_ORDER = (
    "All faults are there, but not in the order in which they happened. Follow the indices of "
    "your buffer where it grows and where it wraps."
)

# Regions.
AT_START = "Walk all of the process's VMAs under its mmap lock when tracing starts."
SPLIT = (
    "This call split a region. One part keeps the vm_area_struct and has a new range; the other "
    "parts are new regions. Find the place in mm/vma.c that every split passes."
)
MERGED = (
    "This call merged neighbors: one region takes the range of all of them, and the others are "
    "gone. Find the place in mm/vma.c that every merge passes."
)
BORDER = (
    "This call moved the border between two neighbors: one grew and the other one shrank. Both "
    "have a new range to record."
)
ADDED = "This call added a region. Find the place in mm/vma.c that every new region passes."
REMOVED = (
    "This call removed a region. Record it before its vm_area_struct is freed, on every way on "
    "which regions are unmapped."
)
SHRANK = (
    "This call took a part of a region away. What is left of it has a new range, or has become "
    "two regions."
)
GREW = "A region grew in place here: it keeps its vm_area_struct and has a new end."
HEAP_GREW = "Growing the heap takes a path of its own: do_brk_flags()."
HEAP_SHRANK = "A brk() that shrinks the heap unmaps its tail, as munmap() would."
STACK_GREW = "The stack grows inside a page fault, in expand_downwards()."
MOVED = (
    "mremap() copies a region to its new place and then unmaps the old one: the trace needs the "
    "new region and the end of the old one."
)
REPLACED = (
    "mmap() with MAP_FIXED first unmaps what is in its way: record both what went and what came."
)
EXECVE = (
    "execve() gives the process a new address space, in exec_mmap(): all of the old regions are "
    "removed, and the new program's regions are added."
)
EXECVE_GOES_ON = (
    "execve() neither ends the trace nor begins a new one: what was recorded before stays, and "
    "the new program is traced as the old one was."
)
UNCHANGED = (
    "Nothing changed in the process's regions here, but they do not match the trace: record a "
    "change only when it can no longer fail."
)

# What calls return.
ZERO_IS_THE_END = (
    "A read returns 0 only when the process has exited and no record is left. While the process "
    "lives and is traced, the reader waits."
)
NOT_TRACED = "A read fails with ESRCH while the process lives and is not traced."
STILL_TRACED = "The process is traced: a read fails with ESRCH only if it is not."
MUST_NOT_SLEEP = (
    "This read should not sleep at all: look whether the process is traced, and whether it has "
    "exited, before you wait."
)
NOT_WOKEN_AT_EXIT = "The exit of the process must wake its readers, and they must see why."
NO_END = (
    "After the exit of the process and the last record, a read returns 0: check what your "
    "read does when the process is a zombie or is gone."
)
WHOLE_RECORDS = (
    "Compare the size of the next record with the room in the buffer before you copy it."
)
BYTES_WRITTEN = (
    "A write that succeeds returns the number of bytes that the caller wrote, a newline included."
)
ONLY_0_AND_1 = (
    "Compare the whole text, with at most one newline at its end, with 0 and 1. Anything else "
    "fails with EINVAL and changes nothing."
)
NO_ADDRESS_SPACE = "A kernel thread has no mm: get_task_mm() returns NULL for it."
FAULTY_BUFFER = "Check what copy_to_user() returns: it is not 0 if the buffer cannot be written."
TARGET_WAITS = (
    "The traced process waits in the kernel. Recording may wait neither for a reader nor for a "
    "lock that a reader holds while it copies."
)

# Memory.
MEMORY_LOST = (
    "Follow each allocation of a trace to the place that frees it, on every way on which a trace "
    "can end."
)


def for_ending(outcome: Outcome) -> str:
    """The hint for a boot whose end this assignment knows more about; else empty."""
    at_end = outcome.kind is Ending.GAVE_UP and "end of file" in outcome.detail
    return ZERO_IS_THE_END if at_end else ""


def for_pages(observed: Sequence[int], wanted: Sequence[int], events: Sequence[Event]) -> str:
    """Why the faulting pages differ; ``events`` are those of the whole trace, if known."""
    seen, expected = Counter(observed), Counter(wanted)
    if wanted and not observed and events:
        faults = any(event.kind is EventKind.FAULT for event in events)
        return FAULTS_ELSEWHERE if faults else NO_FAULTS
    if set(expected) - set(seen):
        return FAULTS_MISSING
    if set(seen) - set(expected):
        return FAULTS_FOREIGN
    if any(seen[page] > expected[page] for page in expected):
        return FAULTS_TWICE
    if any(seen[page] < expected[page] for page in expected):
        return FAULTS_MISSING
    return FAULTS_ORDER


def for_event_line(reason: str) -> str:
    """Why a line of ``pgfaultmap --events`` is none, by what its parser says."""
    if "time" in reason:
        return EVENT_TIME
    return EVENT_ADDRESS if "hexadecimal" in reason else EVENT_LINE


def for_contradiction(event: Event, live: bool) -> str:
    """Why ``event`` contradicts what came before; ``live``: whether its region existed then."""
    if event.kind is EventKind.ADD and live:
        return ADDED_TWICE
    if event.kind is EventKind.ADD or live:
        return BAD_RANGE
    return UNKNOWN_REGION


_BY_STEP = {"stack": STACK_GREW, "move": MOVED}


def for_regions(step: str, before: Sequence[Extents], after: Sequence[Extents]) -> str:
    """What a step did to the regions in /proc/PID/maps; no ``step``: tracing started."""
    if not step:
        return AT_START
    what = step.split()[0]
    if what in ("exec", "threadexec"):
        return EXECVE
    if list(before) == list(after):
        return UNCHANGED
    if what == "brk":
        return HEAP_GREW if _size(after) > _size(before) else HEAP_SHRANK
    if what in _BY_STEP:
        return _BY_STEP[what]
    if what == "over" and _size(before) == _size(after):
        return REPLACED  # else it went beside the others
    if _size(before) == _size(after):
        if len(before) == len(after):
            return BORDER
        return SPLIT if len(after) > len(before) else MERGED
    new, gone = set(after) - set(before), set(before) - set(after)
    if _size(after) > _size(before):
        return GREW if gone else ADDED
    return SHRANK if new else REMOVED


def _size(regions: Sequence[Extents]) -> int:
    return sum(region.end - region.start for region in regions)


_READS = {
    "0": ZERO_IS_THE_END,
    "ESRCH": STILL_TRACED,
    "EINVAL": WHOLE_RECORDS,
    "EFAULT": FAULTY_BUFFER,
}


def for_read(answer: str, allowed: Sequence[str]) -> str:
    """Why a read returned ``answer`` and none of ``allowed``."""
    if answer.startswith("errno"):
        return INTERNAL_ERROR
    if "EFAULT" in allowed:
        return FAULTY_BUFFER
    if "0" in allowed:
        return NO_END
    if "ESRCH" in allowed:
        return NOT_TRACED
    if "EINVAL" in allowed:
        return WHOLE_RECORDS
    return _READS.get(answer, "")


def for_write(answer: str, allowed: Sequence[str]) -> str:
    """Why a write returned ``answer`` and none of ``allowed``."""
    if answer.startswith("errno"):
        return INTERNAL_ERROR
    if "EINVAL" in allowed:
        return ONLY_0_AND_1
    return NO_ERROR_EXPECTED if answer.startswith("E") else BYTES_WRITTEN
