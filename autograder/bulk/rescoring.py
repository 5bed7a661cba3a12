# SPDX-License-Identifier: MIT
"""Judge and score a class again from what was recorded: no kernel is built or booted.

If the checks changed since a result was made, they judge the recorded observations again.
A check that cannot judge from these (it asks for another probe than before) keeps its verdict,
and is named: it needs ``class regrade``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from autograder.bulk import finishing
from autograder.bulk.journal import Journal
from autograder.bulk.shelf import Earlier, Record, Shelf
from autograder.course import Course
from autograder.errors import GraderError
from autograder.grading import OBSERVATIONS, STAGES
from autograder.judge import rubric
from autograder.judge.gates import closed_gate
from autograder.judge.judging import Judge, judge
from autograder.judge.observer import RecordedObserver
from autograder.judge.stages import Stages
from autograder.report.view import counted
from autograder.results import Result, Status, Verdict

WHY = "rescored"


@dataclass(frozen=True)
class Flip:
    """A check that changed."""

    id: str
    before: Status
    after: Status
    points: float  # gained, or lost where negative


@dataclass(frozen=True)
class Change:
    """What rescoring does to one submission."""

    record: Record
    old: Result
    new: Result
    flips: list[Flip] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # checks that need a boot to be judged again

    @property
    def before(self) -> float:
        """The points that counted."""
        return counted(self.old)

    @property
    def after(self) -> float:
        """The points that count now."""
        return counted(self.new)

    @property
    def matters(self) -> bool:
        """Whether anything in the result differs."""
        return self.new != self.old


def rescore(
    shelf: Shelf, names: Iterable[str], course: Course, checks_now: str | None, jobs: int = 1
) -> Iterator[Change]:
    """What becomes of the submissions ``names``; nothing is written.

    ``checks_now`` is the version of today's checks: results made with others are judged
    again.  None: points and lateness only.
    """
    loaded = [pair for name in names if (pair := shelf.load(name)) is not None]
    old_checks = [
        (shelf.folder(record.name), result)
        for record, result in loaded
        if checks_now is not None and record.versions.checks != checks_now
    ]
    judged: dict[Path, tuple[Result, list[str]]] = {}
    if old_checks:
        with ProcessPoolExecutor(min(jobs, len(old_checks))) as pool:
            answers = pool.map(judged_again, *zip(*old_checks, strict=True))
            judged = dict(zip((folder for folder, _ in old_checks), answers, strict=True))
    for record, old in loaded:
        result, kept = judged.get(shelf.folder(record.name), (old, []))
        about = record
        if shelf.folder(record.name) in judged and not kept:
            versions = record.versions.model_copy(update={"checks": checks_now})
            about = record.model_copy(update={"versions": versions})
        new = finishing.finished(result, about, course)
        yield Change(about, old, new, list(flips(old, new)), kept)


def apply(
    shelf: Shelf, changes: Sequence[Change], course: Course, journal: Journal, jobs: int = 1
) -> None:
    """Write the new results and their pages; the old ones go to the history."""
    for change in changes:
        old = shelf.load(change.record.name)
        if old is None:
            raise GraderError(
                f"the result of {change.record.name} was removed while it was rescored: run the "
                "command again"
            )
        if change.matters:
            shelf.keep(Earlier(why=WHY, record=old[0], result=old[1]))
        if change.record != old[0]:
            shelf.write_record(change.record)
    mattering = [change for change in changes if change.matters]
    if not mattering:
        return
    # The pages take most of the time: each draws its traces.
    with ProcessPoolExecutor(max(1, min(jobs, len(mattering)))) as pool:
        written = [
            pool.submit(finishing.write, change.new, shelf.folder(change.record.name), course)
            for change in mattering
        ]
        for change, future in zip(mattering, written, strict=True):
            future.result()
            journal.add(
                WHY,
                name=change.record.name,
                before=change.before,
                after=change.after,
                checks={flip.id: f"{flip.before} -> {flip.after}" for flip in change.flips},
            )


def judged_again(folder: Path, old: Result) -> tuple[Result, list[str]]:
    """``old`` with the verdicts of today's checks over what was recorded in ``folder``.

    Also the ids of the checks that keep their verdict because they cannot be judged so.
    """
    fresh: dict[str, Verdict] = {}
    before = {verdict.id: verdict for verdict in old.verdicts}
    try:
        stages = TypeAdapter(Stages).validate_json((folder / STAGES).read_bytes())
    except (OSError, ValidationError):  # it ended before there was anything to judge
        return old, [check.id for check in rubric.checks()]
    observer = RecordedObserver(folder / OBSERVATIONS)
    try:
        builds = not (stages.patch_problem or stages.kernel_problem)
        seen = observer if builds else None
        if builds:
            stages = replace(stages, gate=closed_gate(observer, old.seed))
        judge(Judge(seen, stages, old.seed, list(rubric.checks()), fresh.__setitem__))
    except GraderError:
        return old, [check.id for check in rubric.checks()]
    verdicts, kept = [], []
    for check in rubric.checks():
        verdict, known = fresh[check.id], before.get(check.id)
        if verdict.status is Status.GRADER_ERROR and known is not None:
            kept.append(check.id)
            verdict = known
        elif known is not None and known.status is verdict.status:
            # The time that it took, how often it was tried and what was recorded beside it
            # are those of the real thing.
            verdict.duration, verdict.attempts = known.duration, known.attempts
            verdict.evidence = known.evidence
        else:
            # Repeating would have taken a boot: what was not recorded is no attempt.
            verdict.attempts = [a for a in verdict.attempts if a != Status.GRADER_ERROR]
        verdicts.append(verdict)
    return old.model_copy(deep=True, update={"verdicts": verdicts}), kept


def flips(old: Result, new: Result) -> Iterator[Flip]:
    """The checks whose verdicts differ."""
    before = {verdict.id: verdict for verdict in old.verdicts}
    for verdict in new.verdicts:
        known = before.get(verdict.id)
        if known is None:
            yield Flip(verdict.id, Status.NOT_REACHED, verdict.status, verdict.points)
        elif known.status is not verdict.status:
            points = verdict.points - known.points
            yield Flip(verdict.id, known.status, verdict.status, points)
