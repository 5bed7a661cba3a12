# SPDX-License-Identifier: MIT
"""x"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class KernelSource:
    """A kernel source tarball."""

    version: str
    tarball: Path
    sha256: str
    origin: str
