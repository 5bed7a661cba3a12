# SPDX-License-Identifier: MIT
"""Reports are found in kernel logs."""

from __future__ import annotations

import pytest

from autograder.guest.console import classify, frames, leaks, named, reports

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


PANIC = """[    0.12] Run /init as init process
[    0.12]
[    0.12] Pid: 24, comm: init Not tainted 7.3.4-pgfault
[    0.12] RIP: 0033:pgfault_history_start+0x193/0x830
[    0.12] RSP: 00000000630e3b10  EFLAGS: 00010246
[    0.12] Kernel panic - not syncing: Kernel mode fault at addr 0x7c, ip 0x602e4773
"""


def test_a_panic_comes_with_the_registers_before_it() -> None:
    (panic,) = reports(PANIC)
    assert panic.title.startswith("Kernel panic - not syncing: Kernel mode fault")
    assert panic.text.startswith("Pid: 24") and panic.text.endswith("ip 0x602e4773")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("RIP: 0033:pgfault_history_start+0x193/0x830", ("pgfault_history_start", 0x193)),
        ("       pgfault_history_start+0x492/0x8f0", ("pgfault_history_start", 0x491)),
        (
            "00000000630f34c0 (&made->lock){+.+.}-{3:3}, at: pgfault_history_read+0xd5/0x900",
            ("pgfault_history_read", 0xD4),
        ),
        (" [<60128d3b>] ? _printk+0x0/0xd8", None),
        ("RSP: 00000000630e3b10  EFLAGS: 00010246", None),
    ],
)
def test_lines_that_name_a_place_in_a_function(line: str, found: tuple[str, int] | None) -> None:
    assert named(line) == found
