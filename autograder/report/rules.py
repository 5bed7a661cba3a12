# SPDX-License-Identifier: MIT
"""The rules of the contract, as reports quote them.

A rule's text is plain: paragraphs parted by empty lines, an item of a list or a row of a table
in each line, code indented.  Beside a check stands its first sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.results import Verdict

_SENTENCE = re.compile(r"(.+?[.:])(?:\s+(?=[A-Z0-9(`])|\s*$|\n\n)", re.S)


@dataclass(frozen=True)
class Block:
    """A paragraph, a list, a table or code."""

    kind: str  # 'text', 'list', 'table' or 'code'
    lines: list[str]

    @property
    def rows(self) -> list[list[str]]:
        """The cells of a table."""
        return [line.split(" | ") for line in self.lines]


@dataclass(frozen=True)
class Rule:
    """A rule to be looked up."""

    name: str
    text: str

    @property
    def sentence(self) -> str:
        """Its first sentence, as it leads to the rest."""
        return _parts(self.text)[0]

    @property
    def more(self) -> list[Block]:
        """What follows that sentence; the sentence itself if it is all."""
        return blocks(_parts(self.text)[1] or self.text)


def first_sentence(text: str) -> str:
    """The sentence with which a rule begins; one that leads to a list ends there."""
    return re.sub(r":$", ".", _parts(text)[0])


def _parts(text: str) -> tuple[str, str]:
    """The first sentence, and what follows; all of it, and nothing, if no sentence ends in it."""
    first = _SENTENCE.match(text)
    return (first[1], text[first.end() :].strip("\n")) if first else (text, "")


def quoted(verdict: Verdict) -> str:
    """What the contract says about a check: ``Rule R1: A read returns ...``."""
    if not verdict.rule:
        return verdict.clause
    return f"Rule {verdict.rule}: {first_sentence(verdict.clause)}"


def named(verdicts: Iterable[Verdict]) -> list[Rule]:
    """The rules that ``verdicts`` name, each once."""
    found = {verdict.rule: verdict.clause for verdict in verdicts if verdict.rule}
    return [Rule(name, text) for name, text in found.items()]


def blocks(text: str) -> list[Block]:
    """The parts of a rule's text."""
    return [_block(part) for part in text.split("\n\n")]


def _block(part: str) -> Block:
    lines = part.split("\n")
    if part.startswith("    "):
        return Block("code", [line.removeprefix("    ") for line in lines])
    if part.startswith("- "):
        return Block("list", [line.removeprefix("- ") for line in lines])
    if len(lines) > 1 and all(" | " in line for line in lines):
        return Block("table", lines)
    return Block("text", lines)
