# SPDX-License-Identifier: MIT
"""What each probe saw of the reference, kept small: checks can be tried without a boot.

To make it anew after a probe or the plan of a check changed::

    python -m autograder grade reference-solution --seed 7 --out build/reference
    python -m tests.observations build/reference/observations
"""

from __future__ import annotations

import json
import lzma
import sys
from functools import cache
from pathlib import Path

from autograder.guest.observation import Observation
from autograder.judge import rubric
from autograder.judge.observer import SHARED, record_path

SEED = 7
KEPT = Path(__file__).parent / "observations.json.xz"


@cache
def recorded() -> list[Observation]:
    """All that was kept."""
    with lzma.open(KEPT) as file:
        return [Observation.model_validate(one) for one in json.load(file)]


def seen_by(check: rubric.Check) -> Observation:
    """What the probe of ``check`` saw.  Errors: LookupError where its plan has changed."""
    assert check.plan is not None
    job = check.plan.job(SEED)
    for seen in recorded():
        if (seen.probe, seen.params) == (job.probe, job.params):
            return seen
    raise LookupError(f"{check.id} was not recorded as it is now: see {__name__}")


def main(folder: Path) -> None:
    """Keep what was recorded in ``folder``, without the kernel's log."""
    kept = {}
    for check in rubric.checks():
        if check.plan is None or check.plan.job(SEED).holds:
            continue  # what is seen of a process that is held again and again is not small
        job = check.plan.job(SEED)
        found = [record_path(folder, job, attempt) for attempt in (SHARED, 1)]
        path = next(path for path in found if path.exists())
        seen = Observation.model_validate_json(path.read_bytes())
        quiet = {"console": "", "wall_seconds": 0, "cpu_seconds": 0}
        kept[path.name] = seen.model_copy(update=quiet).model_dump(mode="json")
    text = json.dumps([kept[name] for name in sorted(kept)])
    KEPT.write_bytes(lzma.compress(text.encode(), preset=9))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
