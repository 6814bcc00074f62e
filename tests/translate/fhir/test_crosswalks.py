"""The tables between FHIR and X12, tested as tables: unambiguous, total where they must be, and right both ways."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import pytest

from crosswalk_tables import CROSSWALKS, FILES
from priorauth.domain.parties import Identifier
from priorauth.translate.crosswalks import Crosswalk, CrosswalkInvalid, Crosswalks, read_crosswalk, read_crosswalks
from priorauth.translate.x12_writing import WritableGuide
from priorauth.x12.guides.x217.request import X217_REQUEST
from priorauth.x12.guides.x217.shared import EVENT_PROVIDERS, PROVIDER_REFERENCES, REQUESTER_REFERENCES

REQUEST = WritableGuide(X217_REQUEST)
TABLES: list[Crosswalk] = [getattr(CROSSWALKS, each.name) for each in fields(Crosswalks)]
HEADER = "x12,fhir,direction,source\n"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_code_that_a_table_writes_as_fhir_is_read_back_as_itself(table: Crosswalk) -> None:
    if not table.items_to_fhir() or table is CROSSWALKS.rejection_place:
        pytest.skip("the table is read towards X12 or towards FHIR only")

    written = {x12: table.x12(fhir) for x12, fhir in table.items_to_fhir().items() if table.x12(fhir)}

    assert all(x12 == back for x12, back in written.items() if x12 in table.items_to_x12().values())


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_code_that_a_table_does_not_have_is_answered_with_nothing(table: Crosswalk) -> None:
    assert table.x12("no such code") == ""
    assert table.fhir("no such code") == ""


def test_no_file_lies_beside_the_tables_that_nothing_reads() -> None:
    assert set(FILES) == {f"{each.name.replace('_', '-')}.csv" for each in fields(Crosswalks)}


@pytest.mark.parametrize(
    ("table", "loop", "key", "element"),
    [
        (CROSSWALKS.gender, "2010C", "DMG", 3),
        (CROSSWALKS.priority, "2000E", "UM", 6),
        (CROSSWALKS.delivery_measure, "2000F", "HSD", 3),
        (CROSSWALKS.delivery_period, "2000F", "HSD", 5),
        (CROSSWALKS.member_identifier, "2010C", "REF", 1),
        (CROSSWALKS.careteam_role, "2010F", "NM1", 1),
        (CROSSWALKS.provider_reference, "2010B", "REF", 1),
    ],
    ids=lambda value: value.name if isinstance(value, Crosswalk) else str(value),
)
def test_every_code_that_a_table_gives_x12_is_one_the_guide_allows(
    table: Crosswalk, loop: str, key: str, element: int
) -> None:
    given = set(table.items_to_x12().values())

    allowed = REQUEST.codes(loop, key, element) | REQUEST.codes("2010F", "REF", 1)

    assert given <= allowed


@pytest.mark.parametrize(
    ("covers", "codes"),
    [
        (CROSSWALKS.gender.fhir, "F M U"),
        (CROSSWALKS.relationship.fhir, "01 19 G8"),
        (CROSSWALKS.location.fhir, "A B"),
        (CROSSWALKS.diagnosis.fhir, "ABF ABJ ABK APR BF BJ BK DR PR"),
        (CROSSWALKS.procedure.fhir, "AD HC ID IV N4 WK ZZ"),
        (CROSSWALKS.unit.fhir, "DA F2 MJ UN HS MN VS"),
        (CROSSWALKS.priority.fhir, "03 E U"),
        (CROSSWALKS.provider_reference.fhir, f"{PROVIDER_REFERENCES} {REQUESTER_REFERENCES}"),
        (CROSSWALKS.provider_identifier.fhir, f"24 34 46 {Identifier.NPI} XV PI"),
        (CROSSWALKS.provider_role.x12, f"1P FA DQ {EVENT_PROVIDERS}"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_code_of_the_guide_has_a_row(covers: Callable[[str], str], codes: str) -> None:
    assert [code for code in codes.split() if not covers(code)] == []


@pytest.mark.parametrize(
    "rows",
    [
        "A,1,both,x\nB,1,to_x12,x\n",
        "A,1,both,x\nA,2,to_fhir,x\n",
        "A,1,sideways,x\n",
        "A,,both,x\n",
        "A,1,both\n",
    ],
    ids=["one FHIR code twice", "one X12 code twice", "direction", "an empty cell", "a missing cell"],
)
def test_a_table_that_is_ambiguous_or_malformed_is_refused(rows: str) -> None:
    with pytest.raises(CrosswalkInvalid):
        read_crosswalk("table", HEADER + rows)


def test_two_codes_may_mean_one_where_only_one_is_written() -> None:
    table = read_crosswalk("table", HEADER + "A,1,both,x\nA,2,to_x12,x\n")

    assert (table.x12("2"), table.fhir("A")) == ("A", "1")


def test_a_missing_table_is_named() -> None:
    with pytest.raises(CrosswalkInvalid, match=r"unit\.csv"):
        read_crosswalks({name: text for name, text in FILES.items() if name != "unit.csv"})
