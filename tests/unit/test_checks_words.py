# SPDX-License-Identifier: MIT
"""Every text that a check can show is plain English, and no hint names what students lack."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator

import pytest

from autograder import assignment
from autograder.guest.observation import Ending, Outcome
from autograder.judge import answers, rubric
from autograder.judge import hints as judge_hints
from autograder.pgfault.checks import hints
from autograder.pgfault.trace import steps
from autograder.pgfault.trace.address_space import Extents
from tests.words import complaints, message_complaints, sentence_complaints

GIVES_UP = re.compile(r'give_up\("((?:[^"\\]|\\.)*)"')
HINTS = ("hint", "missing", "foreign")
CLAUSES = ("expected", "observed", "did")


def table() -> dict[str, str]:
    named = {
        name: text
        for name, text in (vars(judge_hints) | vars(hints)).items()
        if isinstance(text, str)
    }
    named = {name: text for name, text in named.items() if name.isupper()}
    return named | {str(kind): text for kind, text in judge_hints.OUTCOMES.items()}


def texts(node: ast.expr) -> Iterator[str]:
    """The constant texts in an expression; what is computed stands as a number."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(
            str(part.value) if isinstance(part, ast.Constant) else "n" for part in node.values
        )
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)


def keywords(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """The texts given to the keywords ``names`` in the checks, with the place of each."""
    found = []
    for module in rubric.modules():
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.keyword) and node.arg in names:
                place = f"{module.__name__.rpartition('.')[2]}:{node.value.lineno}"
                found += [(place, text) for text in texts(node.value)]
    return found


def named_hints() -> list[tuple[str, str]]:
    """The hints that modules keep under a name in capitals, or a function under a small one."""
    found = []
    for module in rubric.modules():
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                used = node.targets[0].id
                if any(
                    isinstance(key, ast.keyword)
                    and key.arg in HINTS
                    and isinstance(key.value, ast.Name)
                    and key.value.id == used
                    for key in ast.walk(ast.parse(inspect.getsource(module)))
                ):
                    found += [(used, text) for text in texts(node.value)]
    return found


@pytest.mark.parametrize("check", rubric.every_check(), ids=lambda check: check.id)
def test_titles_and_clauses_and_hints_of_the_rubric(check: rubric.Check) -> None:
    assert not sentence_complaints(check.title)
    assert not complaints(check.clause)
    assert not check.hint or not sentence_complaints(check.hint)
    assert len(check.title) <= 100


@pytest.mark.parametrize(("name", "text"), table().items())
def test_the_table_of_hints(name: str, text: str) -> None:
    assert not sentence_complaints(text), name


def test_hints_of_single_failures() -> None:
    given = keywords(HINTS) + named_hints()
    assert len(given) > 60
    assert [found for _, text in given if text for found in sentence_complaints(text)] == []


def test_clauses_of_messages() -> None:
    given = keywords(CLAUSES)
    assert len(given) > 120
    assert [found for _, text in given for found in complaints(text.strip())] == []


def test_every_step_of_every_check_has_words() -> None:
    for check in rubric.every_check():
        if check.plan is None:
            continue
        params = check.plan.job(7).params
        before = params.get("before", "") if check.plan.probe == "steps" else ""
        for step in filter(None, f"{before};{params.get('steps', '')}".split(";")):
            words = steps.in_words(step, int(params["base"], 16))
            assert not complaints(words)
            assert words != steps.UNKNOWN, step


@pytest.mark.parametrize("of", [answers.READ, answers.WRITE, "open()"])
@pytest.mark.parametrize("answer", ["0", "1", "4096", "EINVAL", "ESRCH", "errno 512", "errno 600"])
def test_what_calls_return(of: str, answer: str) -> None:
    assert not message_complaints(
        "a reader read", answers.expected(of, answer, "ESRCH"), answers.observed(of, answer)
    )


