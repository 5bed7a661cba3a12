# SPDX-License-Identifier: MIT
"""The instructions at which a process can be held."""

from __future__ import annotations

from autograder.guest import places
from autograder.guest.places import Frame, Place
from autograder.judge.patchlines import PatchedLines

OUTPUT = """0x0000000060300e10
ring_put
/kernel/mm/history.c:99
0x0000000060300e20
spin_lock
/kernel/./include/linux/spinlock.h:351
history_add
/kernel/mm/history.c:120 (discriminator 3)
0x0000000060300e30
??
??:0
"""
PATCH = b"""--- /dev/null
+++ b/mm/history.c
@@ -0,0 +1,2 @@
+int a;
+int b;
--- a/mm/memory.c
+++ b/mm/memory.c
@@ -10,2 +10,3 @@
 one
+two
 three
"""


def test_innermost_first() -> None:
    assert places.parse_frames(OUTPUT) == {
        0x60300E10: [Frame("ring_put", "mm/history.c", 99)],
        0x60300E20: [
            Frame("spin_lock", "include/linux/spinlock.h", 351),
            Frame("history_add", "mm/history.c", 120),
        ],
        0x60300E30: [],
    }


def test_what_is_inlined_belongs_to_the_line_that_calls_it() -> None:
    added = {"mm/history.c": frozenset({120})}
    told = places.parse_frames(OUTPUT)
    found = [places.place_of(address, frames, added) for address, frames in told.items()]
    assert found == [None, Place(0x60300E20, "history_add", "mm/history.c", 120), None]


def test_what_the_compiler_adds_is_no_place() -> None:
    added = {"mm/history.c": frozenset({102, 120})}
    frames = [Frame("_sub_D_65535_0", "mm/history.c", 102), Frame("add", "mm/history.c", 120)]
    assert places.place_of(16, frames[:1], added) is None
    assert places.place_of(16, frames, added) == Place(16, "add", "mm/history.c", 120)


def test_further_added_lines_are_kept_as_well() -> None:
    added = {"mm/history.c": frozenset({99, 120})}
    frames = [Frame("put", "mm/history.c", 99), Frame("add", "mm/history.c", 120)]
    place = places.place_of(16, frames, added)
    assert place is not None and list(place.frames) == frames


def test_code_that_only_the_boot_runs() -> None:
    header = "Idx Name          Size      VMA\n"
    row = "  1 .init.text    0002aed1  0000000060001000  0000000060001000  00001000  2**4  CODE\n"
    assert places.init_text(header + row) == range(0x60001000, 0x6002BED1)
    assert not places.init_text("objdump: section '.init.text' is not in the file\n")


def test_one_line_has_one_number() -> None:
    lines = [Place(16, "f", "mm/a.c", 7), Place(20, "f", "mm/a.c", 8), Place(24, "f", "mm/a.c", 7)]
    told = places.numbered(lines, {16: 5, 20: 5, 24: 6})
    assert told == "place 10 0 5\nplace 14 1 5\nplace 18 0 6\n"
    assert places.at(lines, 20) == lines[1]
    assert places.at(lines, 21) is None
    assert places.at([], 21) is None


def test_the_lines_that_a_patch_adds() -> None:
    added = PatchedLines(PATCH).added()
    assert added == {"mm/history.c": frozenset({1, 2}), "mm/memory.c": frozenset({11})}
