# SPDX-License-Identifier: MIT
"""The rubric is complete and in order, and its inputs come from the seed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder import assignment
from autograder.judge import rubric
from autograder.judge.draw import Integer, Integers, Sample, draw_params
from autograder.pgfault import checks as package


def test_numbers_ids_and_points() -> None:
    checks = rubric.checks()
    assert len(checks) >= 45
    assert len({check.id for check in checks}) == len(checks)
    for check in checks:
        assert re.fullmatch(r"\d+\.\d+", check.number)
        assert check.points >= 0.5 and check.points % 0.5 == 0, check.id
        assert check.title.endswith(".")
        assert check.clause and check.clause == assignment.current().rules()[check.rule]


def test_points_are_those_of_the_gradebook() -> None:
    """Nothing has to be scaled: 100 without extra credit, and each area a whole number."""
    areas: dict[tuple[str, bool], float] = {}
    for check in rubric.checks():
        key = (check.area, check.extra_credit)
        areas[key] = areas.get(key, 0) + check.points
    assert all(points == int(points) for points in areas.values()), areas
    assert sum(points for (_, extra), points in areas.items() if not extra) == 100
    assert sum(points for (_, extra), points in areas.items() if extra) == 5
    assert areas[("Build", False)] == 4  # what a submission that does nothing gets


def test_an_area_in_several_modules_has_one_group_of_ids() -> None:
    ids = {check.id: check.area for check in rubric.checks()}
    assert ids["reading/two_readers"] == ids["reading/never_traced"] == "Reading"
    assert ids["faults/times"] == "Faults"
    for module in rubric.modules():
        group = vars(module).get("GROUP")
        assert group is None or f"test_{group}" in {
            other.__name__.rpartition(".")[2] for other in rubric.modules()
        }


def test_modules_of_checks_are_short() -> None:
    for path in assignment.current().checks_folder.glob("*.py"):
        assert len(path.read_text().splitlines()) <= 400, path.name


def test_each_area_has_its_own_first_number() -> None:
    areas = {(check.number.split(".")[0], check.area) for check in rubric.checks()}
    assert len(areas) == len({number for number, _ in areas})


def test_every_probe_exists_and_is_used() -> None:
    defined = {
        name
        for source in assignment.current().probes.glob("*.c")
        for name in re.findall(r"^PROBE\((\w+)\)", source.read_text(), re.M)
    }
    used = {check.plan.probe for check in rubric.every_check() if check.plan}
    assert used == defined


def test_each_boot_can_be_drawn_for_many_seeds() -> None:
    for check in rubric.checks():
        for seed in range(20):
            if check.plan:
                job = check.plan.job(seed)
                assert "{" not in " ".join(job.params.values()), check.id
                assert job.params == check.plan.job(seed).params


def test_probes_fit_on_a_screen_or_two() -> None:
    for source in assignment.current().probes.glob("*.c"):
        lines = source.read_text().splitlines()
        is_probe = any(line.startswith("PROBE(") for line in lines)
        assert len(lines) <= (150 if is_probe else 300), source.name


def test_draws() -> None:
    params = {"a": Integer(3, 9), "b": Sample(5, of=8), "c": Integers(4, 0, 3), "d": "{a};{b}"}
    drawn = draw_params("x", params, 1)
    assert drawn["d"] == f"{drawn['a']};{drawn['b']}"
    assert len(set(drawn["b"].split(","))) == 5
    assert int(drawn["base"], 16) % 4096 == 0
    assert any(draw_params("x", params, seed) != drawn for seed in range(5))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("3.7", ["reading/empty_trace_blocks"]),
        ("reading/never_traced", ["reading/never_traced"]),
        ("no_such_check", []),
    ],
)
def test_select(expression: str, expected: list[str]) -> None:
    assert [check.id for check in rubric.select(expression)] == expected


def test_select_all_but() -> None:
    everything = rubric.select(None)
    assert rubric.select("all") == everything
    held = rubric.select("two_at_once")
    assert rubric.select("all, -two_at_once") == [c for c in everything if c not in held]
    assert rubric.select("11,-11.1") == [c for c in held if c.number != "11.1"]
    assert rubric.select("reading,-reading") == []
    thorough = [check for check in rubric.every_check() if check.on_request]
    assert rubric.select("all,thorough") == everything + thorough


def test_select_an_area() -> None:
    assert {check.area for check in rubric.select("3")} == {"Reading"}
    assert len(rubric.select("3,4.1")) == len(rubric.select("reading")) + 1


def test_sources_of_checks_do_not_know_the_reference() -> None:
    """Nothing may depend on how a solution is built inside."""
    words = ("pgfault_record", "0x706766", "siphash")
    for path in (
        *assignment.current().probes.glob("*.[ch]"),
        *Path(package.__path__[0]).glob("*.py"),
    ):
        text = path.read_text()
        assert not any(word in text for word in words), path.name
