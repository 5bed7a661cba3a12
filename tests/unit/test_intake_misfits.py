# SPDX-License-Identifier: MIT
"""Patches that do not apply: what has happened to them is named, and what to do."""

from __future__ import annotations

import difflib
import html
import random
from collections.abc import Callable

import pytest

from autograder.intake import inspect
from autograder.intake.misfits import explain
from autograder.intake.symptoms import AGAIN

VERSION = "7.3.4"
SOURCE = "".join(
    f"static int step_{n}(struct task_struct *task, int value)\n{{\n"
    f'\tif (value < {n} && task->count > 0)\n\t\tpr_info("step {n}: %d\\n", value);\n'
    f"\n\t/* the value's end: a < b && c > d */\n\treturn value - {n};\n}}\n\n"
    for n in range(12)
)
OTHER = "".join(f"\tu32\tfield_{n};\n" for n in range(40))
TREE = {"fs/steps.c": SOURCE, "mm/other.h": OTHER}
CHANGED = TREE | {
    "fs/steps.c": SOURCE.replace("value - 3;", "value + 3;").replace(
        "\treturn value - 9;\n", '\tpr_info("end\\n");\n\treturn value - 9;\n'
    ),
    "mm/other.h": OTHER.replace("\tu32\tfield_20;\n", "\tu64\tfield_20;\n\tu64\tmore;\n"),
    "mm/new.h": "#define NEW 1\n",
}


def diff(old: dict[str, str], new: dict[str, str], git: bool = True) -> str:
    text = ""
    for name in sorted({*old, *new}):
        before, after = old.get(name, ""), new.get(name, "")
        if before == after:
            continue
        text += f"diff --git a/{name} b/{name}\n" if git else f"diff -ruN a/{name} b/{name}\n"
        text += "".join(
            difflib.unified_diff(
                before.splitlines(keepends=True),
                after.splitlines(keepends=True),
                f"a/{name}" if before else "/dev/null",
                f"b/{name}" if after else "/dev/null",
            )
        )
    return text


PATCH = diff(TREE, CHANGED)


def told(patch: str) -> str:
    """What is said of a patch after it was taken in; empty where nothing is recognised."""
    summary = inspect(patch.encode(), "7.3")
    assert summary.refusal is None, summary.message
    return str(explain(summary.text, TREE.get, VERSION) or "")


def test_a_patch_that_applies_needs_no_words() -> None:
    assert told(PATCH) == ""
    assert told(diff(TREE, CHANGED, git=False)) == ""


def in_hunks(change: Callable[[str], str], patch: str = PATCH) -> str:
    """``patch`` with a change to what follows the first column of the lines in hunks."""
    lines = []
    for line in patch.split("\n"):
        header = line.startswith(("diff ", "--- ", "+++ ", "@@ ")) or not line
        lines.append(line if header else line[0] + change(line[1:]))
    return "\n".join(lines)


def after_commit(extra: str) -> dict[str, str]:
    """The tree, with more lines after step 3."""
    return {**TREE, "fs/steps.c": SOURCE.replace("value - 3;\n", f"value - 3;\n{extra}")}


FIRST = after_commit("\t/* one */\n")
SECOND = after_commit("\t/* one */\n\t/* two */\n\t/* three */\n")
ONE, TWO = diff(TREE, FIRST), diff(FIRST, SECOND)


def mail(number: int, patch: str) -> str:
    return f"From 0 Mon Sep 17\nSubject: [PATCH {number}/2] x\n\nWhy.\n---\n{patch}-- \n2.39\n\n"


def commit(patch: str) -> str:
    return f"commit {'1234567890' * 4}\nAuthor: A <a@b>\n\n    Words.\n\n{patch}\n"


