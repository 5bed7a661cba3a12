# SPDX-License-Identifier: MIT
"""One probe by hand, as somebody who writes checks runs it."""

from __future__ import annotations

from tests.corpus import REFERENCE
from tests.guest.conftest import run

DRAIN = ("probe", "drain", "steps=map 0 64;touch 0 {pages}", "pages=3", "unread=0", "buffer=4096")


def test_the_notes_of_a_probe_are_printed() -> None:
    done = run(*DRAIN, "--submission", str(REFERENCE), "--files")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("probe drain ") and "steps=map 0 64;touch 0 3" in lines[0]
    assert any(line.startswith("  drained ") for line in lines)
    assert any(line.startswith("  file ") for line in lines)
    assert lines[-1] == "outcome: completed"


def test_the_baseline_has_no_such_file_and_the_probe_says_so() -> None:
    done = run(*DRAIN)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("outcome: gave up: open of /proc/PID/")
    assert "log:" not in done.stdout
