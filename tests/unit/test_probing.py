# SPDX-License-Identifier: MIT
"""A probe by hand: what it is given, and how what it noted is printed."""

from __future__ import annotations

import pytest

from autograder.cli import probing
from autograder.errors import UsageError
from autograder.guest.observation import Ending, Observation, Outcome, Record, Report
from autograder.judge import rubric

SEED = 7


def test_every_probe_that_a_check_uses_is_there() -> None:
    assert {check.plan.probe for check in rubric.checks() if check.plan} <= set(probing.probes())


def test_parameters_are_as_in_a_check() -> None:
    check = next(check for check in rubric.checks() if check.plan and check.plan.probe == "steps")
    assert check.plan is not None
    drawn = check.plan.job(SEED)
    wanted = probing.job("steps", ["before=", "steps=map 0 {pages};touch 0 3", "pages=64"], SEED)
    assert wanted.params["steps"] == "map 0 64;touch 0 3"
    assert {"base", "name"} <= set(wanted.params) & set(drawn.params)


@pytest.mark.parametrize(
    ("name", "words", "why"),
    [
        ("no_such_probe", [], "there is no probe 'no_such_probe': choose one of .*steps"),
        ("steps", ["pages"], "'pages' is no parameter: write KEY=VALUE"),
        ("steps", ["=3"], "'=3' is no parameter"),
        ("steps", ["steps=touch 0 {pages}"], "must name another parameter, and 'pages' does not"),
        ("steps", ["steps=touch 0 {"], "in braces"),
    ],
)
def test_what_cannot_be_run_is_said(name: str, words: list[str], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        probing.job(name, words, SEED)


def seen(kind: Ending, **facts: object) -> Observation:
    made = {
        "probe": "drain",
        "params": {"unread": "3"},
        "outcome": Outcome(kind=kind),
        "records": [
            Record(name="booted", fields={"now": "0.1"}),
            Record(name="bytes", fields={"name": "events", "size": "4"}),
            Record(name="read", fields={"ret": "-1", "text": "a\x1b[1m"}),
        ],
        "files": {"events": b"one\ntwo\x1b\n"},
        "console": "first\nlast",
        "reports": [Report(kind="kasan", title="use-after-free", text="")],
    }
    return Observation.model_validate({**made, **facts})


def test_notes_are_printed_and_act_on_no_terminal() -> None:
    assert list(probing.told(seen(Ending.COMPLETED))) == [
        "probe drain unread=3",
        "  booted now=0.1",
        "  read ret=-1 text=a<U+001B>[1m",
        "  file events: 9 bytes",
        "kernel report (kasan): use-after-free",
        "outcome: completed",
    ]


def test_files_are_printed_if_asked_for() -> None:
    lines = list(probing.told(seen(Ending.COMPLETED), files=True))
    assert lines[3:6] == ["  file events: 9 bytes", "    one", "    two<U+001B>"]


def test_a_probe_that_gave_up_says_why_itself() -> None:
    gave_up = Outcome(kind=Ending.GAVE_UP, detail="open failed")
    lines = list(probing.told(seen(Ending.GAVE_UP, outcome=gave_up)))
    assert lines[-1] == "outcome: gave up: open failed"
    assert not [line for line in lines if "log:" in line]


def test_the_log_is_printed_if_the_probe_did_not_end() -> None:
    lines = list(probing.told(seen(Ending.PANIC)))
    assert lines[-3:] == ["  log: first", "  log: last", "outcome: panic"]
