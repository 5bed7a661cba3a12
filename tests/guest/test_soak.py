# SPDX-License-Identifier: MIT
"""The soak in a shorter form: a busy machine and another seed change no verdict.

``make soak`` takes every correct solution, and more seeds.
"""

from __future__ import annotations

from tests.corpus import REFERENCE
from tests.soak import soak

TIMES = 3


def test_the_reference_on_a_busy_machine() -> None:
    assert soak(REFERENCE, TIMES, first_seed=2000) == []
