"""Where each field of a service review came from: the position in its 278 request, by the table it was read by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from priorauth.translate.x12_fields import (
    DEPENDENT,
    EVENT,
    ITEM,
    PROVIDER,
    SERVICES,
    SUBSCRIBER,
    TRANSACTION,
    UMO,
    Row,
    Spread,
)
from priorauth.x12.tree import LoopNode


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field came from: the position in the guide, and the segment's number in its set (ST is 1)."""

    label: str  # "2000F/SV201", "2000E/UM04-1", "BHT03"
    segment: int
    loop: str
    element: int
    component: int = 0


def lineage_of(tree: LoopNode, separator: str) -> dict[str, Source]:
    """The source of every field of the review that `tree` is read into, by canonical path (`items[0].service.unit`)."""
    found: dict[str, Source] = {}
    for prefix, node, rows in _nodes(tree):
        for row in rows:
            for path, source in _sources(prefix, node, row, separator):
                found[path] = source
    return found


def _nodes(tree: LoopNode) -> Iterator[tuple[str, LoopNode, Sequence[Row]]]:
    """Every loop that a review is read from, with the path of what it becomes."""
    yield "", tree, TRANSACTION
    for umo in tree.loops("2000A"):
        yield from _named("umo.", umo.loops("2010A"), UMO)
        for requester in umo.loops("2000B"):
            yield from _named("requester.", requester.loops("2010B"), PROVIDER)
            for subscriber in requester.loops("2000C"):
                yield from _named("subscriber.", subscriber.loops("2010C"), SUBSCRIBER)
                patient = subscriber
                for dependent in subscriber.loops("2000D"):
                    yield from _named("dependent.", dependent.loops("2010D"), DEPENDENT)
                    patient = dependent
                for event in patient.loops("2000E"):
                    yield from _event(event)


def _event(event: LoopNode) -> Iterator[tuple[str, LoopNode, Sequence[Row]]]:
    yield "event.", event, EVENT
    for place, provider in enumerate(event.loops("2010EA")):
        yield f"event.providers[{place}].", provider, PROVIDER
    for place, service in enumerate(event.loops("2000F")):
        line = next((key for key in SERVICES if service.segment(key)), "")
        yield f"items[{place}].", service, (*ITEM, *SERVICES.get(line, ()))
        for inner, provider in enumerate(service.loops("2010F")):
            yield f"items[{place}].providers[{inner}].", provider, PROVIDER


def _named(
    prefix: str, nodes: Sequence[LoopNode], rows: Sequence[Row]
) -> Iterator[tuple[str, LoopNode, Sequence[Row]]]:
    for node in nodes[:1]:
        yield prefix, node, rows


def _sources(prefix: str, node: LoopNode, row: Row, separator: str) -> Iterator[tuple[str, Source]]:
    segments = node.segments(row.key)
    if row.spread is not Spread.SEGMENTS:
        segments = segments[:1]
    for repetition, segment in enumerate(segments):
        number = node.number(row.key, repetition)
        for place, element, component in _positions(row, segment, separator):
            index = repetition if row.spread is Spread.SEGMENTS else place
            path = prefix + row.path.replace("[]", f"[{index}]")
            yield path, Source(_label(node.id, row.key, element, component), number, node.id, element, component)


def _positions(row: Row, segment: Sequence[str], separator: str) -> Iterator[tuple[int, int, int]]:
    """Index, element and component of each position of a row that holds a value; the segment's id is no value."""
    last = len(segment) - 1 if row.spread is Spread.ELEMENTS else row.element
    index = 0
    for element in range(row.element, last + 1) if row.element else ():
        parts = segment[element].split(separator) if row.component else [segment[element]]
        if not segment[element]:
            continue
        if row.spread is Spread.COMPONENTS:
            for place, part in enumerate(parts):
                if part:
                    yield place, element, place + 1
        elif len(parts) >= (row.component or 1) and parts[(row.component or 1) - 1]:
            yield index, element, row.component
        index += 1


def _label(loop: str, key: str, element: int, component: int) -> str:
    position = f"{key.partition('/')[0]}{element:02d}" + (f"-{component}" if component else "")
    return f"{loop}/{position}" if loop else position
