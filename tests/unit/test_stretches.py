# SPDX-License-Identifier: MIT
"""Which places are one and the same to every other process."""

from __future__ import annotations

import pytest

from autograder.guest.stretches import instructions, is_seen, numbered

OUTPUT = """
Disassembly of section .text:

00000000602efad0 <__pgfault_history_fault>:
    602efad0:\tpush   %rbp
    602efad1:\tmov    %rsp,%rbp
    602efad4:\tmovabs $0x602f1b00,%rax
    602efade:\tmov    %rdi,-0x10(%rbp)
    602efae2:\tcall   *%rax
    602efae4:\tmov    0x8(%rbx),%rcx        # 602efaf4 <x>
    602efae8:\tje     602efaf4 <__pgfault_history_fault+0x24>
    602efaea:\tlock incl 0x10(%rcx)
    602efaee:\tlea    0x10(%rcx),%rax
    602efaf2:\tadd    $0x1,%eax
    602efaf4:\tret
"""


def test_what_objdump_shows() -> None:
    told = instructions(OUTPUT)
    assert [hex(address)[-2:] for address, seen in told.items() if seen] == [
        *("e2", "e4", "e8", "ea", "f4")
    ]
    assert len(told) == 11


@pytest.mark.parametrize(
    ("operation", "operands"),
    [
        ("mov", "%rax,(%rbx)"),
        ("mov", "0x8(%rsp,%rax,8),(%rcx)"),
        ("mov", "0x60701234,%eax"),
        ("mov", "%gs:0x28,%rax"),
        ("rep", "stos %al,%es:(%rdi)"),
        ("call", "*%rax"),
        ("jmp", "602f1b00"),
        ("mfence", ""),
        ("int3", ""),
        ("in", "(%dx),%al"),
    ],
)
def test_what_another_process_could_see(operation: str, operands: str) -> None:
    assert is_seen(operation, operands)


@pytest.mark.parametrize(
    ("operation", "operands"),
    [
        ("mov", "%rax,-0x10(%rbp)"),
        ("mov", "$0x60701234,%eax"),
        ("inc", "%eax"),
        ("lea", "0x10(%rcx),%rax"),
        ("leave", ""),
        ("push", "%rbx"),
        ("cs", "nopw 0x0(%rax,%rax,1)"),
    ],
)
def test_what_no_other_process_could_see(operation: str, operands: str) -> None:
    assert not is_seen(operation, operands)


def test_a_stretch_ends_with_what_can_be_seen() -> None:
    told = {10: False, 12: False, 14: True, 16: False, 18: False, 20: True, 22: False}
    assert numbered([10, 12, 14, 16, 18], told) == {10: 0, 12: 0, 14: 0, 16: 1, 18: 1}
    assert numbered([10, 22], told) == {10: 0, 22: 1}


def test_what_is_not_known_ends_a_stretch() -> None:
    assert numbered([10, 12, 14], {12: False}) == {10: 0, 12: 1, 14: 1}
    assert numbered([], {}) == {}
