"""A fact: known, unknown or not applicable, with its source; and the facts of one item, found when a rule asks."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from priorauth.routing.vocabulary import FactValue


class FactState(Enum):
    """Whether there is a value: yes, nobody said, or there can be none."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not applicable"


class Fact(NamedTuple):
    """One fact. `value` is None unless the state is KNOWN; `source` of an unknown fact is where it was looked for.

    A named tuple, for dozens are made for every line; its `repr` keeps the value to itself (PHI).
    """

    state: FactState
    value: FactValue | None
    source: str

    def __repr__(self) -> str:
        return f"Fact({self.state.value}, {self.source})"


class Facts(dict[str, Fact]):
    """Facts by name. One that was not asked for yet is found by `find` on first use.

    `member_known` is False where a directory was asked and knows no such member: then nothing may be decided.
    """

    __slots__ = ("_find", "member_known")

    def __init__(self, find: Callable[[Facts, str], Fact], *, member_known: bool = True) -> None:
        super().__init__()
        self._find = find
        self.member_known = member_known

    def __missing__(self, name: str) -> Fact:
        fact = self[name] = self._find(self, name)
        return fact

    def __repr__(self) -> str:
        return f"Facts({', '.join(self)})"  # PHI: names only

    def without(self, *names: str) -> Facts:
        """The same facts with those named unknown."""
        facts = Facts(lambda _, name: self[name], member_known=self.member_known)
        for name in names:
            facts[name] = Fact(FactState.UNKNOWN, None, self[name].source)
        return facts


def known(value: FactValue, source: str) -> Fact:
    """A fact with a value."""
    return Fact(FactState.KNOWN, value, source)


def unknown(source: str) -> Fact:
    """A fact that nobody stated; `source` is where it was looked for."""
    return Fact(FactState.UNKNOWN, None, source)


def not_applicable(source: str) -> Fact:
    """A fact that can have none of its values here."""
    return Fact(FactState.NOT_APPLICABLE, None, source)
