"""What reads a loop is generated from the field table for the segments that the loop has."""

from __future__ import annotations

import linecache
from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pytest

from priorauth.domain.parties import Address, Dependent, EntityKind, Identifier, Name, Provider, Subscriber
from priorauth.domain.reviews import Delivery, PatientEvent, ReviewItem, Trace
from priorauth.translate.x12_fields import DELIVERY, DEPENDENT, EVENT, ITEM, PROVIDER, SERVICES, SUBSCRIBER, Row, below
from priorauth.translate.x12_reader_source import Count
from priorauth.translate.x12_readers import Reader
from priorauth.x12.guides.x217.request import X217_REQUEST
from priorauth.x12.shape import Shape
from priorauth.x12.structure import compile_guide
from x12_sets import REFUSED, SAMPLES, read_sets

ACCEPTED = [path for path in SAMPLES if path.stem not in REFUSED]
BY_LOOP: dict[str, tuple[type[object], tuple[Row, ...], Mapping[str, tuple[Row, ...]]]] = {
    "2010B": (Provider, PROVIDER, {}),
    "2010C": (Subscriber, SUBSCRIBER, {}),
    "2010D": (Dependent, DEPENDENT, {}),
    "2000E": (PatientEvent, EVENT, {}),
    "2010EA": (Provider, PROVIDER, {}),
    "2000F": (ReviewItem, ITEM, SERVICES),
    "2010F": (Provider, PROVIDER, {}),
}
LOOP = compile_guide(X217_REQUEST).root
PROVIDERS = Reader(Provider, PROVIDER)
DELIVERIES = Reader(Delivery, below("delivery", DELIVERY))


def read_provider(*segments: str) -> Provider:
    """What is read from the segments of one loop."""
    rows = [segment.split("*") for segment in segments]
    places: dict[str, tuple[list[int], int]] = {}
    for at, row in enumerate(rows):
        places.setdefault(row[0], ([], 0))[0].append(at)
    return PROVIDERS.prepare(Shape(LOOP, places))(rows, 0, ":")


def test_each_segment_fills_in_its_fields() -> None:
    provider = read_provider("NM1*71*1*LINDQVIST*SOREN****XX*1200000044", "N3*5 ORCHARD LANE", "N4*QUINCY*MA")

    assert provider == Provider(
        role="71",
        name=Name(kind=EntityKind.PERSON, last="LINDQVIST", first="SOREN"),
        identifier=Identifier("XX", "1200000044"),
        address=Address(lines=("5 ORCHARD LANE",), city="QUINCY", state="MA"),
    )


def test_a_segment_fills_in_its_fields_wherever_it_stands() -> None:
    segments = ["NM1*71*1*LINDQVIST", "REF*ZH*HG4471", "REF*1G*X2", "N3*5 ORCHARD LANE", "N4*QUINCY*MA"]

    assert read_provider(*reversed(segments)) == read_provider(*segments[:1], *segments[:0:-1])


def test_a_segment_that_repeats_fills_in_one_value_each() -> None:
    provider = read_provider("NM1*71*1*LINDQVIST", "REF*ZH*HG4471", "REF*0B*X2*MA")

    assert provider.supplemental == (Identifier("ZH", "HG4471"), Identifier("0B", "X2", "MA"))


def test_a_loop_without_its_first_segment_gives_a_nameless_provider() -> None:
    provider = read_provider("N4*QUINCY")

    assert provider == Provider(role="", name=Name(kind=EntityKind.ORGANIZATION), address=Address(city="QUINCY"))


def test_a_code_that_is_none_gives_the_fallback() -> None:
    assert read_provider("NM1*71*7*LINDQVIST").name.kind is EntityKind.ORGANIZATION


def test_more_elements_than_the_table_knows_are_passed_over() -> None:
    assert read_provider("NM1*71*1" + "*X" * 40).name.last == "X"


def test_of_several_service_lines_the_first_in_the_table_is_read() -> None:
    source, _ = Reader(ReviewItem, (), "sequence", first_of=SERVICES).source((("SV1", Count.ONE), ("SV2", Count.ONE)))

    assert "SV2 = rows[start + at_SV2]" in source
    assert "SV1 =" not in source


def test_a_reader_is_written_for_the_segments_that_are_there() -> None:
    source, _ = Reader(Delivery, below("delivery", DELIVERY)).source((("HSD", Count.ONE),))

    assert source.startswith("def bind(at_HSD):")
    assert "made.quantity = read_decimal(HSD[2]) if HSD[2] else None" in source


def test_what_is_written_is_shown_in_tracebacks() -> None:
    with pytest.raises(IndexError) as raised:
        DELIVERIES.prepare(Shape(LOOP, {"HSD": ([3], 0)}))([], 0, ":")

    assert str(raised.traceback[-1].statement).strip() == "HSD = rows[start + at_HSD]"


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.stem)
def test_one_function_for_any_segments_reads_the_same(path: Path) -> None:
    (read,) = read_sets(path.read_bytes(), "request")
    nodes = [node for node in read.tree.walk() if node.id in BY_LOOP]

    for node in nodes:
        kind, rows, first_of = BY_LOOP[node.id]
        one, any_form = (Reader(kind, rows, "sequence", first_of=first_of, forms=forms) for forms in (1, 0))

        assert node.read(any_form, ":", 1) == node.read(one, ":", 1)

    assert nodes


def test_a_reader_keeps_so_many_forms_and_no_more() -> None:
    keys = sorted({row.key for row in ITEM})
    reader = Reader(Trace, tuple(Row("number", key, 2) for key in keys), forms=20)
    before = len(linecache.cache)

    for chosen in product((False, True), repeat=len(keys)):
        places = {key: ([0], 0) for key, is_there in zip(keys, chosen, strict=True) if is_there}
        reader.prepare(Shape(LOOP, places))

    assert len(linecache.cache) - before == 21 < 2 ** len(keys)
