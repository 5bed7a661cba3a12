# SPDX-License-Identifier: MIT
"""The lines of a patch that no check reached, with the text around them.

A line that was not seen need not be wrong, nor dead: nothing is known about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from autograder.guest.coverage import Line, Lines
from autograder.judge.patchlines import PatchedFile, PatchedLines
from autograder.results import CoveredFile, Stretch

AROUND = 2  # lines of the patch that are shown before and after
MOST_SHOWN = 400  # lines of one file that were not seen; the numbers have them all


def covered_files(lines: Lines, patched: PatchedLines) -> list[CoveredFile]:
    """What is to be told of each patched file that has code, in the order of the patch."""
    return [
        _covered(name, lines[name], file) for name, file in patched.files.items() if name in lines
    ]


def _covered(name: str, lines: Mapping[int, Line], file: PatchedFile) -> CoveredFile:
    missed = sorted(number for number, line in lines.items() if not line.ran)
    return CoveredFile(
        file=name,
        with_code=sorted(lines),
        reached=sorted(number for number, line in lines.items() if line.ran),
        not_seen=[
            Stretch(
                function=lines[group[0]].function,
                missed=group,
                lines=[
                    file.lines[number]
                    for number in range(group[0] - AROUND, group[-1] + AROUND + 1)
                    if number in file.lines
                ],
            )
            for group in _groups(missed[:MOST_SHOWN], lines)
        ],
    )


def _groups(numbers: Sequence[int], lines: Mapping[int, Line]) -> Iterator[list[int]]:
    """Numbers of one function whose surroundings meet."""
    group: list[int] = []
    for number in numbers:
        apart = group and number - group[-1] > 2 * AROUND + 1
        if group and (apart or lines[number].function != lines[group[-1]].function):
            yield group
            group = []
        group.append(number)
    if group:
        yield group
