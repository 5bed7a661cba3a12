# SPDX-License-Identifier: MIT
"""What the hostile submissions reach for: canaries, a listener, a victim; and what they got.

Everything is planted by the test, below one folder with a name of its own, so that the
corpus does no harm on a machine where a sandbox fails: no real secret, no other address,
no other process is ever named.  The folder's place is fixed, since kernels are kept that
were compiled with it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.cache import Cache
from autograder.sandbox import orphans, processes
from autograder.sandbox.container import processes_of

ROOT = Path(__file__).parents[2]
BASE = Path("/var/tmp/pgfault-hostile")
MARKERS = BASE / "markers"
CANARIES = tuple(BASE / name for name in ("home/canary", "others/victim/canary", "hidden/canary"))
SOCKET = BASE / "socket"
ABSTRACT = "pgfault-hostile"  # names of sockets that no file stands for
PORT = 47613  # of the test's listener, on loopback
OPENED = 47614  # that a submission tries to listen on
LONG = "299.4713"  # seconds: how long what is left behind sleeps, at most
VICTIM = "pgfaultvictim"
VARIABLE = "PGFAULT_CANARY"
WATCHED = ("autograder", "reference-solution", "templates", "schema", "course.toml", "Makefile")


@dataclass
class World:
    """The planted things, and what was seen of them."""

    secret: str
    victim: subprocess.Popen[bytes]
    cache: Cache
    connections: list[str] = field(default_factory=list)
    before: dict[str, str] = field(default_factory=dict)

    def remember(self) -> None:
        """Note how the host's files are now."""
        self.before = dict(_files(self.cache))

    def leaks(self, folder: Path) -> list[str]:
        """Files below ``folder``, where a grading left its results, that hold the secret."""
        return [
            str(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and self.secret.encode() in path.read_bytes()
        ]

    def findings(self, users: set[int]) -> dict[str, list[str]]:
        """What got out, by kind; ``users`` are the ids that sandboxed commands had."""
        return {
            "marker files": sorted(path.name for path in MARKERS.iterdir()),
            "connections": self.connections,
            "processes": _left(users),
            "open ports": _ports(users),
            "killed": [] if self.victim.poll() is None else [VICTIM],
            "changed files": self._changed(),
            "left folders": _folders(self.cache),
        }

    def _changed(self) -> list[str]:
        after = dict(_files(self.cache))
        changed = {name for name, facts in self.before.items() if after.get(name) != facts}
        # Others may work with the same cache.
        added = {name for name in after.keys() - self.before.keys() if "hostile" in name}
        return sorted(changed | added)


@contextlib.contextmanager
def planted(cache: Cache) -> Iterator[World]:
    """Plant everything; one test at a time has it."""
    lock = os.open(BASE.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    _remove()
    BASE.mkdir(mode=0o755)
    secret = f"canary-{secrets.token_hex(16)}"
    for canary in CANARIES:
        canary.parent.mkdir(parents=True)
        canary.write_text(f"{secret}\n")
    (CANARIES[1].parent / "kernel.patch").write_text(f"{secret}\n")
    MARKERS.mkdir()
    MARKERS.chmod(0o777)
    os.environ[VARIABLE] = secret
    victim = subprocess.Popen(["bash", "-c", f"exec -a {VICTIM} sleep 3600"])
    world = World(secret, victim, cache)
    try:
        with contextlib.ExitStack() as stack:
            for listener in _listeners():
                stack.callback(listener.close)
                stack.callback(listener.shutdown, socket.SHUT_RDWR)  # wakes who waits in it
                threading.Thread(target=_listen, args=(listener, world), daemon=True).start()
            world.remember()
            yield world
    finally:
        del os.environ[VARIABLE]
        victim.kill()
        victim.wait()
        _remove()
        os.close(lock)


def _remove() -> None:
    if BASE.is_symlink() or (BASE.exists() and BASE.stat().st_uid != os.geteuid()):
        raise RuntimeError(f"{BASE} is somebody else's: remove it")
    shutil.rmtree(BASE, ignore_errors=True)


def _listeners() -> list[socket.socket]:
    tcp = socket.socket()
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    tcp.bind(("127.0.0.1", PORT))
    named, abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    named.bind(str(SOCKET))
    SOCKET.chmod(0o777)
    abstract.bind(f"\0{ABSTRACT}")
    for each in (tcp, named, abstract):
        each.listen()
    return [tcp, named, abstract]


def _listen(listener: socket.socket, world: World) -> None:
    name = str(listener.getsockname())
    with contextlib.suppress(OSError):  # the test closes it
        while True:
            connection, _ = listener.accept()
            connection.close()
            world.connections.append(name)


def _left(users: set[int]) -> list[str]:
    """Processes of the sandboxes' users, and those that sleep as only the corpus does."""
    found = {pid for user in users for pid in processes_of(user)}
    for stat in processes.snapshot():
        with contextlib.suppress(OSError):
            if LONG.encode() in Path(f"/proc/{stat.pid}/cmdline").read_bytes():
                found.add(stat.pid)
    return [f"process {pid}" for pid in sorted(found)]


def _ports(users: set[int]) -> list[str]:
    """Listening sockets of the sandboxes' users, and those that the corpus tries to open."""
    found = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            port = int(words[1].rpartition(":")[2], 16)
            if port == OPENED or int(words[7]) in users:
                found.append(f"{table} port {port}")
    if f"@{ABSTRACT}-opened" in Path("/proc/net/unix").read_text():
        found.append(f"@{ABSTRACT}-opened")
    return found


def _files(cache: Cache) -> Iterator[tuple[str, str]]:
    """The files that a submission must not change: their place, and what they are like."""
    for top in (*(ROOT / name for name in WATCHED), *CANARIES, *(c.parent for c in CANARIES)):
        for path in [top, *(top.rglob("*") if top.is_dir() else ())]:
            if path.is_file() and "__pycache__" not in path.parts:
                yield str(path), hashlib.sha256(path.read_bytes()).hexdigest()
    for folder in (cache.kernels, cache.root / "probes"):
        for path in folder.resolve().rglob("*"):
            facts = path.lstat()
            if not path.is_dir():
                yield str(path), f"{facts.st_size} {facts.st_mtime_ns} {facts.st_mode}"
    for path in Path.home().glob("*hostile*"):
        yield str(path), "there"


def _folders(cache: Cache) -> list[str]:
    """Temporary folders that should be gone; the cache's ``work`` is the test's own."""
    uml = [path for path in (Path("/tmp/uml"), Path.home() / ".uml") if path.exists()]
    scratch = Path(tempfile.gettempdir()).glob(f"{orphans.prefix()}*")
    return [str(path) for path in (*cache.work.glob("*"), *uml, *scratch)]


def own_cache(folder: Path) -> Cache:
    """A cache with its own ``work``, and all that is costly from the default one."""
    default = Cache.default()
    for name in ("kernel", "built", "probes", "downloads"):
        (default.root / name).mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(default.root / name)
    return Cache(folder)
