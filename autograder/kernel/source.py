# SPDX-License-Identifier: MIT
"""Where the kernel's source comes from.

In this order: the tarball that the user names, the Debian package of the series, and a
download from kernel.org.  The series is the course's choice; patch levels move, so the
exact version found is recorded and stands in every result.
"""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.cache import Cache
from autograder.errors import GraderError, UsageError
from autograder.files import PUBLIC, write_atomically
from autograder.kernel import debian, published, tree
from autograder.progress import Progress

VARIABLE = "KERNEL_TARBALL"


@dataclass(frozen=True)
class KernelSource:
    """A kernel source; ``origin`` says where it comes from, in words."""

    version: str
    tarball: Path
    sha256: str
    origin: str


def fetch(
    series: str,
    cache: Cache,
    tarball: Path | None,
    progress: Progress,
    refresh: bool = False,
) -> KernelSource:
    """The source of ``series``; fetched only when it is not in the cache, or to refresh.

    ``tarball`` is a file of the user's own.
    Errors: UsageError where that is no kernel of the series, GraderError where there is
    no source to be had.
    """
    if tarball is not None:
        return _named(tarball, series, cache)
    with cache.lock(f"source-{series}"):
        record = cache.downloads / f"series-{series}.json"
        known = None if refresh else _recorded(record)
        return known or _fetch(series, cache, record, progress)


def _fetch(series: str, cache: Cache, record: Path, progress: Progress) -> KernelSource:
    reasons = []
    ways: list[Callable[[str, Path, Progress], tuple[Path, str]]] = [debian.get, published.get]
    for way in ways:
        cache.downloads.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".partial-", dir=cache.downloads) as folder:
            try:
                found, origin = way(series, Path(folder), progress)
            except GraderError as error:
                reasons.append(str(error))
                if way is not ways[-1]:
                    progress(f"{error}; trying kernel.org", None)
                continue
            source = examine(found, origin)
            if not _belongs(source.version, series):
                reasons.append(f"{origin} holds {source.version}")
                continue
            kept = cache.downloads / f"linux-{source.version}{''.join(found.suffixes[-2:])}"
            found.replace(kept)
            return _remember(record, KernelSource(source.version, kept, source.sha256, origin))
    raise GraderError(
        f"the source of kernel series {series} cannot be downloaded ({'; '.join(reasons)}): "
        f"get linux-{series}.tar.xz from kernel.org some other way, and name it with "
        f"{VARIABLE}=FILE"
    )


def _named(tarball: Path, series: str, cache: Cache) -> KernelSource:
    try:
        facts = tarball.stat()
    except OSError as error:
        raise UsageError(f"{tarball} cannot be read: {error.strerror}") from error
    tarball = tarball.resolve()
    # Reading it all takes seconds, so what was found is kept as long as the file is the same.
    state = f"{tarball}\0{facts.st_size}\0{facts.st_mtime_ns}"
    record = cache.downloads / f"named-{hashlib.sha256(state.encode()).hexdigest()[:16]}.json"
    source = _recorded(record) or _remember(record, examine(tarball, str(tarball)))
    if not _belongs(source.version, series):
        raise UsageError(
            f"{tarball} holds kernel {source.version}, and the course's series is {series}: "
            "name a tarball of that series"
        )
    return source


def examine(tarball: Path, origin: str) -> KernelSource:
    """Read version and checksum of a tarball.

    Errors: GraderError where it is damaged or holds no kernel.
    """
    makefile = re.compile(r"(\./)?[^/]+/Makefile")
    try:
        with tarfile.open(tarball, "r|*") as archive:
            for member in archive:
                if makefile.fullmatch(member.name) and member.isreg():
                    content = archive.extractfile(member)
                    assert content is not None  # it is a regular file
                    version = tree.parse_version(content.read().decode(errors="replace"))
                    return KernelSource(version, tarball, sha256(tarball), origin)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise GraderError(f"{tarball} cannot be read as a tarball: {error}") from error
    raise GraderError(f"{tarball} holds no kernel source")


def sha256(path: Path) -> str:
    """The checksum of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _belongs(version: str, series: str) -> bool:
    return version == series or version.startswith((f"{series}.", f"{series}-"))


def _remember(record: Path, source: KernelSource) -> KernelSource:
    # A name in the cache's own folder stays right when the cache is moved.
    ours = source.tarball.parent == record.parent
    facts = {**asdict(source), "tarball": source.tarball.name if ours else str(source.tarball)}
    write_atomically(record, json.dumps(facts, indent=2) + "\n", PUBLIC)
    return source


def _recorded(record: Path) -> KernelSource | None:
    try:
        facts = json.loads(record.read_text())
        tarball = record.parent / facts.pop("tarball")
        return KernelSource(tarball=tarball, **facts) if tarball.is_file() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None  # not there, or written by another version of the kit
