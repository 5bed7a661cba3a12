# SPDX-License-Identifier: MIT
"""Put into a kernel's source what holds a task at an instruction (``hold.c`` says how).

The edits are in ``arch/um``, which no submission may patch.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

HERE = Path(__file__).parent
FILES = {"hold.c": "arch/um/kernel/hold.c", "hold.h": "arch/um/include/shared/hold.h"}
MAKEFILE = "arch/um/kernel/Makefile"
OBJECTS = "obj-y += load_file.o\n"
OBJECT = "obj-y += hold.o\nKASAN_SANITIZE_hold.o := n\n"
SIGNALS = "arch/um/os-Linux/signal.c"
INCLUDE = '#include "internal.h"\n'
HANDLER = (
    "static void sig_handler(int sig, struct siginfo *si, mcontext_t *mc)\n"
    "{\n"
    "\tint enabled = signals_enabled;\n"
)
TRAP = (
    "\n"
    "\tif (sig == SIGTRAP &&\n"
    "\t    hold_trap(&mc->gregs[REG_RIP], &mc->gregs[REG_RSP], &mc->gregs[REG_EFL]))\n"
    "\t\treturn;\n"
)
EDITS = {
    MAKEFILE: ((OBJECTS, OBJECTS + OBJECT),),
    SIGNALS: ((INCLUDE, INCLUDE + "#include <hold.h>\n"), (HANDLER, HANDLER + TRAP)),
}


def install(top: Path, when: int) -> None:
    """Put it into the source in ``top``; its files get the time ``when``, in seconds.

    A source that has other lines in these places stays as it is: nothing is held in its kernel.
    """
    texts = {name: _edited(top, name) for name in EDITS}
    if not all(texts.values()):
        return
    texts |= {name: (HERE / file).read_text() for file, name in FILES.items()}
    for name, text in texts.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text)
        os.utime(top / name, (when, when))


def recipe() -> str:
    """What a tree depends on that has it."""
    contents = hashlib.sha256(b"".join((HERE / file).read_bytes() for file in FILES)).hexdigest()
    return repr((contents, FILES, EDITS))


def _edited(top: Path, name: str) -> str:
    """The text of a file with its edits; empty where one of them has no place."""
    if not (top / name).is_file():
        return ""
    text = (top / name).read_text()
    for before, after in EDITS[name]:
        if text.count(before) != 1:
            return ""
        text = text.replace(before, after)
    return text
