# SPDX-License-Identifier: MIT
"""``trace``: what it writes, how it exits, what it says to bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.traces import Process, broken, text

MAPS = "00400000-00402000 r-xp 00000000 00:00 0 \n"


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder", "trace", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    path = tmp_path / "events.txt"
    path.write_text(text(Process(4).events(200)))
    return path


def test_all_that_it_writes(trace: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run(
        str(trace),
        *("--html", str(out / "t.html"), "--csv", str(out / "csv")),
        *("--json", str(out / "t.json"), "--perfetto", str(out / "p.json")),
    )
    assert (done.returncode, done.stderr) == (0, "")
    views = json.loads((out / "t.json").read_text())
    assert {path.stem for path in (out / "csv").iterdir()} == set(views)
    assert json.loads((out / "p.json").read_text())["traceEvents"]
    assert "trace-data" in (out / "t.html").read_text()
    lines = done.stdout.splitlines()
    assert lines[0] == f"wrote {out / 't.html'} ({round((out / 't.html').stat().st_size / 1e3)} kB)"
    assert len([line for line in lines if line.startswith("wrote ")]) == 7
    assert lines[-1].startswith("200 events, ") and len(lines) == 8


def test_without_options_it_prints_the_trace_in_words(trace: Path) -> None:
    done = run(str(trace))
    assert (done.returncode, done.stderr) == (0, "")
    assert "200 events" in done.stdout
    assert "Region: " in done.stdout
    assert "\nworking set  " in done.stdout and "\nfirst touch  most frequent" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_page_of_a_wrong_trace_is_written_and_says_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "events.txt"
    path.write_text(text(broken(Process(4).events(300), 4)))
    done = run(str(path), "--html", str(tmp_path / "t.html"))
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith("wrote ") and len(lines) == 8
    assert lines[2].startswith("Event ") and "contradicts earlier ones: the trace " in lines[2]
    assert lines[7].startswith("and ") and "Region: " not in done.stdout


def test_what_cannot_be_written_is_one_sentence(trace: Path, tmp_path: Path) -> None:
    done = run(str(trace), "--html", str(trace / "t.html"))
    assert done.returncode == 2
    assert "cannot be written: " in done.stderr and len(done.stderr.splitlines()) == 1


def test_help_fits_a_terminal_and_gives_the_exit_statuses() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    assert "Exit status: 0 if" in done.stdout


def test_views_on_standard_output_from_standard_input(trace: Path) -> None:
    done = run("-", "--json", "-", stdin=trace.read_text())
    assert done.returncode == 0
    assert set(json.loads(done.stdout)) == {
        *("working-set", "faults-by-region", "faults-by-second", "first-touch"),
    }


def test_what_is_wrong_with_a_trace_is_told(tmp_path: Path) -> None:
    path = tmp_path / "events.txt"
    path.write_text(text(broken(Process(4).events(300), 4)) + "<script>\n")
    done = run(str(path))
    assert done.returncode == 1
    assert "which does not exist" in done.stdout
    assert "the next line is not an event" in done.stdout


def test_the_end_is_compared_with_maps(tmp_path: Path) -> None:
    (tmp_path / "maps").write_text(MAPS)
    (tmp_path / "good").write_text("0.000000001 add a 400000-402000\n")
    (tmp_path / "bad").write_text("0.000000001 add a 400000-403000\n")
    maps = ("--maps", str(tmp_path / "maps"))
    assert run(str(tmp_path / "good"), *maps).returncode == 0
    done = run(str(tmp_path / "bad"), *maps)
    assert done.returncode == 1
    assert "wrong at the end: 00400000-00402000 (2 pages) is in /proc/PID/maps but" in done.stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty: give it"),
        (b"\xff\xfe\x00", "has no events, as"),
        (b'{"a": 1}', "not an observation"),
        (b"hello world\n", "has no events, as"),
    ],
)
def test_bad_input_is_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    done = run(str(path))
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    done = run(str(tmp_path / "none"))
    assert done.returncode == 2
    assert "none cannot be read: No such file or directory" in done.stderr
