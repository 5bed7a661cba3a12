# SPDX-License-Identifier: MIT
"""Where a kernel computes: look at its process a few times, as a debugger does.

A guest that computes for ever notes nothing and never comes to print a stack.  Its kernel is
a process of this machine, compiled with frame pointers: the registers and the chain of frames
say which functions it is in.  All of it comes from a submission: no more is done with the
numbers than to look them up in the kernel's file, inside the sandbox.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from autograder.guest.observation import Line, Spot
from autograder.guest.places import LINUX, Added, Frame, parse_frames
from autograder.sandbox.command import Bind, Limits
from autograder.sandbox.processes import read
from autograder.sandbox.sandbox import Sandbox

LOOKS = 32
ENOUGH = 24  # of them that find the submission's code
BETWEEN = 0.01  # seconds
WATCHED = 0.05  # CPU seconds, in which a program's calls would make thousands of waits
MOST_WAITS = 10
LONGEST_WATCH = 20.0  # seconds; a busy machine may take some to give the process so much
LONGEST_STOP = 10.0  # seconds that a process may take to stop
MOST_FRAMES = 64
LIMITS = Limits(cpu_seconds=30, wall_seconds=60, memory_bytes=2 << 30, output_bytes=8 << 20)

# ptrace(2): requests, and where struct user_regs_struct of x86-64 has these two registers.
PTRACE_CONT, PTRACE_GETREGS, PTRACE_DETACH = 7, 12, 17
PTRACE_SEIZE, PTRACE_INTERRUPT = 0x4206, 0x4207
REGISTERS = 27
RBP, RIP = 4, 16
WALL = 0x40000000  # wait for a process of whatever kind

Stack = tuple[int, ...]
"""Addresses of instructions, the innermost first."""

Frames = Mapping[int, Sequence[Frame]]
"""The functions that are inlined into each other at an address, the innermost first."""

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long


def look(linux: Path, pids: Iterable[int]) -> list[Stack]:
    """A few stacks of the process among ``pids`` that runs the kernel ``linux``.

    None where this machine does not let us look, and where the kernel goes back to a program of
    the guest meanwhile: then that one may be what has no end.
    """
    pids = list(pids)
    with contextlib.suppress(ProcessLookupError, FileNotFoundError):  # they have ended
        try:
            return _look(linux, pids)
        except PermissionError:
            return _look_as_owner(linux, pids)
    return []


def _look(linux: Path, pids: Sequence[int]) -> list[Stack]:
    """Errors: PermissionError where only the owner of the processes may look."""
    pid = _running(pids, linux)
    if pid is None or not _stays_in_kernel(pid):
        return []
    return list(_stacks(pid))


def _look_as_owner(linux: Path, pids: Sequence[int]) -> list[Stack]:
    """What a child sees that is the guest's own user: root in a container may not look itself.

    What changes its user can no longer be looked at by others of that user.
    """
    owners = {pid: Path(f"/proc/{pid}").stat().st_uid for pid in pids}
    owner = max(owners.values())
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(owner, owner, owner)
            os.setresuid(owner, owner, owner)
            theirs = [pid for pid in pids if owners[pid] == owner]
            os.write(writing, json.dumps(_look(linux, theirs)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        text = told.read()
    os.waitpid(child, 0)
    return [tuple(stack) for stack in json.loads(text or b"[]")]


def spot(stacks: Sequence[Stack], linux: Path, added: Added, sandbox: Sandbox) -> Spot | None:
    """The functions of the submission that were running at every look.

    None where its code was not: the kernel computes on its own account.
    """
    addresses = sorted({address for stack in stacks for address in stack})
    if not addresses or not added:
        return None
    done = sandbox.run(
        ["addr2line", "-a", "-i", "-f", "-e", LINUX, *map(hex, addresses)],
        binds=[Bind(linux, LINUX)],
        limits=LIMITS,
    )
    return agreed(stacks, parse_frames(done.output), added) if done.ok else None


def agreed(stacks: Sequence[Stack], frames: Frames, added: Added) -> Spot | None:
    """What ``stacks`` have in common, once the lines at each address are known.

    It ends with the function that goes from one place to another itself: what that one calls
    comes and goes.  A look may miss, because a function that has not yet made its frame hides
    the one that called it.
    """
    own = [_own(stack, frames, added) for stack in stacks]
    common: list[Line] = []
    moves = False
    while not moves:
        depth = len(common)
        level = Counter(steps[depth].line.whole for steps in own if len(steps) > depth)
        function, often = level.most_common(1)[0] if level else (None, 0)
        if often < ENOUGH:
            break
        own = [steps for steps in own if len(steps) > depth and steps[depth].line.whole == function]
        seen = Counter(steps[depth].line for steps in own)
        common.append(max(seen, key=lambda line: (seen[line], -line.line)))
        moves = len({steps[depth] for steps in own}) > 1
    return Spot(lines=common) if common else None


class _Step(NamedTuple):
    """A function on the way in, and where it is; 0 if only what is inlined into it tells."""

    line: Line
    address: int


def _own(stack: Stack, frames: Frames, added: Added) -> list[_Step]:
    """The lines of ``stack`` that the submission added, the outermost first."""
    found: list[_Step] = []
    for address in reversed(stack):
        lines = [
            Line(function=frame.function, file=frame.file, line=frame.line)
            for frame in reversed(frames.get(address, []))
            if frame.line in added.get(frame.file, ())
        ]
        found += [_Step(line, 0) for line in lines[:-1]]
        found += [_Step(line, address) for line in lines[-1:]]
    return found


def _stays_in_kernel(pid: int) -> bool:
    """Whether a kernel computes without a look at its programs.

    Those are other processes of this machine: to let one run, the kernel's has to wait for it.
    """
    deadline = time.monotonic() + LONGEST_WATCH
    before, start = read(pid), _waits(pid)
    while before and time.monotonic() < deadline:
        time.sleep(BETWEEN)
        now = read(pid)
        if now is None:
            return False
        if now.cpu_seconds - before.cpu_seconds >= WATCHED:
            return _waits(pid) - start < MOST_WAITS
    return False


def _waits(pid: int) -> int:
    """How often the process has waited for something; 0 once it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines():
            if line.startswith("voluntary_ctxt_switches:"):
                return int(line.split()[1])
    return 0


