# SPDX-License-Identifier: MIT
"""The corpus as a page: mutants down, checks across."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jinja2 import Environment

from autograder.judge import rubric

if TYPE_CHECKING:
    from tests.matrix import MatrixRow

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Matrix of the corpus</title>
<style>
body { font: 14px/1.4 system-ui, sans-serif; margin: 2rem; }
table { border-collapse: collapse; }
th { text-align: left; font-weight: normal; padding-right: 1rem; white-space: nowrap; }
td { width: .9rem; text-align: center; border: 1px solid #ddd; }
thead th { writing-mode: vertical-rl; font-size: 11px; padding: .2rem 0; }
.caught { background: #2a7; color: #fff; } .missed { background: #d33; color: #fff; }
.wronged { background: #f90; }
</style>
<h1>{{ right }} of {{ rows | length }} as promised</h1>
<p>✓ failed as it must, ! should have failed and did not, ? failed and should not have.</p>
<table><thead><tr><th></th>{% for check in checks %}
<th title="{{ check.title }}">{{ check.number }} {{ check.id }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in rows %}
<tr><th title="{{ row.mistake }}">{{ row.name }}
{%- if row.of %} ({{ row.of }}){% endif %}</th>
{%- for check in checks %}
{%- if check.id in row.missed %}<td class="missed">!</td>
{%- elif check.id in row.wronged %}<td class="wronged" title="{{ row.messages[check.id] }}">?</td>
{%- elif check.id in row.failed %}<td class="caught" title="{{ row.messages[check.id] }}">✓</td>
{%- else %}<td></td>{% endif %}{% endfor %}</tr>{% endfor %}
</tbody></table></html>
"""


def render(rows: Sequence[MatrixRow]) -> str:
    """The page for ``rows``."""
    environment = Environment(autoescape=True)
    return environment.from_string(PAGE).render(
        rows=rows, checks=rubric.checks(), right=sum(row.right for row in rows)
    )
