# SPDX-License-Identifier: MIT
"""The survivors that somebody has looked at: a line each in survivors.toml."""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = Path(__file__).parent / "survivors.toml"


class Reason(str, Enum):
    """Why a mutation passes all checks."""

    EQUIVALENT = "equivalent"  # no user could tell the difference
    ALLOWED = "allowed"  # the contract leaves it open
    UNSEEN = "unseen"  # it is a mistake, and no check can see it

    __str__ = str.__str__


class Survivor(BaseModel):
    """What was found out about one mutation that no check caught."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(pattern="^[0-9a-f]{12}$", description="see Mutation.key")
    place: str = Field(description="solution, file and the changed line, for whoever reads this")
    reason: Reason
    why: str = Field(min_length=10, description="a sentence")


def survivors(path: Path = FILE) -> dict[str, Survivor]:
    """All of them, by key.

    Errors: ValueError where the file is damaged, or has a key twice.
    """
    rows = [Survivor.model_validate(row) for row in tomllib.loads(path.read_text())["survivor"]]
    found = {row.key: row for row in rows}
    if len(found) < len(rows):
        raise ValueError(f"{path} has a key twice")
    return found
