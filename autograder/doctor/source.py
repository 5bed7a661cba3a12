# SPDX-License-Identifier: MIT
"""The kernel's source."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from autograder.cache import Cache
from autograder.doctor.finding import Finding, missing, ok, warning
from autograder.kernel.source import VARIABLE


def source(cache: Cache, series: str) -> Iterator[Finding]:
    """Whether it is here, or can be had."""
    named = os.environ.get(VARIABLE)
    if named:
        if Path(named).is_file():
            yield ok("source", f"{VARIABLE} names {named}.")
        else:
            yield missing(
                "source",
                f"{VARIABLE} names {named}, and there is no such file.",
                f"Set {VARIABLE} to a tarball of kernel {series}, or unset it.",
            )
    elif (cache.downloads / f"series-{series}.json").exists():
        yield ok("source", f"Kernel {series} is in the cache.")
    elif _has_route():
        yield warning(
            "source",
            f"Kernel {series} is not in the cache yet.",
            "The first `make check` downloads it.",
        )
    else:
        yield missing(
            "source",
            f"Kernel {series} is not in the cache, and there is no network.",
            f"Connect to a network, or copy a tarball of it here and set {VARIABLE} to its path.",
        )


def _has_route() -> bool:
    for name in ("route", "ipv6_route"):
        path = Path("/proc/net", name)
        lines = path.read_text().splitlines() if path.exists() else []
        if any(not line.startswith("Iface") and " lo" not in line for line in lines):
            return True
    return False
