# SPDX-License-Identifier: MIT
"""Look whether this machine has all that grading needs, and say how to mend what is missing.

Each look gives findings; the commands that grading runs are tried, not guessed at.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from autograder import container, shared_memory
from autograder.cache import VARIABLE as CACHE_VARIABLE
from autograder.cache import Cache
from autograder.errors import GraderError
from autograder.guest.machine import Job, Kernel, Machine
from autograder.guest.programs import compile_programs
from autograder.kernel.baseline import RECORD, latest
from autograder.kernel.source import VARIABLE as TARBALL_VARIABLE
from autograder.sandbox import Level, Sandbox, choose

PACKAGES = {
    "gcc": ("gcc",),
    "binutils": ("ld", "addr2line"),
    "make": ("make",),
    "patch": ("patch",),
    "flex": ("flex",),
    "bison": ("bison",),
    "bc": ("bc",),
    "perl": ("perl",),
    "xz-utils": ("xz",),
    "bash": ("bash",),
    "util-linux": ("setpriv", "prlimit", "choom"),
    "coreutils": ("du", "cp"),
}
"""Debian's packages, and the programs of them that grading runs."""

GIB = 1 << 30
LEAST_MEMORY, GOOD_MEMORY = GIB // 2, 3 * GIB // 2  # bytes: one guest; a grade with its compilers
BUILD_ROOM, GRADE_ROOM = 3 * GIB, GIB  # bytes: source, baseline and a grade; a grade
SAFE = {
    Level.FULL: "submissions are shut in by bubblewrap",
    Level.CONTAINER: "own user and limits only: for one submission in a container of its own",
    Level.NONE: "nothing protects this machine from a submission",
}
CGROUPS = ("memory.max", "memory/memory.limit_in_bytes")  # what a container may use
IDLE = Job("proc_entries", {"base": "0x1000000000"})
STATIC = ["gcc", "-static", "-x", "c", "-o", "/dev/null", "-"]


