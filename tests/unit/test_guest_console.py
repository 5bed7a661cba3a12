# SPDX-License-Identifier: MIT
"""Reports are found in kernel logs."""

from __future__ import annotations

import pytest

from autograder.guest.console import classify, frames, leaks, reports

LOG = """\
random: crng init done
==================================================================
BUG: KASAN: slab-use-after-free in pgfault_read+0x1a2/0x300
Read of size 8 at addr 0000000062a5c010 by task init/24

CPU: 0 PID: 24 Comm: init
Call Trace:
 [<6004c1f0>] ? show_stack+0x0/0x20
 [<603f4a30>] pgfault_read+0x1a2/0x300
 [<6030f150>] sys_read+0x0/0x20
==================================================================
BUG: sleeping function called from invalid context at mm/page_alloc.c:4829
in_atomic(): 1, irqs_disabled(): 0
reboot: Power down
"""


def test_each_report_is_cut_out() -> None:
    found = reports(LOG)
    assert [report.kind for report in found] == ["kasan", "atomic"]
    assert found[0].title.startswith("BUG: KASAN: slab-use-after-free in pgfault_read")
    assert "sys_read" in found[0].text
    assert "in_atomic" in found[1].text
    assert frames(found[0].text) == [0x603F4A30, 0x6030F150]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("WARNING: possible circular locking dependency detected", "lockdep"),
        ("WARNING: possible recursive locking detected", "lockdep"),
        ("WARNING: inconsistent lock state", "lockdep"),
        ("[ BUG: Invalid wait context ]", "atomic"),
        ("BUG: scheduling while atomic: init/23/0x00000002", "atomic"),
        ("BUG: spinlock bad magic on CPU#0, init/1", "lockdep"),
        ("Kernel panic - not syncing: Segfault with no mm", "panic"),
        ("BUG: Bad page state in process init  pfn:02a5c", "memory"),
        ("list_add corruption. prev->next should be next", "memory"),
        ("WARNING: CPU: 0 PID: 23 at lib/refcount.c:28 refcount_warn_saturate", "warning"),
        ("refcount_t: underflow; use-after-free.", "warning"),
        ("Run /init as init process", None),
        ("reboot: Power down", None),
    ],
)
def test_headings(line: str, kind: str | None) -> None:
    assert classify(line) == kind


def test_times_are_no_part_of_a_report() -> None:
    stamped = "".join(f"[    0.120000] {line}\n" for line in LOG.splitlines())
    assert reports(stamped) == reports(LOG)


def test_leaks() -> None:
    text = (
        'unreferenced object 0x62a5c000 (size 4096):\n  comm "init", pid 24\n'
        "unreferenced object 0x62a5d000 (size 64):\n  backtrace:\n"
    )
    assert [report.kind for report in leaks(text)] == ["leak", "leak"]
    assert not leaks("")
