# SPDX-License-Identifier: MIT
"""Objects that a patch's new fields do not change, and the patches that do no more than that."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from autograder.kernel.speedups import headstart, layout
from autograder.kernel.speedups.layout import only_grows

SCHED = """\
#define TWICE(x) \\
\t((x) + (x))

/*
 * A structure below.
 */
struct task_struct {
\tint __state;
\tvoid\t\t\t\t*journal_info;
\tint flags;
#ifdef CONFIG_SMP
\tint cpu;
#endif
\tunion {
\t\tint one;
\t\tlong two;
\t};
\tstruct inner {
\t\tint three;
\t} inner;
\trandomized_struct_fields_end
};

static inline int task_flags(const struct task_struct *task)
{
\treturn task->flags;
}

struct other {
\tint four;
};
"""
HEADER = "include/linux/sched.h"


def after(line: str, *added: str) -> bool:
    """Whether the header only grows where ``added`` follows its first line ``line``."""
    lines = SCHED.split("\n")
    place = lines.index(line) + 1
    return only_grows(HEADER, SCHED, "\n".join([*lines[:place], *added, *lines[place:]]))


@pytest.mark.parametrize(
    "added",
    [
        ["\tstruct trace *trace;"],
        ["\tstruct trace __rcu *trace; /* kept until it is read */", ""],
        ["#ifdef CONFIG_PGFAULT_HISTORY", "\tunsigned long faults[16], lost;", "#endif"],
        ["\t/* The trace", "\t * of this task. */", "\twait_queue_head_t readers;"],
        ["\tunsigned int", "\t\ttraced:1;"],
        ["\tvoid (*done)(struct task_struct *task);"],
        ["\tDECLARE_BITMAP(seen, 64);", "struct trace;"],
    ],
)
def test_fields_only_let_a_structure_grow(added: list[str]) -> None:
    assert after("\tint flags;", *added)
    assert after("\tvoid\t\t\t\t*journal_info;", *added)
    assert after("\t\tint one;", *added)
    assert after("\t} inner;", *added)


@pytest.mark.parametrize(
    "added",
    [
        ["#define flags other_flags"],
        ["#include <linux/trace.h>"],
        ["#ifdef CONFIG_PGFAULT_HISTORY", "\tint lost;"],
        ["#endif", "\tint lost;", "#ifdef CONFIG_SMP"],
        ["\tstruct { int lost; } trace;"],
        ["\tint lost"],
        ["};", "struct more {"],
        ["\tint lost; /* and", "\tno end"],
        ["\tint lost = 1;"],
    ],
)
def test_what_may_change_more_does_not(added: list[str]) -> None:
    assert not after("\tint flags;", *added)


def test_fields_count_only_where_the_survey_put_one() -> None:
    field = "\tint lost;"
    assert not after("struct task_struct {", field), "before the surveyed field"
    assert not after("\t\tint three;", field), "in a structure that has a name of its own"
    assert not after("\tint four;", field), "in a structure that was not surveyed"
    assert not after("\treturn task->flags;", field), "in a function"
    assert not after("/*", field), "in a comment"
    assert not after("#define TWICE(x) \\", field), "in a macro"


def test_structures_may_be_named_between_declarations() -> None:
    assert after("struct other {", "struct trace;")
    assert after(" */", "struct trace;", "")
    assert not after("static inline int task_flags(const struct task_struct *task)", "struct t;")
    assert not after("/*", "struct trace;")


def test_what_was_there_must_stay() -> None:
    assert only_grows(HEADER, SCHED, SCHED)
    assert not only_grows(HEADER, SCHED, SCHED.replace("\tint flags;\n", ""))
    assert not only_grows(HEADER, SCHED, SCHED.replace("int flags;", "long flags;"))
    assert not only_grows(HEADER, SCHED, "")
    assert layout.grown({HEADER: SCHED}, {HEADER: SCHED + "\nint more(void);\n"}) == set()
    assert layout.grown({HEADER: SCHED}, {}) == set()


def test_a_header_of_a_million_lines_is_not_compared() -> None:
    assert not only_grows(HEADER, SCHED, SCHED + "\n" * 1_000_000)
    assert not only_grows(HEADER, SCHED, "\n" * len(SCHED.split("\n")))
    assert after("\tint flags;", *[""] * layout.MOST_LINES)


def unit(name: str, *dependencies: str) -> headstart.Unit:
    return headstart.Unit(f"{name}.o", f"{name}.c", "gcc", frozenset(dependencies))


def test_an_object_is_kept_only_for_headers_that_grow() -> None:
    units = [
        unit("a", HEADER),
        unit("b", HEADER, "fs/proc/internal.h"),
        unit("moved", HEADER),
        unit("new", HEADER),
    ]
    changed = [HEADER, "fs/proc/internal.h", "fs/proc/base.c"]
    same = frozenset({"a.o", "b.o"})
    assert layout.unaffected(units, same, changed, {HEADER}) == ["a.o"]
    assert layout.unaffected(units, same, changed, set()) == []
    assert layout.unaffected(units, same, [HEADER], {HEADER}) == ["a.o", "b.o"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Objects that use a field after the new one, before it, the size, and nothing of it."""
    sources = {
        "before": "int before(struct task_struct *task) { return task->__state; }",
        "behind": "int behind(struct task_struct *task) { return task->flags; }",
        "inline": "int call(struct task_struct *task) { return task_flags(task); }",
        "size": "int size = sizeof(struct task_struct);",
        "pointer": "struct task_struct *next(struct task_struct **task) { return task[1]; }",
    }
    top = tmp_path / "tree"
    (top / "include/linux/sched").mkdir(parents=True)
    for name in ("mm_types.h", "sched/signal.h"):
        (top / "include/linux" / name).write_text("/* no structure here */\n")
    macros = "#define randomized_struct_fields_end\n"
    (top / HEADER).write_text(macros + SCHED)
    for name, text in sources.items():
        (top / f"{name}.c").write_text(f"#include <linux/sched.h>\n{text}\n")
        command = f"gcc -Wp,-MMD,.{name}.o.d -Iinclude -O1 -g1 -c -o {name}.o {name}.c  "
        subprocess.run(["sh", "-c", command], cwd=top, check=True)
        record = f"savedcmd_{name}.o := {command}\n\nsource_{name}.o := {name}.c\n\n"
        (top / f".{name}.o.cmd").write_text(record + f"deps_{name}.o := \\\n  {HEADER} \\\n")
    return top


def test_the_survey_finds_what_uses_the_layout(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "survey"
    monkeypatch.setattr(layout, "INSIDE", str(folder))
    layout.write_survey(headstart.stale(tree, layout.surveyed_headers()), tree, folder)
    command = ["make", "-s", "-f", str(folder / "Makefile"), "-k", "-j2"]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=True)
    assert done.stdout.count("compared") == 5
    assert layout.read_survey(done.stdout) == ["before.o", "pointer.o"]
    assert not list(tree.glob("*.new")) + list(tree.glob("*.old"))
