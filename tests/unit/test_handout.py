# SPDX-License-Identifier: MIT
"""The handout: what is in it, and what is not."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest

from autograder.course import COURSE_FILE, Course, load
from autograder.errors import GraderError
from autograder.handout import bundle, lock, page, visible
from autograder.handout.text import assignment, late_policy, moment
from autograder.judge import rubric
from autograder.pgfault.example import describe, narrow, with_libraries
from autograder.scoring import worths
from tests.handout_archive import NEAR, added, grams, normal, secrets
from tests.unit.test_report_schema import example

ROOT = Path(__file__).parents[2]
HIDDEN = (
    "life_cycle/number_used_again",
    "life_cycle/execve_keeps_unread_records",  # in a second module of its area
    "buffer/overflow_is_counted",
    "pgfaultmap/random_file",
)


def course(**changes: object) -> Course:
    return Course.model_validate({"course": {"name": "Systems"}, **changes})


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return bundle.contents(load(ROOT / COURSE_FILE))


@pytest.fixture(scope="module")
def partly_hidden() -> dict[str, bytes]:
    areas = {"Extra credit: threads": "hidden"}
    checks = dict.fromkeys(HIDDEN, "hidden")
    return bundle.contents(course(visibility={"areas": areas, "checks": checks}))


def test_nothing_of_a_solution_or_a_mistake_is_in_it(files: dict[str, bytes]) -> None:
    """Not as a file, not in parts, and not with other blanks or as a comment."""
    names = "\n".join(files)
    assert not re.search(r"reference|mutant|solution|hostile|/tests/|/bulk/", names), names
    given = {name: grams(normal(data.decode()), NEAR) for name, data in files.items()}
    for secret, text in secrets().items():
        lines = grams(normal(text), NEAR)
        for name, known in given.items():
            assert not known & lines, f"{name} has lines of {secret}"


def test_a_near_copy_would_be_found() -> None:
    secret = next(text for name, text in secrets().items() if name.endswith("regions.c"))
    piece = secret.splitlines()[60:90]
    disguised = "\n".join(f" *   {line.replace('	', '  ')}  " for line in piece)
    assert grams(normal(disguised), NEAR) & grams(normal(secret), NEAR)


def test_own_lines_of_a_patch() -> None:
    assert added("+++ b/x\n@@ -1 +1,2 @@\n context\n+mine\n-old\n") == "mine"


def test_hidden_checks_leave_no_trace(partly_hidden: dict[str, bytes]) -> None:
    everything = b"\n".join(partly_hidden.values()).decode()
    for check_id in HIDDEN:
        name = check_id.partition("/")[2]
        assert name not in everything
        title = next(check.title for check in rubric.checks() if check.id == check_id)
        assert title not in everything
    assert "kit/autograder/pgfault/checks/test_threads.py" not in partly_hidden
    assert "kit/autograder/pgfault/probes/threads.c" in partly_hidden  # a visible check uses it
    assert "all_threads_are_traced" not in everything


def test_what_only_hidden_checks_used_goes_with_them(partly_hidden: dict[str, bytes]) -> None:
    assert "PROBE(damaged)" in partly_hidden["kit/autograder/pgfault/probes/damaged.c"].decode()
    every = dict.fromkeys((check.id for check in rubric.checks()), "hidden")
    shown = "file/mode"
    del every[shown]
    files = bundle.contents(course(visibility={"checks": every}))
    modules = [name for name in files if re.search(r"checks/test_", name)]
    assert modules == ["kit/autograder/pgfault/checks/test_file.py"]
    source = files[modules[0]].decode()
    assert source.count("def test_") == 1
    assert "def expect_" not in source and "Sample" not in source and "\n\n\n\n" not in source
    probes = {name.rpartition("/")[2] for name in files if "/probes/" in name}
    assert "file_stat.c" in probes and "threads.c" not in probes and "target.c" in probes


def test_the_rest_of_a_module_stays_as_it_is() -> None:
    source = (
        "from a import b, c\n\nX = 1\n\n\ndef test_one():\n    b(X)\n\n\n"
        "# why\n@c\ndef test_two():\n    pass\n"
    )
    assert visible.without_hidden(source, set()) == source
    left = visible.without_hidden(source, {"test_two"})
    assert left.startswith("from a import b\n\nX = 1\n") and "why" not in left
    assert visible.without_hidden(source, {"test_one"}).startswith("from a import c\n")


def test_what_rests_on_a_hidden_check_rests_on_the_boot() -> None:
    source = (
        'OFTEN = "a/é"\nRESTS_ON = ("a/b", OFTEN)\n\n\n@rests_on("a/b", "c/d", "a/b")\n'
        "def test_one():\n    # 'a/b'\n    print('not a/b')\n"
    )
    assert visible.without_names(source, {"a/b", "a/é"}) == (
        'OFTEN = "build/boots"\nRESTS_ON = ("build/boots", OFTEN)\n\n\n'
        '@rests_on("build/boots", "c/d", "build/boots")\n'
        "def test_one():\n    # 'a/b'\n    print('not a/b')\n"
    )


@pytest.mark.parametrize("name", ["files", "partly_hidden"])
def test_students_can_run_what_they_get(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """From the unpacked archive alone: the commands start, the visible checks are collected."""
    files: dict[str, bytes] = request.getfixturevalue(name)
    for path, data in files.items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    code = (
        "import sys, autograder.student.__main__\n"
        "import autograder.student.check, autograder.student.boot\n"
        "from autograder.judge import rubric\n"
        "from autograder.course import load\n"
        "from autograder.scoring import worths\n"
        "from pathlib import Path\n"
        "from autograder.report import html, terminal\n"
        "from autograder.results import Result\n"
        "worth = worths(load(Path('kit/course.toml')))\n"
        "html.write(Result.model_validate_json(sys.argv[1]), Path('feedback.html'))\n"
        "print(len(rubric.checks()), float(sum(w.points for w in worth.values())))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, example()],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "kit"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    count, points = done.stdout.split()
    threads = sum(check.id.startswith("threads/") for check in rubric.checks())
    withheld = 0 if name == "files" else len(HIDDEN) + threads
    assert int(count) == len(rubric.checks()) - withheld
    if name == "files":
        values = worths(load(ROOT / COURSE_FILE)).values()
        assert float(points) == pytest.approx(float(sum(w.points for w in values)))


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    one, other = tmp_path / "one.zip", tmp_path / "other.zip"
    count = bundle.write(course(), one)
    bundle.write(course(), other)
    assert one.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(io.BytesIO(one.read_bytes())) as archive:
        assert len(archive.namelist()) == count
        assert all(name.startswith("pgfault/") for name in archive.namelist())


def test_no_name_of_a_student_is_in_it() -> None:
    files = bundle.contents(course(extensions={"ada-lovelace": {"days": 2, "reason": "secret"}}))
    assert all(b"ada-lovelace" not in data for data in files.values())


def test_the_table_of_points_is_that_of_the_checks() -> None:
    written = assignment(course(points={"full": 60})).markdown
    table = written.partition("## 10.")[2].partition("## 11.")[0]
    rows = re.findall(r"^\| ([^|]+) \| [^|]* \| (\d+) \| (\+?[\d.]+) \|$", table, re.M)
    assert sum(int(count) for _, count, _ in rows) == len(rubric.checks())
    assert [area for area, _, _ in rows] == list(dict.fromkeys(c.area for c in rubric.checks()))
    points = sum(Fraction(value) for _, _, value in rows if not value.startswith("+"))
    assert float(points) == pytest.approx(60, abs=0.06)
    appendix = written.partition("## Appendix")[2]
    assert re.findall(r"^### Area \d+: (.*)$", appendix, re.M) == [area for area, _, _ in rows]
    for check in rubric.checks():
        assert f"| {check.number} | {check.rule} | {check.title} |" in appendix


def test_the_course_s_values_are_in_the_text() -> None:
    given = course(
        course={"name": "Betriebssysteme", "term": "Winter"},
        deadline={"due": "2026-11-30T23:59:00", "timezone": "Europe/Berlin", "extension_days": 1},
        late={"percent_per_day": 10, "grace_minutes": 15, "cutoff_days": 5},
    )
    text = assignment(given).markdown
    due = given.due()
    assert due is not None
    assert moment(due) == "Tuesday, 1 December 2026, 23:59 (CET)"
    for words in (
        "Betriebssysteme · Winter · due Tuesday, 1 December 2026",
        "1 day later than first announced",
        "10 % of the points",
        "first 15 minutes",
        "more than 5 days late",
    ):
        assert words in text
    assert late_policy(course()) == ""
    assert "the course announces the deadline" in assignment(course()).markdown


class Page(HTMLParser):
    """What a page asks for, its addresses, and whether its tags match."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in ("meta", "br", "hr", "img", "link", "input"):
            self.open.append(tag)
        if name := given.get("id"):
            self.ids.append(name)
        if target := given.get("href"):
            self.targets.append(target)
        if tag in ("link", "img", "iframe") or (tag == "script" and "src" in given):
            self.fetched.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_fetches_nothing() -> None:
    html = assignment(course()).html
    seen = Page()
    seen.feed(html)
    assert seen.open == [] and seen.fetched == []
    assert html.count("sha256-") == 2 and not re.search(r"<[a-z]+ [^>]*\bstyle=", html)
    assert len(set(seen.ids)) == len(seen.ids)
    for target in seen.targets:
        assert target.startswith("#") and target[1:] in seen.ids, target
    assert (ROOT / "handout/page.css").read_text() in html
    assert (ROOT / "handout/page.js").read_text() in html
    assert html.count("<figure>\n<svg") == 3 and "{#" not in html and "url(http" not in html


