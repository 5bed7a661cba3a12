# SPDX-License-Identifier: MIT
"""A run over a class with an engine that only pretends to grade."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import pytest

from autograder.bulk.batch import Engine
from autograder.bulk.run import ClassRun, ClassSummary
from autograder.bulk.shelf import Shelf
from autograder.bulk.students import Roster, Student
from autograder.bulk.worker import Done, WorkerOrder
from autograder.course import Course
from autograder.errors import UsageError
from autograder.files import write_atomically
from autograder.grading import OBSERVATIONS, RESULT
from autograder.results import Result, Status
from autograder.text import number
from tests.sample_class import VERSIONS, everything, result

CHECK, OTHER = "reading/short_buffer", "build/boots"


class FakeEngine:
    """Answers at once: what the submission's ``kernel.patch`` says."""

    def __init__(self) -> None:
        self.orders: list[WorkerOrder] = []
        self.width = 2
        self.before: Callable[[WorkerOrder], None] = lambda order: None

    def submit(self, order: WorkerOrder) -> Future[Done]:
        self.orders.append(order)
        future: Future[Done] = Future()
        try:
            self.before(order)
            future.set_result(self.grade(order))
        except RuntimeError as error:
            future.set_exception(error)
        return future

    def grade(self, order: WorkerOrder) -> Done:
        text = Path(order.submission, "kernel.patch").read_text()
        if text == "unreadable":
            return Done(outcome="unreadable", message="it cannot be read")
        if text == "worker dies":
            return Done(outcome="grader_error", message="status -9")
        if text == "engine fails":
            raise RuntimeError("the network is gone")
        made = result(order.name, tuple(text.split()))
        if text == "build/patch_applies":  # as where an archive is damaged
            made.submission.sha256, made.submission.files = "", []
            made.verdicts[0].observed = "no zip file"
        made.write(Path(order.out) / RESULT)
        write_atomically(Path(order.out) / OBSERVATIONS / f"probe-abc-{1}.json", text)
        return Done(outcome="graded")

    @contextmanager
    def __call__(self, grades: int, lock: int) -> Iterator[Engine]:
        yield self

    @property
    def names(self) -> list[str]:
        """Whose orders came since the last look."""
        found = [order.name for order in self.orders]
        self.orders.clear()
        return found


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    folder = tmp_path / "class"
    for name, text in {"ada": "", "bob": CHECK, "eve": ""}.items():
        write_atomically(folder / name / "kernel.patch", text)
    return folder


def run(tmp_path: Path, **facts: object) -> ClassRun:
    return ClassRun(tmp_path / "grades", Course(), VERSIONS, **facts)  # type: ignore[arg-type]


def grade(tmp_path: Path, engine: FakeEngine, **facts: object) -> ClassSummary:
    return run(tmp_path, **facts).grade_all(tmp_path / "class", None, engine)


def test_only_what_changed_is_graded(tmp_path: Path, submissions: Path, engine: FakeEngine) -> None:
    assert len(grade(tmp_path, engine).tally.graded) == 3
    assert engine.names == ["ada", "bob", "eve"]
    outcome = grade(tmp_path, engine)
    assert engine.names == [] and outcome.tally.up_to_date == 3
    (submissions / "ada" / "kernel.patch").write_text(CHECK)
    grade(tmp_path, engine)
    assert engine.names == ["ada"]
    newer = VERSIONS.model_copy(update={"checks": "other"})
    ClassRun(tmp_path / "grades", Course(), newer).grade_all(submissions, None, engine)
    assert engine.names == ["ada", "bob", "eve"]


def test_the_books(tmp_path: Path, submissions: Path, engine: FakeEngine) -> None:
    roster = Roster([Student(id="ada", name="Ada"), Student(id="zoe", name="=Zoe()")])
    run(tmp_path).grade_all(submissions, roster, engine)
    lines = (tmp_path / "grades" / "gradebook.csv").read_text().splitlines()
    assert [line.split(",")[:6] for line in lines[1:]] == [
        ["zoe", "'=Zoe()", "", "", "no submission found", ""],
        ["ada", "Ada", "", "ada", "graded", number(everything())],
        ["bob", "bob", "", "bob", "graded", lines[3].split(",")[5]],
        ["eve", "eve", "", "eve", "graded", number(everything())],
    ]
    assert 90 < float(lines[3].split(",")[5]) < everything()
    # A second run without a roster knows the first one's.
    grade(tmp_path, engine)
    assert (tmp_path / "grades" / "gradebook.csv").read_text().splitlines() == lines


def test_a_damaged_archive_is_told_apart(
    tmp_path: Path, submissions: Path, engine: FakeEngine
) -> None:
    (submissions / "ada" / "kernel.patch").write_text("build/patch_applies")
    assert grade(tmp_path, engine).tally.unreadable == {"ada": "no zip file"}
    lines = (tmp_path / "grades" / "gradebook.csv").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("ada,")]
    assert ",cannot be read," in line and ",no zip file," in line
    engine.orders.clear()
    grade(tmp_path, engine)
    assert engine.names == []


