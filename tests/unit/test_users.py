# SPDX-License-Identifier: MIT
"""No sandbox can use up what another is allowed."""

from __future__ import annotations

import os

import pytest

from autograder.sandbox.command import Limits
from autograder.sandbox.sandbox import Level, Sandbox, choose
from autograder.sandbox.users import FIRST, own_user

SLEEPERS = 40
CROWD = f"for i in $(seq {SLEEPERS}); do sleep 20 & done; echo crowded; sleep 2"


def test_each_sandbox_has_its_own() -> None:
    assert len({own_user() for _ in range(20)}) == 20


def test_only_ids_that_exist_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pathlib.Path.read_text", lambda path: "0 100000 65536\n")
    assert 32768 <= own_user() < 65536
    monkeypatch.setattr("pathlib.Path.read_text", lambda path: "0 0 4294967295\n")
    assert own_user() >= FIRST


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give other user ids")
def test_a_crowd_in_one_does_not_hinder_another() -> None:
    limits = Limits(processes=SLEEPERS // 2)
    crowded, quiet = choose("full"), Sandbox(Level.FULL)
    process = crowded.start(["sh", "-c", CROWD], limits=Limits(processes=2 * SLEEPERS))
    try:
        for _ in range(5):
            done = quiet.run(["sh", "-c", "ls / | wc -l"], limits=limits)
            assert done.ok, done.output
    finally:
        process.kill()