def _running(pids: Iterable[int], linux: Path) -> int | None:
    """The first that runs the program ``linux``.

    Errors: PermissionError where that is hidden for one and does not show for any other.
    """
    hidden = None
    for pid in pids:
        try:
            if Path(f"/proc/{pid}/exe").samefile(linux):
                return pid
        except PermissionError as error:
            hidden = error
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended
    if hidden is not None:
        raise hidden
    return None


def _stacks(pid: int) -> Iterator[Stack]:
    """Stop the process again and again; it goes on afterwards."""
    with contextlib.suppress(OSError):
        _ptrace(PTRACE_SEIZE, pid)
        try:
            memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY | os.O_CLOEXEC)
            try:
                for _ in range(LOOKS):
                    _ptrace(PTRACE_INTERRUPT, pid)
                    _await_stop(pid)
                    yield _stack(pid, memory)
                    _ptrace(PTRACE_CONT, pid)
                    time.sleep(BETWEEN)
                _ptrace(PTRACE_INTERRUPT, pid)
                _await_stop(pid)
            finally:
                os.close(memory)
        finally:
            _ptrace(PTRACE_DETACH, pid)


def _stack(pid: int, memory: int) -> Stack:
    registers = (ctypes.c_ulonglong * REGISTERS)()
    _ptrace(PTRACE_GETREGS, pid, ctypes.addressof(registers))
    found = [registers[RIP]]
    frame = registers[RBP]
    while len(found) < MOST_FRAMES:
        try:
            words = os.pread(memory, 16, frame)
        except (OSError, OverflowError):
            break
        above, back = (int.from_bytes(words[at : at + 8], "little") for at in (0, 8))
        if len(words) < 16 or not back:
            break
        found.append(back - 1)  # the call is the byte before
        if above <= frame:
            break
        frame = above
    return tuple(found)


def _await_stop(pid: int) -> None:
    """Errors: TimeoutError where the process does not stop, OSError where it has ended."""
    deadline = time.monotonic() + LONGEST_STOP
    while time.monotonic() < deadline:
        stopped, status = os.waitpid(pid, os.WNOHANG | WALL)
        if stopped:
            if not os.WIFSTOPPED(status):
                raise ProcessLookupError(f"process {pid} has ended")
            return
        time.sleep(0.001)
    raise TimeoutError(f"process {pid} does not stop")


def _ptrace(request: int, pid: int, data: int = 0) -> None:
    if _libc.ptrace(request, pid, None, data) < 0:
        raise OSError(ctypes.get_errno(), f"ptrace({request:#x}) of process {pid}")
