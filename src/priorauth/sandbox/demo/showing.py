"""What the demonstration shows of a case, as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

WIDTH = 118
INDENT = "    "


class Seen(Protocol):
    """A gateway, seen from outside."""

    def messages(self, review_id: str) -> Sequence[Mapping[str, Any]]: ...
    def route(self, review_id: str) -> Mapping[str, Any]: ...
    def events(self, review_id: str) -> Sequence[Mapping[str, Any]]: ...


def heading(number: int, total: int, title: str) -> Iterator[str]:
    """The first lines of a case."""
    yield ""
    yield "=" * WIDTH
    yield f"{number}/{total}  {title}"
    yield "=" * WIDTH


def section(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A titled block, its lines indented."""
    yield ""
    yield title
    yield from (f"{INDENT}{line}" for line in lines)


def segments(interchange: str) -> list[str]:
    """The segments of an interchange, one a line, each with its terminator as it was sent."""
    terminator = interchange[105:106] or "~"
    return [f"{segment.strip()}{terminator}" for segment in interchange.split(terminator) if segment.strip()]


def raw(message: Mapping[str, Any]) -> list[str]:
    """A message as sent: X12 one segment a line, JSON broken where a line is full."""
    text = str(message["text"])
    if message["format"] == "x12":
        return segments(text)
    width = WIDTH - len(INDENT)
    return [text[start : start + width] for start in range(0, len(text), width)]


def route(document: Mapping[str, Any]) -> Iterator[str]:
    """Per item where it went, the rule that won and why, the facts it looked at, and how many rules lost."""
    yield f"payer {document['payer']}, pack {document['pack_version']}"
    for item in document["explanation"]["items"]:
        place = f" to {item['destination']}" if item["destination"] else ""
        queue = f", queue {item['queue']}" if item["queue"] else ""
        yield f"item {item['sequence']}: {item['outcome']}{place}{queue}"
        citation = f" ({item['citation']})" if item["citation"] else ""
        yield f"  rule   {item['rule']}{citation}"
        yield f"  why    {item['reason']}"
        for name, fact in item["facts"].items():
            value = "unknown" if fact["value"] is None else fact["value"]
            yield f"  fact   {name} = {value}, from {fact['source']}"
        yield from _losing(item["losing"])


def _losing(rules: Sequence[Mapping[str, str]]) -> Iterator[str]:
    if rules:
        yield f"  lost   {len(rules)} other rules, the first being {rules[0]['rule']}: {rules[0]['because']}"


def legs(messages: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Each leg as sent and each answer as received."""
    for message in messages:
        if message["role"].startswith("leg "):
            arrow = "received from" if message["direction"] == "received" else "sent to"
            yield from section(f"{message['role']}, {arrow} {message['counterpart']}:", raw(message))


def counterparts_of_legs(messages: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The destinations that a leg was sent to."""
    return frozenset(message["counterpart"] for message in messages if message["role"].startswith("leg "))


def review(seen: Seen, review_id: str) -> Iterator[str]:
    """The route, legs and events of a review."""
    messages = seen.messages(review_id)
    if counterparts_of_legs(messages):
        yield from section("route:", route(seen.route(review_id)))
        yield from legs(messages)
    yield from section("events:", events(seen.events(review_id)))


def events(documents: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One line per event: when, what, and its id."""
    for event in documents:
        yield f"{event['time']}  {event['type']:<40}  {event['id']}"


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows in columns as wide as they need; the first row is the heading."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for place, row in enumerate(rows):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        if place == 0:
            yield "  ".join("-" * width for width in widths)
