# SPDX-License-Identifier: MIT
"""``schema``: the form of result.json."""

from __future__ import annotations


def schema() -> None:
    """Write schema/result.schema.json anew, from the models."""
    from autograder.report import schema as result_schema

    result_schema.write()
