# SPDX-License-Identifier: MIT
"""A command that was started, with everything that it started itself."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import GraderError

LONGEST_TOLD = 1 << 16
LONGEST_DEATH = 10.0  # seconds that a killed process may take to end
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Stat:
    """A process now; ``cpu_seconds`` includes its children that were waited for.

    It is ``busy`` while it computes, waits for a processor to do so, or for a disk, and has
    ``ended`` when only its parent's wait() is missing.
    """

    pid: int
    parent: int
    busy: bool
    ended: bool
    cpu_seconds: float
    resident_bytes: int


def snapshot() -> list[Stat]:
    """Every process that is visible."""
    return [
        stat
        for entry in os.listdir("/proc")  # noqa: PTH208, called several times a second
        if entry.isdecimal() and (stat := read(int(entry))) is not None
    ]


def read(pid: int) -> Stat | None:
    """One process; None once it is gone.  Fields as in ``proc_pid_stat(5)``."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    # The command's name stands in parentheses and may hold blanks and parentheses itself.
    fields = text[text.rindex(")") + 2 :].split()
    used = sum(int(field) for field in fields[11:15]) / TICKS
    state, parent, resident = fields[0], int(fields[1]), int(fields[21]) * PAGE
    return Stat(pid, parent, state in "RD", state in "ZX", used, resident)


def tree(root: int) -> Iterator[Stat]:
    """``root`` and its descendants, parents before children."""
    every = snapshot()
    children: dict[int, list[Stat]] = {}
    for stat in every:
        children.setdefault(stat.parent, []).append(stat)
    waiting = [stat for stat in every if stat.pid == root]
    while waiting:
        stat = waiting.pop()
        yield stat
        waiting += children.get(stat.pid, [])


def kill_tree(root: int) -> None:
    """Kill ``root`` and its descendants; none of them runs any more afterwards.

    All are stopped before one is killed: what runs on may start others meanwhile, and whose
    parent has died is no longer found.  One that had left the tree before is missed: only a
    process namespace holds those, which is what the sandbox is for.
    """
    family: dict[int, None] = {}
    while fresh := [stat.pid for stat in tree(root) if stat.pid not in family]:
        family |= dict.fromkeys(fresh)
        _signal(fresh, signal.SIGSTOP)
    _signal(family, signal.SIGKILL)
    deadline = time.monotonic() + LONGEST_DEATH
    while any(_runs(pid) for pid in family) and time.monotonic() < deadline:
        time.sleep(0.002)


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(OSError):  # it has ended, or it is another user's
            os.kill(pid, number)


def _runs(pid: int) -> bool:
    stat = read(pid)
    return stat is not None and not stat.ended


class Process:
    """A command that runs, with all its descendants.

    Without ``first`` these are the processes that /proc shows as such; with it, all of a
    process namespace, which none can leave.  ``clean`` is called once all have ended.
    """

    def __init__(
        self,
        popen: subprocess.Popen[bytes],
        first: int | None = None,
        told: int | None = None,
        clean: Callable[[], None] = lambda: None,
    ) -> None:
        self._popen = popen
        self._first = first  # pidfd of the namespace's first process: all die with it
        self._told = told  # where bubblewrap tells what becomes of it
        self._clean = clean
        self._cpu_seconds = 0.0
        self.resident_bytes = 0  # of all its processes, when their time was last looked at
        self.busy = True  # any of its processes, at that moment
        self.pids: list[int] = []  # of all of them
        self._status: int | None = None
        self._killed = False

    @classmethod
    def in_namespace(cls, popen: subprocess.Popen[bytes], told: int) -> Process:
        """The process of a ``bwrap`` that tells its status to ``told`` and waits to go on.

        Errors: GraderError where it cannot make a namespace.
        """
        line = b""
        while not line.endswith(b"\n") and (part := os.read(told, 1)):
            line += part
        try:
            return cls(popen, os.pidfd_open(int(json.loads(line)["child-pid"])), told)
        except (ValueError, KeyError, OSError):
            os.close(told)
            popen.kill()
            popen.wait()
            raise GraderError(
                "bubblewrap cannot make a sandbox here: allow user namespaces; inside a container "
                "made for one submission give --sandbox container; --sandbox none protects this "
                "machine from nothing"
            ) from None

    def running(self) -> bool:
        """Whether the command itself has not ended yet."""
        return self._popen.poll() is None

    def ended(self, timeout: float) -> bool:
        """Whether the command itself has ended, or does within ``timeout`` seconds."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(timeout)
        return not self.running()

    def cpu_seconds(self) -> float:
        """Processor time of all its processes, as last seen while it ran."""
        if self._status is None:
            stats = list(tree(self._popen.pid))
            self._cpu_seconds = max(self._cpu_seconds, sum(stat.cpu_seconds for stat in stats))
            self.resident_bytes = sum(stat.resident_bytes for stat in stats)
            self.busy = any(stat.busy for stat in stats)
            self.pids = [stat.pid for stat in stats]
        return self._cpu_seconds

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, negative for a signal; nothing is left running afterwards.

        The sandbox's own programs tell a signal as 128 + N, so that a command which
        exits with such a number by itself reads as if the signal had ended it.
        Errors: subprocess.TimeoutExpired after ``timeout`` seconds, GraderError where the
        command was never reached because its sandbox could not be made.
        """
        if self._status is None:
            status = self._popen.wait(timeout)
            reached = self._end()
            self._status = 128 - status if 128 < status < 128 + 65 else status
            if not reached and status > 0 and not self._killed:
                raise GraderError("bubblewrap could not make the sandbox of a command")
        return self._status

    def kill(self) -> None:
        """End every process at once; harmless when they have ended."""
        if self._status is not None:
            return
        self.cpu_seconds()
        self._killed = True
        if self._first is None:
            kill_tree(self._popen.pid)
        else:
            self._kill_first(self._first)
        self.wait()

    def _end(self) -> bool:
        """Wait until no process is left and clean up; whether the command was reached."""
        reached = True
        if self._first is None:
            with contextlib.suppress(OSError):  # the group is gone, as it should be
                os.killpg(self._popen.pid, signal.SIGKILL)
        else:
            self._kill_first(self._first)
            waiting = select.poll()
            waiting.register(self._first, select.POLLIN)
            waiting.poll()  # readable once the namespace's last process is gone
            os.close(self._first)
        if self._told is not None:
            # Only what came as far as running the command has an exit code to tell.
            reached = b"exit-code" in os.read(self._told, LONGEST_TOLD)
            os.close(self._told)
        self._clean()
        return reached

    @staticmethod
    def _kill_first(pidfd: int) -> None:
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
