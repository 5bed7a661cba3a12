# SPDX-License-Identifier: MIT
"""Mistakes made by machine: which there are, which are drawn, and what their score is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.corpus import REFERENCE
from tests.mutation.draw import Mutable, draw
from tests.mutation.mutations import LABEL, ORDER, Mutation, mutations
from tests.mutation.results import Fate, MutationResult, Results, Score, score
from tests.mutation.survivors import Reason, Survivor, survivors

SOURCE = """\
/* Takes a lock; if (this) is a comment. */
static int take(struct thing *thing)
{
	int err = 0;

	spin_lock_irqsave(&thing->lock, flags);	/* always */
	thing->count++;
	thing->last = READ_ONCE(jiffies);
	if (!thing->ready)
		goto out;
	err = -ESRCH;
out:
	spin_unlock_irqrestore(&thing->lock, flags);
again:
	return err;
}
""".splitlines(keepends=True)


def found(*lines: int) -> list[Mutation]:
    """The mutations of these lines of SOURCE."""
    return mutations("reference", "mm/thing.c", SOURCE, frozenset(lines))


def news(*lines: int, kind: str = "") -> list[str]:
    """What the lines become, by mutations of a kind."""
    return ["".join(one.new) for one in found(*lines) if not kind or one.kind == kind]


def test_what_is_no_code_is_left_alone() -> None:
    assert not found(1, 3, 5, 16)


def test_a_comment_behind_code_is_left_out() -> None:
    assert "\t/*spin_lock_irqsave(&thing->lock, flags);*/\n" in news(6, kind="statement dropped")


def test_what_goes_wrong_in_kernels() -> None:
    assert "\tspin_lock(&thing->lock);\n" in news(6, kind="kernel")
    assert "\tthing->last = jiffies;\n" in news(8, kind="kernel")
    assert "\terr = 0;\n" in news(11, kind="kernel")


def test_two_lines_change_places() -> None:
    (one,) = [one for one in found(7, 8) if one.kind == ORDER]
    assert one.new == (SOURCE[7], SOURCE[6])


def test_lines_of_different_depth_do_not_change_places() -> None:
    assert ORDER not in {one.kind for one in found(9, 10, 11)}


def test_a_jump_goes_elsewhere() -> None:
    assert news(10, kind=LABEL) == ["\t\tgoto again;\n"]


def test_a_diff_applies_to_the_line() -> None:
    (one,) = [one for one in found(10) if one.kind == LABEL]
    diff = one.diff(SOURCE).splitlines()
    assert diff[0] == "--- a/mm/thing.c"
    assert "-\t\tgoto out;" in diff
    assert "+\t\tgoto again;" in diff


def test_a_mutation_that_adds_a_line_is_a_whole_diff() -> None:
    one = next(one for one in found(7) if "break;" in one.new[0])
    assert "+\tbreak;" in one.diff(SOURCE).splitlines()


def test_the_key_stays_where_lines_before_are_added() -> None:
    (one,) = [one for one in found(10) if one.kind == LABEL]
    moved = replace(one, line=one.line + 2)
    assert moved.key(["\n", "\n", *SOURCE]) == one.key(SOURCE)
    assert one.key(SOURCE) != found(7)[0].key(SOURCE)


def solution(name: str) -> Mutable:
    """A solution that consists of SOURCE."""
    everything = frozenset(range(1, len(SOURCE) + 1))
    return Mutable(Path(name), {"mm/thing.c": SOURCE}, {"mm/thing.c": everything})


def test_a_seed_draws_the_same_again() -> None:
    solutions = [solution("reference"), solution("other"), solution("third")]
    drawn = draw(solutions, 30, 7)
    assert drawn == draw(solutions, 30, 7)
    assert drawn != draw(solutions, 30, 8)
    assert len(set(drawn)) == 30


def test_two_of_three_are_of_the_first_solution() -> None:
    drawn = draw([solution("reference"), solution("other")], 60, 1)
    assert 30 < sum(one.solution == "reference" for one in drawn) < 50


def test_more_than_there_are_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="there are no 100000 mutations"):
        draw([solution("reference")], 100_000, 1)


def row(key: str, fate: Fate) -> MutationResult:
    """A result."""
    return MutationResult(key, "reference", "mm/thing.c", 7, "order", "", fate)


def survivor(key: str, reason: Reason) -> Survivor:
    """A survivor's line."""
    return Survivor(key=key, place="reference mm/thing.c", reason=reason, why="It is so because.")


def test_the_score_leaves_out_what_is_no_mistake() -> None:
    names = ("a" * 12, "b" * 12, "c" * 12, "d" * 12)
    rows = [row(name, Fate.SURVIVED) for name in names]
    rows += [row("e" * 12, Fate.CAUGHT), row("f" * 12, Fate.NOT_BUILT), row("0" * 12, Fate.SAME)]
    reasons = (Reason.EQUIVALENT, Reason.ALLOWED, Reason.UNSEEN)
    known = {name: survivor(name, reason) for name, reason in zip(names, reasons, strict=False)}
    assert score(rows, known) == Score(caught=1, of=3)


def test_the_interval_is_wilsons() -> None:
    low, high = Score(caught=190, of=200).interval
    assert (round(low, 3), round(high, 3)) == (0.910, 0.973)
    assert Score(0, 0).interval == (0.0, 1.0)


def test_results_are_kept(tmp_path: Path) -> None:
    results = Results(tmp_path / "results.json")
    results.keep(row("a" * 12, Fate.SURVIVED))
    results.keep(row("a" * 12, Fate.CAUGHT))
    assert Results(results.path).rows == {"a" * 12: row("a" * 12, Fate.CAUGHT)}


def test_a_key_stands_once(tmp_path: Path) -> None:
    one = (
        '[[survivor]]\nkey = "0123456789ab"\nplace = "here"\nreason = "allowed"\nwhy = "It may."\n'
    )
    one = one.replace("It may.", "The contract leaves it open.")
    path = tmp_path / "survivors.toml"
    path.write_text(one + one)
    with pytest.raises(ValueError, match="a key twice"):
        survivors(path)


def test_every_survivor_has_a_reason() -> None:
    for known in survivors().values():
        assert known.why.endswith("."), known.key


def test_the_reference_has_mutations_of_many_kinds() -> None:
    source = (REFERENCE / "tools/tracepgfault.c").read_text().splitlines(keepends=True)
    kinds = {one.kind for one in mutations("reference", "t.c", source, frozenset(range(1, 200)))}
    assert {"condition", "comparison", "number", "statement dropped", ORDER} <= kinds