def test_one_bad_submission_never_stops_the_rest(
    tmp_path: Path, submissions: Path, engine: FakeEngine
) -> None:
    for name, text in (("ada", "unreadable"), ("bob", "worker dies"), ("eve", "engine fails")):
        (submissions / name / "kernel.patch").write_text(text)
    write_atomically(submissions / "joe" / "kernel.patch", "")
    outcome = grade(tmp_path, engine)
    assert outcome.tally.graded == ["joe"]
    assert set(outcome.tally.failed) == {"bob", "eve"}
    assert set(outcome.tally.unreadable) == {"ada"}
    shelf = Shelf(tmp_path / "grades")
    for name in ("ada", "bob", "eve"):
        loaded = shelf.load(name)
        assert loaded is not None
        statuses = {verdict.status for verdict in loaded[1].verdicts}
        assert statuses == {Status.NOT_REACHED if name == "ada" else Status.GRADER_ERROR}
    canvas = (tmp_path / "grades" / "canvas.csv").read_text()
    assert "bob,,bob,,,\n" in canvas, "a grader error is nobody's 0"
    engine.orders.clear()
    grade(tmp_path, engine)
    assert set(engine.names) == {"bob", "eve"}, "a grader error is tried again, the rest is not"


def test_interrupted_and_started_again(
    tmp_path: Path, submissions: Path, engine: FakeEngine
) -> None:
    def interrupt(order: WorkerOrder) -> None:
        if order.name == "eve":
            raise KeyboardInterrupt

    engine.before = interrupt
    with pytest.raises(KeyboardInterrupt):
        grade(tmp_path, engine)
    assert "not graded yet" in (tmp_path / "grades" / "gradebook.csv").read_text()
    engine.before = lambda order: None
    done = Shelf(tmp_path / "grades")
    finished = {name for name in ("ada", "bob", "eve") if done.load(name)}
    engine.orders.clear()
    grade(tmp_path, engine)
    assert set(engine.names) == {"ada", "bob", "eve"} - finished


def test_regrade_just_what_is_named(tmp_path: Path, submissions: Path, engine: FakeEngine) -> None:
    grade(tmp_path, engine)
    engine.orders.clear()

    def only_one(order: WorkerOrder) -> Done:
        done = FakeEngine.grade(engine, order)
        path = Path(order.out) / RESULT
        made = Result.read(path)
        for verdict in made.verdicts:
            if verdict.id == OTHER:
                verdict.status, verdict.points = Status.FAILED, 0
        made.write(path)
        return done

    engine.grade = only_one  # type: ignore[method-assign]
    outcome = run(tmp_path).regrade(["bob"], OTHER, engine, "a complaint")
    assert [(order.name, order.only) for order in engine.orders] == [("bob", OTHER)]
    assert outcome.tally.graded == ["bob"]
    loaded = Shelf(tmp_path / "grades").load("bob")
    assert loaded is not None
    failed = {v.id for v in loaded[1].verdicts if v.status is Status.FAILED}
    assert failed == {OTHER, CHECK}, "the other verdicts stay"
    assert loaded[0].only is None
    (earlier,) = Shelf(tmp_path / "grades").history("bob")
    assert earlier.why == "a complaint"
    with pytest.raises(UsageError, match="no submission"):
        run(tmp_path).regrade(["nobody"], None, engine, "")
    (submissions / "bob" / "kernel.patch").write_text("changed since")
    with pytest.raises(UsageError, match="changed since"):
        run(tmp_path).regrade(["bob"], OTHER, engine, "")


def test_rescore_tells_who_gains_and_loses(
    tmp_path: Path, submissions: Path, engine: FakeEngine
) -> None:
    grade(tmp_path, engine)
    course = Course.model_validate({"points": {"checks": {CHECK: 0}}})
    later = ClassRun(tmp_path / "grades", course, VERSIONS)
    before = (tmp_path / "grades" / "bob" / RESULT).read_bytes()
    changes = {c.record.name: c for c in later.rescore(dry_run=True, jobs=1, judge=True)}
    assert changes["bob"].after > changes["bob"].before
    assert changes["ada"].after == pytest.approx(changes["ada"].before, abs=0.1)
    assert (tmp_path / "grades" / "bob" / RESULT).read_bytes() == before
    later.rescore(dry_run=False, jobs=1, judge=True)
    assert (tmp_path / "grades" / "bob" / RESULT).read_bytes() != before
    assert not any(c.matters for c in later.rescore(dry_run=False, jobs=1, judge=True))
    assert len(Shelf(tmp_path / "grades").history("bob")) == 1


def test_the_seed_stays_when_the_course_is_renamed(
    tmp_path: Path, submissions: Path, engine: FakeEngine
) -> None:
    grade(tmp_path, engine)
    engine.orders.clear()
    renamed = Course.model_validate({"course": {"name": "Renamed"}})
    ClassRun(tmp_path / "grades", renamed, VERSIONS).grade_all(submissions, None, engine)
    assert engine.names == []


def test_the_journal_tells_every_run(tmp_path: Path, submissions: Path, engine: FakeEngine) -> None:
    grade(tmp_path, engine)
    grade(tmp_path, engine)
    text = (tmp_path / "grades" / "journal.jsonl").read_text()
    events = [json.loads(line)["event"] for line in text.splitlines()]
    assert events == ["run", "graded", "graded", "graded", "end", "run", "end"]
