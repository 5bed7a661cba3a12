# SPDX-License-Identifier: MIT
"""Name the source lines of the stack frames in kernel reports.

The kernel's file comes from a submission: it is read by addr2line inside the sandbox,
never by code of ours.
"""

from __future__ import annotations

import re
import threading
from pathlib import Path

from autograder.guest.console import FRAME, frames, named
from autograder.guest.observation import Report
from autograder.sandbox.command import Bind, Completed, Limits
from autograder.sandbox.sandbox import Sandbox

MOST_FRAMES = 64
LIMITS = Limits(cpu_seconds=30, wall_seconds=60, memory_bytes=2 << 30, output_bytes=8 << 20)
# Where kernels are built: in the sandbox, and in a student's own linux/, wherever that lies.
_TREE = r"(?:/kernel/|/(?:.*/)?linux/)?(?:\./)?"
SOURCE = re.compile(_TREE + r"((?:arch|fs|include|init|ipc|kernel|lib|mm)/\S+\.[chS]:\d+)")
_ADDRESS = re.compile(r"0x[0-9a-f]{1,16}")
_FUNCTION = re.compile(r"([0-9a-f]{8,16}) [tTwW] (\S+)")


class Symbols:
    """Looks up addresses of one kernel, each only once; may be used by several threads."""

    def __init__(self, linux: Path, sandbox: Sandbox) -> None:
        self.linux = linux
        self.sandbox = sandbox
        self._known: dict[int, str] = {}
        self._functions: dict[str, int] | None = None
        self._lock = threading.Lock()

    def annotate(self, report: Report) -> Report:
        """``report`` with file and line behind each frame that is no guess."""
        lines = report.text.splitlines()
        by_name = {line: self._address(*found) for line in lines if (found := named(line))}
        wanted = [*frames(report.text), *(address for address in by_name.values() if address)]
        places = self._places(wanted[:MOST_FRAMES])
        told = []
        for line in lines:
            match = FRAME.match(line)
            address = int(match["address"], 16) if match else by_name.get(line, 0)
            place = places.get(address, "")
            told.append(f"{line}  {place}" if place else line)
        return report.model_copy(update={"text": "\n".join(told)})

    def annotate_stack(self, text: str) -> str:
        """What /proc/PID/stack says, with file and line behind each frame."""
        lines = [line.partition("] ")[2] or line for line in text.splitlines()]
        placed = self.annotate(Report(kind="hang", title="", text="\n".join(lines)))
        return "\n".join(f"[<0>] {line}" for line in placed.text.splitlines())

    def _address(self, symbol: str, offset: int) -> int:
        """The address to return to after that instruction; 0 where the name says nothing."""
        with self._lock:
            if self._functions is None:
                done = self._run(["nm", "/guest/linux"])
                self._functions = functions(done.output) if done.ok else {}
            start = self._functions.get(symbol, 0)
            return start + offset + 1 if start else 0

    def _run(self, command: list[str]) -> Completed:
        return self.sandbox.run(command, binds=[Bind(self.linux, "/guest/linux")], limits=LIMITS)

    def _places(self, addresses: list[int]) -> dict[int, str]:
        with self._lock:
            unknown = [address for address in addresses if address not in self._known]
            if unknown:
                # A frame holds the address to return to: the call is the byte before.
                wanted = [hex(address - 1) for address in unknown]
                done = self._run(["addr2line", "-a", "-i", "-e", "/guest/linux", *wanted])
                told = places(done.output) if done.ok else {}
                for address in unknown:
                    self._known[address] = told.get(address - 1, "")
            return {address: self._known.get(address, "") for address in addresses}


def places(output: str) -> dict[int, str]:
    """What ``addr2line -a -i`` says: for each address a line of the source.

    Of functions that were inlined into each other, innermost first, that is the first one
    outside of the headers: who takes a lock wants to know where he does.
    """
    chains: dict[int, list[str]] = {}
    chain: list[str] = []
    for line in output.splitlines():
        if _ADDRESS.fullmatch(line):
            chain = chains.setdefault(int(line, 16), [])
        elif match := SOURCE.match(line):
            chain.append(match[1])
    return {
        address: next((place for place in chain if not place.startswith("include/")), chain[0])
        for address, chain in chains.items()
        if chain
    }


def functions(output: str) -> dict[str, int]:
    """What ``nm`` says: the addresses of the functions whose names stand for one only."""
    found: dict[str, int] = {}
    twice: set[str] = set()
    for line in output.splitlines():
        if match := _FUNCTION.fullmatch(line):
            twice.update({match[2]} & found.keys())
            found[match[2]] = int(match[1], 16)
    return {name: address for name, address in found.items() if name not in twice}
