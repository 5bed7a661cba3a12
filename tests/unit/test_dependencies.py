# SPDX-License-Identifier: MIT
"""What rests on what is known for the rubric's own checks, and is no circle."""

from __future__ import annotations

from autograder.judge import dependencies, rubric
from autograder.pgfault.checks import foundations

RESTS_ON = {check.id: dependencies.foundations(check) for check in rubric.checks()}


def test_every_name_is_a_check() -> None:
    named = {name for names in RESTS_ON.values() for name in names}
    often = {name for key, name in vars(foundations).items() if key.isupper()}
    assert named <= set(RESTS_ON)
    assert often <= named


def test_nothing_rests_on_itself_and_all_on_the_build() -> None:
    below = dependencies.resting_on(RESTS_ON)
    assert not [name for name, others in below.items() if name in others]
    roots = {name for name, named in RESTS_ON.items() if not named}
    assert roots == {"build/patch_applies", "build/tools_build"}
    booted = below["build/patch_applies"]
    assert booted == set(RESTS_ON) - roots


def test_what_uses_a_tool_rests_on_the_tools() -> None:
    below = dependencies.resting_on(RESTS_ON)
    assert {check.id for check in rubric.checks() if check.needs} <= below["build/tools_build"]
    assert "reading/wakes_on_stop" in below["reading/empty_trace_blocks"]


def test_a_check_rests_on_what_its_area_does_unless_it_says_otherwise() -> None:
    assert RESTS_ON["buffer/room_for_500"] == [
        foundations.READS,
        "build/tools_build",
    ]
    assert RESTS_ON["file/mode"] == [foundations.EXISTS]
    assert RESTS_ON["file/start_by_itself"] == [foundations.STARTS]
    assert RESTS_ON[foundations.EXISTS] == [foundations.BOOTS]
