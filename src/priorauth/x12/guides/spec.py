"""The vocabulary of guide tables: what may stand where. Literal tables are built of these and compiled once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

UNBOUNDED = 0
"""A repeat count without a limit (`>1` in the guides)."""


class Usage(StrEnum):
    """Whether a loop, segment or element is to be sent."""

    REQUIRED = "R"
    SITUATIONAL = "S"
    NOT_USED = "N"


@dataclass(frozen=True, slots=True)
class ElementUse:
    """How one element, component or composite is used at one place.

    `type` is AN, ID, N0, R, DT or TM, or empty for a composite, whose `components` are then given. `codes` is the
    guide's list, or None where any value of the type will do. `known` is the wider list of the dictionary where we
    have one: a value in `known` and not in `codes` is valid in X12 and not used in the guide (IK403 I6).
    """

    number: str
    name: str
    type: str
    minimum: int
    maximum: int
    usage: Usage
    repeat: int = 1
    codes: frozenset[str] | None = None
    known: frozenset[str] | None = None
    components: tuple[ElementUse, ...] = ()
    syntax: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Use:
    """How one segment is used at one place in a guide.

    `key` names it within its loop: the segment id, or `DTP/435` where namesakes are told apart by `qualifiers`
    (element position -> codes; of a composite, its first component). The first use of a loop has qualifiers too where
    they tell it from sibling loops opened by the same segment. `syntax` holds relational conditions as X12 writes
    them: `P0304`, `R0203`, `C0605`.
    """

    segment: str
    key: str
    name: str
    usage: Usage
    max_use: int
    elements: tuple[ElementUse, ...]
    syntax: tuple[str, ...] = ()
    qualifiers: dict[int, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """Child loops that exclude each other; with usage `R`, one of them is to be sent.

    In 005010X217 a patient event hangs from the subscriber or from the dependent, so below 2000C stands 2000D or 2000E.
    """

    usage: Usage
    loops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop: its segments in order, its loops in order, its trailer. The first segment opens each repetition.

    Neighbouring uses of one segment id share a position of the standard, so any order among them is right; the same
    holds for neighbouring loops opened by one segment id.
    """

    id: str
    name: str
    usage: Usage
    repeat: int
    uses: tuple[Use, ...]
    loops: tuple[Loop, ...] = ()
    choice: Choice | None = None
    trailer: tuple[Use, ...] = ()  # after the child loops: IK5 of a 999

    @property
    def level(self) -> str:
        """The HL03 code that opens this loop, or empty for a loop without HL."""
        first = self.uses[0]
        codes = first.elements[2].codes if first.segment == "HL" else None
        return next(iter(codes)) if codes else ""


@dataclass(frozen=True, slots=True)
class Guide:
    """One direction of an implementation guide: ST and SE are the envelope's, the rest is here."""

    id: str  # GS08 and ST03, such as "005010X217"
    transaction: str  # ST01
    functional: str  # GS01
    direction: str  # "request" or "response"; for acknowledgments ""
    name: str
    header: tuple[Use, ...]
    loops: tuple[Loop, ...]
    trailer: tuple[Use, ...] = ()  # after the loops: AK9 of a 999

    def walk(self) -> Iterator[tuple[Loop, ...]]:
        """Every loop with its ancestors, outermost first, in table order."""
        stack: list[tuple[Loop, ...]] = [(loop,) for loop in reversed(self.loops)]
        while stack:
            chain = stack.pop()
            yield chain
            stack.extend((*chain, child) for child in reversed(chain[-1].loops))
