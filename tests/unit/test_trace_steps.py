# SPDX-License-Identifier: MIT
"""Steps of a target are told as the system calls that they are, and C knows the same ones."""

from __future__ import annotations

import re

import pytest

from autograder import assignment
from autograder.judge import rubric
from autograder.pgfault.trace.steps import STEPS, UNKNOWN, after, in_words, parse

BASE = 0x2A5D72E000
EXAMPLES = {"S": "1", "PAGES": "3,1", "P": "rw", "SECONDS": "0.5"}
NAMED = re.compile(r'\{ "(\w+)", "([A-Z ]*)", \w+ \},')


def test_c_has_the_same_steps_with_the_same_arguments() -> None:
    source = (assignment.current().probes / "actions.c").read_text()
    table = source.partition("actions[] = {")[2].partition("};")[0]
    assert dict(NAMED.findall(table)) == {name: step.arguments for name, step in STEPS.items()}
    assert len(NAMED.findall(table)) == table.count("{ ")


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("map 0 64", "mmap() added 64 pages (2a5d72e000-2a5d76e000)"),
        ("file 1 1", "mmap() added 1 page (2a6d72e000-2a6d72f000) of a file"),
        ("unmap 0 2 3", "munmap() removed 3 pages (2a5d730000-2a5d733000)"),
        ("protect 0 16 9 r", "mprotect() made 9 pages (2a5d73e000-2a5d747000) read-only"),
        ("resize 0 2 3", "mremap() resized the region at 2a5d72e000 from 2 to 3 pages"),
        (
            "move 0 2 3",
            "mremap() moved the region at 2a5d72e000 to 2a6572e000 "
            "and resized it from 2 to 3 pages",
        ),
        ("touch 0 3,5", "the traced process wrote to 2 pages of the region at 2a5d72e000"),
        ("brk -2", "brk() shrank the heap by 2 pages"),
        ("brk 1", "brk() grew the heap by 1 page"),
        ("exec", "the traced process called execve()"),
        ("", UNKNOWN),
        ("dance 1 2 3", UNKNOWN),
        ("protect 0", UNKNOWN),
        ("protect 0 1 2 x", UNKNOWN),
        ("map x 1", UNKNOWN),
    ],
)
def test_a_step_is_told_as_a_system_call(step: str, told: str) -> None:
    assert in_words(step, BASE) == told


@pytest.mark.parametrize("name", STEPS)
def test_every_step_has_words_for_its_arguments(name: str) -> None:
    arguments = [EXAMPLES.get(word, "2") for word in STEPS[name].arguments.split()]
    told = in_words(" ".join([name, *arguments]), BASE)
    assert told != UNKNOWN and "{" not in told


def test_every_step_of_every_check_is_one() -> None:
    told = 0
    for check in rubric.checks():
        if check.plan is None or check.plan.probe != "steps":
            continue
        params = check.plan.job(1).params
        for step in filter(None, params.get("before", "").split(";")):
            assert parse(step), f"{check.id}: {step}"
        for index in range(1, len(params["steps"].split(";")) + 1):
            assert UNKNOWN not in after(params, index), f"{check.id}: {params['steps']}"
            told += 1
    assert told > 50


def test_every_step_that_a_probe_names_itself_is_one() -> None:
    sources = [path.read_text() for path in assignment.current().probes.glob("*.c")]
    named = [steps for text in sources for steps in re.findall(r'target_new\("([^"]+)"\)', text)]
    assert len(named) > 5
    assert [step for steps in named for step in steps.split(";") if not parse(step)] == []
