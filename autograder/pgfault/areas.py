# SPDX-License-Identifier: MIT
"""The areas of the rubric, in order, and what each asks for."""

from __future__ import annotations

AREAS = {
    "Build": "the patch applies, kernel and tools build, the kernel boots",
    "The file": "mode, owner, and every value that may be written",
    "Reading": "what a read returns, sleeping and waking",
    "Life cycle": "zombies, reaping, signals, fork and execve",
    "Faults": "each fault, once, in order",
    "Regions": "the regions as in `/proc/PID/maps`, after every change",
    "Buffer": "room, growth, overflow, memory given back",
    "Kernel health": "what the kernel itself complains about, in any boot",
    "Tools": "`tracepgfault` and `pgfaultmap`",
    "Extra credit: threads": "rule X1",
    "Two at once": "one process is held in your code while others act",
}
