# SPDX-License-Identifier: MIT
"""course.toml: what it says, and how errors in it are named."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from autograder import course
from autograder.course import KIT_COURSE, Course, line_of, load
from autograder.errors import UsageError

COMMITTED = Path(__file__).parents[2] / "course.toml"
DUE = '[course]\nname = "OS"\n[deadline]\ndue = 2026-10-24T23:59:00\ntimezone = "Europe/Berlin"\n'


def read(folder: Path, text: str) -> Course:
    path = folder / "course.toml"
    path.write_text(text)
    return load(path)


def test_the_committed_file_is_valid() -> None:
    committed = load(COMMITTED)
    assert committed.points.full == 100
    assert committed.due() is None


def test_everything_commented_out_in_the_committed_file_is_valid_too(tmp_path: Path) -> None:
    lines = [
        line.removeprefix("# ") if line.startswith("# ") and " = " in line else line
        for line in COMMITTED.read_text().splitlines()
    ]
    full = read(tmp_path, "\n".join(lines))
    assert full.points.most == 110
    assert full.extensions["ada"].days == 2
    assert full.due() is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[course]\nname = 'OS'\n[late]\npercent_per_day = 120\n", ["toml:4", "percent_per_day"]),
        ("[course]\nname = 'OS'\n\n[late]\nday = 3\n", ["toml:5", "late.day", "no such key"]),
        ("[course]\nterm = 'x'\n", ["toml:1", "course.name", "has to be given"]),
        ("[course\n", ["line 1"]),
        ("[course]\nname='a'\n[deadline]\ntimezone='Mars'\n", ["toml:4", "'Mars' is no time zone"]),
        (
            "[points.checks]\n'reading/nothing' = 3\n",
            ["toml:2", "reading/nothing", "no such check"],
        ),
        ("points.areas.Reding = 3\n", ["toml:1", "Reding", "no such area"]),
        ("[extensions]\nada = { days = -1 }\n", ["toml:2", "extensions.ada.days"]),
        ("[deadline]\ndue = 2026-11-30\n", ["toml:2", "deadline.due", "2026-11-30T23:59:00"]),
        ("[extensions]\nada = { due = 2026-12-01 }\n", ["toml:2", "ada.due", "the time too"]),
        ("[points]\nfull = nan\n", ["toml:2", "points.full"]),
        ("[visibility.areas]\nBuild = 'secret'\n", ["toml:2", "visibility.areas.Build"]),
        ("[kernel]\nseries = '../7.3'\n", ["toml:2", "kernel.series"]),
    ],
)
def test_errors_name_key_and_line(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(UsageError) as error:
        read(tmp_path, text)
    for word in words:
        assert word in str(error.value)


def test_every_error_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        read(tmp_path, "[course]\nname = ''\n[late]\ncutoff_days = -1\n")
    assert str(error.value).count("\n") == 1


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"course\.toml cannot be read"):
        load(tmp_path / "course.toml")


def test_lines_are_found_through_quotes_dots_and_inline_tables() -> None:
    text = '[a."b.c"]\nd = 1\n"e" = { f = 2 }\n[g]\nh.i = 3\n'
    assert line_of(text, ["a", "b.c", "d"]) == 2
    assert line_of(text, ["a", "b.c", "e", "f"]) == 3
    assert line_of(text, ["g", "h", "i"]) == 5
    assert line_of(text, ["g", "missing"]) == 4
    assert line_of(text, ["nowhere"]) == 0


def test_a_day_more_is_the_same_time_on_the_next_day(tmp_path: Path) -> None:
    """Clocks in Berlin go back between the 24th and the 25th of October 2026."""
    plain = read(tmp_path, DUE)
    longer = read(tmp_path, DUE + "extension_days = 1\n")
    assert plain.due() == datetime(2026, 10, 24, 21, 59, tzinfo=timezone.utc)
    assert longer.due() == datetime(2026, 10, 25, 22, 59, tzinfo=timezone.utc)


def test_the_latest_extension_of_a_group_counts(tmp_path: Path) -> None:
    extended = read(
        tmp_path,
        DUE + "[extensions]\nada = { days = 2 }\nbob = { due = 2026-11-30T12:00:00Z }\n"
        "eve = { due = 2026-10-01T00:00:00 }\n",
    )
    assert extended.due(["ada"]) == datetime(2026, 10, 26, 22, 59, tzinfo=timezone.utc)
    assert extended.due(["ada", "bob"]) == datetime(2026, 11, 30, 12, tzinfo=timezone.utc)
    assert extended.due(["eve"]) == extended.due()


def test_reading_a_course_does_not_import_the_rubric_at_once() -> None:
    assert not hasattr(course, "rubric")


def test_the_series_is_the_course_s_or_else_the_kit_s(tmp_path: Path) -> None:
    path = tmp_path / "course.toml"
    path.write_text('[course]\nname = "C"\n[kernel]\nseries = "6.18"\n')
    assert load(path).series == "6.18"
    kit = load(KIT_COURSE).kernel.series
    assert kit is not None
    path.write_text('[course]\nname = "C"\n')
    assert load(path).series == Course().series == kit


def test_without_a_series_anywhere_the_course_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.course.KIT_COURSE", tmp_path / "course.toml")
    with pytest.raises(UsageError, match=r"set \[kernel\] series"):
        _ = Course().series
