# SPDX-License-Identifier: MIT
"""``results.json`` as Gradescope documents it.

Source: gradescope-autograders.readthedocs.io, 'Autograder Specifications'.  Every field
there is given; every check of the rubric stands in ``tests``, whatever became of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.report.rules import quoted
from autograder.report.view import Problem, arrange, count, counted
from autograder.results import Excerpt, Result, Status, Verdict
from autograder.text import number, shorten, visible

ROOM = 400_000  # characters of all tests' output together
LONGEST = 6_000  # of one test's output
LINES = 150
LONGEST_FIELD = (1_200, 12)  # of the diagnosis: characters, lines
_WORDS = {
    Status.FAILED: "FAILED",
    Status.NOT_REACHED: "NOT TRIED",
    Status.GRADER_ERROR: "GRADER ERROR (this is not your fault; your instructor can see it)",
}


def results(
    result: Result, *, finished: bool, notice: str = "", leaderboard: bool = False
) -> dict[str, Any]:
    """``result`` for Gradescope; ``notice`` stands at the top of what students read."""
    room = ROOM // max(sum(v.status is not Status.PASSED for v in result.verdicts), 1)
    told: dict[str, Any] = {
        # Given, so that lateness and a maximum count: it stands before the tests' sum.
        "score": round(counted(result), 4),
        "execution_time": round(result.timing.total),
        "output": _summary(result, finished, notice),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {
            "finished": finished,
            "kit_version": result.kit_version,
            "kernel_version": result.kernel_version,
            "schema_version": result.schema_version,
            "sandbox": result.sandbox,
            "seed": result.seed,
            "sha256": result.submission.sha256,
            "started": result.started,
            "late_days": result.late.days if result.late else 0,
        },
        "tests": [_test(verdict, result.seed, min(room, LONGEST)) for verdict in result.verdicts],
    }
    if leaderboard and finished:
        totals = result.totals
        told["leaderboard"] = [
            {"name": "Checks passed", "value": totals.passed},
            {"name": "Extra credit", "value": round(totals.extra_points, 2)},
            {"name": "Seconds", "value": round(result.timing.total), "order": "asc"},
        ]
    return told


def _summary(result: Result, finished: bool, notice: str) -> str:
    """What stands on top: what to fix first, and then how many points there are."""
    parts = [notice] if notice else []
    if not finished:
        parts.append("Grading has not finished: checks that it has not come to count as not tried.")
    problems = arrange(result, for_instructor=False).cards
    parts += ["\n".join(_diagnosis(problem)) for problem in problems]
    return visible(shorten("\n\n".join([*parts, *_circumstances(result)]), LONGEST, LINES))


def _diagnosis(problem: Problem) -> Iterator[str]:
    """What the page shows in its card, as text."""
    cause, verdict = problem.cause, problem.row.verdict
    head = "FIX THIS FIRST" if problem.number == 1 else "A SECOND THING, APART FROM THAT"
    yield f"{head}: {cause.sentence}"
    if not problem.is_told_by_evidence:
        yield from _field("What was done", verdict.did)
        yield from _field("Expected", verdict.expected)
        yield from _field("Observed", verdict.observed)
    if cause.place:
        yield from _source(cause.place)
    elif cause.evidence:
        yield from _field(cause.evidence.title, cause.evidence.text)
    yield from _field("Hint", cause.hint)
    if problem.failed > 1:
        yield f"{count(problem.failed - 1, 'other failure')} may come of it."
    if problem.not_tried:
        were = "was" if len(problem.not_tried) == 1 else "were"
        yield f"{count(len(problem.not_tried), 'check')} {were} not tried because of it."
    yield f"See check {verdict.number} below. Repeat it: {problem.row.command}"


def _field(label: str, text: str) -> Iterator[str]:
    if text:
        gap = "\n" if "\n" in text else " "
        yield f"{label}:{gap}{shorten(text, *LONGEST_FIELD)}"


def _source(excerpt: Excerpt) -> Iterator[str]:
    inside = f", in {excerpt.function}()" if excerpt.function else ""
    yield f"Your patch{inside}: {excerpt.file}:{excerpt.line}"
    for line in excerpt.lines:
        here = ">" if line.number == excerpt.line else " "
        yield f"{here}{line.number:5} {'+' if line.added else ' '} {line.text.expandtabs()}"


def _circumstances(result: Result) -> Iterator[str]:
    """Points, remarks, kernel and seed."""
    totals = result.totals
    yield (
        f"{number(totals.points)} of {number(totals.max_points)} points: {totals.passed} checks "
        f"passed, {totals.failed} failed, {totals.not_reached} not tried, "
        f"{count(totals.grader_error, 'grader error')}."
    )
    if result.late:
        late = result.late
        yield (
            f"{count(totals.points, 'point')} for the checks, less {number(late.points_off)} for "
            f"{count(late.days, 'day')} late: {number(late.points)} points count. {late.words}."
        )
    yield from (f"Note: {note}" for note in result.notes)
    yield f"Linux {result.kernel_version}; the checks' inputs come from seed {result.seed}."


def _test(verdict: Verdict, seed: int, room: int) -> dict[str, Any]:
    return {
        "number": verdict.number,
        "name": visible(verdict.title),
        "name_format": "text",
        "score": round(verdict.points, 4),
        "max_score": round(verdict.max_points, 4),
        "status": "passed" if verdict.status is Status.PASSED else "failed",
        "output": visible(shorten(_output(verdict), room, LINES)),
        "output_format": "text",
        "tags": [*verdict.tags, verdict.area, verdict.status.value],
        "visibility": verdict.visibility,
        "extra_data": {
            "id": verdict.id,
            "status": verdict.status.value,
            "attempts": verdict.attempts,
            "execution_time": verdict.duration,
            "extra_credit": verdict.extra_credit,
            "seed": seed,
        },
    }


def _output(verdict: Verdict) -> str:
    """What a student reads below the check; nothing below one that passed."""
    if verdict.status is Status.PASSED:
        return ""
    parts = [f"{_WORDS[verdict.status]}: {verdict.message}"]
    named = (
        ("What was done", verdict.did),
        ("Expected", verdict.expected),
        ("Observed", verdict.observed),
    )
    parts += [f"{name}: {text}" for name, text in named if text]
    if verdict.status is Status.FAILED:
        parts += [f"Hint: {verdict.hint}"] if verdict.hint else []
        parts += [f"The contract says: {quoted(verdict)}"] if verdict.clause else []
        parts += [f"--- {evidence.title}\n{evidence.text}" for evidence in verdict.evidence]
    return "\n\n".join(parts)
