# SPDX-License-Identifier: MIT
"""Judge meetings: a process is held in the submission's code while others act.

What goes wrong where nobody is held is no matter of two at once, and other checks tell it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from autograder.guest import console
from autograder.guest.observation import Ending, Observation, Record
from autograder.judge.expect import STATES, Mismatch, NotReached, counted
from autograder.pgfault.checks.foundations import READS
from autograder.pgfault.trace.address_space import AddressSpace, Extents, TraceError, maps
from autograder.pgfault.trace.events import PAGE, Event, EventKind, parse_line
from autograder.results import Evidence, Finding

AREA_PAGES = 256  # of the traced process: actors.c
VICTIMS_PAGE = 10
OTHERS_PAGES = range(20, 28)
THREADS_PAGE = 30
LAST_PAGES = [100, 101, 102]  # touched when all is over
EXPECTED = "every process goes on, the trace is whole, and the kernel reports nothing"
FOUND = {Ending.PANIC: Finding.PANIC, Ending.SPIN: Finding.SPIN, Ending.FLOOD: Finding.SPIN}
MARK = re.compile(r"^\[ *\d+\.\d+\] hold: mark (\d+)\n", re.M)
HOLDER = "hold_entry"  # in a stack, what stands for the instruction: hold.c
ENTRIES = {"__switch_to", "handle_syscall", "userspace", "fork_handler", "new_thread_handler"}
"""What is in every stack of a process."""

WHO = {
    "traced": "the traced process",
    "reader": "the reader",
    "controller": "the process that controls the trace",
    "other": "another process",
}
DOING = {
    "touch": "the traced process, which touched a page",
    "touch-unread": "the traced process, which touched a page while nobody read",
    "map": "the traced process, which called mmap()",
    "unmap": "the traced process, which called munmap()",
    "protect": "the traced process, which split a region with mprotect()",
    "exec": "the traced process, which called execve()",
    "exec-untraced": "a process that was not traced yet, which called execve()",
    "fork": "the traced process, which called fork()",
    "exit": "the traced process, which exited",
    "open": "the process that opened the file",
    "start": "the process that wrote 1",
    "stop": "the process that wrote 0 while a reader slept",
    "stop-unread": "the process that wrote 0 while records waited",
    "close": "the process that closed the only descriptor",
    "read": "the reader, which found records",
    "wait": "the reader, which found no records",
}
MEANWHILE = {
    "touch": "the traced process touched a page",
    "map": "the traced process called mmap()",
    "unmap": "the traced process called munmap()",
    "exec": "the traced process called execve()",
    "exit": "the traced process exited",
    "reap": "the traced process exited and was reaped",
    "thread": "another thread of it touched a page",
    "open": "another process opened and closed the file",
    "start": "another process wrote 1",
    "stop": "another process wrote 0",
    "read": "another process read",
}


@dataclass
class Run:
    """One time that two processes met."""

    record: Record
    base: int  # of the traced process's area
    maps: list[Extents] = field(default_factory=list)
    text: str | None = None  # what pgfaultmap printed of the trace
    status: int = 0  # how pgfaultmap ended
    reports: list[str] = field(default_factory=list)  # titles
    is_over: bool = False  # whether it came to its end

    @property
    def pair(self) -> str:
        """Who met whom, as the probe names it."""
        return self.record.text("pair")

    @property
    def victim(self) -> str:
        """What the process did that was held."""
        return self.pair.partition(":")[0]

    @property
    def others(self) -> list[str]:
        """What the others did meanwhile, in order."""
        return self.pair.partition(":")[2].split("+")

    @property
    def is_held(self) -> bool:
        """Whether somebody was to be held."""
        return self.record.text("order") == "held"

    def does(self, *acts: str) -> bool:
        """Whether anybody does one of these."""
        return not {self.victim, *self.others}.isdisjoint(acts)

    @property
    def restarts(self) -> bool:
        """Whether there may be more than one trace."""
        return self.does("start", "stop", "stop-unread")

    @property
    def area(self) -> Extents:
        """Where the traced process touches pages."""
        return Extents(self.base, self.base + AREA_PAGES * PAGE)

    @property
    def ends(self) -> bool:
        """Whether the traced process ends within the meeting."""
        return self.does("exit", "reap")

    @property
    def held(self) -> str:
        """Who was held."""
        return DOING[self.victim].partition(",")[0].partition(" while ")[0]

    def calls(self, stack: str) -> list[str]:
        """The functions in one of the stacks that the probe told, the innermost first."""
        return [name for name in self.record.text(stack).split(",") if name]

    def words(self) -> str:
        """What was done, for a report."""
        meanwhile = " and ".join(MEANWHILE[act] for act in self.others)
        place, function = self.record.text("place"), self.record.text("function")
        where = f"before {place}, in {function}()" if place else "in the submission's code"
        return f"the check held {DOING[self.victim]}, {where}, while {meanwhile}"


def runs(seen: Observation) -> Iterator[Run]:
    """All times that processes met, in order."""
    streams, copies = iter(seen.every("stream.out")), iter(seen.every("maps"))
    titles = _titles(seen.console)
    run: Run | None = None
    for record in seen.records:
        of = record.text("of") if record.name == "bytes" else ""
        if record.name == "meeting":
            if run:
                yield run
            run = Run(record, seen.number("base"))
            run.reports = titles.get(record.text("number"), [])
        elif record.name == "run" and run:
            run.record, run.is_over = record, True
        elif of == "maps" and run:
            run.maps = maps(next(copies, ""))
        elif record.name == "stream" and run:
            run.status = int(record.text("status") or -1)
        elif of == "stream.out" and run:
            run.text = next(streams, "")
    if run:
        yield run


def _titles(log: str) -> dict[str, list[str]]:
    """What the kernel reported in each run, by the number of the run."""
    parts = MARK.split(log)
    return {
        number: [report.title for report in console.reports(text)]
        for number, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def expect_no_harm(seen: Observation) -> None:
    """Raise Mismatch where a process that was held shows a mistake that nobody shows who is not.

    Errors: NotReached where all of the meetings go wrong with nobody held, or none was tried.
    """
    tried = False
    for _, group in groupby(runs(seen), lambda run: run.pair):
        meetings = list(group)
        alone = [run for run in meetings if not run.is_held]
        if any(complaints(run) or not run.is_over for run in alone):
            continue
        tried = True
        for run in meetings:
            found = complaints(run) or ([] if run.is_over else [str(seen.outcome)])
            if found:
                raise Mismatch(
                    run.words(),
                    EXPECTED,
                    found[0],
                    finding=_finding(run, seen),
                    evidence=list(_evidence(run)),
                )
    if not tried:
        raise NotReached("these processes do not get along even one after the other", READS)


def _evidence(run: Run) -> Iterator[Evidence]:
    """Where the processes were, with the callers of each function."""
    place, function = run.record.text("place"), run.record.text("function")
    if not place:
        return
    callers = run.calls("held_stack")
    if HOLDER in callers:
        callers = callers[callers.index(HOLDER) + 1 :]
    lines = [f"{run.held} was held before this line:", f"  {function}  {place}"]
    lines += _chain("called by ", [name for name in callers if name != function])
    who = run.record.text("stuck") or ("reader" if run.record.text("asleep") else "")
    if who:
        lines += [f"{WHO[who]} does not go on; it is in:", *_chain("", run.calls("stuck_stack"))]
    yield Evidence(kind="held", title=f"{run.held}, before {place}", text="\n".join(lines))


def _chain(head: str, functions: list[str]) -> list[str]:
    own = [name for name in functions if name not in ENTRIES]
    return [f"  {head}{' <- '.join(own)}"] if own else []


def _finding(run: Run, seen: Observation) -> Finding:
    if run.reports:
        return Finding.REPORT
    return Finding.MISMATCH if run.is_over else FOUND.get(seen.outcome.kind, Finding.HANG)


def complaints(run: Run) -> list[str]:
    """What went wrong in one run, the gravest first."""
    return [
        *(f"the kernel reports '{title}'" for title in run.reports),
        *_stuck(run),
        *_refused(run),
        *_trace(run),
    ]


def _stuck(run: Run) -> Iterator[str]:
    who, state = run.record.text("stuck"), run.record.text("state")
    if who:
        yield f"{WHO[who]} does not go on: it {STATES.get(state, 'waits in the kernel')}"
    if run.record.text("asleep"):
        yield "a reader sleeps on although a record waits"


def _refused(run: Run) -> Iterator[str]:
    record = run.record
    if record.text("start") not in ("", "1"):
        yield "afterwards a write of 1 fails"
    if record.text("open").startswith("-"):
        yield "afterwards the file cannot be opened"
    if record.text("end") == "error" and not run.ends:
        yield "after the exit a read fails, instead of end of file"
    if record.text("early"):
        yield "a reader gets end of file although records wait"


def _trace(run: Run) -> Iterator[str]:
    if run.text is None:
        return
    if run.status:
        if not _is_mixed(run):
            yield "pgfaultmap cannot read the trace"
        return
    try:
        events = [parse_line(line, at) for at, line in enumerate(run.text.splitlines(), start=1)]
    except ValueError:
        yield "pgfaultmap prints what is no event"
        return
    if any(event.kind is EventKind.LOST for event in events):
        yield "records are lost"
        return
    yield from _faults(run, events)
    if not ("read" in run.others and run.victim in ("read", "wait", "touch")):
        yield from _regions(run, events)


def _is_mixed(run: Run) -> bool:
    """Whether what was read may be two traces, or the records of two readers in any order.

    pgfaultmap has to read what one reader read of one trace.
    """
    return run.restarts or (run.victim in ("read", "wait") and "read" in run.others)


def _faults(run: Run, events: list[Event]) -> Iterator[str]:
    pages = [
        (event.address - run.base) // PAGE
        for event in events
        if event.kind is EventKind.FAULT and event.address in run.area
    ]
    last = [page for page in pages if page in LAST_PAGES]
    if not run.ends and run.record.text("start") and sorted(last) != LAST_PAGES:
        found = counted(len(last), "fault")
        yield f"the traced process touched 3 pages afterwards, and the trace has {found} there"
    elif (
        not run.ends
        and run.record.text("start")
        and last != LAST_PAGES
        and "read" not in run.others
    ):
        yield "the faults are in another order than the pages were touched"
    if any(times > 1 for times in Counter(pages).values()) and not run.does("exec"):
        yield "a fault is recorded twice"
    if _must_show_others(run) and not any(page in OTHERS_PAGES for page in pages):
        yield "the fault that came meanwhile is missing"
    always = run.victim in ("touch", "touch-unread") and not run.restarts and not run.ends
    if always and pages.count(VICTIMS_PAGE) != 1:
        yield "the fault of the process that was held is missing"


def _must_show_others(run: Run) -> bool:
    """Whether a page was touched meanwhile that only a mistake leaves out of the trace."""
    before, touched, _ = " ".join(run.others).partition("touch")
    if not touched or run.ends or run.does("exec") or run.victim.startswith("stop"):
        return False
    if "start" in before and run.record.text("waited"):
        return False  # the start had to wait for the one that was held, and the page came first
    return "start" in before or not (run.restarts or run.victim == "open")


def _regions(run: Run, events: list[Event]) -> Iterator[str]:
    space = AddressSpace()
    before = 0
    for event in events:
        if event.time < before:
            yield "the times go back"
            return
        before = event.time
        if run.restarts and event.kind is EventKind.ADD:
            space.live.pop(event.id, None)  # the next trace begins
        try:
            space.apply(event)
        except TraceError as error:
            yield str(error)
            return
        inside = event.kind is EventKind.FAULT and event.address in run.area
        if inside and not any(event.address in extents for extents in space.extents()):
            yield "a fault lies in no region of the trace"
            return
    if not run.maps or run.ends:
        return
    twice = run.victim == "read" and run.others[:2] == ["stop", "start"]
    added = Counter(event.id for event in events if event.kind is EventKind.ADD)
    missing = [
        one
        for one in run.maps
        if not any(
            region.extents == one and added[name] > twice for name, region in space.live.items()
        )
    ]
    if missing:
        yield f"the trace lacks {counted(len(missing), 'region')} of /proc/PID/maps"
    elif not run.restarts and space.extents() != run.maps:
        yield "the trace has regions that are not in /proc/PID/maps"
