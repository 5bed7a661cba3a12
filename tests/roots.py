# SPDX-License-Identifier: MIT
"""What the tests that run in a root of their own have in common."""

from __future__ import annotations

BOX = (
    *("bwrap", "--cap-add", "ALL", "--unshare-pid", "--unshare-ipc", "--unshare-uts"),
    *("--die-with-parent", "--new-session"),
)
"""What starts root's command in a root of its own, which the arguments after it describe."""

DEVICES = (
    *("--dev", "/dev", "--dir", "/run"),
    *(word for scratch in ("/tmp", "/dev/shm") for word in ("--perms", "1777", "--tmpfs", scratch)),
)
"""The devices and the scratch folders of such a root."""
