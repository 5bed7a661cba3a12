# SPDX-License-Identifier: MIT
"""Which cause stands first, in what words, and which failures may come of it."""

from __future__ import annotations

import pytest

from autograder.judge import rubric
from autograder.judge.verdicts import empty_verdict
from autograder.pgfault.checks.foundations import FAULTS
from autograder.report import complaints
from autograder.report.diagnosis import Cause, diagnose
from autograder.results import Evidence, Excerpt, Finding, PatchLine, Process, Status, Verdict

CHECKS = {check.id: check for check in rubric.checks()}
KASAN = Evidence(
    kind="report",
    title="BUG: KASAN: slab-use-after-free in history_peek+0x10/0x80",
    text="BUG: KASAN: slab-use-after-free in history_peek+0x10/0x80\nRead of size 8 at addr 1",
)


def place(file: str = "mm/pgfault_history.c", line: int = 420) -> Excerpt:
    code = PatchLine(number=line, added=True, text="\treturn ring->head;")
    return Excerpt(function="history_peek", file=file, line=line, lines=[code])


def of_patch(evidence: Evidence, *places: Excerpt) -> Evidence:
    return evidence.model_copy(update={"excerpts": list(places)})


def failed(
    check_id: str,
    finding: Finding = Finding.MISMATCH,
    observed: str = "",
    evidence: Evidence | None = None,
) -> Verdict:
    verdict = empty_verdict(CHECKS[check_id])
    verdict.status, verdict.finding = Status.FAILED, finding
    verdict.did, verdict.expected = f"{check_id} was tried", "another thing"
    verdict.observed = observed or f"{check_id} went wrong"
    verdict.evidence = [evidence] if evidence else []
    return verdict


def blocked(check_id: str, by: str) -> Verdict:
    verdict = empty_verdict(CHECKS[check_id], "not tried")
    verdict.blocked_by = by
    return verdict


PANIC = Evidence(kind="report", title="Kernel panic - not syncing: course", text="Kernel panic")
HANG = Evidence(
    kind="hang",
    title="the processes that were still there",
    text="",
    processes=[
        Process(pid=30, name="reader", state="S", stack=["history_read"]),
        Process(pid=31, name="traced", state="D", stack=["mutex_lock", "history_fault"]),
    ],
)
ASLEEP = HANG.model_copy(update={"processes": HANG.processes[:1]})
LOCKDEP = Evidence(kind="report", title="WARNING: possible recursive locking detected", text="")

