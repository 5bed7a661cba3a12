# SPDX-License-Identifier: MIT
"""The folder in which the kit keeps what is costly to make again.

    downloads/                kernel sources, as fetched
    kernel/VERSION/KEY/       baseline kernels, built
    built/                    kernels of submissions
    work/                     what is being graded now; removed when it is done (or
                              pgfault-work-UID in the folder that PGFAULT_WORK names)
    locks/

Whatever is made here is made under a temporary name and renamed when it is complete, so
that a killed run leaves nothing half-made that is taken for a whole.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import GraderError

VARIABLE = "PGFAULT_CACHE"
WORK_VARIABLE = "PGFAULT_WORK"
PARTIAL = ".partial-"


@dataclass(frozen=True)
class Cache:
    """A cache folder and the places in it."""

    root: Path

    @classmethod
    def default(cls) -> Cache:
        """The folder that PGFAULT_CACHE names, else one in the user's cache folder."""
        named = os.environ.get(VARIABLE)
        if named:
            return cls(Path(named).absolute())
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return cls(Path(home, "pgfault-course-kit"))

    @property
    def downloads(self) -> Path:
        """Kernel sources, as fetched."""
        return self.root / "downloads"

    @property
    def kernels(self) -> Path:
        """Baseline kernels, built."""
        return self.root / "kernel"

    @property
    def built(self) -> Path:
        """Kernels of submissions."""
        return self.root / "built"

    @property
    def work(self) -> Path:
        """Temporary folders of grades that run now.

        PGFAULT_WORK names a folder to have them in: a tree and its objects, some 300 MB for
        each grade, are copied and removed much faster in memory (/dev/shm). Others may use
        that too, so a folder of our own is made in it: what is left behind there is removed.
        """
        named = os.environ.get(WORK_VARIABLE)
        if not named:
            return self.root / "work"
        return Path(named).absolute() / f"pgfault-work-{os.getuid()}"

    @contextmanager
    def lock(self, name: str, waiting: Callable[[], None] | None = None) -> Iterator[None]:
        """Hold the lock ``name``; waits while another process or thread holds it.

        ``waiting`` is called first if it has to wait.
        """
        path = self.root / "locks" / name
        _make(path.parent)
        with path.open("w") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if waiting is not None:
                    waiting()
                fcntl.flock(stream, fcntl.LOCK_EX)
            yield

    @contextmanager
    def workdir(self, prefix: str) -> Iterator[Path]:
        """A fresh folder for one piece of work, removed afterwards.

        The folder is locked while it is in use; one that a killed run left behind is
        not, and is removed here.
        """
        _make(self.work)
        if self.work.stat().st_uid != os.getuid():
            raise GraderError(
                f"{self.work} belongs to another user: name another folder with {WORK_VARIABLE}"
            )
        with _locked(self.work):
            self._sweep()
            path = Path(tempfile.mkdtemp(prefix=f"{prefix}-", dir=self.work))
            path.chmod(0o755)
            in_use = _opened(path)
            fcntl.flock(in_use, fcntl.LOCK_EX)
        try:
            yield path
        finally:
            remove(path)
            os.close(in_use)

    def _sweep(self) -> None:
        for path in self.work.iterdir():
            try:
                descriptor = _opened(path)
            except OSError:
                continue  # removed by its owner in this moment
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue  # in use
            else:
                remove(path)
            finally:
                os.close(descriptor)


@contextmanager
def complete_or_nothing(target: Path) -> Iterator[Path]:
    """A path to make ``target`` at; renamed to it on success, removed on any failure.

    Hold a lock around it: what an earlier, killed attempt left is removed first.
    """
    _make(target.parent)
    for leftover in target.parent.glob(f"{PARTIAL}{target.name}*"):
        remove(leftover)
    partial = target.with_name(f"{PARTIAL}{target.name}")
    try:
        yield partial
        partial.replace(target)
    finally:
        remove(partial)


def remove(path: Path) -> None:
    """Remove a file or a whole folder, if it is there."""
    if not path.is_dir() or path.is_symlink():
        path.unlink(missing_ok=True)
        return
    # A submission may have made folders nested deeper than Python can follow, and some that
    # their owner may not enter.
    delete = ["rm", "-rf", "--", str(path)]
    subprocess.run(delete, stderr=subprocess.DEVNULL, check=False)
    if path.exists():
        enter = ["chmod", "-R", "u+rwX", "--", str(path)]
        subprocess.run(enter, stderr=subprocess.DEVNULL, check=False)
        subprocess.run(delete, stderr=subprocess.DEVNULL, check=False)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = _opened(folder)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _opened(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GraderError(
            f"the folder {folder} cannot be made ({error.strerror}): "
            f"name another place with {VARIABLE} or {WORK_VARIABLE}"
        ) from error
