"""The X217 tables against an element list of the guide: `PRIORAUTH_REFERENCE` names the folder that holds it."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pytest

from left_out import material
from priorauth.x12.guides.spec import UNBOUNDED, ElementUse, Guide, Loop, Usage, Use
from priorauth.x12.guides.x217.codes import CODES
from priorauth.x12.guides.x217.request import X217_REQUEST
from priorauth.x12.guides.x217.response import X217_RESPONSE

GUIDES = {"request": X217_REQUEST, "response": X217_RESPONSE}

# Where the tables differ from the list on purpose. UM03: the lists of the positions differ by AH and CQ; we take all.
# 2000E is listed once, as a child of 2000C or 2000D; below 2000C its usage is that of the choice between the two.
ANY_SERVICE_TYPE = frozenset(CODES["1365"])


class Row(NamedTuple):
    """What both the list and the tables say of one element or component at one place."""

    loop: str
    loop_usage: str
    loop_repeat: str
    order: int
    segment: str
    segment_usage: str
    segment_max: int
    reference: str
    number: str
    type: str
    lengths: str
    usage: str
    repeat: int
    codes: frozenset[str]


@cache
def listed(direction: str) -> list[Row]:
    (path,) = material("PRIORAUTH_REFERENCE", "x12/x217-elements.csv", what="the X217 tables against the element list")
    with path.open(newline="") as file:
        return [_listed_row(line) for line in csv.DictReader(file) if line["direction"] == direction]


def _listed_row(line: dict[str, str]) -> Row:
    codes = frozenset(line["codes"].split())
    return Row(
        loop=line["loop"],
        loop_usage=line["loop_usage"],
        loop_repeat=line["loop_repeat"],
        order=int(line["seg_order"]),
        segment=line["segment"],
        segment_usage=line["segment_usage"],
        segment_max=int(line["segment_max"]),
        reference=line["ref"],
        number=line["de"] or line["name"].split()[0],
        type="" if line["type"] == "comp" else line["type"],
        lengths=line["min_max"],
        usage=line["usage"],
        repeat=int(line["repeat"].strip("×") or 1),
        codes=ANY_SERVICE_TYPE if line["de"] == "1365" and codes else codes,
    )


def tabulated(guide: Guide) -> Iterator[Row]:
    yield from _loop_rows(Loop("header", "", Usage.REQUIRED, 1, guide.header))
    for chain in guide.walk():
        ids = {loop.id for loop in chain}
        if "2000E" not in ids or "2000D" in ids:  # one of the two copies of the patient event
            yield from _loop_rows(chain[-1])


def _loop_rows(loop: Loop) -> Iterator[Row]:
    for order, use in enumerate(loop.uses, start=1):
        for position, element in enumerate(use.elements, start=1):
            yield _row(loop, order, use, f"{use.segment}{position:02}", element)
            for part, component in enumerate(element.components, start=1):
                yield _row(loop, order, use, f"{use.segment}{position:02}-{part}", component)


def _row(loop: Loop, order: int, use: Use, reference: str, element: ElementUse) -> Row:
    return Row(
        loop=loop.id,
        loop_usage=loop.usage,
        loop_repeat=">1" if loop.repeat == UNBOUNDED else str(loop.repeat),
        order=order,
        segment=use.segment,
        segment_usage=use.usage,
        segment_max=use.max_use,
        reference=reference,
        number=element.number,
        type=element.type,
        lengths=f"{element.minimum}/{element.maximum}" if element.type else "",
        usage=element.usage,
        repeat=element.repeat,
        codes=element.codes or frozenset(),
    )


@pytest.mark.parametrize("direction", GUIDES)
def test_every_row_of_the_list_is_in_the_table_and_no_other(direction: str) -> None:
    expected = listed(direction)

    tables = list(tabulated(GUIDES[direction]))

    assert Counter(expected) - Counter(tables) == Counter()
    assert Counter(tables) - Counter(expected) == Counter()


@pytest.mark.parametrize("direction", GUIDES)
def test_rows_stand_in_the_order_of_the_list(direction: str) -> None:
    expected = listed(direction)

    by_loop: dict[str, list[Row]] = {}
    for row in tabulated(GUIDES[direction]):
        by_loop.setdefault(row.loop, []).append(row)

    assert [row for loop in dict.fromkeys(row.loop for row in expected) for row in by_loop[loop]] == expected