class State(str, Enum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    MISSING = "missing"

    __str__ = str.__str__


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``remedy`` says what to do where it is not well."""

    what: str
    state: State
    seen: str
    remedy: str = ""


def ok(what: str, seen: str) -> Finding:
    """Nothing to do."""
    return Finding(what, State.OK, seen)


def warning(what: str, seen: str, remedy: str) -> Finding:
    """Grading works, but slower or less well."""
    return Finding(what, State.WARNING, seen, remedy)


def missing(what: str, seen: str, remedy: str) -> Finding:
    """Grading refuses, or cannot come to an end."""
    return Finding(what, State.MISSING, seen, remedy)


class Doctor:
    """The looks, in an order in which each may lean on those before it."""

    def __init__(self, cache: Cache, series: str, level: str | None) -> None:
        self.cache = cache
        self.series = series
        self.asked = level
        self.sandbox: Sandbox | None = None
        self.compiles = False

    def findings(self) -> Iterator[Finding]:
        """Everything, as it is looked at; a look that breaks is a finding too."""
        looks: list[Callable[[], Iterator[Finding]]] = [
            self._processor,
            self._programs,
            self._cache_folder,
            self._room,
            self._memory,
            self._clock,
            self._source,
            self._shut_in,
            self._shared_memory,
            self._guest,
        ]
        for look in looks:
            try:
                yield from look()
            except (GraderError, OSError) as error:
                yield missing(look.__name__.strip("_").replace("_", " "), str(error), "see above")

    def tell(self) -> bool:
        """Print every finding as it comes, and whether this machine is ready."""
        missing_things = 0
        for finding in self.findings():
            missing_things += finding.state is State.MISSING
            print(f"{finding.state:<8} {finding.what}: {finding.seen}")
            if finding.remedy:
                print(f"{'':8} -> {finding.remedy}", flush=True)
        things = "1 thing" if missing_things == 1 else f"{missing_things} things"
        print(f"not ready: {things} to fix" if missing_things else "ready")
        return not missing_things

    def _processor(self) -> Iterator[Finding]:
        machine = platform.machine()
        if machine == "x86_64" and sys.platform == "linux":
            yield ok("machine", f"Linux {platform.release()} on x86_64, {_processors()}")
        else:
            yield missing(
                "machine",
                f"{platform.system()} on {machine}",
                "User Mode Linux needs Linux on an x86_64 processor: use such a machine, or a "
                "container on one",
            )

    def _programs(self) -> Iterator[Finding]:
        lacking = {
            package: [name for name in names if shutil.which(name) is None]
            for package, names in PACKAGES.items()
        }
        needed = [package for package, names in lacking.items() if names]
        if needed:
            names = ", ".join(name for each in lacking.values() for name in each)
            yield missing("programs", f"no {names}", f"apt-get install {' '.join(needed)}")
        else:
            yield ok("programs", "make, patch and all others that grading runs")
        if shutil.which("gcc") is None:
            return
        source = "int main(void) { return 0; }"
        done = _told(STATIC, source)
        self.compiles = done.returncode == 0
        if self.compiles:
            yield ok("compiler", _told(["gcc", "--version"]).stdout.partition("\n")[0])
        else:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            yield missing(
                "compiler",
                f"gcc cannot link a static program: {last[:200]}",
                "apt-get install gcc binutils libc6-dev",
            )

    def _cache_folder(self) -> Iterator[Finding]:
        root = self.cache.root
        elsewhere = f"name another folder with {CACHE_VARIABLE}"
        try:
            root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=root):
                pass
        except OSError as error:
            yield missing("cache", f"{root} cannot be written: {error.strerror}", elsewhere)
            return
        if os.statvfs(root).f_flag & os.ST_NOEXEC:
            yield missing("cache", f"{root} is mounted noexec, and kernels run there", elsewhere)
        else:
            yield ok("cache", str(root))

    def _room(self) -> Iterator[Finding]:
        place = _existing(self.cache.root)
        free = shutil.disk_usage(place).free
        built = latest(self.cache, self.series) is not None
        needed = GRADE_ROOM if built else BUILD_ROOM
        seen = f"{free / GIB:.1f} GiB free for the cache"
        if free < needed:
            yield missing(
                "disk",
                f"{seen}, {needed / GIB:.0f} are needed",
                f"make room on the disk of {place}, or name another folder with {CACHE_VARIABLE}",
            )
        else:
            yield ok("disk", seen)

    def _memory(self) -> Iterator[Finding]:
        free = _free_memory()
        seen = f"{free / GIB:.1f} GiB to be had"
        if free < LEAST_MEMORY:
            yield missing("memory", seen, "a guest and the linker need half a GiB at the least")
        elif free < GOOD_MEMORY:
            yield warning("memory", seen, "a grade takes up to 1.5 GiB: builds may be ended")
        else:
            yield ok("memory", seen)

    def _clock(self) -> Iterator[Finding]:
        folder = latest(self.cache, self.series)
        with tempfile.NamedTemporaryFile(dir=_existing(self.cache.root)) as now:
            if folder and (folder / RECORD).stat().st_mtime > os.fstat(now.fileno()).st_mtime:
                yield missing(
                    "clock",
                    f"it stands before the time at which {folder} was made",
                    "set the clock right, or remove that folder",
                )

    def _source(self) -> Iterator[Finding]:
        named = os.environ.get(TARBALL_VARIABLE)
        if named:
            if Path(named).is_file():
                yield ok("source", f"{named}, named by {TARBALL_VARIABLE}")
            else:
                yield missing(
                    "source", f"{TARBALL_VARIABLE} names {named}, which is no file", "name another"
                )
        elif (self.cache.downloads / f"series-{self.series}.json").exists():
            yield ok("source", f"kernel {self.series} is in the cache")
        elif _has_route():
            yield warning(
                "source",
                f"kernel {self.series} is not in the cache",
                "the first run fetches it: `python -m autograder kernel fetch` does so now",
            )
        else:
            yield missing(
                "source",
                f"kernel {self.series} is not in the cache, and there is no network",
                f"bring a tarball of it, and name it with {TARBALL_VARIABLE}=FILE",
            )

    def _shut_in(self) -> Iterator[Finding]:
        try:
            self.sandbox = choose(self.asked)
        except GraderError as error:
            yield missing("sandbox", str(error), _way_to_a_sandbox())
            return
        level = self.sandbox.level
        if level is Level.FULL:
            yield ok("sandbox", f"level full: {SAFE[level]}")
        else:
            yield warning("sandbox", f"level {level}: {SAFE[level]}", _way_to_a_sandbox())
        if level is Level.CONTAINER and not _others_may_enter(self.cache.root):
            yield missing(
                "cache",
                f"{self.cache.root} lies in a folder that other users may not enter, and without "
                "bubblewrap submissions are run there by another user",
                f"chmod o+x the folders above it, or name another folder with {CACHE_VARIABLE}",
            )

    def _shared_memory(self) -> Iterator[Finding]:
        obstacle = shared_memory.obstacle()
        level = self.sandbox.level if self.sandbox else Level.FULL
        if not obstacle:
            yield ok("shared memory", f"{shared_memory.FOLDER} holds the memory of guests")
        elif level is Level.FULL:
            yield ok("shared memory", f"each sandbox brings its own ({obstacle})")
        elif os.statvfs(tempfile.gettempdir()).f_flag & os.ST_NOEXEC:
            yield missing(
                "shared memory",
                f"{obstacle}, and {tempfile.gettempdir()} is mounted noexec too",
                "mount -o remount,exec,size=1g /dev/shm, or name a folder with TMPDIR",
            )
        else:
            yield warning(
                "shared memory",
                f"{obstacle}: it is put on disk, which is slower",
                "mount -o remount,exec,size=1g /dev/shm (docker run --shm-size=1g)",
            )

    def _guest(self) -> Iterator[Finding]:
        if self.sandbox is None or not self.compiles:
            return
        baseline = latest(self.cache, self.series)
        if baseline is None:
            yield warning(
                "guest",
                "there is no kernel yet to try it with",
                "the first run builds one: `python -m autograder kernel build` does so now",
            )
            return
        with self.cache.workdir("doctor") as work:
            kernel = Kernel(baseline / "tree" / "linux")
            machine = Machine(kernel, compile_programs(self.cache.root), self.sandbox, work)
            seen = machine.observe(IDLE)
        if seen.all("finished"):
            yield ok("guest", f"User Mode Linux boots, in {seen.wall_seconds:.1f} s")
            return
        last = (seen.console.strip().splitlines() or [str(seen.outcome)])[-1]
        yield missing(
            "guest",
            f"User Mode Linux does not boot here: {last[:200]}",
            "allow seccomp filters and ptrace (docker run --security-opt seccomp=unconfined "
            "--cap-add SYS_PTRACE), and programs on the disk of the cache",
        )


def _told(command: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False)


def _processors() -> str:
    number = len(os.sched_getaffinity(0))
    return f"{number} processor{'s' if number > 1 else ''}"


def _existing(path: Path) -> Path:
    return next(each for each in (path, *path.absolute().parents) if each.exists())


def _others_may_enter(folder: Path) -> bool:
    return all(each.stat().st_mode & 0o001 for each in (folder, *folder.absolute().parents))


def _free_memory() -> int:
    """Bytes that can still be had: of the machine, and of the container where there is one."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    facts = dict(line.split(":") for line in lines)
    found = [int(facts["MemAvailable"].split()[0]) << 10]
    for name in CGROUPS:
        path = Path("/sys/fs/cgroup", name)
        if path.exists() and (text := path.read_text().strip()).isdecimal():
            found.append(int(text))
    return min(found)


def _has_route() -> bool:
    for name in ("route", "ipv6_route"):
        path = Path("/proc/net", name)
        lines = path.read_text().splitlines() if path.exists() else []
        if any(not line.startswith("Iface") and " lo" not in line for line in lines):
            return True
    return False


def _way_to_a_sandbox() -> str:
    """What to do for bubblewrap, as this machine is."""
    if shutil.which("bwrap") is None:
        return "apt-get install bubblewrap"
    if container.detected():
        return (
            "docker run --privileged allows namespaces; in a container for one submission "
            "--sandbox container will do"
        )
    switches = {
        "kernel/unprivileged_userns_clone": "1",
        "kernel/apparmor_restrict_unprivileged_userns": "0",
        "user/max_user_namespaces": "10000",
    }
    needed = [
        f"sysctl -w {name.replace('/', '.')}={value}"
        for name, value in switches.items()
        if _is_against(Path("/proc/sys", name), value)
    ]
    return " && ".join(needed) or "allow namespaces: run as root, with CAP_SYS_ADMIN"


def _is_against(switch: Path, value: str) -> bool:
    """Whether a switch of the kernel's stands in the way of user namespaces."""
    try:
        now = switch.read_text().strip()
    except OSError:
        return False
    return now == "0" if value != "0" else now != "0"