def test_every_clause_of_the_contract_has_its_rule() -> None:
    """Each rule of section 5 is there once, and what refers to one names one that exists."""
    text = assignment(course()).markdown
    contract = text.partition("## 5.")[2].partition("## 6.")[0]
    rules = re.findall(r"^\*\*([FRTBPKX]\d+)\.", contract, re.M)
    assert len(rules) == len(set(rules)) and len(rules) > 30
    referred = set(re.findall(r"\b(?:rule|rules|Rule) ([FRTBPKX]\d+)", text))
    starter = (ROOT / "handout/kit/tools").glob("*.[ch]")
    for source in starter:
        referred |= set(re.findall(r"\b([FRTBPKX]\d)\b", source.read_text()))
    assert referred <= set(rules), referred - set(rules)


def test_commands_in_the_text_exist() -> None:
    text = assignment(course()).markdown
    makefile = (ROOT / "handout/kit/Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    for command in re.findall(r"`make ([a-z-]+)`|^\$ make ([a-z-]+)", text, re.M):
        assert set(filter(None, command)) <= targets, command
    for chosen in re.findall(r"ONLY=([a-z0-9.,_]+)", text):
        for word in chosen.split(","):
            assert rubric.select(word), word


def test_the_milestones_cover_all_checks_and_none_twice_too_early() -> None:
    """What a milestone promises is no extra credit, and together they leave nothing out."""
    text = assignment(course()).markdown
    section = text.partition("## 6.")[2].partition("## 7.")[0]
    promised: set[str] = {check.id for check in rubric.select("build")}
    for heading, chosen in re.findall(r"^### (M\d+).*?ONLY=(\S+)$", section, re.M | re.S):
        checks = rubric.select(chosen)
        assert any(check.extra_credit for check in checks) == (heading == "M9"), heading
        promised |= {check.id for check in checks}
    assert promised == {check.id for check in rubric.checks()}


def test_the_lock_keeps_what_is_needed() -> None:
    text = (
        "a==1 \\\n    --hash=sha256:00\n    # via\n    #   kit (pyproject.toml)\n"
        "b==1 \\\n    --hash=sha256:00\n    # via a\n"
        "c==1 ; python_version < '3.11' \\\n    --hash=sha256:00\n    # via\n    #   b\n    #   z\n"
        "z==1 \\\n    --hash=sha256:00\n    # via kit (pyproject.toml)\n"
    )
    kept = lock.needed(text, ["a"])
    assert re.findall(r"^(\w)==", kept, re.M) == ["a", "b", "c"]
    with pytest.raises(ValueError, match="q"):
        lock.needed(text, ["q"])


def test_sections_and_rules_are_links_to_their_places() -> None:
    html = assignment(course()).html
    assert '<strong id="rule-r2">R2.</strong>' in html
    assert '<strong id="rule-t1">T1. Every page fault</strong>' in html
    assert re.search(r'<a href="#4-3-[a-z-]+">section 4\.3</a>', html)
    assert 'rule <a href="#rule-r2">R2</a>' in html
    assert '(<a href="#rule-r3">R3</a>)' in html and '<td><a href="#rule-x1">X1</a></td>' in html
    main = html.partition("<main")[2].partition("<script>")[0]
    text = re.sub(r"<pre.*?</pre>|<code>.*?</code>|<a .*?</a>|<h\d.*?</h\d>", "", main, flags=re.S)
    text = re.sub(r"<section.*?</section>|<strong.*?</strong>", "", text, flags=re.S)
    left = re.findall(r"\b[Ss]ections? \d[\d.]*|\b[FRTBPKX]\d+\b", text)
    assert not left, left


def test_the_contents_have_the_headings_below_those_of_the_chapters() -> None:
    nav = assignment(course()).html.partition("<nav")[2].partition("</nav>")[0]
    background = nav.partition("4. Background")[2].partition("5. The contract")[0]
    assert re.findall(r'href="#[^"]+">(4\.\d)', background) == [f"4.{n}" for n in range(1, 7)]
    assert "own-map" not in nav  # smaller ones are left out


def test_a_space_in_code_is_seen() -> None:
    """Rule F3 says that ` 1` is another spelling than `1`."""
    assert "<code> 1</code>" in assignment(course()).html
    (rule,) = re.findall(r"^code \{[^}]*\}", (ROOT / "handout/page.css").read_text(), re.M)
    assert "white-space: pre-wrap" in rule


def test_the_markdown_has_nothing_of_the_page() -> None:
    text = assignment(course()).markdown
    assert "```replay" not in text and "{#" not in text and "Press Play" not in text


def test_a_heading_may_not_have_the_address_of_another(tmp_path: Path) -> None:
    with pytest.raises(GraderError, match="#one"):
        page.render("# A\n\n## One\n\n### One\n", "A", {}, tmp_path)


def test_the_pictures_have_no_color_that_the_page_cannot_change() -> None:
    style = (ROOT / "handout/page.css").read_text()
    dark = style.partition("prefers-color-scheme: dark")[2].partition("* {")[0]
    for picture in (ROOT / "handout/pictures").glob("*.svg"):
        colors = re.findall(r'(?:fill|stroke)="([^"]+)"', picture.read_text())
        for color in set(colors) - {"none"}:
            name = re.fullmatch(r"var\((--[a-z0-9-]+), #[0-9a-f]+\)", color)
            assert name, f"{picture.name}: {color}"
            assert f"{name[1]}:" in dark, name[1]


def test_the_example_shows_the_command_s_own_regions() -> None:
    line = "Region: {} - 2000 (   2 pages): |{}|"
    map_ = [line.format(f"{n}000", drawn) for n, drawn in enumerate(("X.", "..", "X.", ".."))]
    events = ["0 add a 0-2", "0 fault 1000", "1 add b 1-2", "1 remove a", "2 add c 1-2"]
    events += ["2 fault 2000", "3 fault 2008", "4 add d 3-4"]
    caption, _, shown = describe(map_, events).partition("\n\n")
    assert shown == "Region: 2000 - 2000 (   2 pages): |X.|\n"
    assert "had 2 regions and touched 1 pages" in caption


def test_the_paths_of_the_maps_move_nearer() -> None:
    line = "40000000-40001000 r--p 00000000 00:03 108                                /lib64/ld.so"
    assert narrow(line) == f"{'40000000-40001000 r--p 00000000 00:03 108':<50} /lib64/ld.so"
    assert narrow("1-2 rw-p 0 00:00 0 ") == "1-2 rw-p 0 00:00 0"


def test_a_program_comes_with_its_libraries() -> None:
    members = with_libraries([Path("/bin/cat").resolve()])
    names = [member.name for member in members]
    assert "usr/bin/cat" in names and any("libc.so" in name for name in names)
    for name in names:  # the kernel makes no folders by itself
        assert Path(name).parent.as_posix() in {".", *names[: names.index(name)]}
    with pytest.raises(GraderError, match="not dynamically linked"):
        with_libraries([ROOT / "README.md"])
