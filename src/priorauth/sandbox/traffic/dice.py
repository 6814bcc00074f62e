"""Chance that repeats itself: what is drawn for a twin depends on the seed and its number alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import TypeVar

Option = TypeVar("Option")

_LUHN_PREFIX = 24  # what the 80840 before an NPI adds to its Luhn sum (45 CFR 162.406)


class Dice:
    """Draws for one twin. Only `Random.random` is used, whose numbers Python promises to keep for a seed."""

    __slots__ = ("_next",)

    def __init__(self, seed: int, number: int) -> None:
        self._next = Random(f"{seed}/{number}").random

    def below(self, limit: int) -> int:
        """A number from 0 up to, and without, the limit."""
        return int(self._next() * limit)

    def between(self, least: int, most: int) -> int:
        return least + self.below(most - least + 1)

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent

    def one(self, options: Sequence[Option]) -> Option:
        return options[self.below(len(options))]

    def some(self, options: Sequence[Option], most: int) -> list[Option]:
        """Up to so many different options, at least one, in the order given; all of them once in four times."""
        most = min(most, len(options))
        wanted = most if self.chance(25) else self.between(1, most)
        places = list(range(len(options)))
        drawn = sorted(places.pop(self.below(len(places))) for _ in range(wanted))
        return [options[place] for place in drawn]

    def digits(self, count: int) -> str:
        return f"{self.below(10**count):0{count}d}"

    def day(self, start: date, least: int, most: int) -> date:
        """A day so many days after another one."""
        return start + timedelta(days=self.between(least, most))

    def npi(self) -> str:
        """An invented NPI with a valid check digit."""
        return npi_of(f"1990{self.digits(5)}")


def npi_of(first_nine: str) -> str:
    """The NPI that begins with nine digits."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in first_nine[::2])
    total = _LUHN_PREFIX + sum(doubled) + sum(map(int, first_nine[1::2]))
    return f"{first_nine}{-total % 10}"
