"""What names somebody in a message, found without the program under test; and messages that are broken in many ways."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

LEAST = 3

# fmt: off
NAMING = {
    "BHT": (3,), "NM1": (3, 4, 5, 7, 9), "N3": (1, 2), "N4": (1, 3), "PER": (2, 4, 6, 8), "REF": (2, 3),
    "TRN": (2, 3, 4), "DMG": (2,), "MSG": (1,), "PWK": (6, 7), "HCR": (2,), "ISA": (2, 4, 6), "GS": (2,), "DTP": (3,),
}
# fmt: on
"""Segment -> the elements in which a 278 names people, places, things and days of theirs."""

WORDS = {
    "family",
    "given",
    "prefix",
    "line",
    "city",
    "postalCode",
    "value",
    "subscriberId",
    "birthDate",
    "text",
    "data",
}
WORDS |= {"id", "display", "start", "end", "servicedDate", "timingDate", "created", "timestamp", "name", "div"}
"""Members in which FHIR names the same."""

KEPT = {"BCBSMA", "MERCYONE", "BCBSM", "FPLIC", "ALLWAYS", "PRIORAUTH"}


def naming(message: bytes) -> set[str]:
    """Every value of three characters or more that names somebody or something of theirs, or a day."""
    text = message.decode("utf-8", errors="replace")
    found = _of_json(json.loads(text)) if text.lstrip()[:1] == "{" else _of_x12(text)
    return {each.strip() for each in found if len(each.strip()) >= LEAST and each.strip().upper() not in KEPT}


def _of_x12(text: str) -> Iterator[str]:
    for segment in text.split(text[105]):
        id, *elements = segment.strip().split(text[3])
        for position in NAMING.get(id, ()):
            if position <= len(elements):
                yield from re.split(r"[-:^]", elements[position - 1]) if id == "DTP" else [elements[position - 1]]


def _of_json(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _of_json(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from _of_json(each, name)
    elif isinstance(value, str) and name in WORDS and not value.startswith("http"):
        yield value


def broken_x12(message: bytes) -> Iterator[tuple[str, bytes]]:
    """An interchange broken in one way each: by name."""
    text = message.decode()
    yield "cut off within a name", text[: text.index("NM1*IL") + 14].encode()
    yield "cut off within the ISA", text[:60].encode()
    yield "other element separators after the head", (text[:106] + text[106:].replace("*", "|")).encode()
    yield "other terminators", (text[:106] + text[106:].replace("~", "!")).encode()
    yield "no ISA", text[text.index("GS*") :].encode()
    yield "a day that is none", re.sub(r"(DMG\*D8\*\d{4})\d{4}", r"\g<1>0230", text, count=1).encode()
    yield "a name too long", text.replace("NM1*IL*1*", "NM1*IL*1*" + "ABERCROMBIE " * 6, 1).encode()
    yield "a letter outside of ASCII", text.replace("NM1*IL*1*", "NM1*IL*1*JÖRG-ŁUKASZ ", 1).encode()
    yield "bytes that are no UTF-8", text.replace("NM1*IL*1*", "NM1*IL*1*JÖRG ", 1).encode("latin-1")
    yield "a segment nobody knows", text.replace("DMG*", "QZX*", 1).encode()
    yield "something after the end", (text.rstrip() + "CALL OYELARAN").encode()
    yield "a code that is none", text.replace("DMG*D8", "DMG*OYELARAN", 1).encode()


def broken_json(message: bytes) -> Iterator[tuple[str, bytes]]:
    """A Bundle broken in one way each: by name."""
    text = message.decode()
    place = text.index('"family"') if '"family"' in text else len(text) // 2
    yield "cut off within a name", text[: place + 18].encode()
    yield "a comma too many", (text[:place] + "," + text[place:]).encode()
    yield "bytes that are no UTF-8", text.replace('"family": "', '"family": "ÖZIL-', 1).encode("latin-1")
    yield "a member nobody knows", text.replace('"family"', '"SURNAME"', 1).encode()
    yield "a day that is none", re.sub(r'"(\d{4})-\d{2}-\d{2}"', r'"\g<1>-02-30"', text, count=1).encode()
    yield "a code that is none", re.sub(r'"gender": "\w+"', '"gender": "OYELARAN"', text, count=1).encode()
    yield "a type nobody knows", text.replace('"resourceType": "Patient"', '"resourceType": "Person1"', 1).encode()
    yield "a name as a number", re.sub(r'"family": "[^"]+"', '"family": 1234567', text, count=1).encode()
    yield "a name twice", re.sub(r'("family": "[^"]+")', r"\g<1>, \g<1>", text, count=1).encode()
    yield "no quotes", text.replace('"family"', "family", 1).encode()
