# SPDX-License-Identifier: MIT
"""One check of one submission again: the same kernel, the same seed, and a debugger on it."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.building import build
from autograder.bulk.handins import content_sha256
from autograder.bulk.shelf import Record
from autograder.cache import Cache
from autograder.errors import UsageError
from autograder.files import PUBLIC, write_atomically
from autograder.guest.machine import Job, Kernel, Machine, command
from autograder.guest.programs import compile_programs
from autograder.intake.submission import take_in
from autograder.judge import rubric
from autograder.judge.examination import Examination
from autograder.kernel.build import Baseline
from autograder.progress import Progress
from autograder.results import Verdict
from autograder.sandbox.sandbox import Sandbox

SCRIPT = "debug.sh"
QUIET, REPORT = 8, 9  # descriptors of the guest's serial line in the script
# User Mode Linux lives on these: its page faults, its clock, its processes' system calls.
SIGNALS = ("SIGSEGV", "SIGBUS", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGIO", "SIGCHLD", "SIGSYS")


@dataclass(frozen=True)
class Reproduction:
    """What came of it, and where the pieces are."""

    verdict: Verdict
    script: Path | None  # None: there is no kernel, or the check has no boot of its own


@dataclass(frozen=True)
class Reproducer:
    """Builds and boots on this machine."""

    baseline: Baseline
    cache: Cache
    sandbox: Sandbox
    progress: Progress

    def run(self, record: Record, check: rubric.Check, keep: Path) -> Reproduction:
        """Judge ``check`` anew, and leave kernel, initramfs and a script in ``keep``.

        Errors: UsageError if what was graded is no longer there.
        """
        path = Path(record.path)
        if not path.exists() or content_sha256(path) != record.sha256:
            raise UsageError(
                f"the submission that was graded for {record.name} is no longer at {path}: put it "
                f"back (its SHA-256 hash begins with {record.sha256[:16]})"
            )
        verdicts: dict[str, Verdict] = {}
        with self.cache.workdir("reproduce") as work:
            submission = take_in(path, work / "submission", self.baseline.series)
            stages, kernel = build(
                submission, self.baseline, work, self.cache, self.sandbox, self.progress
            )
            selected = [check]
            self.progress("booting the kernel", None)
            Examination(stages, kernel, selected, record.seed, work / "seen", work).run(
                self.cache, self.sandbox, verdicts.__setitem__
            )
            script = None
            if kernel is not None and check.plan is not None:
                script = self._keep(kernel, check.plan.job(record.seed), keep, work)
        return Reproduction(verdicts[check.id], script)

    def _keep(self, kernel: Kernel, job: Job, keep: Path, work: Path) -> Path:
        keep.mkdir(parents=True, exist_ok=True)
        programs = compile_programs(self.cache.root)
        machine = Machine(kernel, programs, self.sandbox, work / "kept")
        write_atomically(keep / "initrd", machine.archive([job], [secrets.token_hex(8)]), PUBLIC)
        shutil.copy2(kernel.linux, keep / "linux")
        script = keep / SCRIPT
        write_atomically(script, _script(command([job], QUIET, REPORT)), PUBLIC)
        script.chmod(0o755)
        return script


def one_check(word: str) -> rubric.Check:
    """The check that ``word`` names.  Errors: UsageError if it names none, or several."""
    exact = [check for check in rubric.checks() if word in (check.id, check.number)]
    found = exact or rubric.select(word)
    if len(found) != 1:
        if not found:
            raise UsageError(
                f"{word!r} names no check: `python -m autograder checks` lists their numbers"
            )
        names = ", ".join(f"{check.number} {check.id}" for check in found[:5])
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        raise UsageError(f"{word!r} names several checks ({names}{more}): give the number of one")
    return found[0]


def _script(kernel: Sequence[str]) -> str:
    """In a sandbox as the guests of a grade are, but for a debugger's rights over the kernel."""
    handle = f"handle {' '.join(SIGNALS)} nostop noprint pass"
    gdb = ["gdb", "-q", "-ex", "set pagination off", "-ex", handle, "--args", *kernel]
    system = [
        word
        for folder in ("/usr", "/lib", "/lib64", "/bin", "/etc/alternatives")
        if os.path.lexists(folder)
        for word in ("--ro-bind", folder, folder)
    ]
    walls = [
        *("bwrap", "--unshare-all", "--die-with-parent", "--clearenv"),
        *("--setenv", "PATH", "/usr/bin:/bin", "--setenv", "HOME", "/tmp"),
        *("--setenv", "TMPDIR", "/dev/shm", "--setenv", "TERM", "dumb"),
        *(*system, "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"),
        *("--tmpfs", "/dev/shm"),
    ]
    return (
        "#!/bin/sh\n"
        "# Runs the kernel of a submission in the debugger, in the same boot as one check.\n"
        "# Arguments are passed to gdb first: ./debug.sh -ex 'break handle_mm_fault'\n"
        'cd "$(dirname "$0")" || exit\n'
        f"exec {QUIET}</dev/null {REPORT}>report\n"
        f'exec {shlex.join(walls)} --ro-bind "$PWD" /guest --chdir /guest -- \\\n'
        f'    gdb -q "$@" {shlex.join(gdb[2:])}\n'
    )
