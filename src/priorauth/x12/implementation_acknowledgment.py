"""The 999 of one functional group (005010X231A1): what was received, what is wrong with it where, what becomes of it.

A 999 must be valid itself and is never acknowledged by another. So a received value that cannot be repeated in it (a
group number with letters, say) is replaced by a stand-in, and the code beside it says that the value was invalid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from priorauth.domain.findings import Finding, Position

from .segments import Element, Segment
from .validation import GroupResult, SetResult
from .verdicts import AcknowledgmentCodes, Codes, GroupVerdict, SetVerdict, acknowledged

GUIDE = "005010X231A1"
TRANSACTION = "999"
FUNCTIONAL_GROUP = "FA"

ELEMENTS_IN_ERROR = "8"
"""IK304 where the segment is right and its elements are not."""

TRIGGER = "SITUATIONAL TRIGGER"
"""CTX01 where the segment or element named in the same CTX is what the rule depends on."""

_FUNCTIONAL = re.compile(r"[A-Z0-9]{2}")
_GROUP_NUMBER = re.compile(r"[0-9]{1,9}")
_VERSION = re.compile(r"[A-Z0-9]{1,12}")
_TRANSACTION = re.compile(r"[A-Z0-9]{3}")
_CONTROL_NUMBER = re.compile(r"[0-9A-Za-z]{1,9}")
_GUIDE = re.compile(r"[A-Z0-9]{1,35}")
_COUNT = re.compile(r"[0-9]{1,6}")
_SEGMENT_ID = re.compile(r"[A-Z][A-Z0-9]{1,2}")
_DATA_ELEMENT = re.compile(r"[0-9]{1,4}")
_COPY = re.compile(r"[ -)+-9;-\]_-}]{1,99}")  # data element 724, without what are delimiters in what we send


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgmentOptions:
    """How a partner wants its 999s. `copies_bad_values` puts received values into IK404, and they may be PHI.

    `loop_id_length` is 4 for receivers that hold to the letter of data element 447; the loop ids of HIPAA guides are
    longer, and most receivers want them whole.
    """

    copies_bad_values: bool = False
    loop_id_length: int = 6
    most_findings: int = 100  # of one set; the first ones, and those that reject before those that do not


DEFAULT_OPTIONS = AcknowledgmentOptions()


def acknowledge_group(
    group: GroupResult, verdict: GroupVerdict, codes: Codes, options: AcknowledgmentOptions = DEFAULT_OPTIONS
) -> list[Sequence[Element]]:
    """The segments of the group's 999 between ST and SE: AK1, the sets, AK9.

    Where we have no guide for the group nothing can be said of its sets.
    """
    segments: list[Sequence[Element]] = [_ak1(group.group.header)]
    if verdict.is_supported:
        for result, judged in zip(group.sets, verdict.sets, strict=True):
            segments += _set_response(result, judged, codes, options)
    segments.append(_ak9(group, verdict))
    return segments


def _ak1(header: Segment) -> Sequence[Element]:
    return (
        "AK1",
        _repeatable(header, 1, _FUNCTIONAL, "HI"),
        _repeatable(header, 6, _GROUP_NUMBER, "0"),
        _repeatable(header, 8, _VERSION, "005010"),
    )


def _ak9(group: GroupResult, verdict: GroupVerdict) -> Sequence[Element]:
    received = str(len(group.sets))
    included = _repeatable(group.group.trailer, 1, _COUNT, received)
    return ("AK9", verdict.verdict, included, received, str(sum(verdict.accepted)), *verdict.errors)


def _set_response(
    result: SetResult, verdict: SetVerdict, codes: Codes, options: AcknowledgmentOptions
) -> Iterator[Sequence[Element]]:
    header = result.transaction.header
    number = _repeatable(header, 2, _CONTROL_NUMBER, "0").zfill(4)
    yield ("AK2", _repeatable(header, 1, _TRANSACTION, "278"), number, _repeatable(header, 3, _GUIDE, ""))
    located = [each for each in acknowledged(result.findings, codes) if _is_located(each, codes)]
    for (position, segment_id, loop, error), findings in groupby(
        _first(located, options.most_findings), key=lambda each: _segment_in_error(each, codes)
    ):
        yield ("IK3", segment_id, str(position), loop[: options.loop_id_length], error)
        if error == ELEMENTS_IN_ERROR:
            for finding in findings:
                yield from _element_response(finding, codes[finding.code], result, options)
    yield ("IK5", verdict.verdict, *verdict.errors)


def _is_located(finding: Finding, codes: Codes) -> bool:
    """False for what is wrong with the set as a whole, and for what is not a segment: IK301 may not repeat it."""
    return bool(codes[finding.code].segment) and _SEGMENT_ID.fullmatch(finding.at.segment_id) is not None


def _segment_in_error(finding: Finding, codes: Codes) -> tuple[int, str, str, str]:
    return finding.at.segment, finding.at.segment_id, finding.at.loop, codes[finding.code].segment


def _element_response(
    finding: Finding, said: AcknowledgmentCodes, result: SetResult, options: AcknowledgmentOptions
) -> Iterator[Sequence[Element]]:
    at = finding.at
    if not at.element:
        return
    place = (str(min(at.element, 99)), _place(at.component), _place(at.repetition))
    number = at.data_element if _DATA_ELEMENT.fullmatch(at.data_element) else ""
    copy = _copy(result, at) if options.copies_bad_values else ""
    yield ("IK4", place, number, said.element, copy)
    if at.segment_id == "HL" and number:  # an error of hierarchy is explained by its trigger (RFI 2394)
        loop = at.loop[: options.loop_id_length]
        yield ("CTX", TRIGGER, at.segment_id, str(at.segment), loop, place, number)


def _first(findings: list[Finding], most: int) -> list[Finding]:
    """The findings in the order of the segments; where there are too many, those that reject."""
    if len(findings) > most:
        findings = sorted(findings, key=lambda finding: not finding.rejects)[:most]
    return sorted(findings, key=lambda finding: finding.at.segment)


def _place(position: int) -> str:
    return str(min(position, 99)) if position else ""


def _copy(result: SetResult, at: Position) -> str:
    """The value that is wrong (IK404), as far as it can be repeated."""
    rows = result.transaction.rows
    if not 0 < at.segment <= len(rows) or at.element >= len(rows[at.segment - 1]):
        return ""
    value = rows[at.segment - 1][at.element]
    for separator, position in (
        (result.delimiters.repetition, at.repetition),
        (result.delimiters.component, at.component),
    ):
        if separator and position:
            value = (value.split(separator) + [""] * position)[position - 1]
    value = value.strip()
    return value if _COPY.fullmatch(value) else ""


def _repeatable(segment: Segment, position: int, form: re.Pattern[str], stand_in: str) -> str:
    """A received value where it can stand in a 999, else what stands in for it."""
    value = segment[position] if position < len(segment) else ""
    return value if form.fullmatch(value) else stand_in
