# SPDX-License-Identifier: MIT
"""The parts of `make fresh-test` that need no root of their own."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import fresh_test

SETUP = Path(__file__).parents[2] / "scripts/setup.sh"


@pytest.fixture
def programs() -> Iterator[Path]:
    """A folder, readable for everybody, with the few programs that setup.sh itself needs."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        for name in ("id", "uname", "sort", "grep", "python3"):
            Path(folder, name).symlink_to(f"/usr/bin/{name}")
        yield Path(folder)


@pytest.mark.parametrize("arguments", [(), ("--browser",), ("--fresh",)])
def test_the_line_for_the_administrator_is_found_in_what_the_kit_prints(
    programs: Path, arguments: tuple[str, ...]
) -> None:
    user = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
    done = subprocess.run(
        [*(user if os.geteuid() == 0 else []), "/bin/sh", "-s", "--", *arguments],
        env={"PATH": str(programs)},
        input=SETUP.read_text(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    line = fresh_test.install_line(done.stderr)
    assert line is not None, done.stderr
    words = line.split()
    assert words[:5] == ["sudo", "apt-get", "update", "&&", "sudo"]
    assert {"gcc", "make", "bubblewrap"} <= set(words)
    assert ("chromium" in words) == ("--browser" in arguments)
    assert ("mmdebstrap" in words) == ("--fresh" in arguments)


def test_output_without_the_line() -> None:
    assert fresh_test.install_line("installing system packages: gcc\n100 points\n") is None


def test_only_what_says_how_packages_are_reached_is_carried() -> None:
    kept = {
        "PIP_CERT": "/a",
        "https_proxy": "http://proxy.example",
        "NO_PROXY": "example",
        "npm_config_cafile": "/a",
        "SSL_CERT_FILE": "/a",
    }
    others = {"PATH": "/bin", "HOME": "/root", "PIP_FIND_LINKS": "/a", "PGFAULT_CACHE": "/a"}
    assert fresh_test.carried({**kept, **others}) == kept


def test_apts_settings_that_say_how_packages_are_reached(tmp_path: Path) -> None:
    folder = tmp_path / "etc/apt/apt.conf.d"
    folder.mkdir(parents=True)
    (folder / "20proxy").write_text('Acquire::http::Proxy "http://proxy.example";\n')
    (folder / "50hook").write_text('DPkg::Post-Invoke {"true";};\n')
    assert fresh_test.apt_settings(tmp_path) == ["etc/apt/apt.conf.d/20proxy"]
    assert fresh_test.apt_settings(tmp_path / "nowhere") == []


def test_a_folder_is_removed_unless_it_is_kept(tmp_path: Path) -> None:
    for keep in (True, False):
        with (
            pytest.raises(RuntimeError),
            fresh_test.kept(tmp_path / "root", keep) as folder,
        ):
            (folder / "file").touch()
            raise RuntimeError
        assert (tmp_path / "root").exists() == keep


def test_a_command_that_says_nothing_is_seen_to_run(capsys: pytest.CaptureFixture[str]) -> None:
    with fresh_test.heartbeat(0.05):
        time.sleep(0.3)
    assert "(running for 0 s)" in capsys.readouterr().out
