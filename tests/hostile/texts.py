# SPDX-License-Identifier: MIT
"""Texts that want to run, to hide or to look like something else wherever they are shown.

One that runs in a page sets ``window.pgfaultHostileRan`` (:data:`RAN`), or asks for a file
of the test's own listener on loopback: what a browser test has to look for.
"""

from __future__ import annotations

from html.parser import HTMLParser

from autograder.results import Evidence, Result

RAN = "pgfaultHostileRan"
_SET = f"window.{RAN}=1"
_ASK = "http://127.0.0.1:47613/ran"

HTML = {
    "script": f"<script>{_SET}</script>",
    "script in capitals": f"<ScRiPt>{_SET}</sCrIpT>",
    "closing the page's own script": f"</script><script>{_SET}</script>",
    "closing the page's own style": f"</style><script>{_SET}</script>",
    "closing a text area": f"</textarea></title></pre><script>{_SET}</script>",
    "image that fails": f'<img src=x onerror="{_SET}">',
    "image from elsewhere": f'<img src="{_ASK}">',
    "vector image": f'<svg onload="{_SET}"><animate onbegin="{_SET}" attributeName=x dur=1s>',
    "frame": f'<iframe srcdoc="<script>parent.{RAN}=1</script>"></iframe>',
    "object": f'<object data="javascript:{_SET}"></object><embed src="javascript:{_SET}">',
    "link": f'<a href="javascript:{_SET}" autofocus onfocus="{_SET}">here</a>',
    "form": f'<form action="{_ASK}"><input autofocus onfocus="{_SET}"></form>',
    "details": f'<details open ontoggle="{_SET}">',
    "sent elsewhere": f'<meta http-equiv="refresh" content="0;url={_ASK}">',
    "base": f'<base href="{_ASK}/">',
    "style": f"<style>@import url({_ASK});*{{display:none}}</style>",
    "out of an attribute": f'" onmouseover="{_SET}" x="',
    "out of an attribute in single quotes": f"' onmouseover='{_SET}' x='",
    "comment": f"--!><script>{_SET}</script><!--",
    "CDATA": f"]]><script>{_SET}</script>",
    "entities": f"&lt;script&gt;{_SET}&lt;/script&gt;",
    "in UTF-7": f"+ADw-script+AD4-{_SET}+ADw-/script+AD4-",
    "a line separator in a script": f"\u2028{_SET}\u2029",
}
TEMPLATES = {
    "expression of a template": "{{ 7 * 7 }}{% for x in range(9) %}x{% endfor %}{# #}",
    "classes of a template": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "format": "{0.__class__} %s%n $(id) `id` ${HOME}",
    "markup of the terminal's library": "[bold red]not reached[/bold red][link=file:///x]y[/link]",
    "Markdown": f"[here](javascript:{_SET}) ![x]({_ASK})",
    "a formula": '=HYPERLINK("http://127.0.0.1:47613/ran","ok")',
}
TERMINAL = {
    "clears the screen": "\x1b[2J\x1b[H\x1b[3J",
    "paints over the line": "\rpassed   3 / 3\x1b[1A\x1b[2K",
    "title, clipboard and link": "\x1b]0;owned\x07\x1b]52;c;eHl6\x07\x1b]8;;file:///x\x07y\x1b]8;;\x07",
    "answers into the keyboard": "\x1b[c\x1b[6n\x1bP$q\x1b\\",
    "alternate screen": "\x1b[?1049h\x1b[?25l\x1b[8;1;1t",
    "eight-bit controls": "\x9b2J\x9d0;owned\x9c",
    "backspaces": "failed\b\b\b\b\b\bpassed",
    "bell and shift out": "\x07\x0e\x0f\x00\x7f",
}
LOOKS = {
    "right to left": "\u202epassed\u202c \u2066\u2067x\u2069",
    "zero width": "fail\u200bed\ufeff\u00ad\u2060",
    "tags": "\U000e0070\U000e0061\U000e0073\U000e0073",
    "piled marks": "Z" + "\u0351\u0321\u0489" * 40,
    "a long line": "x" * 20_000,
    "many lines": "y\n" * 5_000,
    "not characters": "\ufffe\uffff\ufffd",
}
ALL = {**HTML, **TEMPLATES, **TERMINAL, **LOOKS}


def spoiled(result: Result) -> Result:
    """``result`` with a hostile text wherever a submission has a hand in what stands there."""
    texts = list(ALL.values())
    verdicts = []
    for number, verdict in enumerate(result.verdicts):
        text = texts[number % len(texts)]
        evidence = [
            Evidence(
                kind=kind, title=f"{kind} {text}", text=f"{text}\n{texts[-number % len(texts)]}"
            )
            for kind in ("report", "hang", "output", "console", "compiler")
        ]
        words = {"message": text, "did": text, "expected": text, "observed": text}
        verdicts.append(verdict.model_copy(update={**words, "evidence": evidence}))
    everything = "\n".join(texts)
    submission = result.submission.model_copy(
        update={"name": HTML["script"], "files": texts, "answers": everything}
    )
    return result.model_copy(
        update={"verdicts": verdicts, "submission": submission, "notes": texts}
    )


class _Active(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        for name, value in attrs:
            text = value or ""
            if name.startswith("on") or "javascript:" in text or "47613" in text:
                self.found.append(f"<{tag} {name}={text[:60]}>")
            elif name in ("src", "srcdoc", "action", "formaction", "http-equiv", "data"):
                self.found += [f"<{tag} {name}={text[:60]}>"] if RAN in text else []

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside in ("script", "style") and (RAN in data or "47613" in data):
            # Data for the page's own scripts is inert where nothing can end its element.
            self.found.append(f"<{self.inside}> {data[:60]}")


def active(page: str) -> list[str]:
    """What in ``page`` would run, or ask for something, because of a text in it."""
    parser = _Active()
    parser.feed(page)
    parser.close()
    return parser.found
