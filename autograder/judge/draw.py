# SPDX-License-Identifier: MIT
"""Inputs of the checks, drawn from a seed: a hard-coded answer fails, a failure repeats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

PAGE = 4096
LOWEST_BASE, HIGHEST_BASE = 0x10_0000_0000, 0x40_0000_0000


@dataclass(frozen=True)
class Draw:
    """Something to be drawn."""

    def draw(self, source: Random) -> str:
        """The drawn value, as a probe's parameter."""
        raise NotImplementedError


@dataclass(frozen=True)
class Sample(Draw):
    """``count`` different numbers below ``of`` that are multiples of ``step``, in any order."""

    count: int
    of: int
    step: int = 1

    def draw(self, source: Random) -> str:
        """Comma-separated numbers."""
        return ",".join(map(str, source.sample(range(0, self.of, self.step), self.count)))


@dataclass(frozen=True)
class Integer(Draw):
    """A number from ``low`` to ``high``, both included."""

    low: int
    high: int

    def draw(self, source: Random) -> str:
        """The number."""
        return str(source.randint(self.low, self.high))


@dataclass(frozen=True)
class Integers(Draw):
    """``count`` numbers from ``low`` to ``high``, with repetitions."""

    count: int
    low: int
    high: int

    def draw(self, source: Random) -> str:
        """Comma-separated numbers."""
        return ",".join(str(source.randint(self.low, self.high)) for _ in range(self.count))


@dataclass(frozen=True)
class Word(Draw):
    """A word of ``least`` to ``most`` lower-case letters that means nothing."""

    least: int = 4
    most: int = 8

    def draw(self, source: Random) -> str:
        """The word: consonants alone make none that anybody would have thought of."""
        length = source.randint(self.least, self.most)
        return "".join(source.choice("bcdfghjklmnpqrstvwxz") for _ in range(length))


def draw_params(probe: str, params: Mapping[str, object], seed: int) -> dict[str, str]:
    """The parameters of one boot, the same for the same probe, parameters and seed.

    Values may be used in the text of others: ``steps="touch 0 {pages}"``.  Drawn in any case
    are ``base``, where the areas of a target lie, and ``name``, which is that of the traced
    process and of the command that tools run (``/bin/{name}``).
    """
    source = Random(f"{seed} {probe} {sorted((key, repr(value)) for key, value in params.items())}")
    base = source.randrange(LOWEST_BASE, HIGHEST_BASE, PAGE)
    values = {
        key: value.draw(source) if isinstance(value, Draw) else str(value)
        for key, value in params.items()
    }
    always = {"base": hex(base), "name": Word().draw(source)}
    texts = {key: value.format(**always, **values) for key, value in values.items()}
    return {**always, **texts}
