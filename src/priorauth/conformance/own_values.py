"""The element values of a message that we sent: what must not turn up where no PHI may be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from priorauth.conformance.x12 import Interchange, Unreadable, read_interchange

SHORTEST = 4
"""Shorter values turn up anywhere."""
TELLING: dict[str, tuple[int, ...]] = {
    "NM1": (3, 4, 5, 9), "N3": (1, 2), "N4": (1, 3), "PER": (2, 4, 6, 8), "DMG": (2,), "REF": (2,), "TRN": (2,),
    "BHT": (3,), "HI": tuple(range(1, 13)), "SV1": (1,), "SV2": (1, 2), "SV3": (1,), "DTP": (3,), "MSG": (1,),
    "PWK": (6,),
}  # fmt: skip
"""The elements that say who, what and when. Codes of a structure are in every message."""
SAYING = frozenset(
    {"family", "given", "line", "city", "postalCode", "birthDate", "text", "display", "description", "start", "end"}
)
VALUED = frozenset({"identifier", "telecom"})
CODED = frozenset({"productOrService", "diagnosisCodeableConcept", "code"})


def own_values(body: bytes) -> set[str]:
    """Every value of a message of ours, X12 or FHIR, that says who, what or when."""
    text = body.decode("utf-8", errors="replace")
    if text.lstrip().startswith("{"):
        found = set(of_fhir(json.loads(text), ""))
    else:
        try:
            interchange = read_interchange(text)
        except Unreadable:
            return set()
        found = set(of_x12(interchange)) - payers(interchange)
    return {value for value in found if (len(value) >= SHORTEST and not value.isalpha()) or len(value) > SHORTEST}


def found_in(values: Iterable[str], text: str) -> list[str]:
    """Those of the values that stand in a text by themselves, not as a part of a longer number or word."""
    return sorted(value for value in values if value in text and re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text))


def of_x12(interchange: Interchange) -> Iterator[str]:
    for segment in interchange.segments:
        for position in TELLING.get(segment[0], ()):
            if position < len(segment):
                yield from (
                    segment[position]
                    .replace(interchange.delimiters.repetition, ":")
                    .split(interchange.delimiters.component)
                )


def payers(interchange: Interchange) -> set[str]:
    """What names the payer: every event does."""
    return {interchange.value("NM1*X3-09"), interchange.value("NM1*PR-09")}


def of_fhir(value: Any, within: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, below in value.items():
            if is_telling(name, within, value):
                yield str(below)
            elif name in SAYING and isinstance(below, str):
                yield below
            else:
                yield from of_fhir(below, f"{name} of a code" if within in CODED else name)
    elif isinstance(value, list):
        for each in value:
            yield from [each] if isinstance(each, str) and within in SAYING else of_fhir(each, within)


def is_telling(name: str, within: str, element: dict[str, Any]) -> bool:
    """True for an identifier's value that is not a payer's, a number to call, and a code of a service or diagnosis."""
    return (name == "value" and within in VALUED and is_no_payers(element)) or (name, within) == (
        "code",
        "coding of a code",
    )


def is_no_payers(identifier: dict[str, Any]) -> bool:
    """False for the identifier of a payer, which every event names."""
    kinds = [each.get("code") for each in identifier.get("type", {}).get("coding", [])]
    return "payerid" not in kinds and not str(identifier.get("system", "")).endswith(":payer")
