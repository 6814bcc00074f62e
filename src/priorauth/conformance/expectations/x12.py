"""Expectations of an X12 answer by itself: values by path, and that its own envelope and levels are sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import model_validator

from priorauth.conformance.expectations.kinds import Scalar, expectation
from priorauth.conformance.expectations.matching import Match, describe, found, matches
from priorauth.conformance.results import Mismatch
from priorauth.conformance.seen import Seen
from priorauth.conformance.x12 import Interchange, read_path, value_at


@expectation("x12")
class X12(Scalar[Mapping[str, Match]]):
    """Values of the interchange that came back, by path."""

    @model_validator(mode="after")
    def paths_can_be_read(self) -> X12:
        for path in self.root:
            read_path(path)
        return self

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        interchange = seen.got.interchange()
        for path, wanted in self.root.items():
            values = interchange.values(path)
            if not matches(wanted, values, text=True):
                yield Mismatch(path, describe(wanted), found(values))


@expectation("sound")
class Sound(Scalar[bool]):
    """The answer keeps the rules of envelopes: control numbers, counts, levels, no empty end of a segment."""

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        interchange = seen.got.interchange()
        yield from envelope_faults(interchange)
        for number, each in enumerate(interchange.sets(), start=1):
            yield from set_faults(each, f"set {number}")
        for segment in interchange.segments:
            if len(segment) > 1 and not segment[-1] and segment[0] != "ISA":
                yield Mismatch(f"segment {segment[0]}", "no empty elements at its end", "some")


def envelope_faults(interchange: Interchange) -> Iterator[Mismatch]:
    """Control numbers and counts of interchange and groups."""
    yield from differs("IEA02", interchange.value("ISA-13"), interchange.value("IEA-02"))
    groups = [segment for segment in interchange.segments if segment[0] == "GS"]
    yield from differs("IEA01", str(len(groups)), interchange.value("IEA-01"))
    sets: list[str] = []
    group: list[str] = []
    for segment in interchange.segments:
        match segment[0]:
            case "GS":
                group, sets = segment, []
            case "ST":
                sets.append(value_at(segment, 2))
            case "GE":
                yield from differs("GE01", str(len(sets)), value_at(segment, 1))
                yield from differs("GE02", value_at(group, 6), value_at(segment, 2))
                yield from differs("ST02 within a group", "each once", "each once" if unique(sets) else "one twice")


def unique(values: list[str]) -> bool:
    return len(values) == len(set(values))


def set_faults(whole: Interchange, where: str) -> Iterator[Mismatch]:
    """Counts, control numbers and the tree of levels of one set."""
    last = whole.segments[-1]
    yield from differs(f"{where}: the last segment", "SE", last[0])
    yield from differs(f"{where}: SE01", str(len(whole.segments)), value_at(last, 1))
    yield from differs(f"{where}: SE02", value_at(whole.segments[0], 2), value_at(last, 2))
    levels = [segment for segment in whole.segments if segment[0] == "HL"]
    parents = {value_at(level, 2) for level in levels}
    for number, level in enumerate(levels, start=1):
        yield from differs(f"{where}: HL01 of level {number}", str(number), value_at(level, 1))
        has_children = "1" if value_at(level, 1) in parents else "0"
        yield from differs(f"{where}: HL04 of level {number}", has_children, value_at(level, 4))
        parent = value_at(level, 2)
        if parent and not (parent.isdigit() and 0 < int(parent) < number):
            yield Mismatch(f"{where}: HL02 of level {number}", "a level before it", parent)


def differs(what: str, wanted: str, got: str) -> Iterator[Mismatch]:
    if wanted != got:
        yield Mismatch(what, wanted, got or "nothing")
