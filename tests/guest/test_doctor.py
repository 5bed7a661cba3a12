# SPDX-License-Identifier: MIT
"""Machines that lack something: the doctor says what to do, and grading works or refuses.

Each is this one, seen from a mount namespace of its own in which something is otherwise.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.cache import VARIABLE, Cache
from autograder.grading import RESULT
from autograder.results import Result
from tests.corpus import REFERENCE
from tests.guest.conftest import ROOT
from tests.guest.test_bad_submissions import submission
from tests.patches import HARMLESS

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change mounts")

NO_BUBBLEWRAP = "mount --bind /dev/null $(command -v bwrap)"
NOEXEC = "mount -t tmpfs -o noexec,size=1g none /dev/shm"
SMALL = "mount -t tmpfs -o size=64m none /dev/shm"
NO_NAMESPACES = ("setpriv", "--inh-caps=-all", "--bounding-set=-sys_admin", "--")
ONLY = "1.3,1.4,3.1"
DOCTOR = ("doctor", "--sandbox", "full")
GRADE = ("grade", str(REFERENCE), "--only", ONLY, "--sandbox", "full")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that every user may enter, for what takes the cache's place."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder == Path("/tmp"):
            break
        folder.chmod(0o755)
    (tmp_path / "cache").mkdir()
    return tmp_path


def on_machine(
    place: Path, changes: str, *arguments: str, wrap: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a command of the kit on a machine with ``changes``."""
    cache = place / "cache"
    script = f'mount --rbind {Cache.default().root} {cache} && {changes} && exec "$@"'
    command = ["unshare", "--mount", "sh", "-c", script, "sh", *wrap]
    done = subprocess.run(
        [*command, sys.executable, "-m", "autograder", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), VARIABLE: str(cache)},
        timeout=600,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def said(output: str, what: str) -> str:
    """What the doctor says of one thing, and its remedy."""
    match = re.search(rf"^(\w+ +{what}: .*(?:\n +-> .*)?)$", output, re.M)
    assert match, output
    return match[1]


def grade(place: Path, changes: str, *options: str, wrap: tuple[str, ...] = ()) -> Result:
    """Grade a submission whose kernel boots and does nothing else, and the reference's tools."""
    handed_in = submission(place / "handed-in", HARMLESS)
    out = place / "out"
    arguments = ("grade", str(handed_in), "--out", str(out), "--only", ONLY, *options)
    done = on_machine(place, changes, *arguments, wrap=wrap)
    assert done.returncode == 1, done.stderr
    return Result.read(out / RESULT)


def statuses(result: Result) -> list[str]:
    return [v.status.value for v in result.verdicts if not v.message.startswith("not selected")]


GOOD = ["passed", "passed", "failed"]  # built, booted, and no such file in /proc


def test_a_machine_with_everything(place: Path) -> None:
    done = on_machine(place, "true", "doctor")
    assert done.returncode == 0, done.stdout
    assert "missing" not in done.stdout
    assert said(done.stdout, "guest").startswith("ok")
    assert "Level full" in said(done.stdout, "sandbox")


def test_without_bubblewrap(place: Path) -> None:
    done = on_machine(place, f"{NO_BUBBLEWRAP} && {NOEXEC}", *DOCTOR)
    assert done.returncode == 3
    assert "apt-get install bubblewrap" in said(done.stdout, "sandbox")
    arguments = (*GRADE, "--out", str(place / "none"))
    done = on_machine(place, NO_BUBBLEWRAP, *arguments)
    assert done.returncode == 3
    assert "bubblewrap is missing" in done.stderr
    assert not (place / "none" / RESULT).exists()


@pytest.mark.long
def test_without_bubblewrap_in_a_container(place: Path) -> None:
    changes = f"{NO_BUBBLEWRAP} && {NOEXEC}"
    done = on_machine(place, changes, "doctor", "--sandbox", "container")
    assert done.returncode == 0, done.stdout
    assert said(done.stdout, "sandbox").startswith("warning")
    assert "noexec" in said(done.stdout, "shared memory")
    result = grade(place, changes, "--sandbox", "container")
    assert (result.sandbox, statuses(result)) == ("container", GOOD)


def test_without_namespaces(place: Path) -> None:
    done = on_machine(place, SMALL, *DOCTOR, wrap=NO_NAMESPACES)
    assert done.returncode == 3
    assert "namespaces" in said(done.stdout, "sandbox")
    arguments = (*GRADE, "--out", str(place / "none"))
    done = on_machine(place, "true", *arguments, wrap=NO_NAMESPACES)
    assert done.returncode == 3
    assert "user namespaces" in done.stderr


@pytest.mark.long
def test_without_namespaces_in_a_container(place: Path) -> None:
    result = grade(place, SMALL, "--sandbox", "container", wrap=NO_NAMESPACES)
    assert (result.sandbox, statuses(result)) == ("container", GOOD)


@pytest.mark.parametrize("changes", [NOEXEC, pytest.param(SMALL, marks=pytest.mark.long)])
def test_shared_memory_of_the_machine_does_not_matter(place: Path, changes: str) -> None:
    done = on_machine(place, changes, "doctor")
    assert done.returncode == 0, done.stdout
    assert "each sandbox brings its own" in said(done.stdout, "shared memory")
    assert said(done.stdout, "guest").startswith("ok")


@pytest.mark.long
def test_shared_memory_without_a_sandbox(place: Path) -> None:
    done = on_machine(place, SMALL, "doctor", "--sandbox", "none")
    assert done.returncode == 0, done.stdout
    assert "64 MiB" in said(done.stdout, "shared memory")
    assert said(done.stdout, "guest").startswith("ok")
    result = grade(place, SMALL, "--sandbox", "none")
    assert (result.sandbox, statuses(result)) == ("none", GOOD)


def test_cache_that_cannot_be_written(place: Path) -> None:
    (place / "file").write_text("")
    done = on_machine(place, f"mount -o bind,ro {place} {place / 'cache'}", "doctor")
    assert done.returncode == 3
    assert VARIABLE in said(done.stdout, "cache")


def test_unknown_level(place: Path) -> None:
    done = on_machine(place, "true", "doctor", "--sandbox", "padded")
    assert done.returncode == 2
    assert "padded" in done.stderr
