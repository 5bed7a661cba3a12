# SPDX-License-Identifier: MIT
"""The interactive guest, as a user at a terminal sees it."""

from __future__ import annotations

import os
import sys

import pexpect

from tests.guest.conftest import ROOT

PROMPT = "guest# "


def test_shell_in_the_guest() -> None:
    guest = pexpect.spawn(
        sys.executable,
        ["-m", "autograder", "boot"],
        cwd=str(ROOT),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=900,
        encoding="utf-8",
    )
    guest.expect_exact(PROMPT)
    guest.timeout = 60
    guest.sendline("echo $((6 * 7)) && uname -m && ls /proc/self/maps")
    guest.expect_exact("42\r\n")
    guest.expect_exact("x86_64")
    guest.expect_exact("/proc/self/maps\r\n")
    guest.expect_exact(PROMPT)
    guest.sendline("halt")
    guest.expect(pexpect.EOF)
    guest.close()
    assert guest.exitstatus == 0
