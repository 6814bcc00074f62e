"""What pyx12 says of the same bytes, as an independent second opinion. It never raises and never quotes a value.

pyx12 is driven segment by segment: its own document function loads maps on every call, cannot tell a 278 request from
a response, loses the whole file to one crash and writes element values to its log. Only codes and places of its
errors are kept.
"""

from __future__ import annotations

import io
import logging
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from xml.etree import ElementTree

from pyx12.error_item import EleError, SegError
from pyx12.map_if import load_map_file, map_if
from pyx12.map_if._base import x12_node
from pyx12.map_walker import walk_tree
from pyx12.params import ParamsBase
from pyx12.segment import Segment
from pyx12.x12file import X12Reader

from priorauth.x12.guides import direction_of, guide_table

from .pyx12_maps import control_map, guide_map

MAX_BYTES = 4 * 1024 * 1024
MAX_SECONDS = 10.0

ACKNOWLEDGMENT_MAP = "999.5010X231.A1.xml"
"""The map of the 999 that pyx12 brings: more independent than one of ours."""

ISA, GS = "/ISA_LOOP/ISA", "/ISA_LOOP/GS_LOOP/GS"

logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)  # its records hold element values


class Level(StrEnum):
    """What an error of pyx12 is about; its code is one of TA105, AK905, IK502, IK304 or IK403 accordingly."""

    INTERCHANGE = "interchange"
    GROUP = "group"
    SET = "set"
    SEGMENT = "segment"
    ELEMENT = "element"


@dataclass(frozen=True, slots=True)
class Pyx12Error:
    """One error of pyx12: its code and place. Segments count from ST = 1; 0 where there is no such place."""

    level: Level
    code: str
    segment: int = 0
    segment_id: str = ""
    element: int = 0
    component: int = 0
    beyond_ascii: bool = False  # of the value it complains about


@dataclass(slots=True)
class SetOpinion:
    """What pyx12 says of one transaction set; `group` and `number` count from 1 in order of arrival.

    `given` is False where it could not say: no map, or it crashed in this set. `blanks` are the segments with an
    element of nothing but spaces, which pyx12 takes for a value.
    """

    group: int
    number: int
    errors: list[Pyx12Error] = field(default_factory=list)
    given: bool = True
    blanks: set[int] = field(default_factory=set)

    @property
    def accepted(self) -> bool:
        """True where pyx12 has no error in the set."""
        return self.given and not self.errors


@dataclass(slots=True)
class Opinion:
    """What pyx12 says of one interchange. `reason` says why no more could be said, in fixed words, else empty."""

    sets: list[SetOpinion] = field(default_factory=list)
    errors: list[Pyx12Error] = field(default_factory=list)  # of the interchange and its groups
    reason: str = ""

    @property
    def accepted(self) -> bool:
        """True where pyx12 read everything and has no error."""
        return not self.reason and not self.errors and all(opinion.accepted for opinion in self.sets)


def second_opinion(data: bytes, *, monotonic: Callable[[], float] = time.monotonic) -> Opinion:
    """Validate one interchange with pyx12, within the limits of size and time."""
    opinion = Opinion()
    if len(data) > MAX_BYTES:
        opinion.reason = "larger than the limit"
        return opinion
    checker = _Checker(opinion)
    deadline = monotonic() + MAX_SECONDS
    try:
        for segment, next_segment, errors in _read(data):
            checker.check(segment, next_segment, errors)
            if monotonic() > deadline:
                opinion.reason = "slower than the limit"
                checker.give_up()
                return opinion
    except Exception as crash:
        opinion.reason = f"pyx12 stopped with {type(crash).__name__}"
        checker.give_up()
    return opinion


ReaderError = tuple[str, str]
"""The level and code of an error that the reader of pyx12 found itself: counts, control numbers, levels."""

_READER_LEVELS = {"isa": Level.INTERCHANGE, "gs": Level.GROUP, "st": Level.SET, "seg": Level.SEGMENT}


def _read(data: bytes) -> Iterator[tuple[Segment | None, Segment | None, list[ReaderError]]]:
    """Each segment with the one after it and the reader's errors; at the end, no segment and what was left open."""
    reader = X12Reader(io.StringIO(_text(data)))
    previous: tuple[Segment, list[ReaderError]] | None = None
    for segment in reader:
        errors = [(kind, code) for kind, code, *_ in reader.pop_errors()]
        if previous is not None:
            yield previous[0], segment, previous[1]
        previous = segment, errors
    if previous is not None:
        yield previous[0], None, previous[1]
    reader.cleanup()
    yield None, None, [(kind, code) for kind, code, *_ in reader.pop_errors()]


