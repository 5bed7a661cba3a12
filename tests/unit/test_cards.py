# SPDX-License-Identifier: MIT
"""The first words of a report, for twelve submissions as students make them."""

from __future__ import annotations

import json

import pytest

from autograder.report.diagnosis import diagnose
from tests.cards import CARDS, PINNED, card, recorded


@pytest.mark.parametrize("name", CARDS)
def test_card(name: str) -> None:
    pinned = json.loads(PINNED.read_text())
    assert card(diagnose(recorded(name))) == pinned[name]
