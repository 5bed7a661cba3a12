# SPDX-License-Identifier: MIT
"""Results and records as a grade leaves them, without a kernel: for tests of the books."""

from __future__ import annotations

from autograder.bulk.shelf import Record
from autograder.bulk.students import Student
from autograder.bulk.versions import Versions
from autograder.judge import rubric
from autograder.judge.verdicts import empty_verdict
from autograder.results import Result, Status, SubmissionInfo, total

VERSIONS = Versions(kit="1", code="c", probes="p", checks="k", kernel="7.3.4 abc")


def everything() -> float:
    """What passing all checks is worth, extra credit included, where all others are worth 100."""
    checks = rubric.checks()
    base = sum(check.points for check in checks if not check.extra_credit)
    return 100 * sum(check.points for check in checks) / base


def record(name: str = "ada", **facts: object) -> Record:
    """A record of a grade that went well."""
    fields = {
        "name": name,
        "path": f"/class/{name}",
        "sha256": f"sha-{name}",
        "seed": 1,
        "versions": VERSIONS,
        "students": [Student(id=name)],
    }
    return Record.model_validate({**fields, **facts})


def result(
    name: str = "ada", failed: tuple[str, ...] = (), status: Status = Status.FAILED
) -> Result:
    """A result in which every check passed but for ``failed``."""
    verdicts = [empty_verdict(check) for check in rubric.checks()]
    for verdict in verdicts:
        verdict.status = status if verdict.id in failed else Status.PASSED
        verdict.points = 0 if verdict.id in failed else verdict.max_points
        verdict.message = "wrong" if verdict.id in failed else ""
    return Result(
        kit_version="1",
        kernel_version="7.3.4",
        seed=1,
        started="2026-11-01T10:00:00+00:00",
        finished="2026-11-01T10:01:00+00:00",
        submission=SubmissionInfo(name=name, sha256="0", files=["kernel.patch"]),
        verdicts=verdicts,
        totals=total(verdicts),
    )
