# SPDX-License-Identifier: MIT
"""Every mistake of the corpus is caught by the checks that it names.

Here only those checks run; ``make matrix`` runs all, and shows that no others fail.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus import Mutant, mutants
from tests.matrix import Matrix


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Matrix:
    return Matrix(tmp_path_factory.mktemp("matrix"), seed=1)


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.name)
def test_mutant_is_caught(matrix: Matrix, mutant: Mutant, tmp_path: Path) -> None:
    row = matrix.run_mutant(mutant, everything=False)
    assert not row.problem
    assert not row.missed, row.messages