def test_expected_and_observed_have_one_shape() -> None:
    assert answers.expected(answers.READ, "ESRCH") == "the read fails with ESRCH"
    assert answers.observed(answers.READ, "0") == "the read returned 0 (end of file)"
    either = answers.expected(answers.READ, "0", "ESRCH")
    assert either == "the read returns 0 (end of file) or fails with ESRCH"


def test_a_boot_that_ends_early_has_a_hint_of_its_own() -> None:
    for kind in (
        Ending.HANG,
        Ending.SPIN,
        Ending.FLOOD,
        Ending.PANIC,
        Ending.NO_BOOT,
        Ending.VANISHED,
    ):
        assert judge_hints.for_outcome(Outcome(kind=kind)) == judge_hints.OUTCOMES[kind]
    detail = "a read returned 0 (end of file) after step 2, while the process lived"
    assert hints.for_ending(Outcome(kind=Ending.GAVE_UP, detail=detail)) == hints.ZERO_IS_THE_END
    assert not hints.for_ending(Outcome(kind=Ending.GAVE_UP, detail="pipe"))


def test_what_probes_say_is_plain() -> None:
    said = [
        text
        for path in assignment.current().probes.glob("*.c")
        for text in GIVES_UP.findall(path.read_text())
    ]
    assert len(said) > 30
    assert [found for text in said for found in complaints(text)] == []


A, B, C = Extents(0x1000, 0x3000), Extents(0x3000, 0x4000), Extents(0x4000, 0x9000)
WHOLE = Extents(0x1000, 0x9000)


@pytest.mark.parametrize(
    ("step", "before", "after", "fitting"),
    [
        ("", [], [A], hints.AT_START),
        ("protect 0 2 1 r", [WHOLE], [A, B, C], hints.SPLIT),
        ("protect 0 2 1 rw", [A, B, C], [WHOLE], hints.MERGED),
        (
            "protect 0 2 1 r",
            [A, Extents(0x3000, 0x9000)],
            [Extents(0x1000, 0x4000), C],
            hints.BORDER,
        ),
        ("map 0 1", [A], [A, C], hints.ADDED),
        ("over 0 0 9", [WHOLE], [A, B, C], hints.REPLACED),
        ("over 0 3 1", [A], [Extents(0x1000, 0x4000)], hints.GREW),
        ("unmap 0 0 1", [A, C], [C], hints.REMOVED),
        ("unmap 0 2 1", [WHOLE], [A, C], hints.SHRANK),
        ("resize 0 2 3", [A], [Extents(0x1000, 0x4000)], hints.GREW),
        ("brk 2", [A], [Extents(0x1000, 0x5000)], hints.HEAP_GREW),
        ("brk -1", [A], [Extents(0x1000, 0x2000)], hints.HEAP_SHRANK),
        ("stack 9", [C], [Extents(0x3000, 0x9000)], hints.STACK_GREW),
        ("touch 0 1", [A], [A], hints.UNCHANGED),
        ("exec", [A], [C], hints.EXECVE),
    ],
)
def test_the_hint_fits_what_the_step_did(
    step: str, before: list[Extents], after: list[Extents], fitting: str
) -> None:
    assert hints.for_regions(step, before, after) == fitting


@pytest.mark.parametrize(
    "text",
    [
        "ESRCH",
        "observed ESRCH",
        "17",
        "['a', 'b']",
        "pages [1, 2]",
        "it returned None",
        "errno 22",
        "what rests on it",
        "standard error of events.3",
        "look with cat -A",
        "run python -m autograder boot",
    ],
)
def test_the_lint_sees(text: str) -> None:
    assert complaints(text)


@pytest.mark.parametrize(
    "text", ["the read failed with ESRCH", "line 3 is '12.5 fault [0]'", "17 faults, on pages 1, 2"]
)
def test_the_lint_lets_pass(text: str) -> None:
    assert not complaints(text)
