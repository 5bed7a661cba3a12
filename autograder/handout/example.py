# SPDX-License-Identifier: MIT
"""Make the map that the assignment begins with: run a command traced, with the reference.

python -m autograder.handout.example
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

import pexpect

from autograder.files import PUBLIC, write_atomically
from autograder.handout.text import EXAMPLES, ROOT

PROMPT = "guest# "
COMMAND = "ps"
WIDTH = 84  # characters: a line that fits a page
PATIENCE = 600  # seconds, a build of the reference's kernel included
CAPTION = (
    "This is `{command}` in the guest (the long lines are cut here): each line a region, each "
    "character a page, and `X` for those that were ever touched. {touched} of {pages}."
)

_REGION = re.compile(r"Region: .*\((?: *)(\d+) pages\): \|([.X]*)\|$")


def main() -> None:
    """Boot the reference's kernel, trace the command, and keep what is printed."""
    lines = run([f"tracepgfault /tmp/t {COMMAND} > /tmp/out", "pgfaultmap /tmp/t"])
    target = ROOT / EXAMPLES / "map.txt"
    write_atomically(target, describe(lines), PUBLIC)
    print(target)


def run(commands: Iterable[str]) -> list[str]:
    """What the last command prints in the guest."""
    arguments = ["-m", "autograder", "boot", "reference-solution"]
    guest = pexpect.spawn(
        sys.executable, arguments, timeout=PATIENCE, encoding="utf-8", dimensions=(50, 4000)
    )
    guest.expect_exact(PROMPT)
    output = ""
    for command in commands:
        guest.sendline(command)
        guest.expect_exact(PROMPT)
        output = str(guest.before)
    guest.sendline("halt")
    guest.expect(pexpect.EOF)
    guest.close()
    return output.replace("\r", "").splitlines()


def describe(lines: Iterable[str]) -> str:
    """Caption, an empty line, and the regions after ``execve``, shortened."""
    regions = [match for line in lines if (match := _REGION.match(line))]
    # The program's own regions come after those of the forked tracepgfault: from the second
    # that begins where the first one did.
    starts = [match[0].split()[1] for match in regions]
    again = next((n for n in range(1, len(starts)) if starts[n] == starts[0]), 0)
    own = regions[again:]
    pages = sum(int(match[1]) for match in own)
    touched = sum(match[2].count("X") for match in own)
    shown = [_cut(match[0]) for match in own]
    caption = CAPTION.format(command=COMMAND, touched=touched, pages=f"{pages} pages")
    return "\n".join([caption, "", *shown]) + "\n"


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


if __name__ == "__main__":
    main()
