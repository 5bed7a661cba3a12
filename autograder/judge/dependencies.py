# SPDX-License-Identifier: MIT
"""Which check rests on which: where the one fails, the other may fail for that alone.

Only the nearest foundations are named here; what they rest on in turn follows.  Nothing is
judged by this: it tells a student with thirty failed checks where to begin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

BUILDS_TOOLS = "build/tools_build"
BOOTS = "build/boots"
EXISTS = "file/exists_for_every_process"
STARTS = "file/start_answers"
READS = "reading/records_leave_the_trace"
SLEEPS = "reading/empty_trace_blocks"
WAKES = "reading/wakes_on_a_record"
ENDS = "reading/wakes_on_exit"
FAULTS = "faults/anonymous_memory"
BEGINS = "regions/initial_regions"
MAPS = "regions/mmap"
SPLITS = "regions/mprotect_splits"
FORKS = "life_cycle/fork_child_is_not_traced"
FOLLOWS_COMMAND = "tracepgfault/traces_the_command"

# What the checks of an area rest on; a check that is named below rests on other things.
_AREAS: dict[str, tuple[str, ...]] = {
    "build": (BOOTS,),
    "file": (EXISTS,),
    "reading": (READS,),
    "life_cycle": (READS,),
    "faults": (FAULTS,),
    "regions": (BEGINS, MAPS),
    "buffer": (READS,),
    "health": (BOOTS,),
    "tracepgfault": (READS,),
    "pgfaultmap": (READS,),
    "threads": ("threads/all_threads_are_traced",),
}
_CHECKS: dict[str, tuple[str, ...]] = {
    "build/patch_applies": (),
    "build/kernel_builds": ("build/patch_applies",),
    BUILDS_TOOLS: (),
    BOOTS: ("build/kernel_builds",),
    EXISTS: (BOOTS,),
    "file/start_twice_changes_nothing": (STARTS, READS),
    "file/restart_is_fresh": (STARTS, "file/stop_answers", BEGINS),
    "file/other_values_change_nothing": (STARTS, "file/other_values_are_refused"),
    "file/start_by_itself": (STARTS,),
    "file/root_may_trace_others": ("file/owner_may_trace_itself",),
    "reading/never_traced": (EXISTS,),
    "reading/stopped": ("file/stop_answers", "reading/never_traced"),
    READS: (STARTS,),
    SLEEPS: (READS,),
    "reading/sleeping_costs_nothing": (SLEEPS,),
    WAKES: (SLEEPS,),
    "reading/wakes_on_stop": (SLEEPS,),
    ENDS: (SLEEPS,),
    "reading/two_readers": (WAKES, ENDS),
    "reading/stop_wakes_all_readers": (WAKES, "reading/wakes_on_stop"),
    "reading/exact_fit": ("reading/short_buffer",),
    "life_cycle/reader_dies_of_sigkill": (SLEEPS,),
    "life_cycle/reader_dies_of_sigint": (SLEEPS,),
    "life_cycle/reader_dies_of_sigterm": (SLEEPS,),
    "life_cycle/new_reader_goes_on": ("life_cycle/reader_dies_of_sigkill", WAKES),
    "life_cycle/handler_interrupts": (SLEEPS,),
    "life_cycle/handler_restarts": (SLEEPS, WAKES),
    "life_cycle/fork_child_exit_is_harmless": (READS, FORKS),
    "life_cycle/vfork_child": (READS, FORKS),
    "life_cycle/vfork_child_ends": (ENDS,),
    "faults/children_do_not_show": (FAULTS, FORKS),
    "faults/copy_on_write": (FAULTS, FORKS),
    "life_cycle/fork_while_a_reader_sleeps": (SLEEPS, "life_cycle/fork_child_exit_is_harmless"),
    "life_cycle/failed_execve": ("life_cycle/execve_goes_on",),
    FAULTS: (READS,),
    BEGINS: (READS,),
    MAPS: (BEGINS,),
    "regions/execve": (BEGINS, "life_cycle/execve_goes_on"),
    "regions/attached_memory": (MAPS,),
    "regions/failed_stack_growth": ("regions/stack_growth",),
    "file/start_after_execve": (STARTS, BEGINS),
    "tracepgfault/exit_by_interrupt": ("tracepgfault/exit_by_signal",),
    "regions/mprotect_merges": (MAPS, SPLITS),
    "regions/munmap_head": (MAPS, SPLITS),
    "regions/munmap_middle": (MAPS, SPLITS),
    "regions/munmap_tail": (MAPS, SPLITS),
    "regions/mlock_splits": (MAPS, SPLITS),
    "regions/replaced_in_part": (MAPS, SPLITS, "regions/replaced_in_place"),
    "buffer/overflow_drops_the_newest": ("buffer/room_for_500",),
    "buffer/goes_on_with_some_room": ("buffer/goes_on_after_overflow",),
    "buffer/losses_add_up": ("buffer/overflow_is_counted",),
    "buffer/losses_end_with_the_trace": ("buffer/overflow_is_counted", "file/restart_is_fresh"),
    "regions/many_initial_regions": (BEGINS,),
    "life_cycle/fork_child_can_be_traced": (BEGINS, FORKS),
    "life_cycle/execve_keeps_unread_records": ("life_cycle/execve_goes_on",),
    "life_cycle/number_used_again": ("life_cycle/reaped_drained",),
    "life_cycle/second_reader_dies_of_sigkill": ("life_cycle/reader_dies_of_sigkill",),
    "buffer/overflow_is_counted": ("buffer/overflow_drops_the_newest",),
    "buffer/goes_on_after_overflow": ("buffer/overflow_drops_the_newest",),
    FOLLOWS_COMMAND: (WAKES, ENDS, "life_cycle/execve_goes_on", FAULTS),
    "tracepgfault/traces_much": (FOLLOWS_COMMAND,),
    "tracepgfault/outfile_is_replaced": (FOLLOWS_COMMAND,),
    "pgfaultmap/map_format": (BEGINS,),
    "pgfaultmap/map_order": ("pgfaultmap/map_format",),
    "pgfaultmap/map_pages": ("pgfaultmap/map_format", FAULTS),
    "pgfaultmap/map_last_extents": ("pgfaultmap/map_format",),
    "pgfaultmap/map_of_neighbours": ("pgfaultmap/map_pages",),
    "pgfaultmap/map_of_growing_stack": ("pgfaultmap/map_pages", "regions/stack_growth"),
    "pgfaultmap/map_of_replaced_region": ("pgfaultmap/map_pages", "regions/replaced_in_place"),
    "pgfaultmap/cut_trace": (READS,),
    "threads/all_threads_are_traced": (FAULTS,),
    "threads/execve_by_a_thread": (
        "threads/all_threads_are_traced",
        "life_cycle/execve_goes_on",
    ),
    "threads/regions_of_threads": ("threads/all_threads_are_traced", MAPS),
}


class Item(Protocol):
    """What is asked of a rubric's item."""

    @property
    def id(self) -> str:
        """Area and name."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The tools without which it cannot be tried."""


def foundations(check: Item) -> list[str]:
    """The ids of the checks that ``check`` rests on directly."""
    area = check.id.partition("/")[0]
    named = _CHECKS[check.id] if check.id in _CHECKS else _AREAS[area]
    tools = (BUILDS_TOOLS,) if check.needs else ()
    return [name for name in (*named, *tools) if name != check.id]


def resting_on(depends_on: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """For each check all those that rest on it, directly or through others."""
    below: dict[str, set[str]] = {name: set() for name in depends_on}

    def under(name: str, seen: set[str]) -> set[str]:
        for foundation in depends_on.get(name, ()):
            if foundation not in seen:
                seen.add(foundation)
                under(foundation, seen)
        return seen

    for name in depends_on:
        for foundation in under(name, set()):
            below.setdefault(foundation, set()).add(name)
    return below
