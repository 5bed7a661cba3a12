# SPDX-License-Identifier: MIT
"""The numbers of the lines that a patch shows are those of the patched file."""

from __future__ import annotations

import itertools
import subprocess
from pathlib import Path
from random import Random

import pytest

from autograder.judge.patchlines import PatchedLines, with_excerpts
from autograder.results import Evidence

SIMPLE = b"""--- a/mm/memory.c
+++ b/mm/memory.c
@@ -10,4 +10,5 @@ int before(void)
 ten
 eleven
+twelve
 was twelve
 was thirteen
"""
REPORT = """BUG: KASAN: slab-use-after-free in history_put+0x1/0x2
 [<60012345>] show_stack+0x1/0x2  arch/um/kernel/sysrq.c:47
 [<60012346>] ? guess+0x1/0x2
 [<60012347>] history_put+0x1/0x2  mm/memory.c:12
 [<60012348>] history_put+0x9/0x2  mm/memory.c:12
 [<60012349>] elsewhere+0x1/0x2  mm/memory.c:400"""


def report(kind: str = "report") -> Evidence:
    return Evidence(kind=kind, title="KASAN", text=REPORT)


def test_code_of_the_boot_alone_has_a_line_and_no_name() -> None:
    text = "Kernel panic\n [<6002494d>] 0x6002494d  mm/memory.c:12"
    panic = Evidence(kind="report", title="Kernel panic", text=text)
    (excerpt,) = with_excerpts(panic, PatchedLines(SIMPLE)).excerpts
    assert (excerpt.function, excerpt.line) == ("", 12)


def test_a_frame_in_the_patch_shows_the_lines_around_it() -> None:
    (excerpt,) = with_excerpts(report(), PatchedLines(SIMPLE)).excerpts
    assert (excerpt.function, excerpt.file, excerpt.line) == ("history_put", "mm/memory.c", 12)
    assert [(line.number, line.added, line.text) for line in excerpt.lines] == [
        (10, False, "ten"),
        (11, False, "eleven"),
        (12, True, "twelve"),
        (13, False, "was twelve"),
        (14, False, "was thirteen"),
    ]


def test_the_line_where_a_process_was_held() -> None:
    text = (
        "the reader was held before this line:\n  history_read  mm/memory.c:12\n  called by f <- g"
    )
    held = Evidence(kind="held", title="the reader", text=text)
    (excerpt,) = with_excerpts(held, PatchedLines(SIMPLE)).excerpts
    assert (excerpt.function, excerpt.file, excerpt.line) == ("history_read", "mm/memory.c", 12)


def test_only_reports_have_excerpts() -> None:
    assert with_excerpts(report("console"), PatchedLines(SIMPLE)).excerpts == []
    assert with_excerpts(report(), PatchedLines(b"")).excerpts == []
    assert with_excerpts(report(), PatchedLines(b"--- a\n+++ \n@@ -x @@\n@@ -1,9 +1,9 @@")) == (
        report()
    )


def test_a_new_file_is_numbered_from_one() -> None:
    patch = b"--- /dev/null\n+++ b/mm/new.c\n@@ -0,0 +1,2 @@\n+one\n+two\n"
    lines = PatchedLines(patch).around("mm/new.c", 1)
    assert [(line.number, line.text) for line in lines] == [(1, "one"), (2, "two")]


def test_the_lines_of_a_series_are_where_the_last_patch_leaves_them(tmp_path: Path) -> None:
    """What diff and patch make of random edits is what the numbers say."""
    source = Random(11)
    for _ in range(40):
        texts = [[f"line {number}" for number in range(40)]]
        for step in range(3):
            texts.append(_edited(texts[-1], source, step))
        series = b""
        for old, new in itertools.pairwise(texts):
            series += _diff(tmp_path, old, new)
        patched = PatchedLines(series)
        known = patched.files["mm/x.c"].lines if patched.files else {}
        assert {n: line.text for n, line in known.items()} == {n: texts[-1][n - 1] for n in known}
        shown = {line.text for line in known.values() if line.added}
        assert shown == set(texts[-1]) - set(texts[0])


def _edited(lines: list[str], source: Random, step: int) -> list[str]:
    edited = list(lines)
    for edit in range(source.randint(1, 4)):
        at = source.randrange(len(edited))
        if source.random() < 0.4 and len(edited) > 10:
            del edited[at : at + source.randint(1, 3)]
        else:
            edited[at:at] = [f"new {step} {edit} {n}" for n in range(source.randint(1, 3))]
    return edited


def _diff(folder: Path, old: list[str], new: list[str]) -> bytes:
    for name, lines in (("a", old), ("b", new)):
        path = folder / name / "mm" / "x.c"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n")
    command = ["diff", "-u", "a/mm/x.c", "b/mm/x.c"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout


PATCH = b"""--- /dev/null
+++ b/mm/x.c
@@ -0,0 +1,3 @@
+int put(void)
+{
+	return 1
"""


@pytest.mark.parametrize(
    ("kind", "text", "function"),
    [
        ("report", " [<60001234>] put+0x5/0x9  mm/x.c:3", "put"),
        ("report", "       put+0x5/0x9  mm/x.c:3", "put"),
        ("report", "00ff (&a->lock){+.+.}-{3:3}, at: put+0x5/0x9  mm/x.c:3", "put"),
        ("report", "RIP: 0033:put+0x5/0x9  mm/x.c:3", "put"),
        ("compiler", "mm/x.c: In function 'put':\nmm/x.c:3:17: error: expected ';'", "put"),
        ("compiler", "mm/x.c:3: error: expected ';'", ""),
    ],
)
def test_the_lines_around_what_a_report_or_a_compiler_points_to(
    kind: str, text: str, function: str
) -> None:
    (excerpt,) = with_excerpts(
        Evidence(kind=kind, title="", text=text), PatchedLines(PATCH)
    ).excerpts
    assert (excerpt.function, excerpt.file, excerpt.line) == (function, "mm/x.c", 3)
    assert [line.number for line in excerpt.lines] == [1, 2, 3]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("report", " [<60001234>] ? put+0x5/0x9  mm/x.c:3"),
        ("report", "mm/x.c:3:17: error: expected ';'"),
        ("console", "put+0x5/0x9  mm/x.c:3"),
        ("compiler", "mm/x.c:3:17: warning: unused"),
        ("compiler", "mm/y.c:3:17: error: expected ';'"),
    ],
)
def test_nothing_else_points_to_a_line(kind: str, text: str) -> None:
    assert not with_excerpts(Evidence(kind=kind, title="", text=text), PatchedLines(PATCH)).excerpts
