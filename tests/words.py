# SPDX-License-Identifier: MIT
"""What is wrong with the words of a text that checks show to students."""

from __future__ import annotations

import re

PATTERNS = {
    "an error's name alone": re.compile(r"^\W*(?:observed |expected )?E[A-Z]{2,}\W*$"),
    "a number alone": re.compile(r"^\W*-?\d+\W*$"),
    "a list as Python writes it": re.compile(r"\['|'\]|\[\d+(?:, \d+)+\]|\(\d+,\)|\{'"),
    "a value as Python writes it": re.compile(r"\b(?:None|True|False|nan)\b|<\w+\.\w+|b'"),
    "an error without its name": re.compile(r"\berrno\b"),
    "the name of a probe or its file": re.compile(
        r"\b(?:events|maps|try)\.\d|\b(?:after_exit|bad_buffer|blocked_read|fork_child|slow_reader"
        r"|short_buffer|killed_reader|write_values|file_stat|still_idle)\b"
    ),
    "a word that no American textbook would use here": re.compile(
        r"\b(?:mend|mended|mending|rests? on|resting on|told|tells|whence|whither|wherefore"
        r"|neighbours?|behaviour|colour|where it (?:fails|fits)|for ever|they part|answers?"
        r"|answered|whoever|beforehand)\b",
        re.IGNORECASE,
    ),
    "a command that students do not have": re.compile(
        r"python -m|\bcat -A\b|autograder|make (?:test|matrix|class|docs)\b"
    ),
    "two blanks, or one at an end": re.compile(r"^ | $|(?<=\S)  +(?=\S)"),
}
QUOTED = re.compile(r"'[^'\n]*'|\|[.X]+\|")
"""What a tool of the submission printed stands in quotation marks: it is the student's."""


def complaints(text: str) -> list[str]:
    """What is wrong with ``text``, of whatever kind; what it quotes may be anything."""
    own = QUOTED.sub("'…'", text)
    return [f"{what}: {text!r}" for what, pattern in PATTERNS.items() if pattern.search(own)]


def sentence_complaints(text: str) -> list[str]:
    """What is wrong with ``text`` as whole sentences: a hint or a title."""
    found = complaints(text)
    starts_with_a_name = re.match(
        r"[\w/]+\(\)|pgfaultmap|tracepgfault|execve|copy_|mremap|exec_", text
    )
    if not (text[:1].isupper() or text[:1].isdigit() or starts_with_a_name):
        found.append(f"no capital at the start: {text!r}")
    if not text.endswith((".", "?")):
        found.append(f"no full stop at the end: {text!r}")
    return found


def message_complaints(did: str, expected: str, observed: str) -> list[str]:
    """What is wrong with the three parts of a failed check's message."""
    found = [line for text in (did, expected, observed) for line in complaints(text)]
    for name, text in (("did", did), ("expected", expected), ("observed", observed)):
        if not text.strip():
            found.append(f"'{name}' is empty, beside {did!r}")
    if did.endswith("."):
        found.append(f"'did' is no clause: {did!r}")
    return found
