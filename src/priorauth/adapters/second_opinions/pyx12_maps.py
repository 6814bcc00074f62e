"""Guide tables written as pyx12 4.0 maps. Pure text: `schemas/x12` holds one directory per guide and direction.

pyx12 cannot tell a 278 request from a response, so each has its own map directory. What it takes from a table: order,
usage, counts, lengths, codes and segment conditions. What it has no words for: repetitions of one element, conditions
within a composite, and loops that exclude each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from priorauth.x12.guides.control import GE, GS, IEA, ISA, SE, ST, TA1
from priorauth.x12.guides.dictionary import DATA_ELEMENTS
from priorauth.x12.guides.spec import UNBOUNDED, ElementUse, Guide, Loop, Usage, Use

CONTROL_FILE = "x12.control.00501.xml"
"""The name pyx12 has for the map of the control segments."""

_NOTICE = "<!-- Generated from the guide tables by scripts/generate_pyx12_maps.py: change those, not this. -->"


def map_directory(guide: Guide) -> dict[str, str]:
    """The files of one pyx12 map directory, by name: `x12valid -m DIRECTORY FILE` works with them."""
    return {
        "maps.xml": _index(guide),
        map_file(guide): guide_map(guide),
        CONTROL_FILE: control_map(),
        "dataele.xml": _data_elements(),
        "codes.xml": _document("codes", {}, ()),
    }


def map_file(guide: Guide) -> str:
    """The name of a guide's map, such as `278.005010X217.request.xml`."""
    return ".".join(filter(None, (guide.transaction, guide.id, guide.direction, "xml")))


def guide_map(guide: Guide) -> str:
    """One guide as a pyx12 map, control segments included."""
    header = Loop("HEADER", "header", Usage.REQUIRED, 1, guide.header)
    detail = Loop("DETAIL", "detail", Usage.REQUIRED, 1, (), guide.loops)
    st = _narrow(ST, {1: guide.transaction, 3: guide.id})
    gs = _narrow(GS, {1: guide.functional, 8: guide.id})
    body = [*_segment(st, 1), *_loop(header, 2, "wrapper"), *_loop(detail, 3, "wrapper"), *_segment(SE, 4)]
    group = [*_segment(gs, 1), *_open_loop("ST_LOOP", 2, body), *_segment(GE, 3)]
    interchange = [*_segment(ISA, 1), *_open_loop("GS_LOOP", 2, group), *_segment(TA1, 2), *_segment(IEA, 3)]
    return _document("transaction", {"xid": guide.transaction}, _open_loop("ISA_LOOP", 1, interchange))


def control_map() -> str:
    """The control segments as a pyx12 map, for what stands outside any transaction set."""
    group = [*_segment(GS, 1), *_segment(GE, 2)]
    interchange = [*_segment(ISA, 1), *_open_loop("GS_LOOP", 2, group), *_segment(TA1, 2), *_segment(IEA, 3)]
    return _document("transaction", {"xid": "X12"}, _open_loop("ISA_LOOP", 1, interchange))


def _narrow(use: Use, codes: Mapping[int, str]) -> Use:
    elements = tuple(
        replace(element, codes=frozenset({codes[position]})) if position in codes else element
        for position, element in enumerate(use.elements, start=1)
    )
    return replace(use, elements=elements)


def _index(guide: Guide) -> str:
    entry = _tag("map", {"vriic": guide.id, "fic": guide.functional, "abbr": guide.transaction})
    line = f"  {entry}{escape(map_file(guide))}</map>"
    return _document("maps", {}, ['<version icvn="00501">', line, "</version>"])


def _data_elements() -> str:
    return _document(
        "data_elements",
        {},
        [
            _tag(
                "data_ele",
                {
                    "ele_num": number,
                    "data_type": element.type,
                    "min_len": str(element.minimum),
                    "max_len": str(element.maximum),
                    "name": element.name,
                },
                closed=True,
            )
            for number, element in DATA_ELEMENTS.items()
        ],
    )


def _loop(loop: Loop, position: int, kind: str = "") -> Iterator[str]:
    """A loop with its children; children that stand for one position of the standard share it: any order will do."""
    attributes = {
        "xid": loop.id,
        "name": loop.name,
        "usage": loop.usage,
        "pos": f"{position:04}",
        "repeat": _times(loop.repeat),
        **({"type": kind} if kind else {}),
    }
    yield _tag("loop", attributes)
    number = 0
    for _, uses in groupby(loop.uses, key=lambda use: use.segment):
        number += 1
        for use in uses:
            yield from _indented(_segment(use, number))
    for _, loops in groupby(loop.loops, key=lambda child: child.uses[0].segment):
        number += 1
        for child in loops:
            yield from _indented(_loop(child, number))
    yield "</loop>"


def _open_loop(name: str, position: int, children: Iterable[str]) -> Iterator[str]:
    yield _tag(
        "loop",
        {"xid": name, "type": "explicit", "name": name, "usage": "R", "pos": f"{position:04}", "repeat": ">1"},
    )
    yield from _indented(children)
    yield "</loop>"


def _segment(use: Use, position: int) -> Iterator[str]:
    yield _tag(
        "segment",
        {
            "xid": use.segment,
            "name": use.name,
            "usage": use.usage,
            "pos": f"{position:04}",
            "max_use": _times(use.max_use),
        },
    )
    for condition in use.syntax:
        yield f"  <syntax>{condition}</syntax>"
    for number, element in enumerate(use.elements, start=1):
        reference = f"{use.segment}{number:02}"
        yield from _indented(
            _composite(element, reference, number) if not element.type else _element(element, reference, number)
        )
    yield "</segment>"


def _composite(composite: ElementUse, reference: str, number: int) -> Iterator[str]:
    yield _tag("composite", {"xid": reference, **_use_attributes(composite, number), "repeat": str(composite.repeat)})
    for part, component in enumerate(composite.components, start=1):
        yield from _indented(_element(component, f"{reference}-{part:02}", part))
    yield "</composite>"


def _element(element: ElementUse, reference: str, number: int) -> Iterator[str]:
    attributes = {"xid": reference, **_use_attributes(element, number)}
    if not element.codes:
        yield _tag("element", attributes, closed=True)
        return
    yield _tag("element", attributes)
    codes = "".join(f"<code>{escape(code)}</code>" for code in sorted(element.codes))
    yield f"  <valid_codes>{codes}</valid_codes>"
    yield "</element>"


def _use_attributes(element: ElementUse, number: int) -> dict[str, str]:
    return {"data_ele": element.number, "name": element.name, "usage": element.usage, "seq": f"{number:02}"}


def _times(count: int) -> str:
    return ">1" if count == UNBOUNDED else str(count)


def _tag(name: str, attributes: Mapping[str, str], *, closed: bool = False) -> str:
    written = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{written}{'/' if closed else ''}>"


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _document(root: str, attributes: Mapping[str, str], children: Iterable[str]) -> str:
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        _NOTICE,
        _tag(root, attributes),
        *_indented(children),
        f"</{root}>",
    ]
    return "\n".join(lines) + "\n"
