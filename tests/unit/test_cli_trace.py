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
    assert "200 events" in done.stdout
    assert "Region: " in done.stdout
    assert "\nworking set  " in done.stdout and "\nfirst touch  most frequent" in done.stdout
    assert "\x1b" not in done.stdout
    views = json.loads((out / "t.json").read_text())
    assert {path.stem for path in (out / "csv").iterdir()} == set(views)
    assert json.loads((out / "p.json").read_text())["traceEvents"]
    assert "trace-data" in (out / "t.html").read_text()


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
    assert "which is no region then" in done.stdout
    assert "what comes next is no event" in done.stdout


def test_the_end_is_compared_with_maps(tmp_path: Path) -> None:
    (tmp_path / "maps").write_text(MAPS)
    (tmp_path / "good").write_text("0.000000001 add a 400000-402000\n")
    (tmp_path / "bad").write_text("0.000000001 add a 400000-403000\n")
    maps = ("--maps", str(tmp_path / "maps"))
    assert run(str(tmp_path / "good"), *maps).returncode == 0
    done = run(str(tmp_path / "bad"), *maps)
    assert done.returncode == 1
    assert "at the end: 00400000-00402000 is not in the trace" in done.stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "holds no events, it is empty"),
        (b"\xff\xfe\x00", "holds no events: line 1"),
        (b'{"a": 1}', "no observation"),
        (b"hello world\n", "holds no events"),
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
