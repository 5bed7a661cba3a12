# SPDX-License-Identifier: MIT
"""Places between which a process does nothing that another one could see.

Whoever is held at the first of them has done as much as at the last: one of them is enough.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from autograder.errors import GraderError
from autograder.guest.places import LIMITS, LINUX
from autograder.sandbox.command import Bind
from autograder.sandbox.sandbox import Sandbox

APART = 4096
"""Bytes between two places from which on what lies between them is not disassembled."""

_INSTRUCTION = re.compile(r" +([0-9a-f]+):\t(\S+) *([^<#]*).*")
_MEMORY = re.compile(r"\(([^,)]*)[^)]*\)")
_ABSOLUTE = re.compile(r"(?:^|,)(?:\*?0x[0-9a-f]+|%[fg]s:)")
# Those that go elsewhere, and those that have an effect which their operands do not show.
_EVENTFUL = re.compile(
    r"j\w+|call\w*|ret\w*|lock|rep\w*|(?:cmp)?xchg\w*|int3?|ud2|sys\w+|hlt|cli|sti|[lms]fence"
    r"|in[bwl]?|out[bwl]?|cpuid"
)
_HARMLESS = re.compile(r"lea\w*|nop\w*|endbr\w*|cs|data16")
_OWN = ("%rsp", "%rbp")  # the kernel is built with frame pointers


def stretches(linux: Path, addresses: Sequence[int], sandbox: Sandbox) -> dict[int, int]:
    """For each of ``addresses``, which ascend, the number of its stretch.

    Errors: GraderError where objdump cannot read the kernel.
    """
    command = ";".join(
        f"objdump -d -w --no-show-raw-insn --start-address={first} --stop-address={last} {LINUX}"
        for first, last in _ranges(addresses)
    )
    if not command:
        return numbered(addresses, {})
    done = sandbox.run(["sh", "-c", command], binds=[Bind(linux, LINUX)], limits=LIMITS)
    if not done.ok:
        raise GraderError(f"the kernel's instructions cannot be read: {done.output[-200:]}")
    return numbered(addresses, instructions(done.output))


def instructions(output: str) -> dict[int, bool]:
    """The instructions that ``objdump -d`` shows: whether another process could see them."""
    found: dict[int, bool] = {}
    for line in output.splitlines():
        if match := _INSTRUCTION.match(line):
            found[int(match[1], 16)] = is_seen(match[2], match[3].strip())
    return found


def is_seen(operation: str, operands: str) -> bool:
    """Whether an instruction does more than to change registers and the process's own stack."""
    if _HARMLESS.fullmatch(operation):
        return False
    if _EVENTFUL.fullmatch(operation) or _ABSOLUTE.search(operands):
        return True
    return any(base not in _OWN for base in _MEMORY.findall(operands))


def numbered(addresses: Sequence[int], told: Mapping[int, bool]) -> dict[int, int]:
    """A new number wherever something that can be seen, or is not known, lies between two."""
    seen = sorted(address for address in told if told[address])
    numbers: dict[int, int] = {}
    number, before = 0, None
    for address in addresses:
        if before is not None:
            after = bisect_left(seen, before)
            number += before not in told or (after < len(seen) and seen[after] < address)
        numbers[address] = number
        before = address
    return numbers


def _ranges(addresses: Sequence[int]) -> Iterator[tuple[int, int]]:
    """From where to where places are near each other; not for one that is alone."""
    near: list[int] = []
    for address in addresses:
        if near and address - near[-1] > APART:
            yield from _ends(near)
            near = []
        near.append(address)
    yield from _ends(near)


def _ends(near: Sequence[int]) -> Iterator[tuple[int, int]]:
    if len(near) > 1:
        yield near[0], near[-1]
