# SPDX-License-Identifier: MIT
"""One hostile or broken submission, and the verdict that it must get."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.corpus import REFERENCE
from tests.hostile.world import World

BUILDS = "build/tools_build"
APPLIES = "build/patch_applies"
COMPILES = "build/kernel_builds"
BOOTS = "build/boots"
FAILED, PASSED, NOT_REACHED = "failed", "passed", "not_reached"


@dataclass(frozen=True)
class Case:
    """``make`` writes the submission below a new folder and gives its path back.

    ``words`` stand in the message or the evidence of a verdict that ``expected`` names.
    """

    name: str
    what: str
    make: Callable[[Path, World], Path]
    expected: Mapping[str, str]
    words: tuple[str, ...] = ()
    only: str = field(default="build/")
    quick: bool = True  # whether `make test` grades it too


def reference_tools(folder: Path) -> Path:
    """A submission with the reference's tools and without a patch; its folder of tools."""
    tools = folder / "tools"
    shutil.copytree(REFERENCE / "tools", tools)
    return tools
