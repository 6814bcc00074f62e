"""The stated source of a field is where it comes from: change the element there, and the field changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from guide_examples import example_set
from guide_examples import interchange as example_interchange
from priorauth.translate.lineage import Source, lineage_of
from priorauth.x12.guides.x217.request import X217_REQUEST
from x12_sets import REFUSED, SAMPLES, ReadSet, enclosed, read_review, read_sets

INPUTS = {path.stem: path.read_bytes() for path in SAMPLES if path.stem not in REFUSED} | {
    f"everything-{who}": example_interchange([(X217_REQUEST, example_set(X217_REQUEST, dependent=who == "dependent"))])
    for who in ("subscriber", "dependent")
}
FROM_ELSEWHERE = re.compile(
    r"^(id|arrived_as|partner|received_at|payer|state)$|\.carried|\.sequence$|stands_for_event$|service\.kind$"
)
CHOSEN = {
    "transaction.purpose": ("36", "01"),
    "transaction.reservation": ("", "RU"),
    "name.kind": ("1", "2"),
    "role": ("71", "SJ"),
    "certification": ("R", "S"),
}


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every field of a review that holds something, by path."""
    if is_dataclass(value):
        for field in fields(value):
            yield from leaves(getattr(value, field.name), f"{path}.{field.name}".lstrip("."))
    elif isinstance(value, tuple):
        for place, each in enumerate(value):
            yield from leaves(each, f"{path}[{place}]")
    elif value not in (None, "", False, 0):
        yield path, value


def replacement(path: str, value: str) -> str:
    """Another value that the field can hold."""
    for suffix, (first, second) in CHOSEN.items():
        if path.endswith(suffix):
            return second if value == first else first
    if re.fullmatch(r"\d{8}(-\d{8})?", value):
        return value.replace("20", "19", 1) if value.startswith("20") else "20" + value[2:]
    return "7" if value != "7" else "8"


def changed(read: ReadSet, source: Source, path: str) -> ReadSet:
    """The set with another value at one position."""
    segments = [segment.split("*") for segment in read.segments]
    segment = segments[source.segment - 2]
    if source.component:
        parts = segment[source.element].split(":")
        parts[source.component - 1] = replacement(path, parts[source.component - 1])
        segment[source.element] = ":".join(parts)
    else:
        segment[source.element] = replacement(path, segment[source.element])
    return read_sets(enclosed(["*".join(one) for one in segments]), "request")[0]


@pytest.mark.parametrize("name", INPUTS)
def test_every_field_has_a_source(name: str) -> None:
    (read,) = read_sets(INPUTS[name], "request")

    found = lineage_of(read.tree, ":")

    held = {path for path, _ in leaves(read_review(read)) if not FROM_ELSEWHERE.search(path)}
    periods = {re.sub(r"\.(start|end)$", "", path) for path in held}
    assert periods == set(found)


@pytest.mark.parametrize("name", INPUTS)
def test_changing_the_element_at_a_source_changes_its_field(name: str) -> None:
    (read,) = read_sets(INPUTS[name], "request")
    before = dict(leaves(read_review(read)))

    for path, source in lineage_of(read.tree, ":").items():
        after = dict(leaves(read_review(changed(read, source, path))))

        differing = {one for one in before.keys() | after.keys() if before.get(one) != after.get(one)}
        assert any(one == path or one.startswith(path + ".") for one in differing), (path, source.label)


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("items[0].service.revenue_code", "2000F/SV201"),
        ("event.location.code", "2000E/UM04-1"),
        ("dependent.demographics.birth_date", "2010D/DMG02"),
        ("transaction.identifier", "BHT03"),
        ("event.diagnoses[1].code", "2000E/HI02-2"),
    ],
)
def test_a_position_is_written_as_people_write_it(path: str, label: str) -> None:
    (read,) = read_sets(INPUTS["nicu-newborn-dependent"], "request")

    assert lineage_of(read.tree, ":")[path].label == label


def test_a_source_names_the_segment_as_an_acknowledgment_would() -> None:
    (read,) = read_sets((Path(__file__).parents[2] / "samples/x12/nicu-newborn-dependent.edi").read_bytes(), "request")

    source = lineage_of(read.tree, ":")["items[0].service.revenue_code"]

    assert read.segments[source.segment - 2] == "SV2*0173***DA*7"
