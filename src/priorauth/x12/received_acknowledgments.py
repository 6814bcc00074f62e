"""Acknowledgments that partners send us: TA1 and 999 as values, to be matched with what we sent.

They are never acknowledged in turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .envelope import Interchange
from .implementation_acknowledgment import FUNCTIONAL_GROUP, TRANSACTION
from .segments import EMPTY, Delimiters, Segment

_LONGEST_NUMBER = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedError:
    """One error that a partner found in a set of ours: IK3 with IK4, without the value that IK404 may repeat."""

    segment_id: str
    segment: int  # its number in the set, ST is 1
    loop: str
    code: str  # IK304
    element: int = 0
    component: int = 0
    repetition: int = 0
    data_element: str = ""
    element_code: str = ""  # IK403


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgedSet:
    """What a partner says of one transaction set of ours: IK501, IK502 to IK506, and where the errors are."""

    transaction: str
    control_number: str
    verdict: str
    codes: tuple[str, ...] = ()
    errors: tuple[ReceivedError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgedGroup:
    """What a partner says of one functional group of ours (999): AK901, AK905 to AK909, and its sets."""

    functional: str
    control_number: str  # our GS06
    version: str
    verdict: str
    codes: tuple[str, ...] = ()
    sets: tuple[AcknowledgedSet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgedInterchange:
    """What a partner says of one interchange of ours (TA1)."""

    control_number: str  # our ISA13
    verdict: str
    note: str


ReceivedAcknowledgment = AcknowledgedInterchange | AcknowledgedGroup


def read_acknowledgments(interchange: Interchange) -> tuple[ReceivedAcknowledgment, ...]:
    """Every TA1 and 999 of an interchange, in order. Faulty ones are read as far as they go."""
    return (*_interchanges(interchange.acknowledgments), *_groups(interchange))


def holds_acknowledgments_only(interchange: Interchange) -> bool:
    """True where nothing in an interchange may be acknowledged in turn."""
    groups = [group.header[1] for group in interchange.groups]
    return set(groups) == {FUNCTIONAL_GROUP} or (not groups and bool(interchange.acknowledgments))


def _interchanges(segments: Sequence[Segment]) -> Iterator[AcknowledgedInterchange]:
    for ta1 in map(_padded, segments):
        yield AcknowledgedInterchange(control_number=ta1[1], verdict=ta1[4], note=ta1[5])


def _groups(interchange: Interchange) -> Iterator[AcknowledgedGroup]:
    for group in interchange.groups:
        for each in group.sets:
            if each.segments[0][1:2] == (TRANSACTION,):
                yield _group(list(map(_padded, each.segments)), interchange.delimiters)


def _group(segments: Sequence[Segment], delimiters: Delimiters) -> AcknowledgedGroup:
    ak1 = _first(segments, "AK1")
    ak9 = _first(segments, "AK9")
    starts = [index for index, segment in enumerate(segments) if segment[0] == "AK2"]
    ends = [*starts[1:], len(segments)]
    return AcknowledgedGroup(
        functional=ak1[1],
        control_number=ak1[2],
        version=ak1[3],
        verdict=ak9[1],
        codes=_codes(ak9[5:10]),
        sets=tuple(_set(segments[start:end], delimiters) for start, end in zip(starts, ends, strict=False)),
    )


def _set(segments: Sequence[Segment], delimiters: Delimiters) -> AcknowledgedSet:
    ak2, ik5 = segments[0], _first(segments, "IK5")
    return AcknowledgedSet(
        transaction=ak2[1],
        control_number=ak2[2],
        verdict=ik5[1],
        codes=_codes(ik5[2:7]),
        errors=tuple(_errors(segments, delimiters)),
    )


def _errors(segments: Sequence[Segment], delimiters: Delimiters) -> Iterator[ReceivedError]:
    """One per IK4, and one per IK3 that has none."""
    for index, ik3 in enumerate(segments):
        if ik3[0] != "IK3":
            continue
        elements = [segment for segment in _until_next(segments[index + 1 :]) if segment[0] == "IK4"]
        for ik4 in elements or [EMPTY]:
            place = [*ik4[1].split(delimiters.component), "", ""] if delimiters.component else [ik4[1], "", ""]
            yield ReceivedError(
                segment_id=ik3[1],
                segment=_number(ik3[2]),
                loop=ik3[3],
                code=ik3[4],
                element=_number(place[0]),
                component=_number(place[1]),
                repetition=_number(place[2]),
                data_element=ik4[2],
                element_code=ik4[3],
            )


def _until_next(segments: Sequence[Segment]) -> Iterator[Segment]:
    for segment in segments:
        if segment[0] in ("IK3", "IK5"):
            return
        yield segment


def _padded(segment: Segment) -> Segment:
    return Segment((*segment, *EMPTY[len(segment) :]))


def _first(segments: Sequence[Segment], segment_id: str) -> Segment:
    return next((segment for segment in segments if segment[0] == segment_id), EMPTY)


def _codes(elements: Sequence[str]) -> tuple[str, ...]:
    return tuple(code for code in elements if code)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else 0