CASES: dict[str, tuple[str, list[str]]] = {
    "reversed": (diff(CHANGED, TREE), ["is reversed", "'git diff COMMIT', without '-R'"]),
    "reversed, by diff": (
        diff(CHANGED, TREE, git=False),
        ["is reversed", "'diff -ruN linux.orig linux > kernel.patch'"],
    ),
    "reversed, one file": (
        diff({"fs/steps.c": CHANGED["fs/steps.c"]}, {"fs/steps.c": SOURCE}),
        ["is reversed"],
    ),
    "reversed, a file that was deleted": (
        diff({}, {"mm/other.h": OTHER}),
        ["is reversed"],
    ),
    "twice": (PATCH + PATCH, ["the same change to fs/steps.c twice", "hand in one"]),
    "a series and all of it": (
        mail(1, ONE) + diff(TREE, FIRST),
        ["the same change to fs/steps.c twice"],
    ),
    "wrong order": (
        mail(2, TWO) + mail(1, ONE),
        ["in the wrong order", "fs/steps.c (line 9 of kernel.patch)", "git format-patch --stdout"],
    ),
    "log -p": (commit(TWO) + commit(ONE), ["'git log -p'", "newest commit first", AGAIN]),
    "the last of a series": (mail(2, TWO), ["lacks part 1 of 2", "git format-patch --stdout"]),
    "against earlier work": (
        TWO,
        ["expects the line '/* one */' in fs/steps.c", "your own earlier work", AGAIN],
    ),
    "against earlier work, by diff": (
        diff(FIRST, SECOND, git=False),
        ["expects the line '/* one */'", "the untouched source first"],
    ),
    "interdiff": (
        TWO.replace("diff --git a/", "diff -u b/").replace("--- a/", "--- b/"),
        ["an interdiff", AGAIN],
    ),
    "tabs": (in_hunks(lambda line: line.expandtabs(8)), ["Its tabs became blanks", "fs/steps.c"]),
    "tabs, by diff": (
        in_hunks(lambda line: line.expandtabs(8), diff(TREE, CHANGED, git=False)),
        ["Its tabs became blanks", "'diff -ruN linux.orig linux > kernel.patch'"],
    ),
    "narrow tabs": (in_hunks(lambda line: line.expandtabs(4)), ["Its tabs became blanks"]),
    "tabs, one blank each": (in_hunks(lambda line: line.replace("\t", " ")), ["tabs became"]),
    "other indentation": (
        in_hunks(lambda line: line.replace("\t", "\t\t")),
        ["Its blanks became tabs"],
    ),
    "indentation lost": (in_hunks(str.strip), ["Its tabs became blanks"]),
    "white space in lines": (
        in_hunks(lambda line: line.replace(": ", ":").replace(" */", "*/")),
        ["Its white space was changed", "without '-w' or '-b'"],
    ),
    "blanks at the ends": (
        in_hunks(lambda line: line + "  "),
        ["Blanks at the ends of its lines were lost or added"],
    ),
    "no-break spaces": (
        in_hunks(lambda line: line.replace(" ", "\u00a0")),
        ["fs/steps.c", "nothing else"],
    ),
    "typographic quotes": (
        in_hunks(lambda line: line.replace("'", "\u2019").replace('"', "\u201c")),
        ["typographic quotes"],
    ),
    "web page": (in_hunks(lambda line: html.escape(line, quote=False)), ["'&lt;'"]),
    "from above": (
        PATCH.replace("a/", "a/kernel/linux/").replace("b/", "b/kernel/linux/"),
        ["'kernel/linux/fs/steps.c', which is 'fs/steps.c'", "git diff --relative"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_named_with_a_remedy(case: str) -> None:
    patch, words = CASES[case]
    message = told(patch)
    for word in words:
        assert word in message
    assert message.isprintable()
    assert message.count(". ") <= 4, "what is wrong, and what to do"


def test_nothing_is_recognised_in_nonsense() -> None:
    nonsense = "--- a/fs/none.c\n+++ b/fs/none.c\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    assert told(nonsense) == ""


@pytest.mark.parametrize("seed", range(40))
def test_any_change_is_recognised_however_it_was_spoiled(seed: int) -> None:
    """Random edits, then one of the ways in which patches are spoiled."""
    chance = random.Random(seed)
    new = {}
    for name, text in (("fs/steps.c", SOURCE), ("mm/other.h", OTHER)):
        lines = text.splitlines(keepends=True)
        for _ in range(chance.randint(1, 5)):
            at = chance.randrange(4, len(lines) - 4)
            kind = chance.randrange(3)
            if kind < 2:
                lines.insert(at, f"\tint added_{seed}_{at};\n")
            else:
                lines[at] = f"\tint instead_{seed}_{at};\n"
        new[name] = "".join(lines)
    old = {name: TREE[name] for name in new}
    patch = diff(old, new)
    assert told(patch) == ""
    assert "is reversed" in told(diff(new, old))
    assert "Its tabs became blanks" in told(in_hunks(lambda line: line.expandtabs(8), patch))
    assert "twice" in told(patch + patch)
