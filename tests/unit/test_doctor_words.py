# SPDX-License-Identifier: MIT
"""What the doctor ends in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.cache import Cache
from autograder.doctor.doctor import Doctor
from autograder.doctor.finding import Finding, missing, ok, warning

BAD = missing("disk", "It is full.", "Free some space.")


class Looked(Doctor):
    """A doctor who has looked already."""

    found: tuple[Finding, ...] = ()

    def findings(self) -> Iterator[Finding]:
        yield from self.found


@pytest.mark.parametrize(
    ("found", "last"),
    [
        ((ok("disk", "It has room."), warning("clock", "It is slow.", "Wind it.")), "ready"),
        ((BAD,), "not ready: 1 thing to fix"),
        ((BAD, ok("clock", "It goes."), BAD), "not ready: 2 things to fix"),
    ],
)
def test_the_last_line_says_whether_the_machine_is_ready(
    found: tuple[Finding, ...], last: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    doctor = Looked(Cache(tmp_path), "7.3", None)
    doctor.found = found
    assert doctor.tell() is (last == "ready")
    assert capsys.readouterr().out.splitlines()[-1] == last