def _text(data: bytes) -> str:
    """As the gateway reads it: UTF-8, else Latin-1; a byte order mark and layout before ISA are no data."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.lstrip()


class _Checker:
    """Walks segment by segment through the map of each set, and writes down what pyx12 finds."""

    def __init__(self, opinion: Opinion) -> None:
        self.opinion = opinion
        self.walker = walk_tree()
        self.node: x12_node | None = None
        self.version = ("", "")
        self.groups = 0
        self.set: SetOpinion | None = None
        self.count = 0  # of segments in the set

    def give_up(self) -> None:
        """The set that was being read has no opinion."""
        if self.set is not None:
            self.set.given = False

    def check(self, segment: Segment | None, next_segment: Segment | None, errors: list[ReaderError]) -> None:
        """Take one segment; None is the end of the interchange."""
        segment_id = segment.get_seg_id() or "" if segment is not None else ""
        if segment_id == "ST":
            self._open_set(next_segment)
        self.count += 1
        for kind, code in errors:
            self._note(Pyx12Error(_READER_LEVELS[kind], code, self.count if self.set else 0, segment_id))
        if segment is not None:
            if self.set is not None and _has_blank(segment):
                self.set.blanks.add(self.count)
            self._place(segment, segment_id)
        if segment_id == "SE":
            self.set = None

    def _open_set(self, next_segment: Segment | None) -> None:
        """Begin a set with the map that its GS08 and BHT02 ask for."""
        if self.set is not None:
            self._note(Pyx12Error(Level.SET, "2"))  # the one before has no SE
        before = self.opinion.sets[-1] if self.opinion.sets else None
        number = before.number + 1 if before is not None and before.group == self.groups else 1
        self.set = SetOpinion(self.groups, number)
        self.opinion.sets.append(self.set)
        self.count = 0
        loaded = _map(*self.version, _direction(next_segment))
        self.node = loaded.getnodebypath(GS) if loaded is not None else None
        self.set.given = loaded is not None

    def _place(self, segment: Segment, segment_id: str) -> None:
        """Find the map's node for a segment and check the segment against it."""
        if segment_id == "ISA":
            self._force("/ISA_LOOP", ISA, _control())
        elif segment_id == "GS":
            self.groups += 1
            self.version = (segment.get_value("GS08") or "", segment.get_value("GS01") or "")
            self._force("/ISA_LOOP/GS_LOOP", GS, _control())
        elif self.node is not None:
            found, _, _, errors = self.walker.walk_errors(self.node, segment, self.count, 0, None)
            for error in errors:
                self._note(self._walk_error(error, segment_id))
            if found is None:
                return
            self.node = found
        if self.node is not None:
            for error in self.node.is_valid_errors(segment)[1]:
                self._note(self._element_error(error, segment_id))

    def _force(self, loop: str, path: str, control: map_if) -> None:
        self.node = control.getnodebypath(path)
        self.walker.forceWalkCounterToLoopStart(loop, path)

    def _walk_error(self, error: SegError, segment_id: str) -> Pyx12Error:
        missing = error.err_cde == "3" and error.map_node is not None
        return Pyx12Error(Level.SEGMENT, error.err_cde, self.count, error.map_node.id if missing else segment_id)

    def _element_error(self, error: EleError, segment_id: str) -> Pyx12Error:
        found = re.search(r"(\d{1,2})(?:-(\d+))?$", str(error.refdes or ""))  # NM108, UM04-02, 8
        element, component = (int(found[1]), int(found[2] or 0)) if found else (0, 0)
        beyond_ascii = not str(error.err_val or "").isascii()
        return Pyx12Error(Level.ELEMENT, error.err_cde, self.count, segment_id, element, component, beyond_ascii)

    def _note(self, error: Pyx12Error) -> None:
        errors = self.opinion.errors if self.set is None else self.set.errors
        errors.append(error)


def _has_blank(segment: Segment) -> bool:
    values = (segment.get_value(f"{position:02}") or "" for position in range(1, len(segment) + 1))
    return any(part.isspace() for value in values for part in value.split(segment.subele_term))


def _direction(segment: Segment | None) -> str:
    """Of the set whose ST this segment follows."""
    if segment is None or segment.get_seg_id() != "BHT":
        return direction_of("", "")
    return direction_of(segment.get_value("BHT02") or "", segment.get_value("BHT06") or "")


@cache
def _map(gs08: str, gs01: str, direction: str) -> map_if | None:
    """The map for a set, loaded once per process, or None where there is none."""
    guide = guide_table(gs08, direction)
    if guide is None or guide.functional != gs01:
        return None
    if not guide.direction:
        return load_map_file(ACKNOWLEDGMENT_MAP, ParamsBase())
    return map_if(ElementTree.fromstring(guide_map(guide)), ParamsBase())


@cache
def _control() -> map_if:
    return map_if(ElementTree.fromstring(control_map()), ParamsBase())
