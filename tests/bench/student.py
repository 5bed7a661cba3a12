# SPDX-License-Identifier: MIT
"""What a student waits for between an edit and the verdict on one check."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from autograder.student.mirror import mirror
from tests.bench.row import BenchRow
from tests.bench.setting import Setting
from tests.corpus import REFERENCE
from tests.reference import reference_build
from tests.student_way import GIT, Command, Way

EDITED = "fs/proc/pgfault_history.c"
TIMES = 3


def measure(setting: Setting) -> Iterable[BenchRow]:
    """The reference as a student's work, one line of it changed, and one check."""
    with tempfile.TemporaryDirectory() as folder:
        way = Way(Path(folder), setting.cache.root, tell=lambda line: None)
        way.unpack()
        way.borrow_python()
        way.run(Command("", "make setup"))
        tree = reference_build(
            setting.baseline, setting.cache, setting.sandbox, setting.progress
        ).tree
        mirror(tree, way.home / "linux", lambda name: name in GIT)
        tools = [path.name for path in (REFERENCE / "tools").iterdir() if path.is_file()]
        way.put_in_place((), tools)
        check = Command("", "make check ONLY=start_answers")
        way.run(check)
        source = way.home / "linux" / EDITED
        seconds = []
        for number in range(TIMES):
            source.write_text(f"{source.read_text()}\nstatic const int edited_{number} = 1;\n")
            seconds.append(way.run(check).seconds)
    yield BenchRow("handout's edit-to-verdict, one check", "s", median(seconds), goal=10)
