# SPDX-License-Identifier: MIT
"""Boot a kernel as User Mode Linux, run probes in it, and say how it went.

Most probes get along in one boot, one after the other, which costs a fraction of a boot
for each.  Only what went well counts there: where anything at all is unusual, each probe
is run again in a boot of its own, whose end can be laid at its door.

The guest runs in virtual time (``time-travel=inf-cpu``): computing takes none of it and
sleeping jumps, so that waiting costs nothing and a busy host changes nothing.  A guest
in which everybody sleeps for ever ends by its own clock (``patience``).  One in which
somebody computes for ever is ended by the processor time that it uses, which does not
depend on the load of this machine either.  One whose processes all sleep, which takes a
system call of this machine's, is ended by the time that they do: a guest that waits for a
processor is not asleep.  A much longer deadline in wall-clock time stands behind both.
"""

from __future__ import annotations

import math
import os
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.errors import GraderError
from autograder.guest import console, initramfs, places, sampling
from autograder.guest.boot import LARGEST_LOG, Boot, outcome
from autograder.guest.coverage import Coverage
from autograder.guest.observation import Ending, Observation, Outcome, Record
from autograder.guest.programs import Programs
from autograder.guest.symbols import Symbols
from autograder.sandbox.bounded import read_back
from autograder.sandbox.command import Bind, Limits
from autograder.sandbox.following import Patience, follow
from autograder.sandbox.sandbox import Sandbox

MEMORY = "128M"
PATIENCE = 900  # guest seconds that a probe may take
PATIENCE_HELD = 20_000  # the same for one in which a process is held
CPU_SECONDS = 12  # a boot with its probe takes one or two
CPU_SECONDS_MORE = 0.5  # for each further probe of the same boot
CPU_SECONDS_HELD = 6  # for each in which a process is held, again and again
CPU_SECONDS_STALLED = 6  # in which none of several probes notes anything
SLEEP_SECONDS = 20  # in which no process of a guest has anything to do
WALL_SECONDS = 240
LARGEST_REPORT = 32 << 20
MOST_REPORTED = 256 << 20  # bytes, by all boots of one kernel: they are kept
LONGEST_STACK = 8000  # bytes
TOGETHER = "together"
"""What stands for the probe in the observation of a boot that several shared."""
MOST_TOGETHER = 16  # probes in one boot: init has room for 64
MOST_COUNTING = 3  # of those that count memory, which take ten times as long
MOST_HELD = 4  # of those in which a process is held
LIMITS = Limits(
    cpu_seconds=CPU_SECONDS + MOST_TOGETHER + 10,
    wall_seconds=WALL_SECONDS,
    memory_bytes=0,  # UML and KASAN reserve terabytes of addresses
    processes=256,
    open_files=256,
    file_size=256 << 20,
    output_bytes=LARGEST_LOG,
)


@dataclass(frozen=True)
class Kernel:
    """A kernel to boot, and the submission's tools, where there are any."""

    linux: Path
    tools: Mapping[str, Path] = field(default_factory=dict)
    added: places.Added = field(default_factory=dict)
    """The lines of its source that the submission's patch adds."""


@dataclass(frozen=True)
class Job:
    """What a boot is to do: one probe with its parameters."""

    probe: str
    params: Mapping[str, str]

    @property
    def counts(self) -> bool:
        """Whether it looks for memory that is lost."""
        return bool(self.params.get("leaks"))

    @property
    def holds(self) -> bool:
        """Whether it holds processes in the submission's code."""
        return bool(self.params.get("holds"))


