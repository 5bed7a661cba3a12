# SPDX-License-Identifier: MIT
"""The rules of the contract: read from its text, named by checks, quoted by reports."""

from __future__ import annotations

import re

import pytest

from autograder.course import COURSE_FILE, load
from autograder.files import KIT
from autograder.gradescope import bundle as gradescope
from autograder.handout import bundle
from autograder.judge import rubric
from autograder.pgfault.rules import FILE, parse, rules
from autograder.report.rules import Rule, blocks, first_sentence, quoted
from autograder.results import Verdict
from tests.corpus import mutants
from tests.rules_page import PAGE, UNCHECKED, page, proofs

CONTRACT = """\
## 5. The contract

Before all rules.

**A1.** A `*p` is *one*
thing. **Never** two:

| in | out |
| --- | --- |
| `1` | **one** |

- first, and
  the rest;
- second.

```text
a synopsis of what comes next
```

**A2. All of it** counts, as here:

```c
code
```

### A heading

Not of a rule.
"""


def test_rules_are_read_from_the_contract_s_text() -> None:
    assert parse(CONTRACT) == {
        "A1": "A `*p` is one thing. Never two:\n\nin | out\n`1` | one\n\n"
        "- first, and the rest;\n- second.",
        "A2": "All of it counts, as here:\n\n    code",
    }


def test_every_rule_of_the_text_is_found_and_is_plain() -> None:
    names = re.findall(r"^\*\*([A-Z]\d+)\.", (KIT / FILE).read_text(), re.M)
    assert list(rules()) == names and len(names) > 30
    for name, text in rules().items():
        assert not re.search(r"\*|\{|^#|```", text, re.M), name
        assert first_sentence(text).endswith((".", ".)")), name
        assert len(first_sentence(text)) < 400, name


def test_every_rule_has_a_check_or_a_reason_why_not() -> None:
    """That each check names a rule which exists, the rubric sees to itself."""
    named = {check.rule for check in rubric.checks()}
    assert named | set(UNCHECKED) == set(rules())
    assert not named & set(UNCHECKED)


def test_a_check_that_names_no_rule_is_refused() -> None:
    def test_it() -> None:
        """It works."""

    test_it.__dict__.update(__number__="1.1", __weight__=1, __rule__="Z9")
    with pytest.raises(ValueError, match="the rule 'Z9', which does not exist"):
        rubric.describe(test_it)
    del test_it.__dict__["__rule__"]
    with pytest.raises(ValueError, match="the rule ''"):
        rubric.describe(test_it)


def test_the_page_of_rules_is_what_would_be_made() -> None:
    assert PAGE.read_text() == page(), "run: python -m tests.rules_page"


def test_mistakes_of_the_rule_come_first() -> None:
    known = mutants()
    found = proofs("reading/sleeping_costs_nothing", "R3", known)
    assert found[0].name == "reading/polls"
    assert all(proofs(check.id, check.rule, known) for check in rubric.checks())


def test_a_rule_is_quoted_by_its_first_sentence() -> None:
    said = {"id": "a/b", "number": "1.1", "title": "", "area": "", "max_points": 1}
    verdict = Verdict.model_validate({**said, "rule": "R1", "clause": "One, two:\n\n- a\n- b"})
    assert quoted(verdict) == "Rule R1: One, two."
    assert quoted(Verdict.model_validate({**said, "clause": "Free words: x. Y."})) == (
        "Free words: x. Y."
    )
    assert first_sentence("It is 0.5: so (at least). (Or not.) More.") == (
        "It is 0.5: so (at least)."
    )


def test_the_parts_of_a_rule() -> None:
    text = "First. Second.\n\nx | y\n1 | 2\n\n- a\n- b\n\n    code"
    assert [(block.kind, block.lines) for block in Rule("A1", text).more] == [
        ("text", ["Second."]),
        ("table", ["x | y", "1 | 2"]),
        ("list", ["a", "b"]),
        ("code", ["code"]),
    ]
    assert Rule("A1", text).more[1].rows == [["x", "y"], ["1", "2"]]
    assert Rule("A1", "All.").more == blocks("All.")


def test_the_text_comes_along_wherever_the_kit_goes() -> None:
    assert f"kit/{FILE}" in bundle.contents(load(KIT / COURSE_FILE))
    assert KIT / FILE in gradescope.kit()
