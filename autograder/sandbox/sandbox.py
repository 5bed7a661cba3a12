# SPDX-License-Identifier: MIT
"""The one way in which a command that touches a submission is run.

Level ``full`` is bubblewrap: no network, its own processes, users and file system, in
which only the system's programs and the folders that a caller names can be seen.  When
the grader is root the command gets a user id of its own before it starts;
otherwise a user namespace hides the grader's, and files still belong to it.

Level ``container`` is for the inside of a container that was made for one submission: a
user id, limits, no namespaces.

Level ``none`` protects nothing.  It exists for machines without namespaces and must be
asked for by name.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from pathlib import Path

from autograder.cache import remove
from autograder.errors import GraderError, UsageError
from autograder.sandbox import container, orphans, seccomp, shared_memory
from autograder.sandbox.bounded import Kept
from autograder.sandbox.bubblewrap import as_user, gate, walls
from autograder.sandbox.command import Bind, Completed, Limits
from autograder.sandbox.disk import DiskWatch
from autograder.sandbox.following import Patience, follow
from autograder.sandbox.processes import Process as Process
from autograder.sandbox.users import own_user

VARIABLE = "PGFAULT_SANDBOX"
ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/tmp", "LC_ALL": "C"}
FLOOD = 64  # times what is kept of the output: more than that ends the command


class Level(str, Enum):
    """How well a submission is shut in."""

    FULL = "full"
    CONTAINER = "container"
    NONE = "none"

    __str__ = str.__str__


class Sandbox:
    """Runs commands at one level of isolation; may be used by several threads at once.

    A command dies with the thread that started it, so start and wait in the same one.
    """

    def __init__(self, level: Level) -> None:
        self.level = level
        self.root = os.geteuid() == 0
        self.user = own_user()
        self._alone = threading.Lock()

    def hand_over(self, folder: Path) -> None:
        """Let sandboxed commands write in ``folder`` and everything below it."""
        self._give(folder, self.user)

    def take_back(self, folder: Path) -> None:
        """Make ``folder`` and everything below it the grader's own again.

        A later sandbox may have the same user: at level container nothing else would keep
        it from writing there.
        """
        self._give(folder, os.geteuid())

    def _give(self, folder: Path, user: int) -> None:
        if self.level is Level.NONE or not self.root:
            return
        os.chown(folder, user, user, follow_symlinks=False)
        for parent, folders, files in os.walk(folder):
            for name in (*folders, *files):
                os.chown(Path(parent, name), user, user, follow_symlinks=False)

    def start(
        self,
        argv: Sequence[str],
        *,
        binds: Sequence[Bind] = (),
        cwd: str = "/tmp",
        env: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        stdin: int | None = None,
        stdout: int | None = None,
        pass_fds: Sequence[int] = (),
    ) -> Process:
        """Start a command; standard error goes where standard output goes.

        ``stdin`` and ``stdout`` are descriptors, /dev/null without them.  The caller
        holds the command to ``limits.wall_seconds``, ``cpu_seconds``, ``resident_bytes``,
        ``disk_bytes`` and ``output_bytes`` (:meth:`run` does); the rest holds by itself.
        At level container, commands wait here for their turn.
        Errors: GraderError where the command cannot be started.
        """
        limits = limits or Limits()
        environment = {**ENVIRONMENT, **(env or {})}
        if self.level is Level.FULL:
            return self._start_full(argv, binds, cwd, environment, limits, stdin, stdout, pass_fds)
        contained = self.level is Level.CONTAINER
        if contained:  # all processes of the user are ended with a command's last one
            self._alone.acquire()
        scratch = Path(tempfile.mkdtemp(prefix=orphans.prefix()))
        try:
            self.hand_over(scratch)
            here = [*binds, Bind(scratch, "/tmp")]
            if shared_memory.obstacle():
                here.append(Bind(scratch, "/dev/shm"))
            command = _limited([outside(word, here) for word in argv], limits, contained)
            popen = _popen(
                [*(as_user(self.user, orphan_dies=True) if contained else []), *command],
                stdin,
                stdout,
                pass_fds,
                cwd=outside(cwd, here),
                env={name: outside(value, here) for name, value in environment.items()},
            )
        except BaseException:
            self._leave(scratch, binds)
            raise
        return Process(popen, clean=lambda: self._leave(scratch, binds))

    def _leave(self, scratch: Path, binds: Sequence[Bind]) -> None:
        """End what a command left behind, where no namespace does."""
        try:
            if self.level is Level.CONTAINER:
                container.clear(self.user, [bind.host for bind in binds if bind.writable])
        finally:
            remove(scratch)
            if self.level is Level.CONTAINER:
                self._alone.release()

    def _start_full(
        self,
        argv: Sequence[str],
        binds: Sequence[Bind],
        cwd: str,
        environment: Mapping[str, str],
        limits: Limits,
        stdin: int | None,
        stdout: int | None,
        pass_fds: Sequence[int],
    ) -> Process:
        # bwrap tells its first process and, later, the status; the command waits to go on
        # until we hold that process, which could be gone otherwise before we know it, and
        # does not go on where we have ended.
        status, told = os.pipe()
        waiting, go = os.pipe()
        filtered, program = os.pipe()
        os.write(program, seccomp.program())
        os.close(program)
        command = [
            *walls(binds, environment, limits, self.root),
            *("--json-status-fd", str(told), "--seccomp", str(filtered), "--chdir", cwd, "--"),
            *(as_user(self.user) if self.root else []),
            *gate(waiting),
            *_limited(argv, limits, processes_too=True),
        ]
        try:
            ours = [told, waiting, filtered]
            popen = _popen(command, stdin, stdout, [*pass_fds, *ours], env=environment)
        except BaseException:
            os.close(status)
            os.close(go)
            raise
        finally:
            os.close(told)
            os.close(waiting)
            os.close(filtered)
        try:
            return Process.in_namespace(popen, status)
        finally:
            with contextlib.suppress(BrokenPipeError):
                os.write(go, b"go\n")
            os.close(go)

    def run(
        self,
        argv: Sequence[str],
        *,
        binds: Sequence[Bind] = (),
        cwd: str = "/tmp",
        env: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        on_output: Callable[[bytes], None] | None = None,
    ) -> Completed:
        """Run a command to its end; ``on_output`` gets its output as it comes."""
        limits = limits or Limits()
        reading, writing = os.pipe()
        started = time.monotonic()
        try:
            process = self.start(argv, binds=binds, cwd=cwd, env=env, limits=limits, stdout=writing)
        except BaseException as error:
            os.set_blocking(reading, False)
            with contextlib.suppress(BlockingIOError), os.fdopen(reading, "rb") as stream:
                said = (stream.read() or b"").decode(errors="replace").strip()
            if isinstance(error, GraderError) and said:
                raise GraderError(f"{error}: {said[-500:]}") from None
            raise
        finally:
            os.close(writing)
        kept = Kept(limits.output_bytes)
        patience = Patience(
            cpu_seconds=limits.cpu_seconds,
            wall_seconds=limits.wall_seconds,
            resident_bytes=limits.resident_bytes,
            output_bytes=limits.output_bytes * FLOOD,
            disk=DiskWatch([bind.host for bind in binds if bind.writable], limits.disk_bytes),
        )

        def take(data: bytes) -> None:
            kept.add(data)
            if on_output is not None:
                on_output(data)

        try:
            ended_by = follow(process, reading, patience, take)
            if ended_by:
                process.kill()
            status = process.wait()
        except GraderError as error:
            raise GraderError(f"{error}: {kept.text().strip()[-500:]}") from None
        finally:
            process.kill()
            os.close(reading)
        return Completed(
            status, kept.text(), ended_by, process.cpu_seconds(), time.monotonic() - started
        )


def choose(name: str | None = None) -> Sandbox:
    """The sandbox that ``name``, else the variable PGFAULT_SANDBOX, asks for.

    Where nothing is asked for it is full; inside a container in which that cannot be had,
    container.
    Errors: UsageError for an unknown name, GraderError where this machine cannot do it.
    """
    asked = name or os.environ.get(VARIABLE)
    try:
        level = Level(asked or Level.FULL)
    except ValueError:
        known = ", ".join(level.value for level in Level)
        raise UsageError(f"there is no sandbox {asked!r}: choose one of {known}") from None
    try:
        return _tried(level)
    except GraderError:
        if asked or not container.detected() or container.obstacle():
            raise
        return _tried(Level.CONTAINER)


def _tried(level: Level) -> Sandbox:
    orphans.sweep()
    sandbox = Sandbox(level)
    if level is Level.FULL and shutil.which("bwrap") is None:
        raise GraderError(
            "bubblewrap is missing: install it (Debian: apt-get install bubblewrap); inside a "
            "container made for one submission give --sandbox container; --sandbox none protects "
            "this machine from nothing"
        )
    if level is Level.CONTAINER and (obstacle := container.obstacle()):
        raise GraderError(f"--sandbox container cannot be had: {obstacle}")
    done = sandbox.run(["true"])
    if not done.ok:
        raise GraderError(f"no command runs in the sandbox {level}: {done.output.strip()[:500]}")
    return sandbox


def outside(text: str, binds: Sequence[Bind]) -> str:
    """``text`` with every path inside a sandbox replaced by the path on this machine."""
    places = {bind.inside: str(bind.host) for bind in binds}
    if not places:
        return text
    longest_first = sorted(places, key=len, reverse=True)
    either = "|".join(re.escape(place) for place in longest_first)
    return re.sub(rf"(?<![\w./-])({either})(?![\w.-])", lambda match: places[match.group(1)], text)


def _limited(argv: Sequence[str], limits: Limits, processes_too: bool) -> list[str]:
    # A process that ignores SIGXCPU is killed for good a little later.
    command = ["prlimit", f"--cpu={limits.cpu_seconds}:{limits.cpu_seconds + 5}"]
    # No core: with 0, unlike 1, a program of this machine that collects them would still run.
    command += ["--core=1"]
    command += [f"--nofile={limits.open_files}", f"--fsize={limits.file_size}"]
    if limits.memory_bytes:
        command += [f"--as={limits.memory_bytes}"]
    if processes_too:  # outside a namespace it would count the user's other processes
        command += [f"--nproc={limits.processes}"]
    return [*command, "--", *argv]


def _popen(
    command: Sequence[str],
    stdin: int | None,
    stdout: int | None,
    pass_fds: Sequence[int],
    env: Mapping[str, str],
    cwd: str | None = None,
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            [*orphans.DIES_WITH_PARENT, str(os.getpid()), *command],
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=subprocess.DEVNULL if stdout is None else stdout,
            stderr=subprocess.STDOUT,
            pass_fds=pass_fds,
            start_new_session=True,
            env=env,
            cwd=cwd,
            umask=0o022,  # what one sandbox's user makes is read by the next one's
        )
    except OSError as error:
        raise GraderError(f"{command[0]} cannot be started: {error}") from error
