# SPDX-License-Identifier: MIT
"""Mistakes of the corpus are caught by the checks that they name.

Here it is the few that prove the most, and one on a correct solution that is not the
reference, and only the checks that they fail; ``make matrix`` takes all of the corpus, and
shows that no other checks fail.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus import REFERENCE, Mutant, mutants
from tests.cover import cover
from tests.matrix import Matrix

MOST = 16
ON_THE_REFERENCE = [mutant for mutant in mutants() if mutant.of == REFERENCE]
ON_A_SOLUTION = [mutant for mutant in mutants() if mutant.of != REFERENCE and mutant.fails]


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Matrix:
    return Matrix(tmp_path_factory.mktemp("matrix"), seed=1)


@pytest.mark.parametrize(
    "mutant",
    [*cover(ON_THE_REFERENCE, MOST), *cover(ON_A_SOLUTION, 1)],
    ids=lambda mutant: mutant.name,
)
def test_mutant_is_caught(matrix: Matrix, mutant: Mutant, tmp_path: Path) -> None:
    row = matrix.run_mutant(mutant, everything=False)
    assert not row.problem
    assert not row.missed, row.messages
