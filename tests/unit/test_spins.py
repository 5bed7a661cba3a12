# SPDX-License-Identifier: MIT
"""What is tried, and what is not, of a kernel that spins: the same with however many workers."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from autograder.guest.machine import CPU_SECONDS, TOGETHER, Job
from autograder.guest.observation import Ending, Line, Observation, Outcome, Spot
from autograder.judge.spins import Loop, Shared, Tally, common, conduct

ENTRY = Line(function="history_read", file="mm/h.c", line=400)
WAIT = Line(function="history_wait", file="mm/h.c", line=412)
OTHER = Line(function="history_exit", file="mm/h.c", line=90)
SPOTS = {"P": Spot(lines=[ENTRY, WAIT]), "Q": Spot(lines=[OTHER]), "U": None}


def spinning(job: Job, spot: Spot | None, cpu_seconds: float = CPU_SECONDS) -> Observation:
    return seen(job, Ending.SPIN).model_copy(update={"spot": spot, "cpu_seconds": cpu_seconds})


def seen(job: Job, kind: Ending = Ending.COMPLETED) -> Observation:
    return Observation(probe=job.probe, params=dict(job.params), outcome=Outcome(kind=kind))


class Boots:
    """Boots that go as a letter for each job says.

    ``.`` is well, ``x`` fails without a spin, ``P`` and ``Q`` spin in the submission, ``U``
    in a program of the guest; ``p`` spins at P where others share its boot, but not alone, and
    ``S`` at P, but is starved at first.
    """

    def __init__(self, letters: Sequence[str], workers: int) -> None:
        self.pool = ThreadPoolExecutor(workers)
        self.letters: dict[str, str] = {}
        self.boots: list[list[Job]] = []
        for number, word in enumerate(letters):
            jobs = [Job("steps", {"at": f"{number}.{place}"}) for place in range(len(word))]
            self.letters |= {
                job.params["at"]: letter for job, letter in zip(jobs, word, strict=True)
            }
            self.boots.append(jobs)
        self.fates = dict.fromkeys(self.letters, "-")

    def start_together(self, jobs: list[Job]) -> Future[Shared]:
        return self.pool.submit(self.together, jobs)

    def start_alone(self, job: Job) -> Future[Observation]:
        return self.pool.submit(self.alone, job)

    def together(self, jobs: list[Job]) -> Shared:
        letters = [self.letters[job.params["at"]] for job in jobs]
        whole = Job(TOGETHER, {})
        if "x" in letters:
            return seen(whole, Ending.PANIC), [None] * len(jobs)
        for went, letter in enumerate(letters):
            if letter != ".":
                each = [seen(job) if n < went else None for n, job in enumerate(jobs)]
                return spinning(whole, SPOTS[letter.upper().replace("S", "P")]), each
        return seen(whole), [seen(job) for job in jobs]

    def alone(self, job: Job) -> Observation:
        letter = self.letters[job.params["at"]]
        if letter == "S":
            self.letters[job.params["at"]] = "P"
            return spinning(job, SPOTS["P"], CPU_SECONDS / 2)
        return spinning(job, SPOTS[letter]) if letter in SPOTS else seen(job)

    def keep_together(self, jobs: list[Job], seen: Shared) -> None:
        for job, one in zip(jobs, seen[1], strict=True):
            if one is not None:
                self.fates[job.params["at"]] = "s"

    def keep_alone(self, job: Job, seen: Observation) -> None:
        self.fates[job.params["at"]] = "a"

    @property
    def words(self) -> list[str]:
        fates = iter(self.fates.values())
        return ["".join(next(fates) for _ in jobs) for jobs in self.boots]


# How the boots go, and what becomes of each job: seen in a shared boot, alone, or not at all.
CASES: dict[str, tuple[list[str], list[str]]] = {
    "all is well": (["...", ".."], ["sss", "ss"]),
    "two spin": ([".P.", "P..", "..."], ["saa", "aaa", "sss"]),
    "three boots spin": ([".P.", "P.P", "..P.", "..."], ["sa-", "a--", "ssa-", "---"]),
    "three in one boot": ([".PPP.P", ".."], ["saaa--", "ss"]),
    "what passed in a boot before them stays": (
        ["P", "..", "P", "P", ".."],
        ["a", "ss", "a", "a", "--"],
    ),
    "not at the same place": (["P", "Q", "P", "Q", "."], list("aaaas")),
    "the third of a place is what counts": (["P", "Q", "P", "P", "Q", "."], list("aaaa--")),
    "a starved guest is booted again": (["P", "S", "P", "P."], ["a", "a", "a", "--"]),
    "programs of the guest": (["U", "U", "U", "U."], ["a", "a", "a", "aa"]),
    "other failures": (["x.", "x.", "x.", "x."], ["aa", "aa", "aa", "aa"]),
    "not by itself": (["p.", "p.", "p.", "P.", "P"], ["aa", "aa", "aa", "aa", "a"]),
    "one not by itself": (["p.", "P.", "P.", "P.", "."], ["aa", "aa", "aa", "a-", "-"]),
}


@pytest.mark.parametrize("workers", [1, 2, 7])
@pytest.mark.parametrize("case", CASES)
def test_what_is_tried(case: str, workers: int) -> None:
    letters, fates = CASES[case]
    boots = Boots(letters, workers)
    loop = conduct(boots.boots, boots, Tally())
    boots.pool.shutdown()
    assert boots.words == fates
    assert (loop is not None) == any("-" in word for word in fates)


def test_what_was_booted_before_counts() -> None:
    tally = Tally()
    first = Job("drain", {})
    assert tally.add(spinning(first, SPOTS["P"])) is None
    boots = Boots(["P", "P.", "."], workers=2)
    loop = conduct(boots.boots, boots, tally)
    boots.pool.shutdown()
    assert loop is not None
    assert loop.met_by(first)
    assert boots.words == ["a", "a-", "-"]


def test_a_starved_guest_does_not_count() -> None:
    tally = Tally()
    for number in range(9):
        job = Job("steps", {"at": str(number)})
        assert tally.add(spinning(job, SPOTS["P"], CPU_SECONDS / 2)) is None


def test_who_waits_for_a_process_that_is_held_does_not_count() -> None:
    tally = Tally()
    for number in range(9):
        job = Job("meeting", {"holds": "1", "at": str(number)})
        assert tally.add(spinning(job, SPOTS["P"])) is None


def test_the_error_of_a_boot_is_not_lost() -> None:
    boots = Boots(["P"], workers=1)
    boots.letters.clear()
    with pytest.raises(KeyError):
        conduct(boots.boots, boots, Tally())
    boots.pool.shutdown()


def test_the_place_is_what_all_have_in_common() -> None:
    deeper = Spot(lines=[ENTRY, WAIT, Line(function="readable", file="mm/h.c", line=9)])
    moved = Spot(lines=[ENTRY, WAIT.model_copy(update={"line": 413})])
    assert common([deeper, moved]) == Spot(lines=[ENTRY, WAIT])
    assert common([deeper, Spot(lines=[ENTRY])]) == Spot(lines=[ENTRY])


def test_the_words() -> None:
    loop = Loop(spot=Spot(lines=[ENTRY, WAIT]), probe="drain", params={})
    assert loop.reason == (
        "the kernel spins in history_wait() (mm/h.c:412), seen in three boots; "
        "this was not tried any more"
    )
