# SPDX-License-Identifier: MIT
"""The committed schema and the documented example agree with the models."""

from __future__ import annotations

import json
import re
from pathlib import Path

from autograder.report import schema
from autograder.results import Result, Status, total

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "result.md"


def example() -> str:
    found = re.search(r"```json\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found, f"{DOCUMENT.name} has no example"
    return found[1]


def test_the_committed_schema_is_current() -> None:
    committed = schema.SCHEMA_FILE.read_text(encoding="utf-8")
    assert committed == schema.generate(), "run: python -m autograder schema"


def test_the_schema_asks_for_every_key_and_allows_no_other() -> None:
    document = json.loads(schema.generate())
    for definition in (document, *document["$defs"].values()):
        if definition["type"] == "object":
            assert sorted(definition["required"]) == sorted(definition["properties"])
            assert definition["additionalProperties"] is False


def test_the_example_is_a_result_written_in_full() -> None:
    result = Result.model_validate_json(example())
    assert result.model_dump(mode="json") == json.loads(example())
    assert result.totals == total(result.verdicts)


def test_the_example_shows_every_status() -> None:
    result = Result.model_validate_json(example())
    assert {verdict.status for verdict in result.verdicts} == set(Status)


def test_every_key_is_documented() -> None:
    prose = DOCUMENT.read_text(encoding="utf-8").replace(example(), "")
    document = json.loads(schema.generate())
    keys = {*document["properties"], *document["$defs"]["Verdict"]["properties"]}
    assert {key for key in keys if f"`{key}`" not in prose} == set()
