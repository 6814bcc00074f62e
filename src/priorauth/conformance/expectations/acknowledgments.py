"""Expectations of acknowledgments: a 999 with what it found and where, or a TA1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from priorauth.conformance.expectations.kinds import Expectation, expectation
from priorauth.conformance.expectations.matching import describe, matches
from priorauth.conformance.parts import Part
from priorauth.conformance.results import Mismatch
from priorauth.conformance.seen import Seen
from priorauth.conformance.x12 import Interchange, Unreadable, value_at

FORMS = {
    "TA101": re.compile(r"\d{9}"),
    "TA102": re.compile(r"\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"),
    "TA103": re.compile(r"([01]\d|2[0-3])[0-5]\d"),
}
"""What may be repeated: a number, a date or a time that is none would not be one in a TA1 either."""
SHORTEST_ST02 = 4
"""A number that may not be in ST02 may not be repeated in AK202 either."""


class Found(Part):
    """One thing that a 999 is to name: the segment (IK3), and an element of it (IK4)."""

    segment: str | None = None
    position: int | None = None
    loop: str | None = None
    code: str | list[str] | None = None
    element: str | int | None = None
    element_number: str | int | None = None
    element_code: str | int | list[str] | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """One IK3 with one of its IK4, or with none."""

    segment: str
    position: str
    loop: str
    code: str
    element: str = ""
    element_number: str = ""
    element_code: str = ""

    def is_what(self, wanted: Found) -> bool:
        asked = wanted.model_dump(exclude_none=True, by_alias=False)
        return all(allows(value, getattr(self, name)) for name, value in asked.items())

    def __str__(self) -> str:
        told = f"{self.segment} at {self.position} in {self.loop or 'no loop'}: {self.code}"
        return told + (f", element {self.element}: {self.element_code}" if self.element else "")


def allows(wanted: object, got: str) -> bool:
    allowed = wanted if isinstance(wanted, list) else [wanted]
    return got in [str(each).replace("-", ":") for each in allowed]


@expectation("acknowledgment")
class Acknowledgment(Expectation):
    """A 999 or a TA1, and what it says."""

    kind: Literal["999", "TA1"]
    group: str | None = None
    group_codes: list[str] | None = None
    sets: list[str] | None = None
    set_codes: list[str] | None = None
    found: tuple[Found, ...] = ()
    only: bool = False
    code: str | list[str] | None = None
    note: str | list[str] | None = None

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        interchange = seen.got.interchange()
        yield from self.check_ta1(seen, interchange) if self.kind == "TA1" else self.check_999(seen, interchange)

    def check_ta1(self, seen: Seen, interchange: Interchange) -> Iterator[Mismatch]:
        if not interchange.values("TA1"):
            yield Mismatch("acknowledgment", "a TA1", kinds_in(interchange))
            return
        for what, wanted, got in (
            ("TA104", self.code, interchange.value("TA1-04")),
            ("TA105", self.note, interchange.value("TA1-05")),
        ):
            if wanted is not None and not matches(wanted, [got], text=True):
                yield Mismatch(what, describe(wanted), got)
        yield from names_the_interchange(seen, interchange)

    def check_999(self, seen: Seen, interchange: Interchange) -> Iterator[Mismatch]:
        answer = next((each for each in interchange.sets() if each.value("ST-01") == "999"), None)
        if answer is None:
            yield Mismatch("acknowledgment", "a 999", kinds_in(interchange))
            return
        yield from named("AK901", self.group, answer.value("AK9-01"))
        yield from named("AK905 to AK909", self.group_codes, tail(answer, "AK9", 5))
        yield from named("IK501 of each set", self.sets, answer.values("IK5#*-01"))
        yield from named("IK502 to IK506", self.set_codes, tail(answer, "IK5", 2))
        reported = list(reports(answer))
        for wanted in self.found:
            if not any(each.is_what(wanted) for each in reported):
                asked = ", ".join(f"{name} {value}" for name, value in wanted.model_dump(exclude_none=True).items())
                yield Mismatch("IK3 and IK4", asked, "; ".join(map(str, reported)) or "none")
        if self.only and len(reported) != len(self.found):
            yield Mismatch("IK3 and IK4", f"{len(self.found)} of them", "; ".join(map(str, reported)) or "none")
        yield from names_the_group(seen, answer)


def named(what: str, wanted: str | list[str] | None, got: str | list[str]) -> Iterator[Mismatch]:
    if wanted is not None and wanted != got:
        yield Mismatch(what, say(wanted), say(got))


def say(value: str | list[str]) -> str:
    return (value if isinstance(value, str) else " ".join(value)) or "none"


def tail(answer: Interchange, segment_id: str, start: int) -> list[str]:
    """The codes at the end of every segment of this kind."""
    return [code for segment in answer.segments if segment[0] == segment_id for code in segment[start:] if code]


def reports(answer: Interchange) -> Iterator[Reported]:
    """Each IK3 with each of its IK4; one without any stands alone."""
    open_ik3: Reported | None = None
    alone = False
    for segment in [*answer.segments, ["IK5"]]:
        if segment[0] in ("IK3", "IK5"):
            if open_ik3 and alone:
                yield open_ik3
            open_ik3 = None
        if segment[0] == "IK3":
            open_ik3, alone = Reported(*(value_at(segment, position) for position in (1, 2, 3, 4))), True
        elif segment[0] == "IK4" and open_ik3:
            alone = False
            at = (value_at(segment, position).replace(answer.delimiters.component, ":") for position in (1, 2, 3))
            yield Reported(open_ik3.segment, open_ik3.position, open_ik3.loop, open_ik3.code, *at)


def names_the_group(seen: Seen, answer: Interchange) -> Iterator[Mismatch]:
    """AK1 and AK2 name the group and the sets that they are about."""
    sent = readable(seen)
    if sent is None:
        return
    for what, wanted, got in (
        ("AK101", sent.value("GS-01"), answer.value("AK1-01")),
        ("AK102", sent.value("GS-06"), answer.value("AK1-02")),
        ("AK103", sent.value("GS-08"), answer.value("AK1-03")),
    ):
        if what != "AK102" or wanted.isdigit():
            yield from named(what, wanted, got)
    numbers = sent.values("ST#*-02")
    if answer.values("AK2") and all(len(number) >= SHORTEST_ST02 for number in numbers) and numbers:
        yield from named("AK202 of each set", numbers, answer.values("AK2#*-02"))


def names_the_interchange(seen: Seen, interchange: Interchange) -> Iterator[Mismatch]:
    """TA101 to TA103 name the interchange that they are about."""
    sent = seen.sent.text
    if not sent.startswith("ISA") or len(sent) < 100:
        return
    isa = sent[:106].split(sent[3])
    if len(isa) < 14:
        return
    for what, wanted, path in (("TA101", isa[13], "TA1-01"), ("TA102", isa[9], "TA1-02"), ("TA103", isa[10], "TA1-03")):
        if FORMS[what].fullmatch(wanted):
            yield from named(what, wanted, interchange.value(path))


def readable(seen: Seen) -> Interchange | None:
    try:
        return seen.sent.interchange()
    except Unreadable:
        return None


def kinds_in(interchange: Interchange) -> str:
    kinds = interchange.values("ST#*-01") + (["TA1"] if interchange.values("TA1") else [])
    return "an interchange with " + (", ".join(kinds) or "nothing in it")
