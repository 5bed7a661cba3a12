# SPDX-License-Identifier: MIT
"""The mutations that were tried, as a page: the score in tables, then each survivor's diff."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

from jinja2 import Environment

from tests.mutation.results import Fate, MutationResult, Score, score
from tests.mutation.survivors import Survivor

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Mutation score</title>
<meta name="viewport" content="width=device-width">
<style>
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: 0 0 1.5rem; }
th, td { text-align: left; padding: .15rem .8rem .15rem 0; border-bottom: 1px solid #8884; }
pre { overflow-x: auto; background: #8881; padding: .6rem; }
</style>
<h1>Mutation score: {{ whole }}</h1>
<p>{% for fate, count in fates %}{{ count }} {{ fate }}{{ ", " if not loop.last }}{% endfor %}.</p>
{% for title, groups in tables %}
<h2>By {{ title }}</h2>
<table>{% for name, part in groups %}<tr><td>{{ name }}</td><td>{{ part }}</td></tr>
{% endfor %}</table>
{% endfor %}
<h2>Survivors</h2>
{% for row in survivors %}
<h3>{{ row.solution }}: {{ row.file }}:{{ row.line }}, {{ row.kind }}</h3>
<p>{% if row.key in known %}{{ known[row.key].reason }}: {{ known[row.key].why }}
{% else %}<strong>Nobody has looked at it.</strong>{% endif %} <code>{{ row.key }}</code></p>
<pre>{{ row.diff }}</pre>
{% else %}<p>None.</p>{% endfor %}
</html>
"""


def render(rows: Sequence[MutationResult], known: Mapping[str, Survivor]) -> str:
    """The page for ``rows``."""
    return (
        Environment(autoescape=True)
        .from_string(PAGE)
        .render(
            whole=score(rows, known),
            fates=Counter(str(row.fate) for row in rows).most_common(),
            tables=[
                ("solution", _parts(rows, known, lambda row: row.solution)),
                ("file", _parts(rows, known, lambda row: f"{row.solution}: {row.file}")),
                ("kind of mutation", _parts(rows, known, lambda row: row.kind)),
            ],
            survivors=[row for row in rows if row.fate is Fate.SURVIVED],
            known=known,
        )
    )


def _parts(
    rows: Sequence[MutationResult],
    known: Mapping[str, Survivor],
    name: Callable[[MutationResult], str],
) -> list[tuple[str, Score]]:
    groups: dict[str, list[MutationResult]] = defaultdict(list)
    for row in rows:
        groups[name(row)].append(row)
    parts = ((group, score(of_group, known)) for group, of_group in sorted(groups.items()))
    return [(group, part) for group, part in parts if part.of]
