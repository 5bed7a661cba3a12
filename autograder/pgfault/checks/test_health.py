# SPDX-License-Identifier: MIT
"""What the instrumented kernel itself complained about, in any boot of this grading."""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.guest.observation import Observation
from autograder.judge.expect import Mismatch, NotReached
from autograder.judge.rubric import all_boots, hint, rule
from autograder.pgfault.checks.foundations import BOOTS, READS
from autograder.results import Finding

AREA = "Kernel health"
RESTS_ON = (BOOTS,)


def expect_no_report(boots: list[Observation], what: str, *kinds: str) -> None:
    """Raise Mismatch where the kernel reported something of these kinds."""
    found = [(seen, report) for seen in boots for report in seen.reports if report.kind in kinds]
    if found:
        report = found[0][1]
        raise Mismatch(
            f"every boot was watched for {what}",
            "the kernel reports nothing",
            report.title,
            finding=Finding.PANIC if report.kind == "panic" else Finding.REPORT,
        )
    if not any(record.number("ret") > 0 for seen in boots for record in seen.all("read")):
        raise NotReached("the kernel never traced anything: its health was not tried", READS)


@number("8.1")
@weight(1)
@rule("B4")
@hint("The report names the access, who allocated the memory and who freed it.")
@all_boots
def test_no_memory_errors(boots: list[Observation]) -> None:
    """No use of memory that is freed, out of bounds or corrupted (KASAN)."""
    expect_no_report(boots, "memory errors", "kasan", "memory")


@number("8.2")
@weight(1)
@rule("B4")
@hint("Read the two chains of locks in the report: each is one order; choose one of them.")
@all_boots
def test_no_lock_errors(boots: list[Observation]) -> None:
    """No lock is taken in an order that can deadlock (lockdep)."""
    expect_no_report(boots, "lock errors", "lockdep")


@number("8.3")
@weight(1)
@rule("B4")
@hint("Under a spinlock use GFP_ATOMIC or allocate before; copy_to_user() may sleep too.")
@all_boots
def test_no_sleep_in_atomic(boots: list[Observation]) -> None:
    """Nothing sleeps while a spinlock is held."""
    expect_no_report(boots, "sleeping in atomic context", "atomic")


@number("8.4")
@weight(1)
@rule("B4")
@all_boots
def test_no_leaks(boots: list[Observation]) -> None:
    """No object is left that nothing points to (kmemleak)."""
    expect_no_report(boots, "leaks", "leak")


@number("8.5")
@weight(1)
@rule("B4")
@all_boots
def test_no_other_complaints(boots: list[Observation]) -> None:
    """No panic and no other warning of the kernel."""
    expect_no_report(boots, "panics and warnings", "panic", "warning")
