# SPDX-License-Identifier: MIT
"""A replay that stands inside another page."""

from __future__ import annotations

import re

from autograder.pgfault.trace.events import parse
from autograder.pgfault.viewer import replay_embed
from autograder.report import assets
from tests.traces import Process


def test_a_replay_can_stand_in_any_page() -> None:
    events = Process(3).events(60)
    embedded = replay_embed.section(events, "ps </script><b>")
    assert embedded.html.count("<section") == embedded.html.count("</section>") == 1
    assert "<b>" not in embedded.html and '"events":60' in embedded.html
    assert "style=" not in embedded.html and "onclick" not in embedded.html
    assert "</style" not in embedded.style and "</script" not in embedded.script
    policy = assets.policy(style=embedded.style, script=embedded.script)
    assert policy.count("'sha256-") == 2


def test_maps_name_its_regions() -> None:
    events = parse("0.000000001 add a 10000-12000\n")
    maps = "00008000-00009000 r-xp 00000000 00:03 83      /bin/ps\n"
    maps += "00010000-00012000 r-xp 00000000 00:03 84      /lib/libprocps.so.8\n"
    assert "libprocps.so.8" in replay_embed.section(events, "ps", maps).html
    assert "libprocps" not in replay_embed.section(events, "ps").html


def test_its_style_touches_nothing_around_it() -> None:
    """Every rule begins with a class that only a replay has."""
    style = replay_embed.section(Process(3).events(9), "ps").style
    own = ("replay", "embedded-replay", "check", "trace", "trace-page", "wide", "view")
    flat = re.sub(r"/\*.*?\*/|@media[^{]*\{|@page[^{]*\{", "", style, flags=re.S)
    for rule in re.findall(r"([^{}]+)\{", flat):
        for selector in rule.split(","):
            first = re.match(r"\s*\.([\w-]+)", selector)
            assert first and first[1] in own, selector
    variables = set(re.findall(r"var\((--[\w-]+)\)", style))
    assert variables <= set(re.findall(r"(--[\w-]+):", style))


def test_the_feedback_page_styles_nothing_in_a_replay() -> None:
    """What the page says of its own classes must not reach the player's."""
    names: set[str] = set()
    for module in assets.SCRIPTS.glob("*.js"):
        for one, other in re.findall(
            r'class: "([\w -]+)"|className = "([\w-]+)"', module.read_text()
        ):
            names.update((one or other).split())
    assert {"quantity", "play", "map"} <= names
    sheet = re.sub(r"/\*.*?\*/|@media[^{]*\{", "", assets.style("feedback.css"), flags=re.S)
    selectors = [
        each.strip() for rule in re.findall(r"([^{}]+)\{", sheet) for each in rule.split(",")
    ]
    clashes = [
        selector
        for selector in selectors
        if names - {"visually-hidden"} & set(re.findall(r"\.([a-z][\w-]*)", selector))
        and not selector.startswith(".card ")
    ]
    assert not clashes
