# SPDX-License-Identifier: MIT
"""Writing files so that no one ever sees half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

PARTIAL = ".partial"


def sweep(folder: Path) -> None:
    """Remove what a writer that was killed left unfinished in ``folder``; nobody may be writing."""
    for path in folder.glob(f".*{PARTIAL}"):
        path.unlink(missing_ok=True)


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace ``path`` by ``content`` in one step, creating its folder where needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    descriptor, name = tempfile.mkstemp(PARTIAL, f".{path.name}.", path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
