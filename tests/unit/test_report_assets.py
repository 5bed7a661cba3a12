# SPDX-License-Identifier: MIT
"""The joined script, and the policy that names it."""

from __future__ import annotations

import base64
import hashlib
import re

from autograder.pgfault.viewer import scripts
from autograder.report import assets


def test_every_module_is_in_the_script_once_and_none_is_imported() -> None:
    names = {path.stem for path in assets.SCRIPTS.glob("*.js")}
    assert names == set(scripts.MODULES)
    script = scripts.script()
    assert not re.search(r"^\s*(import|export)\b", script, re.M)
    for name in names:
        assert script.count(f"const of_{name} = ") == 1


def test_modules_come_after_those_that_they_import() -> None:
    for place, name in enumerate(scripts.MODULES):
        source = (assets.SCRIPTS / f"{name}.js").read_text()
        imported = re.findall(r'from "\./(\w+)\.js";', source)
        assert set(imported) <= set(scripts.MODULES[:place])


def test_the_policy_names_script_and_style_and_nothing_else() -> None:
    style, script = assets.style("feedback.css"), scripts.script()
    policy = assets.policy(style=style, script=script)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy and "http" not in policy and "*" not in policy


def test_the_feedback_page_has_the_replay_s_script_only_with_a_replay() -> None:
    assert "of_player" in scripts.script()
    assert "of_player" not in assets.page_script()


def test_scripts_make_no_markup_and_ask_for_nothing() -> None:
    script = assets.page_script() + scripts.script()
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "fetch(",
        "XMLHttpRequest",
        "WebSocket",
        "import(",
    ):
        assert word not in script
