# SPDX-License-Identifier: MIT
"""From a grade as it was made to the result that counts: points, lateness, the page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from autograder import KIT_VERSION
from autograder.bulk.lateness import lateness
from autograder.bulk.shelf import Record
from autograder.course import Course
from autograder.grading import FEEDBACK, NOT_YET, OBSERVATIONS, RESULT
from autograder.judge import rubric
from autograder.judge.verdicts import empty_verdict
from autograder.report import html
from autograder.results import Result, Status, SubmissionInfo, total
from autograder.scoring import score


def finished(result: Result, record: Record, course: Course) -> Result:
    """``result`` with the points and the late policy of ``course``."""
    scored = score(result, course)
    submitted = datetime.fromisoformat(record.submitted) if record.submitted else None
    scored.late = lateness(course, submitted, keys(record), scored.totals)
    return scored


def keys(record: Record) -> list[str]:
    """By which an extension may name the students of a submission."""
    words = [word for s in record.students for word in (s.id, s.email, s.login) if word]
    return [record.name, *words]


def write(result: Result, folder: Path, course: Course) -> None:
    """Write page and result; the result last, because it tells whether the page is current."""
    html.write(result, folder / FEEDBACK, course=title(course), observations=folder / OBSERVATIONS)
    result.write(folder / RESULT)


def title(course: Course) -> str:
    """Course, term and assignment in one line."""
    about = course.course
    return " · ".join(filter(None, [about.name, about.term, course.title]))


def completed(folder: Path, record: Record, now: str, *, settle: bool = True) -> Result:
    """The result in ``folder``, whatever became of the grader that wrote it.

    Where it wrote none, or died over it, every check still stands in it.  Without
    ``settle``, grading goes on and may still come to the checks that it has not reached.
    """
    path = folder / RESULT
    if path.exists():
        result = Result.read(path)
        result.submission.name = record.name
        result.notes = list(dict.fromkeys([*record.notes, *result.notes]))
        if settle and not result.finished:  # the grader died over it
            result.finished = now
    else:
        verdicts = [empty_verdict(check, NOT_YET) for check in rubric.checks()]
        result = Result(
            kit_version=KIT_VERSION,
            kernel_version=record.versions.kernel.split()[0],
            seed=record.seed,
            started=now,
            finished=now if settle else "",
            submission=SubmissionInfo(name=record.name, sha256="", files=[]),
            verdicts=verdicts,
            totals=total(verdicts),
        )
    for verdict in result.verdicts if settle else ():
        if verdict.status is Status.NOT_REACHED and verdict.message == NOT_YET:
            if record.outcome == "grader_error":
                verdict.status = Status.GRADER_ERROR
            verdict.message = record.message or "the grading was not finished"
    return result


def refusal(result: Result) -> str:
    """Why nothing in the submission could be looked at; empty where something could."""
    if result.submission.sha256:
        return ""
    failed = (v for v in result.verdicts if v.status is Status.FAILED)
    return next((verdict.observed or verdict.message for verdict in failed), "")


def merged(new: Result, old: Result, only: str) -> Result:
    """``new`` for the checks that ``only`` names, ``old`` for the others."""
    chosen = {check.id for check in rubric.select(only)}
    before = {verdict.id: verdict for verdict in old.verdicts}
    result = new.model_copy(deep=True)
    result.verdicts = [
        verdict if verdict.id in chosen else before.get(verdict.id, verdict)
        for verdict in result.verdicts
    ]
    return result
