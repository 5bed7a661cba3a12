# SPDX-License-Identifier: MIT
"""Objects of the reference's kernel that were kept are what compiling them again gives."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from autograder.cache import Cache
from autograder.kernel import ready
from autograder.kernel.build import Baseline
from autograder.kernel.speedups import headstart, layout
from autograder.kernel.speedups.headstart import Unit
from autograder.progress import silent
from autograder.sandbox.sandbox import choose
from tests.reference import SERIES, reference_build, series_patch

EVERY = 10  # of the kept objects, one in so many is compiled again


@pytest.fixture(scope="module")
def baseline() -> Baseline:
    cache = Cache.default()
    return ready.baseline(SERIES, cache, choose(), silent)


def kept(baseline: Baseline, tree: Path) -> list[Unit]:
    changed = re.findall(r"^\+\+\+ b/(\S+)", series_patch().decode(), re.M)
    headers = layout.surveyed_headers().intersection(changed)
    texts = [{name: (top / name).read_text() for name in headers} for top in (baseline.tree, tree)]
    units = headstart.stale(baseline.tree, changed)
    names = layout.unaffected(units, baseline.unmoved, changed, layout.grown(*texts))
    return [unit for unit in units if unit.name in names]


def code(path: Path, folder: Path) -> bytes:
    """What is in an object, without the numbers of lines."""
    bare = folder / "bare.o"
    subprocess.run(["objcopy", "-g", str(path), str(bare)], check=True)
    return bare.read_bytes()


def test_kept_objects_are_right(baseline: Baseline, tmp_path: Path) -> None:
    tree = reference_build(baseline, Cache.default(), choose(), silent).tree
    units = kept(baseline, tree)
    assert len(units) > 100
    for unit in units[::EVERY]:
        new = tmp_path / "new.o"
        command = f"{unit.bare} -w -c -o {new} {unit.source}"
        subprocess.run(["sh", "-c", command], cwd=tree, check=True)
        assert code(tree / unit.name, tmp_path) == code(new, tmp_path), unit.name
        assert (tree / unit.name).read_bytes() == (baseline.tree / unit.name).read_bytes()


def test_objects_that_use_the_structures_are_compiled(baseline: Baseline) -> None:
    uses = {"kernel/fork.o", "kernel/exit.o", "kernel/signal.o", "mm/init-mm.o", "mm/vma.o"}
    assert uses <= {unit.name for unit in headstart.stale(baseline.tree, layout.surveyed_headers())}
    assert not uses & baseline.unmoved
