"""A fact: known, unknown or not applicable, with where it came from; and the facts of one item, found when asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from typing import NamedTuple

from priorauth.domain.reviews import ReviewItem, ServiceReview
from priorauth.routing.fact_tables import FactTables
from priorauth.routing.vocabulary import ENUMERATED, FactValue


class Absence(Enum):
    """Why a fact has no value: nobody said, or there can be none."""

    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not applicable"

    __hash__ = object.__hash__  # that of Enum is slow, and rules look facts up by value


UNKNOWN, NOT_APPLICABLE = Absence.UNKNOWN, Absence.NOT_APPLICABLE

Fact = tuple[FactValue | Absence, str]
"""A value, or why there is none; and the canonical field, or other source, where it was found or looked for.

A bare tuple: a dozen are made for every line. Facts print no values (PHI).
"""


class Message(NamedTuple):
    """What facts are derived from: the review, one item of it, the tables, and the day of receipt."""

    review: ServiceReview
    item: ReviewItem
    tables: FactTables
    received_on: date | None = None


class Facts(dict[str, Fact]):
    """Facts by name. One that was not asked for yet is found on first use: by `first`, else by `find`.

    `first` holds the derivations whose result wins over everything else; `outside` is what a directory or a facts
    file said, `outside_source` which of them. `member_known` is False where a directory was asked and knows no such
    member: then nothing may be decided.
    """

    __slots__ = ("find", "first", "member_known", "message", "outside", "outside_source")

    def __init__(
        self,
        find: Callable[[Facts, str], Fact],
        first: Mapping[str, Callable[[Message, Facts], Fact]],
        message: Message | None,
        outside: Mapping[str, object] | None,
        outside_source: str,
    ) -> None:
        self.find = find
        self.first = first
        self.message = message
        self.outside = outside or {}
        self.outside_source = outside_source
        self.member_known = outside is not None

    def __missing__(self, name: str) -> Fact:
        derive = self.first.get(name)
        if derive is None:
            raw = self.outside.get(name)
            if type(raw) is str and raw in ENUMERATED.get(name, ()):  # as `find` would have it, and sooner
                fact: Fact = (raw, self.outside_source)
                self[name] = fact
                return fact
        elif self.message is not None:
            fact = derive(self.message, self)
            if fact[0] is not UNKNOWN:
                self[name] = fact
                return fact
        fact = self[name] = self.find(self, name)
        return fact

    def __repr__(self) -> str:
        return f"Facts({', '.join(self)})"  # PHI: names only

    def without(self, *names: str) -> Facts:
        """The same facts with those named unknown."""
        facts = Facts(lambda _, name: self[name], {}, self.message, {}, self.outside_source)
        facts.update((name, (UNKNOWN, self[name][1])) for name in names)
        return facts
