"""What counterparts print of what they get: a line each, codes and our ids, and nothing of anybody."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

REVIEW_ACTION = "extension-reviewActionCode"
CODES = ("outcome", "destination", "rule", "action", "state", "reason", "clock", "due_at", "queue", "kind")
"""Members of events that name no person, at any depth."""

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


def answer_line(status: int, body: bytes) -> str:
    """What an answer says: the HTTP status, what kind of answer it is, and the actions in it in their order."""
    kind, actions = _answer(body)
    return f"{status} {kind}" + (f": {' '.join(actions)}" if actions else "")


def _answer(body: bytes) -> tuple[str, list[str]]:
    if body[:3] == b"ISA":
        return _interchange(body.decode("utf-8", errors="replace"))
    try:
        resource = json.loads(body)
    except ValueError:
        return "unreadable answer", []
    if not isinstance(resource, dict):
        return "unreadable answer", []
    entries = resource.get("entry")
    types = [each.get("resource", {}).get("resourceType") for each in entries] if isinstance(entries, list) else []
    kind = "ClaimResponse" if "ClaimResponse" in types else str(resource.get("resourceType", "JSON"))
    issues = resource.get("issue")
    found = [f"{each.get('code')}" for each in issues] if isinstance(issues, list) else []
    return kind, [*found, *_review_actions(resource)]


def _interchange(text: str) -> tuple[str, list[str]]:
    if len(text) < 106:
        return "unreadable answer", []
    element, terminator = text[3], text[105]
    rows = [segment.strip().split(element) for segment in text.split(terminator)]
    kinds = [row[1] for row in rows if row[0] == "ST" and len(row) > 1]
    codes = [row[1] for row in rows if row[0] in ("HCR", "IK5", "AK9") and len(row) > 1]
    rejected = [f"AAA {row[3]}" for row in rows if row[0] == "AAA" and len(row) > 3]
    return (" and ".join(dict.fromkeys(kinds)) or "TA1"), [*codes, *rejected]


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
