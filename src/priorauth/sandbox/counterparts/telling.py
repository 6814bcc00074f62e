"""What counterparts print of what they get: a line each, codes and our ids, and nothing of anybody."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

REVIEW_ACTION = "extension-reviewActionCode"
CODES = ("outcome", "destination", "rule", "action", "state", "reason", "clock", "due_at", "queue", "kind")
"""Members of events that name no person, at any depth."""

PENDED = "A4"
ISA_LENGTH = 106
_MOST = 8


def event_line(position: str, event: Mapping[str, Any]) -> str:
    """One event: where it stands, when, what, of which review, and what codes it carries."""
    kind = str(event.get("type", "")).removeprefix("priorauth.")
    said = [f"{name} {value}" for name, value in _codes(event.get("data"), "")]
    more = f" and {len(said) - _MOST} more" if len(said) > _MOST else ""
    subject = event.get("subject") or "no review"
    return f"{position:>8}  {event.get('time', '')}  {kind:<28} {subject}  {', '.join(said[:_MOST])}{more}".rstrip()


def _codes(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """The codes of an event. A review's own content is not looked into."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key not in ("review", "message", "rationale"):
                yield from _codes(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from _codes(each, name)
    elif name in CODES and isinstance(value, str) and value and len(value) <= 40 and " " not in value:
        yield name, value


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer says: what kind of answer it is, and the codes in it in their order."""

    kind: str
    codes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}: {' '.join(self.codes)}" if self.codes else self.kind

    @property
    def is_pended(self) -> bool:
        """True where something is still to come."""
        return PENDED in self.codes


UNREADABLE = Told("unreadable answer")


def read_answer(body: bytes) -> Told:
    """What an answer says, X12 or JSON."""
    if body[:3] == b"ISA":
        return _interchange(body.decode("utf-8", errors="replace"))
    try:
        resource = json.loads(body)
    except ValueError:
        return UNREADABLE
    if not isinstance(resource, dict):
        return UNREADABLE
    for _, told in claim_responses(resource):
        return told
    issues = resource.get("issue")
    found = [f"{each.get('code')}" for each in issues] if isinstance(issues, list) else []
    return Told(str(resource.get("resourceType", "JSON")), tuple(found))


def claim_responses(value: Any) -> Iterator[tuple[str, Told]]:
    """Every ClaimResponse at any depth: its id, which is our id of the review, and what it says."""
    if isinstance(value, dict):
        if value.get("resourceType") == "ClaimResponse":
            yield str(value.get("id", "")), Told("ClaimResponse", tuple(_review_actions(value)))
            return
        for each in value.values():
            yield from claim_responses(each)
    elif isinstance(value, list):
        for each in value:
            yield from claim_responses(each)


def shown(body: bytes) -> str:
    """A message as people read it, whatever bytes it has: an interchange a segment a line."""
    text = body.decode("utf-8", errors="replace")
    if text[:3] != "ISA" or len(text) < ISA_LENGTH:
        return text
    return text.replace(text[105], f"{text[105]}\n")


def _interchange(text: str) -> Told:
    if len(text) < ISA_LENGTH:
        return UNREADABLE
    element, terminator = text[3], text[105]
    rows = [segment.strip().split(element) for segment in text.split(terminator)]
    kinds = [row[1] for row in rows if row[0] == "ST" and len(row) > 1]
    codes = [row[1] for row in rows if row[0] in ("HCR", "IK5", "AK9") and len(row) > 1]
    rejected = [f"AAA {row[3]}" for row in rows if row[0] == "AAA" and len(row) > 3]
    return Told(" and ".join(dict.fromkeys(kinds)) or "TA1", (*codes, *rejected))


def _review_actions(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if str(value.get("url", "")).endswith(REVIEW_ACTION):
            codings = value.get("valueCodeableConcept", {}).get("coding", [])
            yield from (str(each.get("code")) for each in codings)
        for each in value.values():
            yield from _review_actions(each)
    elif isinstance(value, list):
        for each in value:
            yield from _review_actions(each)
