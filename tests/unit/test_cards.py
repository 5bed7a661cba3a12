# SPDX-License-Identifier: MIT
"""The first words of a report: of twelve submissions, and at every stage of a student's way."""

from __future__ import annotations

import json

import pytest

from autograder.report.diagnosis import diagnose
from tests import stages
from tests.cards import CARDS, PINNED, card, recorded


@pytest.mark.parametrize("name", CARDS)
def test_card(name: str) -> None:
    pinned = json.loads(PINNED.read_text())
    assert card(diagnose(recorded(name))) == pinned[name]


@pytest.mark.parametrize("name", json.loads(stages.PINNED.read_text()))
def test_card_of_a_stage(name: str) -> None:
    pinned = json.loads(stages.PINNED.read_text())
    assert name in {stage.name for stage in stages.STAGES}
    assert card(diagnose(stages.recorded()[name])) == pinned[name]
