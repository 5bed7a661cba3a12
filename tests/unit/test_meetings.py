# SPDX-License-Identifier: MIT
"""What is said of two processes that met, from what a probe noted."""

from __future__ import annotations

import pytest

from autograder.guest.observation import Ending, Observation, Outcome, Record
from autograder.judge.expect import Mismatch, NotReached
from autograder.pgfault.checks.meetings import expect_no_harm
from autograder.results import Finding

BASE = 0x10_0000_0000
MAPS = f"{BASE:x}-{BASE + 0x100000:x} rw-p 00000000 00:00 0 \n"
START = f"0.000000001 add a {BASE:x}-{BASE + 0x100000:x}\n"
PAGES = "".join(f"0.00000010{i} fault {BASE + (100 + i) * 4096:x}\n" for i in range(3))
FAULT = f"0.000000002 fault {BASE + 10 * 4096:x}\n"
MEANWHILE = f"0.000000003 fault {BASE + 20 * 4096:x}\n"
WHOLE = START + FAULT + PAGES
LOG = "[    1.000000] hold: mark {}\n"
KASAN = "[    1.000001] BUG: KASAN: slab-use-after-free in ring_put+0x1/0x2\n"


class Meetings:
    """Makes an observation, run by run."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.files: dict[str, list[str]] = {"maps": [], "stream.out": []}
        self.log = ""

    def run(
        self,
        order: str,
        text: str = WHOLE,
        *,
        log: str = "",
        over: bool = True,
        status: str = "0",
        **more: str,
    ) -> None:
        """One run, which was held if ``order`` says so."""
        number = str(sum(record.name == "meeting" for record in self.records))
        fields = {"number": number, "pair": "touch:read", "order": order, "at": "10"}
        if order == "held":
            fields |= {"place": "mm/history.c:99", "function": "ring_put"}
        self.records.append(Record(name="meeting", fields=fields))
        self.log += LOG.format(number) + log
        if not over:
            return
        self._file("maps", MAPS)
        fields |= {"held": "1", "start": "1", "open": "0", "end": "0", **more}
        self.records.append(Record(name="run", fields=fields))
        self.records.append(Record(name="stream", fields={"status": status}))
        self._file("stream.out", text)

    def _file(self, name: str, text: str) -> None:
        self.files[name].append(text)
        self.records.append(Record(name="bytes", fields={"of": name, "size": str(len(text))}))

    def seen(self, ending: Ending = Ending.COMPLETED) -> Observation:
        """All of it."""
        files = {}
        for name, texts in self.files.items():
            for number, text in enumerate(texts, start=1):
                last = number == len(texts)
                files[name if last else f"{name}~{number}"] = text.encode()
        return Observation(
            probe="meeting",
            params={"base": hex(BASE)},
            outcome=Outcome(kind=ending),
            records=self.records,
            files=files,
            console=self.log,
        )


def alone() -> Meetings:
    """Two processes that get along one after the other."""
    meetings = Meetings()
    meetings.run("victim")
    meetings.run("others")
    return meetings


def test_no_harm() -> None:
    meetings = alone()
    meetings.run("held")
    expect_no_harm(meetings.seen())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (START + FAULT, "3 pages afterwards, and the trace has no faults there"),
        (START + PAGES, "the fault of the process that was held is missing"),
        (START + FAULT + FAULT + PAGES, "a fault is recorded twice"),
        (WHOLE + "0.000000900 lost 3\n", "records are lost"),
        (WHOLE + "nonsense\n", "no event"),
    ],
)
def test_a_trace_that_is_not_whole(text: str, told: str) -> None:
    meetings = alone()
    meetings.run("held", text)
    with pytest.raises(Mismatch) as caught:
        expect_no_harm(meetings.seen())
    assert told in caught.value.observed


def test_the_words_name_the_place() -> None:
    meetings = alone()
    meetings.run("held", stuck="reader", state="S")
    with pytest.raises(Mismatch) as caught:
        expect_no_harm(meetings.seen())
    assert caught.value.did == (
        "the check held the traced process, which touched a page, before mm/history.c:99,"
        " in ring_put(), while another process read"
    )
    assert caught.value.observed == "the reader does not go on: it sleeps"


def test_both_stacks_are_shown() -> None:
    meetings = alone()
    meetings.run(
        "held",
        stuck="reader",
        state="S",
        held_stack="__switch_to,hold_now,hold_entry,handle_mm_fault,userspace",
        stuck_stack="__switch_to,ring_read,vfs_read,userspace",
    )
    with pytest.raises(Mismatch) as caught:
        expect_no_harm(meetings.seen())
    (evidence,) = caught.value.evidence
    assert evidence.title == "the traced process, before mm/history.c:99"
    assert evidence.text.splitlines() == [
        "the traced process was held before this line:",
        "  ring_put  mm/history.c:99",
        "  called by handle_mm_fault",
        "the reader does not go on; it is in:",
        "  ring_read <- vfs_read",
    ]


def test_a_report_counts_for_the_run_that_it_is_in() -> None:
    meetings = alone()
    meetings.run("held")
    meetings.run("held", log=KASAN, over=False)
    with pytest.raises(Mismatch, match="ring_put") as caught:
        expect_no_harm(meetings.seen(Ending.PANIC))
    assert caught.value.finding is Finding.REPORT


def test_what_goes_wrong_with_nobody_held_is_told_by_other_checks() -> None:
    meetings = Meetings()
    meetings.run("victim", START)
    meetings.run("others")
    meetings.run("held", START)
    with pytest.raises(NotReached):
        expect_no_harm(meetings.seen())


def test_a_guest_that_ended_before_anybody_was_held() -> None:
    meetings = Meetings()
    meetings.run("victim", over=False)
    with pytest.raises(NotReached):
        expect_no_harm(meetings.seen(Ending.PANIC))


@pytest.mark.parametrize(
    ("pair", "text", "is_told"),
    [
        ("start:start+touch", START + PAGES, True),
        ("start:start+touch", START + MEANWHILE + PAGES, False),
        ("start:touch", START + PAGES, False),  # it was not traced yet
        ("start:stop", START + PAGES, False),
        ("stop:touch", START + PAGES, False),  # it was traced no more
        ("open:start+touch", START + PAGES, True),
        ("wait:touch", START + PAGES, True),
        ("wait:touch+exit", START, False),  # nobody has to read it
    ],
)
def test_a_fault_that_came_meanwhile(pair: str, text: str, is_told: bool) -> None:
    meetings = Meetings()
    meetings.run("victim", START + MEANWHILE + PAGES, pair=pair)
    meetings.run("held", text, pair=pair)
    if is_told:
        with pytest.raises(Mismatch) as caught:
            expect_no_harm(meetings.seen())
        assert caught.value.observed == "the fault that came meanwhile is missing"
    else:
        expect_no_harm(meetings.seen())


def test_a_start_that_had_to_wait_comes_after_the_fault() -> None:
    """The one that is held holds a lock that the start takes."""
    meetings = Meetings()
    meetings.run("victim", START + MEANWHILE + PAGES, pair="wait:stop+start+touch")
    meetings.run("held", START + PAGES, pair="wait:stop+start+touch", waited="1")
    expect_no_harm(meetings.seen())


def test_an_end_of_file_that_comes_too_early() -> None:
    meetings = alone()
    meetings.run("held", early="64")
    with pytest.raises(Mismatch) as caught:
        expect_no_harm(meetings.seen())
    assert caught.value.observed == "a reader gets end of file although records wait"


@pytest.mark.parametrize(
    ("pair", "is_told"), [("touch:read", True), ("read:read", False), ("stop:stop", False)]
)
def test_a_trace_that_pgfaultmap_cannot_read(pair: str, is_told: bool) -> None:
    meetings = Meetings()
    meetings.run("victim", pair=pair)
    meetings.run("held", pair=pair, status="1")
    if is_told:
        with pytest.raises(Mismatch, match="pgfaultmap cannot read the trace"):
            expect_no_harm(meetings.seen())
    else:
        expect_no_harm(meetings.seen())
