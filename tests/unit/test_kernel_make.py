# SPDX-License-Identifier: MIT
"""What make is given, with this machine's compiler and with others."""

from __future__ import annotations

import subprocess
from pathlib import Path

from autograder.kernel.make import LARGE_DATA, flags, gcc_version


def test_large_arrays_stay_where_the_kernel_looks_for_its_data(tmp_path: Path) -> None:
    # gcc 14 puts them into .lbss and .ldata otherwise, where kmemleak does not search.
    source = tmp_path / "large.c"
    source.write_text("char zero[100000];\nchar filled[100000] = {1};\n")
    options = next(word for word in flags() if word.startswith("KCFLAGS=")).split("=", 1)[1]
    command = ["gcc", "-mcmodel=large", *options.split(), "-c", "large.c", "-o", "large.o"]
    subprocess.run(command, cwd=tmp_path, check=True)
    sections = subprocess.run(
        ["objdump", "-h", "large.o"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert ".bss" in sections
    assert ".lbss" not in sections
    assert ".ldata" not in sections


def test_older_compilers_are_given_what_they_were() -> None:
    # Another flag makes another baseline, and all kernels that were kept are built again.
    assert "KCFLAGS=-g1" in flags(12)
    assert "KCFLAGS=-g1" in flags(13)
    assert f"KCFLAGS=-g1 {LARGE_DATA}" in flags(14)
    assert gcc_version() >= 10
