# SPDX-License-Identifier: MIT
"""A trace to be looked at, with what is known from elsewhere about the process that it traced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from autograder.guest.observation import Observation
from autograder.pgfault.trace.address_space import Extents, maps
from autograder.pgfault.trace.events import PAGE, Event, EventKind, EventSyntaxError, parse
from autograder.pgfault.trace.history import History
from autograder.pgfault.trace.places import Place, names, of_check, of_maps
from autograder.pgfault.trace.steps import after
from autograder.pgfault.trace.steps import parse as parse_step

LONGEST = 4 << 20  # characters of a trace out of a guest that are looked at


@dataclass(frozen=True)
class Checkpoint:
    """A moment between two steps, at which the regions are known from /proc/PID/maps."""

    state: int  # the number of events up to there
    label: str
    regions: list[Extents]
    touched: list[int] = field(default_factory=list)  # pages whose first touch came before


@dataclass(frozen=True)
class Parting:
    """How trace and maps differ: what only the one and only the other has."""

    checkpoint: Checkpoint
    not_traced: list[Extents]
    only_traced: list[Extents]
    no_fault: list[int]  # addresses of pages that were touched and show no fault

    def __bool__(self) -> bool:
        return bool(self.not_traced or self.only_traced or self.no_fault)

    def beyond(self, other: Parting) -> Parting:
        """The differences that ``other`` does not have."""
        silent = set(other.no_fault)
        return replace(
            self,
            not_traced=[each for each in self.not_traced if each not in other.not_traced],
            only_traced=[each for each in self.only_traced if each not in other.only_traced],
            no_fault=[each for each in self.no_fault if each not in silent],
        )

    def joined(self, other: Parting) -> Parting:
        """The differences of both."""
        return replace(
            self,
            not_traced=[*self.not_traced, *other.not_traced],
            only_traced=[*self.only_traced, *other.only_traced],
            no_fault=[*self.no_fault, *other.no_fault],
        )


@dataclass(frozen=True)
class Story:
    """The events of one trace, and the moments at which it can be compared."""

    title: str
    events: list[Event]
    checkpoints: list[Checkpoint] = field(default_factory=list)
    problem: str = ""  # the text goes on where the events end, but it is no event
    left_out: int = 0  # events after those
    places: list[Place] = field(default_factory=list)  # what parts of its memory are called

    @cached_property
    def history(self) -> History:
        """The regions of all time."""
        return History(self.events)

    @cached_property
    def names(self) -> list[str]:
        """What each region of the history is called; empty if that is not known."""
        return names(self.history, self.places)

    @cached_property
    def partings(self) -> list[Parting]:
        """A comparison for every checkpoint, also if both agree."""
        return [self._compare(checkpoint) for checkpoint in self.checkpoints]

    @property
    def first_parting(self) -> Parting | None:
        """The first checkpoint at which they differ."""
        return next((parting for parting in self.partings if parting), None)

    def shortened(self, most: int) -> Story:
        """The same with ``most`` events at most."""
        if len(self.events) <= most:
            return self
        kept = [checkpoint for checkpoint in self.checkpoints if checkpoint.state <= most]
        left_out = self.left_out + len(self.events) - most
        return replace(self, events=self.events[:most], checkpoints=kept, left_out=left_out)

    def _compare(self, checkpoint: Checkpoint) -> Parting:
        living = self.history.at(checkpoint.state)
        traced = [extents for _, extents in living]
        told = self.events[: checkpoint.state]
        faulted = {event.page for event in told if event.kind is EventKind.FAULT}
        missing = [page for page in checkpoint.touched if page not in faulted]
        return Parting(
            checkpoint,
            [extents for extents in checkpoint.regions if extents not in traced],
            [extents for extents in traced if extents not in checkpoint.regions],
            [] if self.history.lost else missing,
        )


def read(title: str, text: str, most: int | None = None) -> Story:
    """The story of a text of events; it ends before the first line that is not an event.

    Of a text longer than ``most`` characters only the beginning is read.
    """
    if most is not None and len(text) > most:
        text = text[: text.rfind("\n", 0, most) + 1]
    try:
        return Story(title, parse(text))
    except EventSyntaxError as error:
        return Story(title, list(_as_far_as_possible(text)), problem=str(error))


def _as_far_as_possible(text: str) -> Iterator[Event]:
    for line in text.splitlines():
        try:
            yield from parse(line)
        except EventSyntaxError:
            return


def observed(title: str, seen: Observation) -> Story | None:
    """The story of the trace in an observation; None if there is none in it."""
    text = seen.text("events.out")
    if not text:
        return None
    story = read(title, text, LONGEST)
    checkpoints = list(_checkpoints(seen, len(story.events)))
    return replace(story, checkpoints=checkpoints, places=_places(seen))


def _places(seen: Observation) -> list[Place]:
    """The names in all that the observation has of /proc/PID/maps, and those of the check."""
    texts = [seen.text(name) for name in sorted(seen.files) if name.split(".")[0] == "maps"]
    found = dict.fromkeys(place for text in texts for place in of_maps(text))
    return [*found, *of_check(seen.params)]


def _checkpoints(seen: Observation, most: int) -> Iterator[Checkpoint]:
    """The moments after each step of the probe ``steps``."""
    if "steps" not in seen.params:
        return
    steps = seen.params["steps"].split(";")
    before = seen.params.get("before", "").split(";")
    touches = _Touches(int(seen.params.get("base", "0"), 0))
    early = {page for step in before for page in touches.of(step)}
    planned: dict[int, None] = {}
    for index in range(len(steps) + 1):
        text = seen.text(f"maps.{index}")
        if not text or f"events.{index}.out" not in seen.files:
            return
        if index:
            pages = touches.of(steps[index - 1])
            planned.update((page, None) for page in pages if page not in early)
        state = len(seen.text(f"events.{index}.out").splitlines())
        if state > most:
            return
        yield Checkpoint(state, after(seen.params, index), maps(text), list(planned))


@dataclass
class _Touches:
    """Which pages the steps touch, one after the other, in memory where each first touch faults."""

    base: int
    faulting: set[int] = field(default_factory=set)  # where these areas begin

    def of(self, text: str) -> list[int]:
        """The pages that this step touches; the areas are then as it leaves them."""
        taken = parse_step(text)
        if taken is None or "S" not in taken.arguments:
            return []
        start = taken.start(self.base)
        if taken.step.first_touch_faults is not None:
            change = self.faulting.add if taken.step.first_touch_faults else self.faulting.discard
            change(start)
        return [start + page * PAGE for page in taken.pages] if start in self.faulting else []
