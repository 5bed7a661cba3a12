# SPDX-License-Identifier: MIT
"""What holds a process is put into a kernel's source, or not at all."""

from __future__ import annotations

from pathlib import Path

from autograder.kernel import holder, tree
from autograder.progress import silent
from tests.kernel_tarball import FILES, archive

SIGNALS = (
    "#include <stdlib.h>\n"
    + holder.INCLUDE
    + "\n"
    + holder.HANDLER
    + "\tint save_errno = errno;\n}\n"
)
SOURCE = {holder.MAKEFILE: "obj-y = mem.o\n" + holder.OBJECTS, holder.SIGNALS: SIGNALS}


def test_a_source_with_its_places(tmp_path: Path) -> None:
    top = tmp_path / "tree"
    tree.unpack(archive(tmp_path, {**FILES, **SOURCE}), top, silent)
    assert "hold.o\n" in (top / holder.MAKEFILE).read_text()
    signals = (top / holder.SIGNALS).read_text()
    assert signals.index("<hold.h>") < signals.index("hold_trap(") < signals.index("save_errno")
    for file, name in holder.FILES.items():
        assert (top / name).read_text() == (holder.HERE / file).read_text()
        assert (top / name).stat().st_mtime == tree.EPOCH


def test_another_kernel_stays_as_it_is(tmp_path: Path) -> None:
    top = tmp_path / "tree"
    other = {**SOURCE, holder.SIGNALS: SIGNALS.replace("sig_handler", "handle")}
    tree.unpack(archive(tmp_path, {**FILES, **other}), top, silent)
    assert (top / holder.MAKEFILE).read_text() == SOURCE[holder.MAKEFILE]
    assert not (top / holder.FILES["hold.c"]).exists()


def test_another_holder_makes_another_tree() -> None:
    assert holder.recipe() in tree.recipe()
