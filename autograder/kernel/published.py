# SPDX-License-Identifier: MIT
"""Get a kernel's source from kernel.org, checked against the checksums published there.

The checksums come over the same authenticated connection (HTTPS); their PGP signature
is not checked.
"""

from __future__ import annotations

import hashlib
import http.client
import re
import urllib.error
import urllib.request
from pathlib import Path

from autograder.errors import GraderError
from autograder.progress import Progress

SITE = "https://www.kernel.org/pub/linux/kernel"
LARGEST_LIST = 4 << 20
PATIENCE = 60  # seconds without an answer


def get(series: str, folder: Path, progress: Progress, site: str = "") -> tuple[Path, str]:
    """Download the newest release of ``series`` into ``folder``; the tarball and its name.

    Errors: GraderError where there is none, or it is not what its checksum says.
    """
    place = f"{site or SITE}/v{series.split('.')[0]}.x"
    progress(f"looking for kernel {series} at kernel.org", None)
    wanted = "sha256sums.asc"
    try:
        with urllib.request.urlopen(f"{place}/{wanted}", timeout=PATIENCE) as answer:
            listed = answer.read(LARGEST_LIST).decode(errors="replace")
        wanted, digest = newest(listed, series)
        tarball = folder / wanted
        actual = _download(f"{place}/{wanted}", tarball, progress)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise GraderError(f"kernel.org: {wanted} cannot be downloaded: {_reason(error)}") from error
    if actual != digest:
        tarball.unlink()
        raise GraderError(
            f"kernel.org: {wanted} was downloaded, but its SHA-256 is {actual[:12]}... instead of "
            f"the published {digest[:12]}..."
        )
    return tarball, f"kernel.org, {wanted}"


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
            progress(
                f"downloading {target.name} from kernel.org", received / size if size else None
            )
    if received < size:
        raise OSError(f"the connection ended after {received} of {size} bytes")
    return digest.hexdigest()


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answered {error.code} ({error.reason})"
    if isinstance(error, TimeoutError):
        return f"the server sent nothing for {PATIENCE} seconds"
    if isinstance(error, http.client.HTTPException):
        return f"the answer is not HTTP as expected ({type(error).__name__})"
    return str(getattr(error, "reason", error))