# What failed or was not tried, and the sentences of the causes in their order.
CASES: dict[str, tuple[list[Verdict], list[str]]] = {
    "refused": (
        [
            failed("build/patch_applies", Finding.REFUSED, "kernel.patch changes arch/um/x.c"),
            blocked("build/boots", "build/patch_applies"),
        ],
        ["kernel.patch changes arch/um/x.c."],
    ),
    "does not compile": (
        [
            failed("build/kernel_builds", Finding.NOT_BUILT, "mm/x.c:12: expected ';'"),
            blocked("build/boots", "build/kernel_builds"),
        ],
        ["Your kernel does not build: mm/x.c:12: expected ';'."],
    ),
    "does not link, in the words of the build": (
        [failed("build/kernel_builds", Finding.NOT_BUILT, "the kernel does not link: mm/x.o: y")],
        ["Your kernel does not link: mm/x.o: y."],
    ),
    "nothing is known of the build": (
        [failed("build/tools_build", Finding.NOT_BUILT, " ")],
        ["Your tools do not build."],
    ),
    "panics at boot": (
        [failed("build/boots", Finding.PANIC, "panic: course", of_patch(PANIC, place()))],
        [
            "Your kernel panics while it boots: Kernel panic - not syncing: course:"
            " mm/pgfault_history.c:420, in history_peek()."
        ],
    ),
    "no file": (
        [failed("file/exists_for_every_process", Finding.NO_FILE)],
        ["No process has the file /proc/PID/pgfault_history yet."],
    ),
    "no start": (
        [failed("file/start_answers", Finding.NO_START, "the write failed with EINVAL")],
        ["Tracing cannot be started: the write failed with EINVAL."],
    ),
    "nothing recorded": (
        [failed("reading/records_leave_the_trace", Finding.NO_RECORD)],
        ["Tracing can be started, but your kernel has not recorded anything yet."],
    ),
    "one trace is empty, others are not": (
        [
            failed("life_cycle/new_reader_goes_on", Finding.NO_RECORD, "the trace is empty"),
            failed("reading/wakes_on_a_record", observed="the reader sleeps on"),
        ],
        ["reading/wakes_on_a_record was tried, but the reader sleeps on."],
    ),
    "nothing recorded, in a check that is tried all the same too": (
        [
            failed("reading/records_leave_the_trace", Finding.NO_RECORD, "0 bytes"),
            failed("file/other_values_change_nothing", Finding.NO_RECORD, "nothing"),
        ],
        ["Tracing can be started, but your kernel has not recorded anything yet."],
    ),
    "a use after free before what costs more": (
        [
            failed("regions/mmap"),
            failed("regions/brk"),
            failed("life_cycle/reaped_drained", Finding.REPORT, "", of_patch(KASAN, place())),
            failed("health/no_memory_errors", Finding.REPORT, "", of_patch(KASAN, place())),
        ],
        [
            "Your kernel reads memory it has freed: mm/pgfault_history.c:420, in history_peek().",
            "regions/mmap was tried, but regions/mmap went wrong.",
        ],
    ),
    "a process that a signal could end is a symptom among others": (
        [
            failed("buffer/freed_after_readers", Finding.HANG, "", of_patch(ASLEEP, place(line=7))),
            failed("regions/mmap"),
        ],
        [
            "regions/mmap was tried, but regions/mmap went wrong.",
            "The process 'reader' never goes on: it waits in the kernel:"
            " mm/pgfault_history.c:7, in history_peek().",
        ],
    ),
    "a report that names no line of the patch comes after a hang that does": (
        [
            failed("reading/slow_reader", Finding.HANG, "", of_patch(HANG, place(line=7))),
            failed("health/no_lock_errors", Finding.REPORT, "", LOCKDEP),
        ],
        [
            "The process 'traced' never goes on: it waits in the kernel:"
            " mm/pgfault_history.c:7, in history_peek().",
            "Your kernel takes a lock that it already holds.",
        ],
    ),
    "a panic elsewhere may come of damaged memory": (
        [
            failed("health/no_memory_errors", Finding.REPORT, "", of_patch(KASAN, place())),
            failed("health/no_other_complaints", Finding.PANIC, "", PANIC),
        ],
        ["Your kernel reads memory it has freed: mm/pgfault_history.c:420, in history_peek()."],
    ),
    "equal observations are one cause": (
        [
            failed("reading/wakes_on_exit", observed="the read failed with ESRCH"),
            failed("life_cycle/zombie_drained", observed="the read failed with ESRCH"),
        ],
        ["reading/wakes_on_exit was tried, but the read failed with ESRCH."],
    ),
    "what differs in its numbers alone is one cause": (
        [
            failed("tracepgfault/usage", observed="line 3 is '1.204 fault 1ca06da000'"),
            failed("regions/mmap", observed="line 44 is '1.31 fault 77000'"),
        ],
        ["tracepgfault/usage was tried, but line 3 is '1.204 fault 1ca06da000'."],
    ),
    "two things apart, the dearer first": (
        [failed("tracepgfault/usage"), failed("regions/mprotect_splits")],
        [
            "regions/mprotect_splits was tried, but regions/mprotect_splits went wrong.",
            "tracepgfault/usage was tried, but tracepgfault/usage went wrong.",
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_causes(case: str) -> None:
    verdicts, sentences = CASES[case]
    causes = diagnose(verdicts)
    assert [cause.sentence for cause in causes] == sentences
    expect_each_once(causes, verdicts)


def expect_each_once(causes: tuple[Cause, ...], verdicts: list[Verdict]) -> None:
    """Every failed check belongs to exactly one cause."""
    explained = [verdict.id for cause in causes for verdict in (cause.verdict, *cause.others)]
    assert sorted(explained) == sorted(v.id for v in verdicts if v.status is Status.FAILED)


def test_what_is_compared_line_by_line_is_one_sentence() -> None:
    verdict = failed("regions/mmap", observed="1000-2000\n3000-4000")
    verdict.did = "mmap() mapped 3 pages; the regions in the trace should be those in maps"
    (cause,) = diagnose([verdict])
    assert cause.sentence == (
        "mmap() mapped 3 pages, but the regions in the trace are not those in maps."
    )


def test_the_same_action_with_the_same_advice_is_one_cause() -> None:
    lines = failed("faults/times", observed="line 3 is '1.2 fault 77'")
    more = failed("regions/mmap", observed="line 4 is '1.2 add x 1-2'")
    for verdict in (lines, more):
        verdict.did, verdict.hint = "pgfaultmap --events read the trace", "Print nine digits."
    (cause,) = diagnose([lines, more])
    assert cause.others == (more,)
    more.hint = "Print the address in hexadecimal."
    assert len(diagnose([lines, more])) == 2


def test_what_fails_as_an_obstacle_does_belongs_to_it() -> None:
    silent = failed("reading/records_leave_the_trace", Finding.NO_EVENTS, "the tool ends with 1")
    other = failed("file/other_values_change_nothing", observed="the tool ends with 1")
    for verdict in (silent, other):
        verdict.did = "pgfaultmap --events read the trace"
    (cause,) = diagnose([other, silent])
    assert cause.verdict == silent and cause.others == (other,)
    other.did = "pgfaultmap drew the map"
    assert len(diagnose([other, silent])) == 2


@pytest.mark.parametrize(
    ("observed", "clause"),
    [
        ("nothing on standard output", "there was nothing on standard output"),
        ("no such regions in the trace", "there were no such regions in the trace"),
        ("3 lines", "there were 3 lines"),
        ("1 record is lost", "1 record is lost"),
        ("'it is not there' on standard error", "there was 'it is not there' on standard error"),
        ("the read returned 0", "the read returned 0"),
    ],
)
def test_every_card_has_a_verb(observed: str, clause: str) -> None:
    verdict = failed("tracepgfault/usage", observed=observed)
    verdict.did = "the tool ran"
    (cause,) = diagnose([verdict])
    assert cause.sentence == f"The tool ran, but {clause}."


def test_a_mistake_comes_before_a_milestone_that_was_not_begun() -> None:
    """Though that costs more; the first milestone that lacks anything is the next step."""
    tool = [check.id for check in rubric.select("tracepgfault")]
    verdicts = [failed("regions/mprotect_splits"), *map(failed, tool)]
    assert diagnose(verdicts)[0].verdict.id == "regions/mprotect_splits"
    assert diagnose(verdicts[1:])[0].verdict.id in tool
    begun = [failed("regions/mprotect_splits"), *map(failed, tool[:5])]
    assert diagnose(begun)[0].verdict.id in tool, "the dearer first"


def test_nothing_failed() -> None:
    passed = empty_verdict(CHECKS["build/boots"])
    passed.status = Status.PASSED
    assert diagnose([passed, empty_verdict(CHECKS["regions/mmap"])]) == ()


def test_all_failed() -> None:
    """The root of everything stands alone, with all others behind it."""
    first = "build/patch_applies"
    verdicts = [failed(first, Finding.REFUSED)]
    verdicts += [failed(name) for name in CHECKS if name != first]
    causes = diagnose(verdicts)
    expect_each_once(causes, verdicts)
    assert causes[0].verdict.id == first
    assert len(causes) <= 3


def test_what_was_not_tried_belongs_to_its_cause() -> None:
    gate = failed("file/exists_for_every_process", Finding.NO_FILE)
    behind = [blocked(name, gate.id) for name in ("regions/mmap", "file/mode")]
    (cause,) = diagnose([gate, *behind])
    assert cause.not_tried == tuple(behind)
    assert cause.lost == gate.max_points + sum(verdict.max_points for verdict in behind)


def test_hidden_checks_take_no_part() -> None:
    hidden = Verdict(id="", number="6.1", title="Hidden check", area="", clause="", max_points=2)
    (cause,) = diagnose([hidden, failed("regions/mmap")])
    assert cause.verdict.id == "regions/mmap"


def test_foundations_stay_inside_of_what_failed() -> None:
    """A failed check goes with the failed one that it depends on."""
    verdicts = [failed(FAULTS), failed("faults/copy_on_write")]
    (cause,) = diagnose(verdicts)
    assert cause.verdict.id == FAULTS
    assert [verdict.id for verdict in cause.others] == ["faults/copy_on_write"]


@pytest.mark.parametrize(
    ("title", "text", "what"),
    [
        (
            "BUG: KASAN: slab-use-after-free in f",
            "Write of size 4 at",
            "writes memory it has freed",
        ),
        ("BUG: KASAN: slab-out-of-bounds in f", "Read of size 4", "reads past the end of memory"),
        ("KASAN: null-ptr-deref in range [0]", "", "follows a NULL pointer"),
        ("WARNING: possible circular locking dependency detected", "", "two orders"),
        ("WARNING: inconsistent lock state", "", "an interrupt may take"),
        ("BUG: sleeping function called from invalid context at mm/x.c:3", "", "must not sleep"),
        ("unreferenced object 0x123 (size 64):", "", "never frees memory"),
        ("Kernel panic - not syncing: x", "", "panics"),
        ("INFO: task x:25 blocked for more than 122 seconds.", "", "no signal can wake"),
        ("something never seen", "", "reports an error"),
    ],
)
def test_complaints(title: str, text: str, what: str) -> None:
    assert what in complaints.words(title, text).what
    assert complaints.words(title, text).hint
