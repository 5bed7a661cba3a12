# SPDX-License-Identifier: MIT
"""Twelve submissions as students make them, and the card that each must get.

``python -m tests.cards`` grades them with real kernels and records what the checks saw in
``tests/cards/NAME.json``; tests/unit/test_cards.py pins the first words of each report, which
``--pin`` writes into ``cards.json``: read them before you commit them.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pydantic import TypeAdapter

from autograder.grading import OBSERVATIONS
from autograder.report import html
from autograder.report.diagnosis import Cause, diagnose
from autograder.results import Evidence, Result, Status, Verdict
from tests.corpus import REFERENCE, mutants
from tests.patches import AT_BOOT, HARMLESS, code, file_in_proc
from tests.reference import series_patch

FOLDER = Path(__file__).parent / "cards"
PINNED = FOLDER / "cards.json"
STARTER = REFERENCE.parent / "handout/kit/tools"
SEED = 7
LONGEST = 4000  # characters of an evidence's text
VERDICTS = TypeAdapter(list[Verdict])
Make = Callable[[Path], None]


def reference_with(change: Callable[[str], str]) -> Make:
    """The reference, with its patch changed by ``change``."""

    def make(folder: Path) -> None:
        (folder / "kernel.patch").write_text(change(series_patch().decode()))
        shutil.copytree(REFERENCE / "tools", folder / "tools")

    return make


def mutant(name: str) -> Make:
    """The mistake of the corpus with that name."""

    def make(folder: Path) -> None:
        (found,) = [mutant for mutant in mutants() if mutant.name == name]
        shutil.copytree(REFERENCE / "tools", folder / "tools")
        patch = series_patch().decode()
        if found.changes_tools:
            command = ["patch", "-p1", "--batch", "--silent"]
            subprocess.run(command, input=found.diff, text=True, cwd=folder, check=True)
        else:
            patch += found.diff
        (folder / "kernel.patch").write_text(patch)

    return make


def alone(patch: str | None) -> Make:
    """A patch beside the tools of the starter; None: no patch at all."""

    def make(folder: Path) -> None:
        if patch is not None:
            (folder / "kernel.patch").write_text(patch)
        shutil.copytree(STARTER, folder / "tools")

    return make


def without_semicolon(patch: str) -> str:
    """The first `return -ESRCH;` of the file in /proc loses its semicolon."""
    line = "+\t\treturn -ESRCH;\n"
    start = patch.index(line, patch.index("+++ b/fs/proc/pgfault_history.c"))
    return patch[:start] + line.replace(";", "") + patch[start + len(line) :]


def one_level_down(patch: str) -> str:
    """As made with ``diff`` from inside of the tree: paths with one part too few for -p1."""
    return patch.replace(" a/mm/", " ").replace(" b/mm/", " ")


CARDS: Mapping[str, Make] = {
    "use-after-free": mutant("concurrency/use-after-reap"),
    "missing-semicolon": reference_with(without_semicolon),
    "mutex-in-the-fault-path": mutant("concurrency/mutex-on-the-fault-path"),
    "wrong-level": reference_with(one_level_down),
    "no-patch": alone(None),
    "stub": alone(file_in_proc("return 0;", "return size;")),
    "time-without-nine-digits": mutant("tools/events-time-not-padded"),
    "panic-at-boot": alone(code(AT_BOOT % '\tpanic("course panics here");')),
    "untouched": alone(HARMLESS),
    "lock-order": mutant("concurrency/lock-order-inverted"),
    "split-not-recorded": mutant("regions/split-not-added"),
    "leak": mutant("buffer/not-freed-at-reap"),
}


def recorded(name: str) -> list[Verdict]:
    """The verdicts of the submission called ``name`` that were not passed."""
    return VERDICTS.validate_json((FOLDER / f"{name}.json").read_bytes())


def lost(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """What a report begins with: the verdicts that were not passed, with some evidence."""
    found = [verdict for verdict in verdicts if verdict.status is not Status.PASSED]
    for verdict in found:
        verdict.evidence = [_short(item) for item in verdict.evidence[:3]]
        verdict.duration = 0
    return found


def card(causes: tuple[Cause, ...]) -> dict[str, object]:
    """What stands first in a report: the first two causes in words."""
    return {
        "sentences": [cause.sentence for cause in causes[:2]],
        "place": f"{place.file}:{place.line}" if causes and (place := causes[0].place) else "",
        "hint": causes[0].hint if causes else "",
        "causes": len(causes),
    }


def grade(name: str, folder: Path) -> Result:
    """Grade one of them as an instructor would."""
    submission, out = folder / name, folder / f"{name}.out"
    submission.mkdir()
    CARDS[name](submission)
    command = [sys.executable, "-m", "autograder", "grade", str(submission)]
    command += ["--out", str(out), "--seed", str(SEED)]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    return Result.read(out / "result.json")


def _short(evidence: Evidence) -> Evidence:
    return evidence.model_copy(update={"text": evidence.text[:LONGEST]})


def main() -> int:
    """Record what became of all, or of those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(CARDS), metavar="NAME")
    parser.add_argument("--pin", action="store_true", help="keep what the cards say now")
    parser.add_argument("--pages", type=Path, help="write the students' pages to this folder")
    options = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    pinned = json.loads(PINNED.read_text()) if PINNED.exists() else {}
    for name in options.names:
        with tempfile.TemporaryDirectory() as folder:
            result = grade(name, Path(folder))
            if options.pages:
                records = Path(folder) / f"{name}.out" / OBSERVATIONS
                html.write(result, options.pages / f"{name}.html", observations=records)
        seen = lost(result.verdicts)
        (FOLDER / f"{name}.json").write_bytes(VERDICTS.dump_json(seen, exclude_defaults=True))
        told = card(diagnose(seen))
        pinned[name] = told
        print(f"{name}: {result.timing.boots} boots, {result.timing.total:.0f} s")
        print(f"    {result.totals.points} of {result.totals.max_points} points")
        for key, value in told.items():
            print(f"    {key}: {value}", flush=True)
    if options.pin:
        PINNED.write_text(json.dumps(pinned, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
