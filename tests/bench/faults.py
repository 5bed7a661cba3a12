# SPDX-License-Identifier: MIT
"""What the reference costs the fault path, on plain kernels in real time.

Boots of the kernels that are compared take turns, so that what else the machine does meets
both; of each boot the quickest rounds count, which it met least.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from autograder.errors import GraderError
from autograder.guest import initramfs
from tests.bench import plain
from tests.bench.row import BenchRow
from tests.bench.setting import Setting
from tests.reference import series_patch

SOURCE = Path(__file__).parent / "guest" / "faults.c"
PAGES = 10_000  # faults in a round
ROUNDS = 30
BOOTS = 15  # of each kernel
TRACED_BOOTS = 7
_TOLD = re.compile(r"^(untraced|traced) (\d+)\r?$", re.M)


def measure(setting: Setting) -> Iterable[BenchRow]:
    """The reference against the unpatched kernel, and traced against untraced."""
    unpatched, reference = plain.kernel(setting, b""), plain.kernel(setting, series_patch())
    with tempfile.TemporaryDirectory() as name, _on_one_processor():
        folder = Path(name)
        initrd = _initrd(folder)
        quickest: dict[Path, list[float]] = {unpatched: [], reference: []}
        for number in range(BOOTS):
            for kernel in sorted(quickest, reverse=bool(number % 2)):
                rounds = _boot(kernel, initrd, folder, {"mode": "untraced", "rounds": ROUNDS})
                quickest[kernel].append(min(rounds["untraced"]) / PAGES)
        without, with_it = median(quickest[unpatched]), median(quickest[reference])
        yield BenchRow(
            "fault of an untraced process, reference against unpatched kernel",
            "",
            with_it / without,
            goal=1.01,
            note=f"{with_it:.0f} ns against {without:.0f} ns, {2 * BOOTS} boots",
        )
        ratios = []
        for _ in range(TRACED_BOOTS):
            rounds = _boot(reference, initrd, folder, {"mode": "traced", "rounds": ROUNDS})
            ratios.append(median(rounds["traced"]) / median(rounds["untraced"]))
        yield BenchRow(
            "traced fault with a reader draining, against untraced",
            "",
            median(ratios),
            goal=1.15,
            note=f"{TRACED_BOOTS} boots, {ROUNDS} rounds of {PAGES:,} faults each way",
        )


@contextmanager
def _on_one_processor() -> Iterator[None]:
    """To wake a process on another processor would cost more than the fault."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _initrd(folder: Path) -> Path:
    program = folder / "faults"
    warnings = ["-Wall", "-Wextra", "-Werror"]
    command = ["gcc", "-D_GNU_SOURCE", "-static", "-O2", *warnings, "-o"]
    subprocess.run([*command, str(program), str(SOURCE)], check=True)
    members = [
        initramfs.directory("dev"),
        initramfs.character_device("dev/console", 5, 1),
        initramfs.executable("init", program),
    ]
    path = folder / "initrd"
    path.write_bytes(initramfs.pack(members))
    return path


def _boot(
    kernel: Path, initrd: Path, folder: Path, asked: Mapping[str, object]
) -> dict[str, list[int]]:
    """Nanoseconds of each round, by kind.  The kernels are the kit's own: no sandbox."""
    words = [f"{key}={value}" for key, value in {"pages": PAGES, **asked}.items()]
    digest = hashlib.sha256(str(kernel).encode()).hexdigest()[:8]
    done = subprocess.run(
        [
            *(kernel, "mem=256M", f"initrd={initrd}", "seccomp=on", "con=null", "con0=fd:0,fd:1"),
            *("panic=-1", "quiet", f"uml_dir={folder}", f"umid={digest}", *words),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        env={"HOME": str(folder), "PATH": os.environ["PATH"]},
        timeout=300,
        start_new_session=True,
        check=False,
    )
    found: dict[str, list[int]] = {}
    for kind, nanoseconds in _TOLD.findall(done.stdout):
        found.setdefault(kind, []).append(int(nanoseconds))
    wanted = {"untraced", "traced"} if asked["mode"] == "traced" else {"untraced"}
    if set(found) != wanted or {len(rounds) for rounds in found.values()} != {ROUNDS}:
        raise GraderError(f"a plain guest measured nothing: {done.stdout[-2000:]}")
    return found
