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
_PLACE = re.compile(r"(?:^|.*?/)((?:arch|fs|include|init|ipc|kernel|lib|mm)/\S+\.[chS]:\d+)")


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
                    ["addr2line", "-e", "/guest/linux", *wanted],
                    binds=[Bind(self.linux, "/guest/linux")],
                    limits=LIMITS,
                )
                told = done.output.splitlines() if done.ok else []
                for address, line in zip(unknown, told, strict=False):
                    match = _PLACE.match(line)
                    self._known[address] = match[1] if match else ""
            return {address: self._known.get(address, "") for address in addresses}
