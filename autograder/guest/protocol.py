# SPDX-License-Identifier: MIT
"""Read what probes send over the serial line (``probes/report.c`` writes it).

The bytes come from a guest whose kernel is the submission's: nothing in them is trusted.
Whatever is not of the expected form is left out, never an error.
"""

from __future__ import annotations

from collections import Counter

from autograder.guest.observation import Record, earlier

LONGEST_LINE = 4096
MOST_RECORDS = 20_000
MOST_OF_A_NAME = 2000  # files; of more, the first 1999 and the last are kept
LARGEST_FILE = 8 << 20


def parse(data: bytes, tag: str) -> tuple[list[Record], dict[str, bytes]]:
    """Records and files in ``data``; only lines that begin with ``tag`` count."""
    records: list[Record] = []
    files: dict[str, bytes] = {}
    put_aside: Counter[str] = Counter()  # files of a name, so that none is looked for twice
    start = tag.encode() + b" "
    position = 0
    while position < len(data) and len(records) < MOST_RECORDS:
        end = data.find(b"\n", position)
        if end < 0:
            break
        line = data[position:end]
        position = end + 1
        if not line.startswith(start) or len(line) > LONGEST_LINE:
            continue
        words = line[len(start) :].decode(errors="replace").split()
        if len(words) == 3 and words[0] == "bytes" and words[2].isdecimal():
            size = int(words[2])
            if size > LARGEST_FILE:
                continue
            content = data[position : position + size]
            position += size + 1
            if words[1] in files:
                _keep_earlier(files, words[1], put_aside)
            files[words[1]] = content
            records.append(Record(name="bytes", fields={"of": words[1], "size": str(len(content))}))
        elif words:
            pairs = (word.partition("=") for word in words[1:])
            records.append(Record(name=words[0], fields={key: value for key, _, value in pairs}))
    return records, files


def _keep_earlier(files: dict[str, bytes], name: str, put_aside: Counter[str]) -> None:
    """Put the file called ``name`` aside, for another of that name comes."""
    while put_aside[name] < MOST_OF_A_NAME - 1:
        put_aside[name] += 1
        place = earlier(name, put_aside[name])
        if place not in files:
            files[place] = files[name]
            return
