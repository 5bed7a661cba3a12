# SPDX-License-Identifier: MIT
"""Make ``autograder.zip``: the kit, the part of the kernel's source that is compiled, scripts.

The source keeps the checksum of the tarball that it was taken from, so that a baseline
built here is the one that the container looks for, where its compiler is the same.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder import assignment
from autograder.cache import Cache, complete_or_nothing
from autograder.files import KIT, PUBLIC, write_zip
from autograder.gradescope.harness import SERIES, SETTINGS, Settings
from autograder.guest.machine import Kernel, Machine
from autograder.guest.programs import compile_programs
from autograder.judge import rubric
from autograder.kernel import tree
from autograder.kernel.build import Baseline
from autograder.kernel.source import KernelSource
from autograder.kernel.tree import series_of
from autograder.progress import Progress
from autograder.sandbox.sandbox import Sandbox

SCRIPTS = KIT / "gradescope"
PACKED = (
    "autograder",
    "templates",
    "schema",
    "scripts/setup.sh",
    "requirements.lock",
)
SEED = 1
Member = tuple[str, bytes]


@dataclass(frozen=True)
class Bundle:
    """What a zip is made from."""

    source: KernelSource
    baseline: Baseline
    cache: Cache
    progress: Progress

    def write(self, out: Path, settings: Settings, course: Path, *, prebuilt: bool) -> None:
        """The autograder.  ``prebuilt`` takes the baseline along, some 70 MB of it."""
        write_zip(out, self._members(settings, course, prebuilt), PUBLIC)

    def write_canary(self, out: Path, sandbox: Sandbox) -> None:
        """The canary, with the baseline's kernel to boot."""
        write_zip(out, self._canary(sandbox), PUBLIC)

    def _members(self, settings: Settings, course: Path, prebuilt: bool) -> Iterator[Member]:
        for name in ("setup.sh", "run_autograder"):
            yield name, (SCRIPTS / name).read_bytes()
        for path in kit():
            yield str(path.relative_to(KIT)), path.read_bytes()
        if course.exists():
            yield "course.toml", course.read_bytes()
        series = series_of(self.source.version)
        yield SERIES, series.encode()
        yield SETTINGS, settings.model_dump_json().encode()
        yield "downloads.tar", self._downloads(series)
        if prebuilt:
            self.progress("packing the baseline kernel", None)
            yield "baseline.tar.gz", self._prebuilt()

    def _canary(self, sandbox: Sandbox) -> Iterator[Member]:
        for name in ("setup.sh", "run_autograder"):
            yield name, (SCRIPTS / "canary" / name).read_bytes()
        yield "canary.py", Path(__file__).with_name("canary.py").read_bytes()
        yield "linux", self.baseline.linux.read_bytes()
        programs = compile_programs(self.cache.root)
        with tempfile.TemporaryDirectory() as folder:
            machine = Machine(Kernel(self.baseline.linux), programs, sandbox, Path(folder))
            job = rubric.job_of(assignment.current().boots, SEED)
            yield "initrd", machine.archive([job], [secrets.token_hex(8)])

    def _downloads(self, series: str) -> bytes:
        """The cache's folder ``downloads`` with the part of the source that is compiled."""
        small = self._trimmed()
        record = {
            "version": self.source.version,
            "tarball": small.name,
            "sha256": self.source.sha256,
            "origin": f"{self.source.origin} (what User Mode Linux compiles of it)",
        }
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w") as archive:
            archive.add(small, f"downloads/{small.name}")
            text = json.dumps(record, indent=2).encode()
            member = tarfile.TarInfo(f"downloads/series-{series}.json")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
        return stream.getvalue()

    def _trimmed(self) -> Path:
        """What is wanted of the source's tarball; kept, because packing it takes a minute."""
        path = self.cache.downloads / f"uml-{self.source.version}-{self.source.sha256[:12]}.tar.xz"
        with self.cache.lock("uml-source"):
            if not path.exists():
                with complete_or_nothing(path) as partial:
                    self._trim(partial)
        return path

    def _trim(self, target: Path) -> None:
        size = self.source.tarball.stat().st_size
        with (
            self.source.tarball.open("rb") as raw,
            tarfile.open(fileobj=raw, mode="r:*") as whole,
            tarfile.open(target, "w:xz", preset=4) as small,
        ):
            for number, member in enumerate(whole):
                name = member.name.removeprefix("./").partition("/")[2]
                if tree.wanted(name) and (member.isreg() or member.issym()):
                    small.addfile(member, whole.extractfile(member) if member.isreg() else None)
                if number % 500 == 0:
                    self.progress("packing the kernel source", raw.tell() / size)

    def _prebuilt(self) -> bytes:
        home = self.baseline.tree.parent
        stream = io.BytesIO()
        # Objects must stay newer than sources to the fraction of a second.
        with tarfile.open(
            fileobj=stream, mode="w:gz", compresslevel=4, format=tarfile.PAX_FORMAT
        ) as archive:
            archive.add(home, str(home.relative_to(self.cache.root)), filter=_roots)
        return stream.getvalue()


def _roots(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member


def kit() -> Iterator[Path]:
    """The files of the kit that go along."""
    for name in (*PACKED, *assignment.current().reads):
        top = KIT / name
        if top.is_file():
            yield top
        for parent, folders, files in os.walk(top):
            folders[:] = sorted(folder for folder in folders if folder != "__pycache__")
            yield from (Path(parent, file) for file in sorted(files) if not file.endswith(".pyc"))
