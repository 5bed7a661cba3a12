# SPDX-License-Identifier: MIT
"""Submissions that cannot be graded to the end: each gets its own clear words, and every
check still stands in the result."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.checks import rubric
from tests.corpus import REFERENCE
from tests.guest.conftest import ROOT, Graded, grade, run

ALL = [check.id for check in rubric.checks()]
FORK = "kernel/fork.c"
CASES = ROOT / "tests" / "cases"


def new_file(path: str, text: str) -> str:
    """A patch that adds a file."""
    lines = text.splitlines()
    body = "".join(f"+{line}\n" for line in lines)
    return f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{len(lines)} @@\n{body}"


def object_in(folder: str, first_line: str) -> str:
    """A patch that adds an object to the Makefile of ``folder``, below its first line."""
    return (
        f"--- a/{folder}/Makefile\n+++ b/{folder}/Makefile\n@@ -1 +1,2 @@\n {first_line}\n"
        "+obj-y += course.o\n"
    )


MM = object_in("ipc", "# SPDX-License-Identifier: GPL-2.0")


def code(text: str) -> str:
    """A patch that adds ``text`` to the kernel, in a file of its own."""
    return MM + new_file(
        "ipc/course.c",
        "#include <linux/init.h>\n#include <linux/kernel.h>\n#include <linux/irqflags.h>\n" + text,
    )


HARMLESS = code("int course_answer = 42;\n")
AT_BOOT = "static int __init course(void)\n{\n%s\n\treturn 0;\n}\nlate_initcall(course);\n"


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
        ["fs/proc/uptime.c", "is reversed", "untouched source first"],
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


def test_empty_feature(tmp_path: Path) -> None:
    """An unpatched kernel's checks fail; nothing is the grader's fault."""
    graded = grade(submission(tmp_path / "handed-in", HARMLESS), tmp_path / "out", "--seed", "4")
    expect_all_present(graded)
    assert graded.status == 1
    passed = {v.id for v in graded.result.verdicts if v.status == "passed"}
    assert {"build/boots", "build/proc_is_unharmed", "build/tools_build"} <= passed
    assert passed <= {
        v for v in ALL if v.startswith(("build/", "tracepgfault/", "pgfaultmap/", "health/"))
    }


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
    assert graded.status == 1
    assert "damaged" in graded.verdict("build/patch_applies").message


def test_usage_errors(tmp_path: Path) -> None:
    done = run("grade", str(tmp_path / "nowhere"), "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr
    done = run("grade", str(REFERENCE), "--out", str(tmp_path / "out"), "--only", "no_such_check")
    assert done.returncode == 2
    assert "no_such_check" in done.stderr
