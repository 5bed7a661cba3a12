# SPDX-License-Identifier: MIT
"""A feedback page as a test reads it, and the verdicts that it shows."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

from autograder.results import (
    Excerpt,
    PatchLine,
    Status,
    Verdict,
)

HOSTILE = (
    "</pre></details></main><script>alert(1)</script><img src=http://evil.example/x onerror=x>"
    "\"' onmouseover='x' {{ 7 * 7 }} {% raw %} &amp; \x1b]0;owned\x07\x1b[2J \u202eesrever\u200b\r"
)
_VOID = {"meta", "br", "img", "hr", "input", "link"}
_LOADING = {"src", "srcset", "data", "poster", "action", "formaction", "background", "ping"}


class Page(HTMLParser):
    """A strict reading of a page: notes what is open, what loads, what stands where."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        if tag not in _VOID:
            self.open.append(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name == "id":
                self.ids[value or ""] += 1
            if name == "href":
                self.links.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.texts.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.texts).split())


def verdict(number: str, status: Status, **more: object) -> Verdict:
    fields: dict[str, object] = {
        "id": f"reading/check_{number}",
        "number": number,
        "title": f"Title of {number}",
        "area": "reading",
        "clause": f"Clause of {number}",
        "status": status,
        "points": 2 if status is Status.PASSED else 0,
        "max_points": 2,
    }
    return Verdict.model_validate({**fields, **more})


def excerpt(line: int) -> Excerpt:
    return Excerpt(
        function="peek",
        file="mm/x.c",
        line=line,
        lines=[
            PatchLine(number=n, added=True, text=f"\tline({n});") for n in range(line - 1, line + 2)
        ],
    )


REPORT = """BUG: KASAN: slab-use-after-free in peek+0x1/0x2
Call Trace:
 [<60>] ? guessed+0x0/0x9
 [<61>] peek+0x1/0x2  mm/x.c:420
 [<62>] ? guessed_too+0x0/0x9
 [<63>] vfs_read+0x1/0x2  fs/read_write.c:572
Freed by task 26:
 [<64>] pop+0x1/0x2  mm/x.c:42"""
