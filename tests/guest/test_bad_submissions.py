# SPDX-License-Identifier: MIT
"""Submissions that cannot be graded to the end: each gets its own clear words, and every
check still stands in the result."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.judge import rubric
from autograder.results import Finding
from tests.corpus import REFERENCE
from tests.guest.conftest import ROOT, Graded, grade, run
from tests.hopeless import STARTER, STUB
from tests.patches import AT_BOOT, HARMLESS, code, file_in_proc, new_file

ALL = [check.id for check in rubric.checks()]
FORK = "kernel/fork.c"
CASES = ROOT / "tests" / "cases"


def submission(folder: Path, patch: str | None, tools: bool = True) -> Path:
    """A submission with ``patch`` and the reference's tools."""
    folder.mkdir()
    if patch is not None:
        (folder / "kernel.patch").write_bytes(patch.encode())
    if tools:
        shutil.copytree(REFERENCE / "tools", folder / "tools")
    return folder


def expect_all_present(graded: Graded) -> None:
    """Every check of the course stands in the result, once, in order."""
    assert [verdict.id for verdict in graded.result.verdicts] == ALL
    for verdict in graded.result.verdicts:
        assert verdict.status != "grader_error", verdict.message
        assert verdict.status == "passed" or verdict.message


PATCHES: dict[str, tuple[str | None, str, list[str]]] = {
    "no patch": (None, "build/patch_applies", ["kernel.patch"]),
    "empty patch": ("", "build/patch_applies", ["empty"]),
    "does not apply": (
        f"--- a/{FORK}\n+++ b/{FORK}\n@@ -1,3 +1,3 @@\n no such\n-line\n+is there\n at all\n",
        "build/patch_applies",
        [FORK, "hunk"],
    ),
    "wrong series": (
        "--- a/mm/no_such_file.c\n+++ b/mm/no_such_file.c\n@@ -10,3 +10,3 @@\n a\n-b\n+c\n d\n",
        "build/patch_applies",
        ["mm/no_such_file.c", "7.3"],
    ),
    "outside": (
        new_file("arch/um/kernel/course.c", "int x;\n"),
        "build/patch_applies",
        ["arch/um/kernel/course.c"],
    ),
    "dotdot": (new_file("mm/../../x.c", "int x;\n"), "build/patch_applies", [".."]),
    "tabs became blanks": (
        (CASES / "p-tabs/submission/kernel.patch").read_text(),
        "build/patch_applies",
        ["fs/proc/uptime.c", "tabs became blanks", "git diff COMMIT --output=kernel.patch"],
    ),
    "reversed": (
        (CASES / "p-reversed/submission/kernel.patch").read_text(),
        "build/patch_applies",
        ["fs/proc/uptime.c", "is reversed", "the untouched source first"],
    ),
    "does not compile": (
        code("int course = no_such_thing;\n"),
        "build/kernel_builds",
        ["ipc/course.c:4", "no_such_thing"],
    ),
    "does not link": (
        code(
            "extern int nowhere(void);\nint course(void);\nint course(void) { return nowhere(); }\n"
        ),
        "build/kernel_builds",
        ["nowhere"],
    ),
    "Kconfig": (
        "--- a/init/Kconfig\n+++ b/init/Kconfig\n@@ -1 +1,2 @@\n"
        " # SPDX-License-Identifier: GPL-2.0-only\n+confg COURSE\n",
        "build/kernel_builds",
        ["init/Kconfig:2"],
    ),
    "panics at boot": (
        code(AT_BOOT % '\tpanic("course panics here");'),
        "build/boots",
        ["course panics here"],
    ),
    "loops at boot": (code(AT_BOOT % "\tfor (;;)\n\t\tbarrier();"), "build/boots", ["spin"]),
    "loops with interrupts off": (
        code(AT_BOOT % "\tlocal_irq_disable();\n\tfor (;;)\n\t\tbarrier();"),
        "build/boots",
        ["spin"],
    ),
    "floods the log": (
        code(AT_BOOT % '\tfor (;;)\n\t\tpr_info("flood flood flood flood flood flood\\n");'),
        "build/boots",
        ["flood"],
    ),
}


@pytest.mark.parametrize("case", PATCHES)
def test_bad_patch(case: str, tmp_path: Path) -> None:
    patch, failing, words = PATCHES[case]
    graded = grade(submission(tmp_path / "handed-in", patch), tmp_path / "out", "--seed", "3")
    expect_all_present(graded)
    assert graded.status == 1
    verdict = graded.verdict(failing)
    assert verdict.status == "failed"
    for word in words:
        assert word in verdict.message, verdict.message
    reached = {v.id for v in graded.result.verdicts if v.status == "passed"}
    assert reached <= {"build/patch_applies", "build/kernel_builds", "build/tools_build"}
    assert "build/tools_build" in reached


