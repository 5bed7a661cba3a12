# SPDX-License-Identifier: MIT
"""Make the examples of the assignment: real runs with the reference's kernel and tools.

python -m autograder.pgfault.example

The guest gets this machine's `ps` and `cat` with their shared libraries, so that the map
shows what a program of a real system looks like.
"""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pexpect

from autograder.errors import GraderError
from autograder.files import KIT, PUBLIC, write_atomically
from autograder.guest import initramfs
from autograder.handout.text import EXAMPLES, HANDOUT

PROMPT = "guest# "
COMMAND = "ps"
OTHERS = ("cat",)
GUEST = "--guest"
PAGE = 4096  # bytes
WIDTH = 84  # characters: a line that fits a page
PATIENCE = 1200  # seconds, a build of the reference's kernel included
SHOWN = 21  # regions of the map: enough for the program, its loader, and two libraries
PATH_COLUMN = 50  # of /proc/PID/maps, nearer to the rest than the kernel puts it
CAPTION = (
    "This is `{command}` in the guest, linked dynamically as on any Linux system. Each line is a "
    "region, each character a page, and `X` a page that was touched. In its short life the process "
    "had {regions} regions and touched {pages} pages. Shown are the first {shown} regions in which "
    "it touched any (long lines are cut)."
)

# The command waits for room in a full pipe when it ends, and its map can be read meanwhile.
_TRACED = (
    "mkfifo /tmp/f; exec 3<>/tmp/f; dd if=/bin/busybox bs=65536 count=1 >&3 2>/dev/null",
    f"tracepgfault /tmp/t /usr/bin/{COMMAND} >&3 & sleep 10",
    f"cat /proc/$(pidof {COMMAND})/maps",
    "dd bs=65536 count=2 <&3 >/dev/null 2>&1; wait",
    "true",  # what the shell says about the job comes here
)
_SHOWN = ("pgfaultmap /tmp/t", "pgfaultmap --events /tmp/t", "/usr/bin/cat /proc/self/maps")
_REGION = re.compile(r"Region: .* pages\): \|([.X]*)\|$")
_LIBRARY = re.compile(r"(/\S+) \(0x[0-9a-f]+\)")


def main(arguments: Sequence[str]) -> None:
    """Boot the reference's kernel, run the commands, and keep what they print."""
    if GUEST in arguments:
        sys.exit(_guest())
    folder = HANDOUT / EXAMPLES
    *_, places, _, _, map_, events, maps = run([*_TRACED, *_SHOWN])
    write_atomically(folder / "map.txt", describe(map_, events), PUBLIC)
    write_atomically(folder / f"{COMMAND}.events", "\n".join(events) + "\n", PUBLIC)
    write_atomically(folder / f"{COMMAND}.maps", "\n".join(map(narrow, places)) + "\n", PUBLIC)
    write_atomically(folder / "maps.txt", "\n".join(map(narrow, maps)) + "\n", PUBLIC)
    print(folder)


def run(commands: Iterable[str]) -> list[list[str]]:
    """The lines that each command prints in the guest."""
    arguments = ["-m", __spec__.name if __spec__ else __name__, GUEST]
    guest = pexpect.spawn(
        sys.executable, arguments, timeout=PATIENCE, encoding="utf-8", dimensions=(50, 4000)
    )
    guest.expect_exact(PROMPT)
    outputs = []
    for command in commands:
        guest.sendline(command)
        guest.expect_exact(PROMPT)
        # The terminal repeats the command before its output.
        outputs.append(str(guest.before).replace("\r", "").splitlines()[1:])
    guest.sendline("halt")
    guest.expect(pexpect.EOF)
    guest.close()
    return outputs


def describe(lines: Iterable[str], events: Sequence[str]) -> str:
    """Caption, an empty line, and the regions after ``execve``, shortened."""
    regions = [match for line in lines if (match := _REGION.match(line))]
    # A line of the map for each region added, and first those of the forked tracepgfault:
    # what is added after these begin to go is the command's.
    before = list(itertools.takewhile(lambda event: " remove " not in event, events))
    own = regions[sum(" add " in event for event in before) :]
    faults = [event.split() for event in events[len(before) :] if " fault " in event]
    pages = len({int(address, 16) // PAGE for _, _, address, *_ in faults})
    shown = [_cut(match[0]) for match in own if "X" in match[1]][:SHOWN]
    caption = CAPTION.format(command=COMMAND, regions=len(own), pages=pages, shown=len(shown))
    return "\n".join([caption, "", *shown]) + "\n"


def narrow(line: str) -> str:
    """A line of /proc/PID/maps with its path nearer to the other columns."""
    *columns, path = line.split(maxsplit=5) if line.count(" ") > 5 else [*line.split(), ""]
    return f"{' '.join(columns):<{PATH_COLUMN}} {path}".rstrip()


def with_libraries(programs: Iterable[Path]) -> list[initramfs.Member]:
    """The programs of this machine, below /usr/bin, and every library that they are linked with.

    Errors: GraderError if the libraries of one cannot be listed.
    """
    paths: dict[str, Path] = {}
    for program in programs:
        listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)
        if listed.returncode:
            raise GraderError(f"{program} is not dynamically linked: {listed.stderr.strip()}")
        paths[f"usr/bin/{program.name}"] = program
        paths.update({name.lstrip("/"): Path(name) for name in _LIBRARY.findall(listed.stdout)})
    folders = {str(parent) for name in paths for parent in Path(name).parents} - {"."}
    return [
        *(initramfs.directory(name) for name in sorted(folders)),
        *(initramfs.executable(name, path) for name, path in sorted(paths.items())),
    ]


def _guest() -> int:
    """A shell in a guest with the reference's kernel and tools; the kernel's exit status."""
    from autograder.building import build_for_boot
    from autograder.cache import Cache
    from autograder.course import KIT_COURSE, load
    from autograder.guest import interactive
    from autograder.kernel import ready
    from autograder.sandbox.sandbox import choose

    programs = [Path(path) for name in (COMMAND, *OTHERS) if (path := shutil.which(name))]
    cache, sandbox = Cache.default(), choose()

    def quiet(phrase: str, part: float | None) -> None:
        """Nothing may stand between a command's output and the prompt."""

    series = load(KIT_COURSE).series
    baseline = ready.baseline(series, cache, sandbox, quiet)
    reference = KIT / "reference-solution"
    with cache.workdir("example") as work:
        kernel = build_for_boot(reference, baseline, work, cache, sandbox, quiet)
        return interactive.boot(kernel, sandbox, work, programs=with_libraries(programs))


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


if __name__ == "__main__":
    main(sys.argv[1:])
