# SPDX-License-Identifier: MIT
"""Writing files so that no one ever sees half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

PARTIAL = ".partial"
PRIVATE = 0o600  # results are personal data
PUBLIC = 0o644  # what a sandbox or other users read
PRIVATE_FOLDER = 0o700


def open_private(path: str, flags: int) -> int:
    """An opener for ``open``: what it creates is its owner's only."""
    return os.open(path, flags, PRIVATE)


def sweep(folder: Path) -> None:
    """Remove what a writer that was killed left unfinished in ``folder``; nobody may be writing."""
    for path in folder.glob(f".*{PARTIAL}"):
        path.unlink(missing_ok=True)


def write_atomically(path: Path, content: str | bytes, mode: int = PRIVATE) -> None:
    """Replace ``path`` by ``content`` in one step, creating its folder where needed.

    The file is its owner's only, whatever the umask is, unless ``mode`` says otherwise.
    """
    folder_mode = PRIVATE_FOLDER if mode == PRIVATE else 0o777
    path.parent.mkdir(folder_mode, parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    descriptor, name = tempfile.mkstemp(PARTIAL, f".{path.name}.", path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