MOST_BOOTS = 15  # of a submission with which nothing can be traced


# The patch, the check that says what is wrong, how it is called, the areas that give points.
NOTHING = {
    "untouched": (HARMLESS, "file/exists_for_every_process", Finding.NO_FILE, ("build",)),
    "no start": (
        file_in_proc("return -ESRCH;", "return -EINVAL;"),
        "file/start_answers",
        Finding.NO_START,
        ("build", "file", "reading"),
    ),
    "stub": (
        STUB,
        "reading/records_leave_the_trace",
        Finding.NO_RECORD,
        ("build", "file"),
    ),
    "panics at start": (
        file_in_proc("return -ESRCH;", 'panic("nobody home");'),
        "file/start_answers",
        Finding.PANIC,
        ("build", "file", "reading"),
    ),
    "panics at first process": (
        code(
            "#include <linux/workqueue.h>\n"
            "static void late(struct work_struct *work)\n{\n"
            '\tpanic("course panics soon");\n}\n'
            "static DECLARE_DELAYED_WORK(course_work, late);\n"
            + AT_BOOT
            % "\tschedule_delayed_work(&course_work, 1);"
        ),
        "build/boots",
        Finding.PANIC,
        ("build",),
    ),
}


@pytest.mark.parametrize("case", NOTHING)
def test_nothing_works_yet(case: str, tmp_path: Path) -> None:
    """One check says what is missing; what depends on it costs no boots and earns no points."""
    patch, failing, finding, areas = NOTHING[case]
    folder = submission(tmp_path / "handed-in", patch, tools=False)
    shutil.copytree(STARTER, folder / "tools")
    graded = grade(folder, tmp_path / "out", "--seed", "4")
    expect_all_present(graded)
    assert graded.status == 1
    verdict = graded.verdict(failing)
    assert (verdict.status, verdict.finding) == ("failed", finding)
    passed = {v.id.partition("/")[0] for v in graded.result.verdicts if v.status == "passed"}
    assert passed <= set(areas)
    assert {v.blocked_by for v in graded.result.verdicts if v.status == "not_reached"} == {failing}
    assert graded.result.timing.boots <= MOST_BOOTS


TOOLS: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "does not compile": (
        lambda tools: (tools / "pgfaultmap.c").write_text("int main(void) { return x; }\n"),
        ["pgfaultmap.c:1"],
    ),
    "no tools": (shutil.rmtree, ["tools"]),
    "dynamic": (
        lambda tools: (tools / "Makefile").write_text(
            "all:\n\techo 'int main(void){return 0;}' > x.c\n"
            "\tgcc -o tracepgfault x.c\n\tgcc -o pgfaultmap x.c\n"
        ),
        ["static"],
    ),
    "nothing built": (
        lambda tools: (tools / "Makefile").write_text("all:\n\ttrue\n"),
        ["pgfaultmap"],
    ),
    "prints without end": (
        lambda tools: (tools / "Makefile").write_text("all:\n\tyes\n"),
        ["without end"],
    ),
}


@pytest.mark.parametrize("case", TOOLS)
def test_bad_tools(case: str, tmp_path: Path) -> None:
    spoil, words = TOOLS[case]
    folder = submission(tmp_path / "handed-in", HARMLESS)
    spoil(folder / "tools")
    graded = grade(folder, tmp_path / "out", "--only", "1,9.10,3.1")
    expect_all_present(graded)
    verdict = graded.verdict("build/tools_build")
    assert verdict.status == "failed"
    for word in words:
        assert word in verdict.message, verdict.message
    assert graded.verdict("pgfaultmap/map_format").status == "not_reached"
    # What needs no tool still runs (and fails here: there is no such file).
    assert graded.verdict("reading/never_traced").status == "failed"
    assert graded.verdict("build/boots").status == "passed"


def test_damaged_archive(tmp_path: Path) -> None:
    archive = tmp_path / "handed-in.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("kernel.patch", HARMLESS)
    archive.write_bytes(archive.read_bytes()[:-30])
    graded = grade(archive, tmp_path / "out")
    expect_all_present(graded)
    assert graded.status == 2
    assert "damaged" in graded.verdict("build/patch_applies").message
    told = [verdict.id for verdict in graded.result.verdicts if "damaged" in verdict.message]
    assert told == ["build/patch_applies"]
    assert graded.output.count("archive is damaged") == 1


def test_usage_errors(tmp_path: Path) -> None:
    done = run("grade", str(tmp_path / "nowhere"), "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr
    done = run("grade", str(REFERENCE), "--out", str(tmp_path / "out"), "--only", "no_such_check")
    assert done.returncode == 2
    assert "no_such_check" in done.stderr
