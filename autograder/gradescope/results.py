# SPDX-License-Identifier: MIT
"""``results.json`` as Gradescope documents it.

Source: gradescope-autograders.readthedocs.io, 'Autograder Specifications'.  Every field
there is given; every check of the rubric stands in ``tests``, whatever became of it.
"""

from __future__ import annotations

from typing import Any

from autograder.report.text import number, shorten, visible
from autograder.results import Result, Status, Verdict

ROOM = 400_000  # characters of all tests' output together
LONGEST = 6_000  # of one test's output
LINES = 150
_WORDS = {
    Status.FAILED: "FAILED",
    Status.NOT_REACHED: "NOT REACHED",
    Status.GRADER_ERROR: "GRADER ERROR (no fault of yours; your instructor can see it)",
}


def results(
    result: Result, *, finished: bool, notice: str = "", leaderboard: bool = False
) -> dict[str, Any]:
    """``result`` for Gradescope; ``notice`` stands at the top of what students read."""
    room = ROOM // max(sum(v.status is not Status.PASSED for v in result.verdicts), 1)
    told: dict[str, Any] = {
        # Given, so that lateness and a maximum count: it stands before the tests' sum.
        "score": round(points(result), 4),
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


def points(result: Result) -> float:
    """The points that count."""
    return result.late.points if result.late else result.totals.points


def _summary(result: Result, finished: bool, notice: str) -> str:
    totals = result.totals
    lines = [notice] if notice else []
    if not finished:
        lines.append("Grading has not finished: what has not been tried counts as not reached.")
    lines.append(
        f"{number(totals.points)} of {number(totals.max_points)} points: {totals.passed} checks "
        f"passed, {totals.failed} failed, {totals.not_reached} not reached, "
        f"{totals.grader_error} grader errors."
    )
    if result.late:
        lines.append(f"{result.late.words}: {number(result.late.points)} points count.")
    lines += [f"Note: {note}" for note in result.notes]
    lines.append(f"Linux {result.kernel_version}; the checks' inputs come from seed {result.seed}.")
    return visible(shorten("\n".join(lines), LONGEST, LINES))


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
    named = (("Done", verdict.did), ("Expected", verdict.expected), ("Observed", verdict.observed))
    parts += [f"{name}: {text}" for name, text in named if text]
    if verdict.status is Status.FAILED:
        parts += [f"Hint: {verdict.hint}"] if verdict.hint else []
        parts.append(f"The assignment says: {verdict.clause}")
        parts += [f"--- {evidence.title}\n{evidence.text}" for evidence in verdict.evidence]
    return "\n\n".join(parts)
