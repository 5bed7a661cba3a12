# SPDX-License-Identifier: MIT
"""Name the source lines of the stack frames in kernel reports.

The kernel's file comes from a submission: it is read by addr2line inside the sandbox,
never by code of ours.
"""

from __future__ import annotations

import re
import threading
from pathlib import Path

from autograder.guest.console import FRAME, frames
from autograder.guest.observation import Report
from autograder.sandbox import Bind, Limits, Sandbox

MOST_FRAMES = 64
LIMITS = Limits(cpu_seconds=30, wall_seconds=60, memory_bytes=2 << 30)
_TREE = r"(?:/kernel/)?(?:\./)?"  # where kernels are built in the sandbox
_PLACE = re.compile(_TREE + r"((?:arch|fs|include|init|ipc|kernel|lib|mm)/\S+\.[chS]:\d+)")
_ADDRESS = re.compile(r"0x[0-9a-f]{1,16}")


class Symbols:
    """Looks up addresses of one kernel, each only once; may be used by several threads."""

    def __init__(self, linux: Path, sandbox: Sandbox) -> None:
        self.linux = linux
        self.sandbox = sandbox
        self._known: dict[int, str] = {}
        self._lock = threading.Lock()

    def annotate(self, report: Report) -> Report:
        """``report`` with file and line behind each frame that is no guess."""
        places = self._places(frames(report.text)[:MOST_FRAMES])
        lines = []
        for line in report.text.splitlines():
            match = FRAME.match(line)
            place = places.get(int(match["address"], 16), "") if match else ""
            lines.append(f"{line}  {place}" if place else line)
        return report.model_copy(update={"text": "\n".join(lines)})

    def _places(self, addresses: list[int]) -> dict[int, str]:
        with self._lock:
            unknown = [address for address in addresses if address not in self._known]
            if unknown:
                # A frame holds the address to return to: the call is the byte before.
                wanted = [hex(address - 1) for address in unknown]
                done = self.sandbox.run(
                    ["addr2line", "-a", "-i", "-e", "/guest/linux", *wanted],
                    binds=[Bind(self.linux, "/guest/linux")],
                    limits=LIMITS,
                )
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
        elif match := _PLACE.match(line):
            chain.append(match[1])
    return {
        address: next((place for place in chain if not place.startswith("include/")), chain[0])
        for address, chain in chains.items()
        if chain
    }
