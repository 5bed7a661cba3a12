# SPDX-License-Identifier: MIT
"""What rests on what is known for the rubric's own checks, and is no circle."""

from __future__ import annotations

from autograder.judge import dependencies, rubric


def test_every_name_is_a_check() -> None:
    ids = {check.id for check in rubric.checks()}
    assert set(dependencies._CHECKS) <= ids
    assert set(dependencies._AREAS) == {name.partition("/")[0] for name in ids}
    for check in rubric.checks():
        assert set(dependencies.foundations(check)) <= ids


def test_nothing_rests_on_itself_and_all_on_the_build() -> None:
    checks = {check.id: dependencies.foundations(check) for check in rubric.checks()}
    below = dependencies.resting_on(checks)
    assert not [name for name, others in below.items() if name in others]
    roots = {name for name, foundations in checks.items() if not foundations}
    assert roots == {"build/patch_applies", "build/tools_build"}
    booted = below["build/patch_applies"]
    assert booted == set(checks) - roots


def test_what_uses_a_tool_rests_on_the_tools() -> None:
    below = dependencies.resting_on(
        {check.id: dependencies.foundations(check) for check in rubric.checks()}
    )
    assert {check.id for check in rubric.checks() if check.needs} <= below["build/tools_build"]
    assert "reading/wakes_on_stop" in below["reading/empty_trace_blocks"]
