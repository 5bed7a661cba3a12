# SPDX-License-Identifier: MIT
"""Get a kernel's source from kernel.org, checked against the checksums published there.

The checksums come over the same authenticated connection (HTTPS); their PGP signature
is not checked.
"""

from __future__ import annotations

import hashlib
import re
import urllib.error
import urllib.request
from pathlib import Path

from autograder.errors import GraderError
from autograder.kernel.progress import Progress

SITE = "https://www.kernel.org/pub/linux/kernel"
LARGEST_LIST = 4 << 20
PATIENCE = 60  # seconds without an answer


def get(series: str, folder: Path, progress: Progress, site: str = SITE) -> tuple[Path, str]:
    """Download the newest release of ``series`` into ``folder``; the tarball and its name.

    Errors: GraderError where there is none, or it is not what its checksum says.
    """
    place = f"{site}/v{series.split('.')[0]}.x"
    try:
        with urllib.request.urlopen(f"{place}/sha256sums.asc", timeout=PATIENCE) as answer:
            name, digest = newest(answer.read(LARGEST_LIST).decode(errors="replace"), series)
        tarball = folder / name
        actual = _download(f"{place}/{name}", tarball, progress)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise GraderError(f"kernel.org: the download failed: {reason}") from error
    if actual != digest:
        tarball.unlink()
        raise GraderError(f"kernel.org: {name} is not what its published checksum says")
    return tarball, f"kernel.org, {name}"


def newest(sums: str, series: str) -> tuple[str, str]:
    """Name and SHA-256 of the newest release of ``series`` in a published list.

    Errors: GraderError where the list has none.
    """
    line = re.compile(
        rf"^([0-9a-f]{{64}})  (linux-{re.escape(series)}(?:\.(\d+))?\.tar\.xz)$", re.M
    )
    releases = [(int(match[3] or 0), match[2], match[1]) for match in line.finditer(sums)]
    if not releases:
        raise GraderError(f"kernel.org: no release of series {series} is listed")
    _, name, digest = max(releases)
    return name, digest


def _download(address: str, target: Path, progress: Progress) -> str:
    digest, received = hashlib.sha256(), 0
    with urllib.request.urlopen(address, timeout=PATIENCE) as answer, target.open("wb") as file:
        size = int(answer.headers.get("Content-Length") or 0)
        while block := answer.read(1 << 18):
            file.write(block)
            digest.update(block)
            received += len(block)
            progress(f"downloading {target.name}", received / size if size else None)
    return digest.hexdigest()
