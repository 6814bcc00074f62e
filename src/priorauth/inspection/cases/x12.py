"""An interchange with other values: its delimiters, layout, segments and codes stay byte for byte where they are."""

from __future__ import annotations

import re

from priorauth.inspection.cases.pseudonyms import Pseudonyms
from priorauth.inspection.cases.x12_elements import KNOWN_SEGMENTS, Components, elements_of, replaced
from priorauth.x12.faults import X12SyntaxError
from priorauth.x12.guides import GUIDES
from priorauth.x12.segments import Delimiters, read_isa

_LAYOUT = re.compile(r"\s*")
_RUN = re.compile(r"\w+")
_EIGHT_DIGITS = re.compile(r"(?:19|20)[0-9]{6}(?:[0-9]{4})?")
_VERSIONS = {"00501", "00401", "005010", *(guide.id for guide in GUIDES)}
_MARKS = {
    *("ISA", "IEA", "TA1", "BHT", "NM1", "TRN", "DTP", "REF", "PER", "DMG", "INS", "HCR", "AAA", "PRV", "SV1", "SV2"),
    *("SV3", "CL1", "PWK", "MSG", "HSD", "IK3", "IK4", "IK5", "AK1", "AK2", "AK9", "CTX", "278", "999"),
}
LONGEST_CODE = 2


def safe_x12(text: str, pseudonyms: Pseudonyms) -> str:
    """The text of an interchange with other values of the same shape; what is no interchange is replaced run by run."""
    try:
        isa = read_isa(text)
    except X12SyntaxError:
        return unreadable(text, pseudonyms)
    delimiters = isa.delimiters
    head = _segment(text[: isa.end - len(delimiters.segment)], Delimiters(delimiters.element, "", "", ""), pseudonyms)
    ended = text[isa.end - len(delimiters.segment) : isa.end]
    rest = text[isa.end :]
    segments = rest.split(delimiters.segment) if delimiters.segment else [rest]
    return head + ended + delimiters.segment.join(_segment(each, delimiters, pseudonyms) for each in segments)


def unreadable(text: str, pseudonyms: Pseudonyms) -> str:
    """A text that cannot be taken apart: every run of letters and digits is replaced that could say anything."""
    return _RUN.sub(lambda run: _run(run[0], pseudonyms), text)


def _run(run: str, pseudonyms: Pseudonyms) -> str:
    if len(run) <= LONGEST_CODE or run in _MARKS or run in _VERSIONS:
        return run
    if _EIGHT_DIGITS.fullmatch(run):
        return pseudonyms.day(run)
    return pseudonyms.value(run)


def _segment(raw: str, delimiters: Delimiters, pseudonyms: Pseudonyms) -> str:
    layout = _LAYOUT.match(raw)
    start = layout.end() if layout else 0
    id, *elements = raw[start:].split(delimiters.element)
    table = elements_of(id)
    named = id if id in KNOWN_SEGMENTS or not id.strip() else pseudonyms.value(id)
    written = [
        _element(element, table[at] if at < len(table) else (), delimiters, pseudonyms)
        for at, element in enumerate(elements)
    ]
    return raw[:start] + delimiters.element.join([named, *written])


def _element(element: str, parts: Components, delimiters: Delimiters, pseudonyms: Pseudonyms) -> str:
    if not element.strip():
        return element
    if delimiters.repetition and delimiters.repetition in element:
        each = element.split(delimiters.repetition)
        return delimiters.repetition.join(_composite(one, parts, delimiters, pseudonyms) for one in each)
    return _composite(element, parts, delimiters, pseudonyms)


def _composite(element: str, parts: Components, delimiters: Delimiters, pseudonyms: Pseudonyms) -> str:
    if not delimiters.component or delimiters.component not in element:
        return replaced(element, parts[0] if parts else None, pseudonyms)
    components = element.split(delimiters.component)
    return delimiters.component.join(
        replaced(one, parts[at] if at < len(parts) else None, pseudonyms) for at, one in enumerate(components)
    )
