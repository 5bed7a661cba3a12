# SPDX-License-Identifier: MIT
"""Check whether this machine has everything that grading needs, and how to get what is missing.

Each look gives findings, in sentences; the commands that grading runs are tried, not guessed at.
Students read them too, so a remedy names only commands that they have as well.
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

from autograder import assignment
from autograder.cache import VARIABLE as CACHE_VARIABLE
from autograder.cache import Cache
from autograder.errors import GraderError
from autograder.guest.machine import Job, Kernel, Machine
from autograder.guest.programs import compile_programs
from autograder.kernel.baseline import RECORD, latest
from autograder.kernel.source import VARIABLE as TARBALL_VARIABLE
from autograder.sandbox import container, shared_memory
from autograder.sandbox.sandbox import Level, Sandbox, choose

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
    Level.FULL: "bubblewrap keeps submissions away from this machine",
    Level.CONTAINER: "a submission has its own user and limits, and no other protection: use it "
    "only in a container made for one submission",
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
    """One thing that was looked at; ``remedy`` says what to do if it is not well."""

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
    """Grading refuses to start, or cannot finish."""
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
                yield missing(
                    look.__name__.strip("_").replace("_", " "),
                    f"This could not be checked: {error}.",
                    "Fix what is reported above first.",
                )

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
            yield ok("machine", f"Linux {platform.release()} on x86_64 with {_processors()}.")
        else:
            yield missing(
                "machine",
                f"This is {platform.system()} on {machine}, and User Mode Linux needs Linux on an "
                "x86_64 processor.",
                "Use such a machine, or a container on one.",
            )

    def _programs(self) -> Iterator[Finding]:
        lacking = {
            package: [name for name in names if shutil.which(name) is None]
            for package, names in PACKAGES.items()
        }
        needed = [package for package, names in lacking.items() if names]
        if needed:
            names = ", ".join(name for each in lacking.values() for name in each)
            yield missing(
                "programs", f"Not installed: {names}.", f"Run: apt-get install {' '.join(needed)}"
            )
        else:
            yield ok("programs", "All programs that grading runs are installed.")
        if shutil.which("gcc") is None:
            return
        source = "int main(void) { return 0; }"
        done = _run(STATIC, source)
        self.compiles = done.returncode == 0
        if self.compiles:
            version = _run(["gcc", "--version"]).stdout.partition("\n")[0]
            yield ok("compiler", f"{version} links static programs.")
        else:
            last = (done.stderr.strip().splitlines() or ["it gives no reason"])[-1]
            yield missing(
                "compiler",
                f"gcc cannot link a static program: {last[:200].rstrip('.')}.",
                "Run: apt-get install gcc binutils libc6-dev",
            )

    def _cache_folder(self) -> Iterator[Finding]:
        root = self.cache.root
        elsewhere = f"Set {CACHE_VARIABLE} to another folder."
        try:
            root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=root):
                pass
        except OSError as error:
            yield missing("cache", f"{root} cannot be written: {error.strerror}.", elsewhere)
            return
        if os.statvfs(root).f_flag & os.ST_NOEXEC:
            yield missing(
                "cache",
                f"{root} is mounted noexec, so the kernels in it cannot be started.",
                elsewhere,
            )
        else:
            yield ok("cache", f"{root} can be used.")

    def _room(self) -> Iterator[Finding]:
        place = _existing(self.cache.root)
        free = shutil.disk_usage(place).free
        built = latest(self.cache, self.series) is not None
        needed = GRADE_ROOM if built else BUILD_ROOM
        seen = f"{free / GIB:.1f} GiB are free for the cache"
        if free < needed:
            yield missing(
                "disk",
                f"{seen}, and {needed / GIB:.0f} GiB are needed.",
                f"Free some space on the disk that holds {place}, or set {CACHE_VARIABLE} to a "
                "folder on another disk.",
            )
        else:
            yield ok("disk", f"{seen}.")

    def _memory(self) -> Iterator[Finding]:
        free = _free_memory()
        seen = f"{free / GIB:.1f} GiB are available"
        remedy = "End other programs, or use a machine with more memory."
        if free < LEAST_MEMORY:
            yield missing("memory", f"{seen}, and the linker alone needs 0.5 GiB.", remedy)
        elif free < GOOD_MEMORY:
            yield warning(
                "memory", f"{seen}, and grading takes up to 1.5 GiB: a build may be killed.", remedy
            )
        else:
            yield ok("memory", f"{seen}.")

    def _clock(self) -> Iterator[Finding]:
        folder = latest(self.cache, self.series)
        with tempfile.NamedTemporaryFile(dir=_existing(self.cache.root)) as now:
            if folder and (folder / RECORD).stat().st_mtime > os.fstat(now.fileno()).st_mtime:
                yield missing(
                    "clock",
                    f"It shows a time before {folder} was made.",
                    "Set the clock, or remove that folder.",
                )

    def _source(self) -> Iterator[Finding]:
        named = os.environ.get(TARBALL_VARIABLE)
        if named:
            if Path(named).is_file():
                yield ok("source", f"{TARBALL_VARIABLE} names {named}.")
            else:
                yield missing(
                    "source",
                    f"{TARBALL_VARIABLE} names {named}, and there is no such file.",
                    f"Set {TARBALL_VARIABLE} to a tarball of kernel {self.series}, or unset it.",
                )
        elif (self.cache.downloads / f"series-{self.series}.json").exists():
            yield ok("source", f"Kernel {self.series} is in the cache.")
        elif _has_route():
            yield warning(
                "source",
                f"Kernel {self.series} is not in the cache yet.",
                "The first `make check` downloads it.",
            )
        else:
            yield missing(
                "source",
                f"Kernel {self.series} is not in the cache, and there is no network.",
                f"Connect to a network, or copy a tarball of it here and set "
                f"{TARBALL_VARIABLE} to its path.",
            )

    def _shut_in(self) -> Iterator[Finding]:
        try:
            self.sandbox = choose(self.asked)
        except GraderError as error:
            yield missing("sandbox", f"No sandbox works here: {error}.", _way_to_a_sandbox())
            return
        level = self.sandbox.level
        if level is Level.FULL:
            yield ok("sandbox", f"Level full: {SAFE[level]}.")
        else:
            yield warning("sandbox", f"Level {level}: {SAFE[level]}.", _way_to_a_sandbox())
        if level is Level.CONTAINER and not _others_may_enter(self.cache.root):
            yield missing(
                "cache",
                f"Other users may not enter {self.cache.root}. Without bubblewrap, submissions run "
                "there as another user.",
                f"Run chmod o+x on the folders above it, or set {CACHE_VARIABLE} to another one.",
            )

    def _shared_memory(self) -> Iterator[Finding]:
        obstacle = shared_memory.obstacle()
        level = self.sandbox.level if self.sandbox else Level.FULL
        if not obstacle:
            yield ok("shared memory", f"{shared_memory.FOLDER} has room for guests.")
        elif level is Level.FULL:
            yield ok("shared memory", f"{obstacle}, but each sandbox brings its own.")
        elif os.statvfs(tempfile.gettempdir()).f_flag & os.ST_NOEXEC:
            yield missing(
                "shared memory",
                f"{obstacle}, and {tempfile.gettempdir()} is mounted noexec too.",
                "Run: mount -o remount,exec,size=1g /dev/shm (or set TMPDIR to a folder in which "
                "programs may run).",
            )
        else:
            yield warning(
                "shared memory",
                f"{obstacle}. It is kept on disk instead, which is slower.",
                "Run: mount -o remount,exec,size=1g /dev/shm (docker run: --shm-size=1g).",
            )

    def _guest(self) -> Iterator[Finding]:
        if self.sandbox is None or not self.compiles:
            return
        baseline = latest(self.cache, self.series)
        if baseline is None:
            yield warning(
                "guest",
                "User Mode Linux was not tried, because no kernel has been built yet.",
                "The first `make check` builds one.",
            )
            return
        with self.cache.workdir("doctor") as work:
            kernel = Kernel(baseline / "tree" / "linux")
            machine = Machine(
                kernel,
                compile_programs(self.cache.root, assignment.current().probes),
                self.sandbox,
                work,
            )
            seen = machine.observe(IDLE)
        if seen.all("finished"):
            yield ok("guest", f"User Mode Linux boots in {seen.wall_seconds:.1f} s.")
            return
        last = (seen.console.strip().splitlines() or [str(seen.outcome)])[-1]
        yield missing(
            "guest",
            f"User Mode Linux does not boot here: {last[:200].rstrip('.')}.",
            "Allow seccomp filters and ptrace (docker run: --security-opt seccomp=unconfined "
            "--cap-add SYS_PTRACE), and mount the disk of the cache without noexec.",
        )


def _run(command: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False)


def _processors() -> str:
    number = len(os.sched_getaffinity(0))
    return f"{number} processor{'s' if number > 1 else ''}"


def _existing(path: Path) -> Path:
    return next(each for each in (path, *path.absolute().parents) if each.exists())


def _others_may_enter(folder: Path) -> bool:
    return all(each.stat().st_mode & 0o001 for each in (folder, *folder.absolute().parents))


def _free_memory() -> int:
    """Bytes that are available: on the machine, and in the container if there is one."""
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
        return "Run: apt-get install bubblewrap"
    if container.detected():
        return (
            "Allow namespaces (docker run: --privileged). In a container made for one submission, "
            "PGFAULT_SANDBOX=container is enough."
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
    if needed:
        return f"Run: {' && '.join(needed)}"
    return "Allow namespaces: run as root, with CAP_SYS_ADMIN."


def _is_against(switch: Path, value: str) -> bool:
    """Whether a setting of the kernel forbids user namespaces."""
    try:
        now = switch.read_text().strip()
    except OSError:
        return False
    return now == "0" if value != "0" else now != "0"
