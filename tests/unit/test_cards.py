# SPDX-License-Identifier: MIT
"""The first words of a report, for twelve submissions as students make them."""

from __future__ import annotations

import json

import pytest

from autograder.report.diagnosis import diagnose
from tests.cards import CARDS, FOLDER, card, recorded


@pytest.mark.parametrize("name", CARDS)
def test_card(name: str) -> None:
    """Made anew with ``python -m tests.cards``; what it prints is what is pinned here."""
    pinned = json.loads((FOLDER / "cards.json").read_text())
    assert card(diagnose(recorded(name))) == pinned[name]
