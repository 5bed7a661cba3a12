# SPDX-License-Identifier: MIT
"""The rules of the contract, read from the assignment's own text.

A rule begins with its name in bold (``**R1.** What a read returns ...``) and ends where the
next rule or heading begins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from autograder.files import KIT

FILE = "handout/text/04-contract.md.j2"

_RULE = re.compile(r"\*\*([A-Z]\d+)\.(?:\*\* ?| )")
_TABLE_LINE = re.compile(r"\|[ :|-]+\|")
_CODE = re.compile(r"```\w*\n(.*?)\n```", re.S)
_EMPHASIS = re.compile(r"(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)")


@cache
def rules() -> Mapping[str, str]:
    """The text of each rule by its name, in the contract's order."""
    return parse((KIT / FILE).read_text())


def parse(contract: str) -> dict[str, str]:
    """The rules in the Markdown of ``contract``, as plain text.

    Names in code keep their backticks.  Paragraphs are parted by empty lines; each item of a
    list and each row of a table is a line, the cells of a row parted by `` | ``; lines of code
    are indented.
    """
    found: dict[str, list[str]] = {}
    name = ""
    for block in re.split(r"\n{2,}", contract.strip()):
        begins = _RULE.match(block)
        if begins:
            name = begins[1]
            found[name] = [_plain(block[begins.end() :])]
        elif block.startswith(("#", ">")):
            name = ""
        elif name:
            found[name].append(_plain(block))
    return {name: "\n\n".join(_without_synopsis(blocks)) for name, blocks in found.items()}


def _plain(block: str) -> str:
    code = _CODE.fullmatch(block)
    if code:
        return "\n".join(f"    {line}" for line in code[1].split("\n"))
    lines = block.split("\n")
    if block.startswith("|"):
        rows = [line.strip("| ") for line in lines if not _TABLE_LINE.fullmatch(line)]
        return "\n".join(map(_prose, rows))
    return _prose(re.sub(r"\n(?!- ) *", " ", block))


def _prose(text: str) -> str:
    """``text`` without marks of emphasis; those in code are none."""
    parts = text.split("`")
    parts[::2] = [_EMPHASIS.sub("", part.replace("**", "")) for part in parts[::2]]
    return "`".join(parts)


def _without_synopsis(blocks: list[str]) -> list[str]:
    """Code at the end belongs to what comes next, unless a colon leads to it."""
    if blocks[-1].startswith("    ") and not blocks[-2].endswith(":"):
        return blocks[:-1]
    return blocks
