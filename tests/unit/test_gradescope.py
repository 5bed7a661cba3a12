# SPDX-License-Identifier: MIT
"""results.json as documented; a harness that reports whatever becomes of the grade."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.bulk.local import GradingProcesses
from autograder.bulk.processors import free_memory, processor_quota
from autograder.bulk.worker import Done, WorkerOrder
from autograder.course import Course
from autograder.gradescope import canary
from autograder.gradescope.harness import RESULTS, HandedIn, Harness
from autograder.gradescope.results import ROOM, results
from autograder.grading import NOT_YET, RESULT
from autograder.judge import rubric
from autograder.report import view
from autograder.report.diagnosis import Cause
from autograder.results import Evidence, Excerpt, Finding, Late, PatchLine, Result, Status
from autograder.scoring import score
from tests.sample_class import everything, result

TOP = {
    "score": float,
    "execution_time": int,
    "output": str,
    "output_format": str,
    "test_output_format": str,
    "test_name_format": str,
    "visibility": str,
    "stdout_visibility": str,
    "extra_data": dict,
    "tests": list,
}
TEST = {
    "number": str,
    "name": str,
    "name_format": str,
    "score": float,
    "max_score": float,
    "status": str,
    "output": str,
    "output_format": str,
    "tags": list,
    "visibility": str,
    "extra_data": dict,
}
VISIBILITIES = {"visible", "hidden", "after_due_date", "after_published"}


def graded(*failed: str) -> Result:
    return score(result("ada", failed), Course())


def test_every_documented_field_of_its_type() -> None:
    told = results(graded("build/boots"), finished=True)
    assert {key: type(value) for key, value in told.items()} == TOP
    for test in told["tests"]:
        assert {key: type(value) for key, value in test.items()} == TEST
        assert test["status"] in ("passed", "failed")
        assert test["visibility"] in VISIBILITIES
        assert test["output_format"] in ("text", "html", "simple_format", "md", "ansi")
        assert all(isinstance(tag, str) for tag in test["tags"])


def test_every_check_once_and_the_same_points() -> None:
    told = results(graded("build/boots"), finished=True)
    ids = [test["extra_data"]["id"] for test in told["tests"]]
    assert ids == [check.id for check in rubric.checks()]
    total = sum(test["score"] for test in told["tests"])
    assert told["score"] == pytest.approx(total, abs=0.01)


def test_what_is_late_counts_less_than_its_tests() -> None:
    late = graded()
    late.late = Late(days=1, percent=10, points_off=10, points=90, words="1 day late")
    told = results(late, finished=True)
    assert told["score"] == 90
    assert "less 10 for 1 day late: 90 points count." in told["output"]


def test_a_graders_fault_is_called_so() -> None:
    broken = result("ada", ("build/boots",), Status.GRADER_ERROR)
    (test,) = [t for t in results(broken, finished=True)["tests"] if t["status"] == "failed"]
    assert "GRADER ERROR" in test["output"] and "not your fault" in test["output"]
    assert "grader_error" in test["tags"]


def test_what_is_read_first_is_what_to_fix_first(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = graded("health/no_memory_errors", "file/mode", "regions/mmap")
    by = {verdict.id: verdict for verdict in broken.verdicts}
    lines = [PatchLine(number=n, added=n > 6, text=f"\tline({n});") for n in (6, 7, 8)]
    place = Excerpt(function="peek", file="mm/x.c", line=7, lines=lines)
    mode = by["file/mode"]
    mode.did, mode.expected, mode.observed = "stat()", "mode 0600", "mode 0644"
    report = Evidence(kind="report", title="BUG: KASAN", text="frames")
    health = by["health/no_memory_errors"]
    causes = (
        Cause(
            Finding.REPORT,
            "Your kernel reads memory it has freed: mm/x.c:7, in peek().",
            health,
            "Copy first.",
            place,
            report,
            (by["regions/mmap"],),
        ),
        Cause(Finding.MISMATCH, "Every user can read the trace.", mode, "The mode is an argument."),
    )
    monkeypatch.setattr(view, "diagnose", lambda verdicts: causes)
    first, second, *rest = results(broken, finished=True)["output"].split("\n\n")
    assert first.splitlines() == [
        "FIX THIS FIRST: Your kernel reads memory it has freed: mm/x.c:7, in peek().",
        "Your patch, in peek(): mm/x.c:7",
        "     6           line(6);",
        ">    7 +         line(7);",
        "     8 +         line(8);",
        "Hint: Copy first.",
        "1 other failure may come of it.",
        f"See check {health.number} below. Repeat it: make check ONLY={health.number} SEED=1",
    ]
    assert second.splitlines()[:5] == [
        "A SECOND THING, APART FROM THAT: Every user can read the trace.",
        "What was done: stat()",
        "Expected: mode 0600",
        "Observed: mode 0644",
        "Hint: The mode is an argument.",
    ]
    assert "points: " in rest[0]


def test_the_file_stays_small_whatever_was_printed() -> None:
    loud = graded(*(check.id for check in rubric.checks()))
    for verdict in loud.verdicts:
        verdict.message = "\x1b[31m<script>" * 10_000
        verdict.evidence = [Evidence(kind="output", title="t", text="x\n" * 100_000)] * 5
    loud.notes = ["y" * 1_000_000]
    text = json.dumps(results(loud, finished=True))
    assert len(text) < ROOM + 300_000
    assert "\\u001b" not in text


def test_a_leaderboard_only_where_wanted_and_at_the_end() -> None:
    assert "leaderboard" not in results(graded(), finished=True)
    assert "leaderboard" not in results(graded(), finished=False, leaderboard=True)
    board = results(graded(), finished=True, leaderboard=True)["leaderboard"]
    assert all({"name", "value"} <= set(line) for line in board)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("source", "submission", "results"):
        (tmp_path / name).mkdir()
    (tmp_path / "source" / "gradescope.json").write_text('{"minutes": 10}')
    (tmp_path / "source" / "series").write_text("6.18")
    (tmp_path / "submission" / "kernel.patch").write_text("x")
    return tmp_path


Pretend = Callable[[GradingProcesses, WorkerOrder], Done]


def run(root: Path, monkeypatch: pytest.MonkeyPatch, grade: Pretend) -> dict[str, Any]:
    """Run the harness with ``grade`` in the place of the process that grades."""
    monkeypatch.setattr(GradingProcesses, "run", grade)
    monkeypatch.setattr("signal.signal", lambda number, handler: None)
    Harness(root).run()
    told: dict[str, Any] = json.loads((root / RESULTS).read_text())
    return told


def half(order: WorkerOrder) -> None:
    """What a grade leaves that came to half of the checks."""
    made = result(order.name)
    made.finished = ""
    for verdict in made.verdicts[len(made.verdicts) // 2 :]:
        verdict.status, verdict.points, verdict.message = Status.NOT_REACHED, 0, NOT_YET
    made.write(Path(order.out) / RESULT)


def test_a_whole_grade(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def grade(processes: GradingProcesses, order: WorkerOrder) -> Done:
        assert order.series == "6.18"  # of the kernel in the zip
        result(order.name).write(Path(order.out) / RESULT)
        return Done(outcome="graded")

    told = run(root, monkeypatch, grade)
    assert told["extra_data"]["finished"] is True
    assert told["score"] == pytest.approx(everything(), abs=0.01)


def test_a_file_from_the_first_moment_on(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []

    def grade(processes: GradingProcesses, order: WorkerOrder) -> Done:
        seen.append(json.loads((root / RESULTS).read_text()))
        half(order)
        processes.watch(order.name, "checking: something", 0.5)
        seen.append(json.loads((root / RESULTS).read_text()))
        return Done(outcome="graded")

    run(root, monkeypatch, grade)
    assert seen[0]["score"] == 0 and len(seen[0]["tests"]) == len(rubric.checks())
    assert not seen[0]["extra_data"]["finished"]
    assert 0 < seen[1]["score"] < 100
    assert "has not finished" in seen[1]["output"]


def test_a_grade_that_died_keeps_what_it_had(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def grade(processes: GradingProcesses, order: WorkerOrder) -> Done:
        half(order)
        return Done(outcome="grader_error", message="the grader's process ended with status -9")

    told = run(root, monkeypatch, grade)
    statuses = [test["extra_data"]["status"] for test in told["tests"]]
    assert set(statuses) == {"passed", "grader_error"}
    assert told["score"] > 0
    assert "the grader's fault, not yours" in told["output"]


def test_the_time_limit_comes_first(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "source" / "gradescope.json").write_text('{"minutes": 0.1}')
    monkeypatch.setattr("autograder.gradescope.harness.LEAST", 0.2)

    def grade(processes: GradingProcesses, order: WorkerOrder) -> Done:
        half(order)
        while not processes._stopped:
            time.sleep(0.01)
        return Done(outcome="grader_error", message="interrupted")

    told = run(root, monkeypatch, grade)
    messages = {t["output"] for t in told["tests"] if t["status"] == "failed"}
    assert len(messages) == 1 and "limit of 0.1 minutes" in messages.pop()


def test_an_old_result_is_not_taken_for_this_one(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "grade").mkdir()
    result().write(root / "grade" / RESULT)

    def grade(processes: GradingProcesses, order: WorkerOrder) -> Done:
        return Done(outcome="unreadable", message="it cannot be read")

    told = run(root, monkeypatch, grade)
    assert told["score"] == 0
    assert {test["extra_data"]["status"] for test in told["tests"]} == {"not_reached"}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"users": 3}', '{"users": [], "created_at": "then"}', "\xff"]
)
def test_metadata_that_is_not_as_documented(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.json").write_text(text, encoding="latin-1")
    assert HandedIn.read(tmp_path / "m.json") == HandedIn()


def test_metadata_as_documented(tmp_path: Path) -> None:
    facts = {
        "created_at": "2018-07-01T14:22:32.365935-07:00",
        "users": [{"email": "student@example.com", "id": 1234, "name": "Student User"}],
    }
    (tmp_path / "m.json").write_text(json.dumps(facts))
    found = HandedIn.read(tmp_path / "m.json")
    assert found.students[0].email == "student@example.com"
    assert found.submitted is not None and found.submitted.isoformat() == facts["created_at"]


def test_the_limits_of_control_groups(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 9 kB\nMemAvailable: 4000000 kB\n")
    assert processor_quota(tmp_path) is None
    assert free_memory(meminfo, tmp_path) == 4_096_000_000
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    (tmp_path / "memory.max").write_text("805306368\n")
    assert processor_quota(tmp_path) == 0.5
    assert free_memory(meminfo, tmp_path) == 768 << 20
    (tmp_path / "cpu.max").write_text("max 100000\n")
    (tmp_path / "memory.max").write_text("max\n")
    assert processor_quota(tmp_path) is None
    assert free_memory(meminfo, tmp_path) == 4_096_000_000


def test_the_older_control_groups(tmp_path: Path) -> None:
    for name, value in (("cpu/cpu.cfs_quota_us", "50000"), ("cpu/cpu.cfs_period_us", "100000")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(value)
    assert processor_quota(tmp_path) == 0.5
    (tmp_path / "cpu/cpu.cfs_quota_us").write_text("-1")
    assert processor_quota(tmp_path) is None


def test_the_canary_tells_all_it_looked_at(tmp_path: Path) -> None:
    found = canary.look(tmp_path)
    told = canary.results(found)
    assert len(told["tests"]) == len(found) >= 12
    assert told["score"] == 0
    bad = [each.name for each in found if each.good is False]
    assert all(name in told["output"] for name in bad)


def test_the_canary_says_what_is_refused() -> None:
    def refused() -> None:
        raise PermissionError("no")

    found = canary._attempt("ptrace", refused, "")
    assert (found.good, found.words) == (False, "Not allowed (PermissionError: no).")
