# SPDX-License-Identifier: MIT
"""What makes a class's grades out of date: what judges, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.bulk.versions import own
from autograder.files import KIT
from autograder.imports import PACKAGE

WITHOUT_EFFECT = (
    "cli/main.py",
    "cli/of_class/grade.py",
    "doctor/room.py",
    "progress.py",
    "scoring.py",
    "course.py",
    "bulk/page.py",
    "gradescope/harness.py",
    "guest/interactive.py",
    "pgfault/viewer/command.py",
    "handout/bundle.py",
    "report/html.py",
    "report/terminal.py",
    "student/check.py",
    "pgfault/trace/perfetto.py",
)
JUDGES = {
    "grading.py": "code",
    "building.py": "code",
    "bulk/worker.py": "code",
    "intake/patch.py": "code",
    "kernel/config/grading.config": "code",
    "sandbox/sandbox.py": "code",
    "pgfault/trace/address_space.py": "checks",
    "judge/rubric.py": "checks",
    "pgfault/checks/test_reading.py": "checks",
    "pgfault/checks/hints.py": "checks",
    "judge/pytest.ini": "checks",
    "guest/machine.py": "probes",
    "pgfault/probes/steps.c": "probes",
    "guest/lib/probe.h": "probes",
}


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the kit, to edit."""
    top = tmp_path_factory.mktemp("kit")
    shutil.copytree(KIT / PACKAGE, top / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    return top


def edit(kit: Path, name: str) -> list[str]:
    """Add a line to a file; which of the versions differ."""
    before = own(kit)
    path = kit / PACKAGE / name
    text = path.read_text()
    path.write_text(f"{text}\n")
    after = own(kit)
    path.write_text(text)
    return [key for key in before if before[key] != after[key]]


@pytest.mark.parametrize("name", WITHOUT_EFFECT)
def test_what_shows_or_helps_does_not_grade_a_class_again(kit: Path, name: str) -> None:
    assert edit(kit, name) == []


@pytest.mark.parametrize("name", JUDGES)
def test_what_judges_grades_a_class_again(kit: Path, name: str) -> None:
    assert edit(kit, name) == [JUDGES[name]]


def test_a_new_check_grades_a_class_again(kit: Path) -> None:
    before = own(kit)
    new = kit / PACKAGE / "pgfault" / "checks" / "test_new.py"
    new.write_text("")
    assert own(kit)["checks"] != before["checks"]
    new.unlink()


def test_a_module_that_grading_begins_to_import_counts(kit: Path) -> None:
    before = edit(kit, "doctor/doctor.py")
    grading = kit / PACKAGE / "grading.py"
    text = grading.read_text()
    grading.write_text(f"{text}\nimport autograder.doctor.doctor\n")
    assert (before, edit(kit, "doctor/doctor.py")) == ([], ["code"])
    grading.write_text(text)


def test_a_copy_has_the_versions_of_the_original(kit: Path) -> None:
    assert own(kit) == own()
