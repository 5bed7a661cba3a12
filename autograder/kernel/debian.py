# SPDX-License-Identifier: MIT
"""Get a kernel's source from its Debian package, without being root.

Folders of apt's state that belong to us let any user fetch any suite; where packages
come from is what this machine's own apt is set up to use.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from autograder.errors import GraderError
from autograder.progress import Progress

SUITES = {"7.3": "trixie-backports", "6.12": "trixie"}
"""The suite that holds ``linux-source-SERIES``."""

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PATIENCE = 600  # seconds for one command

_INDEX = re.compile(r"'(?P<base>[^']+)/dists/(?P<suite>[^']+)/InRelease' ", re.M)


def get(series: str, folder: Path, progress: Progress) -> tuple[Path, str]:
    """Fetch the package of ``series`` into ``folder``; the tarball in it, and its name.

    Errors: GraderError where this is no Debian, or has no keyring or no such package.
    """
    if _distribution() != "debian":
        raise GraderError("Debian package: this machine's packages are not Debian's")
    for program in ("apt-get", "dpkg"):
        if shutil.which(program) is None:
            raise GraderError(f"Debian package: there is no {program} here")
    progress(f"fetching the Debian package linux-source-{series}", None)
    package = _download([], series, folder) or _download_privately(series, folder)
    unpacked = folder / "unpacked"
    _run(["dpkg", "-x", str(package), str(unpacked)], folder)
    for tarball in unpacked.glob(f"usr/src/linux-source-{series}.tar.*"):
        return tarball, f"Debian package {package.stem.replace('%3a', ':')}"
    raise GraderError(f"Debian package: {package.name} holds no source")


def archives(folder: Path) -> list[str]:
    """Where this machine gets Debian's packages from, best first; nothing on other systems."""
    if _distribution() != "debian":
        return []
    return bases(_run(["apt-get", "--print-uris", "update"], folder).stdout)


def bases(uris: str) -> list[str]:
    """Where the Debian archive is to be found, best first.

    ``uris`` is what ``apt-get --print-uris update`` prints: apt reads every format that
    sources are written in, so we need not.  The archive itself comes before those of
    security updates, which do not hold every suite.
    """
    found = dict.fromkeys(match["base"] for match in _INDEX.finditer(uris))
    return sorted(found, key=lambda base: "security" in base)


def _download_privately(series: str, folder: Path) -> Path:
    suite = SUITES.get(series)
    if suite is None:
        raise GraderError(f"Debian package: the suite of series {series} is not known")
    if not KEYRING.exists():
        raise GraderError(f"Debian package: {KEYRING} is missing (install debian-archive-keyring)")
    candidates = archives(folder)
    for base in candidates:
        options = _private(folder, f"deb [signed-by={KEYRING}] {base} {suite} main\n")
        if _run(["apt-get", *options, "update"], folder, check=False).returncode == 0:
            package = _download(options, series, folder)
            if package is not None:
                return package
    raise GraderError(
        f"Debian package: no configured archive has linux-source-{series} in {suite}"
        if candidates
        else "Debian package: apt has no sources here"
    )


def _private(folder: Path, sources: str) -> list[str]:
    """Options that make apt read ``sources`` and keep its state below ``folder``."""
    listing, state, cache = folder / "sources.list", folder / "lists", folder / "cache"
    listing.write_text(sources)
    for needed in (state / "partial", cache / "archives" / "partial"):
        needed.mkdir(parents=True, exist_ok=True)
    settings = {
        "Dir::Etc::sourcelist": str(listing),
        "Dir::Etc::sourceparts": "-",
        "Dir::State::Lists": str(state),
        "Dir::Cache": str(cache),
        # apt's own user cannot write in a folder of ours.
        "APT::Sandbox::User": "root",
        "APT::Update::Error-Mode": "any",
        "Acquire::Languages": "none",
    }
    return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]


def _download(options: Iterable[str], series: str, folder: Path) -> Path | None:
    command = ["apt-get", *options, "-o", "APT::Sandbox::User=root"]
    _run([*command, "download", f"linux-source-{series}"], folder, check=False)
    return next(folder.glob(f"linux-source-{series}_*.deb"), None)


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("ID", "")
    except OSError:
        return ""


def _run(command: list[str], folder: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GraderError(f"Debian package: {error}") from error
    if check and done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise GraderError(f"Debian package: {command[0]} failed: {last}")
    return done