class Machine:
    """Boots guests with one kernel; may be used by several threads at once."""

    def __init__(self, kernel: Kernel, programs: Programs, sandbox: Sandbox, workdir: Path) -> None:
        self.kernel = kernel
        self.sandbox = sandbox
        self.workdir = workdir
        self.common = _common_archive(kernel, programs)
        self.symbols = Symbols(kernel.linux, sandbox)
        self.coverage = Coverage(kernel.linux, kernel.added, sandbox)
        self._room = MOST_REPORTED
        self._lock = threading.Lock()

    def observe(self, job: Job) -> Observation:
        """Boot, run the job's probe, and return what was seen.

        Errors: GraderError where this machine cannot run a guest at all.
        """
        boot = self._boot([job])
        return self._seen(job, boot, *self._sent(boot, 0))

    def observe_together(self, jobs: Sequence[Job]) -> tuple[Observation, list[Observation | None]]:
        """Boot once and run all of ``jobs``: what was seen of the boot, and of each job.

        None where a job's own boot has to show what is the matter.  That is so for all where
        anything is unusual; where the boot only computes without end, from that job on.
        Errors: GraderError where this machine cannot run a guest at all.
        """
        boot = self._boot(jobs)
        about = {"holds": "1"} if any(job.holds for job in jobs) else {}
        whole = self._seen(Job(TOGETHER, about), boot, *self._sent(boot, len(jobs) - 1)).model_copy(
            update={"wall_seconds": boot.wall_seconds, "cpu_seconds": boot.cpu_seconds}
        )
        each: list[Observation | None] = []
        for number, job in enumerate(jobs):
            records, files = self._sent(boot, number)
            seen = self._seen(job, boot.up_to(records), records, files)
            usual = seen.outcome.kind is Ending.COMPLETED and not seen.reports
            each.append(seen if usual else None)
        if whole.outcome.kind is Ending.SPIN and not whole.reports:
            went = each.index(None) if None in each else len(each)
            return whole, [*each[:went], *[None] * (len(each) - went)]
        if not boot.usual or whole.reports or None in each:
            return whole, [None] * len(jobs)
        return whole, each

    def _boot(self, jobs: Sequence[Job]) -> Boot:
        tags = [secrets.token_hex(8) for _ in jobs]
        folder = self.workdir / f"guest-{tags[0]}"
        folder.mkdir(parents=True)
        initrd, line = folder / "initrd", folder / "report"
        started = time.monotonic()
        try:
            initrd.write_bytes(self.archive(jobs, tags))
            boot = self._run(jobs, tags, initrd, line)
            report = self._report(line)
        except OSError as error:
            raise GraderError(f"a guest cannot be run: {error}") from error
        finally:
            _remove(folder)
        return replace(boot, report=report, wall_seconds=time.monotonic() - started)

    def _sent(self, boot: Boot, number: int) -> tuple[list[Record], dict[str, bytes]]:
        """What the job of that number sent; which places the boot reached is taken out."""
        return self.coverage.take(*boot.parse(number))

    def _seen(
        self, job: Job, boot: Boot, records: list[Record], files: dict[str, bytes]
    ) -> Observation:
        reports = console.reports(boot.log) + console.leaks(
            files.get("kmemleak", b"").decode(errors="replace")
        )
        seen = Observation(
            probe=job.probe,
            params=dict(job.params),
            outcome=Outcome(kind=Ending.VANISHED),
            records=[self.coverage.placed(record) for record in records] if job.holds else records,
            files={name: self._with_places(name, content) for name, content in files.items()},
            console=boot.log,
            reports=[self.symbols.annotate(report) for report in reports],
            spot=boot.spot,
            wall_seconds=boot.wall_seconds / len(boot.tags),
            cpu_seconds=boot.cpu_seconds / len(boot.tags),
        )
        return seen.model_copy(update={"outcome": outcome(seen, boot)})

    def _with_places(self, name: str, content: bytes) -> bytes:
        """A file that came out of the guest; in a stack, with the lines of the source."""
        if name.partition("~")[0] != "process_stack":
            return content
        text = content[:LONGEST_STACK].decode(errors="replace")
        return self.symbols.annotate_stack(text).encode()

    def archive(self, jobs: Sequence[Job], tags: Sequence[str]) -> bytes:
        """The initramfs for ``jobs``, whose reports are marked each with its tag."""
        archive = self.common + _job_archive(jobs, tags)
        if told := self.coverage.told(needed=any(job.holds for job in jobs)):
            archive += initramfs.pack([initramfs.file("places", told, 0o600)])
        return archive

    def _report(self, line: Path) -> bytes | None:
        """What came over the serial line; None where it is more than there is room for."""
        with self._lock:
            content = read_back(line, min(LARGEST_REPORT, self._room))
            self._room -= len(content or b"")
            return content

    def _run(self, jobs: Sequence[Job], tags: Sequence[str], initrd: Path, line: Path) -> Boot:
        quiet = os.open("/dev/null", os.O_RDONLY)
        report = os.open(line, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        log_end, guest_end = os.pipe()
        try:
            process = self.sandbox.start(
                command(jobs, quiet, report),
                binds=[
                    Bind(self.kernel.linux, "/guest/linux"),
                    Bind(initrd, "/guest/initrd"),
                ],
                env={"HOME": "/tmp", "TMPDIR": "/dev/shm"},
                limits=LIMITS,
                stdin=quiet,
                stdout=guest_end,
                pass_fds=(quiet, report),
            )
        finally:
            os.close(guest_end)
            os.close(report)
            os.close(quiet)
        log = bytearray()
        holding = sum(job.holds for job in jobs)
        slow = any(job.holds or job.counts for job in jobs)
        patience = Patience(
            cpu_seconds=CPU_SECONDS
            + CPU_SECONDS_MORE * (len(tags) - 1)
            + CPU_SECONDS_HELD * holding,
            wall_seconds=WALL_SECONDS,
            resident_bytes=LIMITS.resident_bytes,
            output_bytes=LARGEST_LOG,
            sleep_seconds=SLEEP_SECONDS,
            # What a boot shows that several share only passes checks: it needs no more patience.
            stalled_seconds=math.inf if len(tags) == 1 or slow else CPU_SECONDS_STALLED,
            progress=lambda: line.stat().st_size,
        )
        try:
            ended_by = follow(process, log_end, patience, log.extend)
            used = process.cpu_seconds()
            stacks = sampling.look(self.kernel.linux, process.pids) if ended_by.endless else []
            if ended_by:
                process.kill()
            status = process.wait()
            text = bytes(log[:LARGEST_LOG]).decode(errors="replace")
            spot = sampling.spot(stacks, self.kernel.linux, self.kernel.added, self.sandbox)
            return Boot(tags, text, status, ended_by, used, spot)
        finally:
            process.kill()
            os.close(log_end)


def command(jobs: Sequence[Job], quiet: int, report: int) -> list[str]:
    """How the kernel is started; the descriptors are its serial line's two ends."""
    return [
        "/guest/linux",
        f"mem={MEMORY}",
        "initrd=/guest/initrd",
        "time-travel=inf-cpu",
        "seccomp=on",
        "con=null",
        "con0=fd:0,fd:1",
        "ssl=null",
        f"ssl0=fd:{quiet},fd:{report}",
        "panic=-1",
        "uml_dir=/tmp/uml",
        "loglevel=7",
        *([] if any(job.counts for job in jobs) else ["kmemleak=off"]),
        # One report is enough, and a kernel that goes on after it may do so without end.
        *(["kasan.fault=panic"] if any(job.holds for job in jobs) else []),
    ]


def _common_archive(kernel: Kernel, programs: Programs) -> bytes:
    members = [
        initramfs.directory("dev"),
        initramfs.directory("bin"),
        initramfs.character_device("dev/console", 5, 1),
        initramfs.character_device("dev/ttyS0", 4, 64),
        initramfs.character_device("dev/null", 1, 3),
        initramfs.executable("init", programs.init),
        initramfs.executable("bin/helper", programs.helper),
    ]
    members += [initramfs.executable(f"bin/{name}", tool) for name, tool in kernel.tools.items()]
    return initramfs.pack(members)


def _job_archive(jobs: Sequence[Job], tags: Sequence[str]) -> bytes:
    members = []
    for number, (job, tag) in enumerate(zip(jobs, tags, strict=True)):
        patience = PATIENCE_HELD if job.holds else PATIENCE
        lines = {"tag": tag, "probe": job.probe, "patience": str(patience), "leaks": "0"}
        lines["name"] = "target"  # where none is drawn
        text = "".join(f"{key} {value}\n" for key, value in {**lines, **job.params}.items())
        members.append(initramfs.file(f"job.{number}", text.encode(), 0o600))
    return initramfs.pack(members)


def _remove(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
