# SPDX-License-Identifier: MIT
"""The journal: every run and every grade, a line of JSON each, only ever added to."""

from __future__ import annotations

import getpass
import json
import os
import platform
import secrets
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from autograder.files import PRIVATE, PRIVATE_FOLDER

JOURNAL = "journal.jsonl"


class Journal:
    """``journal.jsonl`` in a folder of grades; ``run`` tells this run's lines from others."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / JOURNAL
        now = datetime.now(timezone.utc)
        self.run = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"

    def add(self, event: str, **facts: object) -> None:
        """Add a line.  It is on the disk when this returns."""
        line = json.dumps(
            {
                "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
                "run": self.run,
                "event": event,
                **facts,
            }
        )
        self.path.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, PRIVATE)
        try:
            os.fchmod(descriptor, PRIVATE)  # an older one was everybody's to read
            # A machine that lost its power may have left half a line.
            end = os.lseek(descriptor, 0, os.SEEK_END)
            torn = end > 0 and os.pread(descriptor, 1, end - 1) != b"\n"
            os.write(descriptor, (b"\n" if torn else b"") + line.encode() + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def begin(self, command: str, **facts: object) -> None:
        """Say who runs what, and where."""
        try:
            who = getpass.getuser()
        except (KeyError, OSError):  # a container whose user has no name
            who = str(os.getuid())
        self.add("run", command=command, who=who, machine=platform.node(), **facts)

    def lines(self, student: str | None = None) -> Iterator[dict[str, Any]]:
        """All whole lines, oldest first; those about one submission only."""
        try:
            stream = self.path.open(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return
        with stream:
            for text in stream:
                try:
                    line = json.loads(text)
                except ValueError:
                    continue
                if isinstance(line, dict) and (student is None or line.get("name") == student):
                    yield line
