"""Rosters: what a row says, and every fault with its line and column and without what stands there."""

from __future__ import annotations

import pytest

from priorauth.adapters.rosters import RosterFault, read_roster
from priorauth.domain.parties import PayerId
from priorauth.services.directory_ports import DirectoryEntry, EntryKind

HEADER = "payer,kind,id,line_of_business,member_active,prior_discharge_date"
MEMBER = "ALLWAYS,member,MEM1,qhp,true,2026-03-01"


def read(*lines: str) -> list[DirectoryEntry | RosterFault]:
    return list(read_roster(lines, {"ALLWAYS"}))


def test_a_row_is_an_entry_with_the_facts_that_it_gives() -> None:
    found = read(HEADER, MEMBER, "allways,facility, 1999999901 ,,,", "")

    assert found == [
        DirectoryEntry(
            payer=PayerId("ALLWAYS"),
            kind=EntryKind.MEMBER,
            id="MEM1",
            facts={"line_of_business": "qhp", "member_active": True, "prior_discharge_date": "2026-03-01"},
        ),
        DirectoryEntry(payer=PayerId("ALLWAYS"), kind=EntryKind.FACILITY, id="1999999901", facts={}),
    ]


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ((), "1:1: the first columns are payer,kind,id"),
        (("kind,payer,id",), "1:1: the first columns are payer,kind,id"),
        ((f"{HEADER},colour",), "1:7: the column is no fact of a directory"),
        ((f"{HEADER},procedure_code",), "1:7: the column is no fact of a directory"),
        ((f"{HEADER},member_active",), "1:7: the column stands twice"),
        ((HEADER, "ALLWAYS,member"), "2:2: the row has 2 cells instead of 6"),
        ((HEADER, "NOBODY,member,MEM1,,,"), "2:1: there is no pack of this payer"),
        ((HEADER, "ALLWAYS,person,MEM1,,,"), "2:2: the kind is member or facility"),
        ((HEADER, "ALLWAYS,member,,,,"), "2:3: whom the row is about is missing"),
        ((HEADER, MEMBER, MEMBER), "3:3: line 2 is about the same"),
        ((HEADER, "ALLWAYS,member,MEM1,,yes,"), "2:5: member_active takes true or false"),
        ((HEADER, "ALLWAYS,member,MEM1,,,March"), "2:6: prior_discharge_date takes a date YYYY-MM-DD"),
    ],
)
def test_a_fault_is_told_with_line_and_column(lines: tuple[str, ...], fault: str) -> None:
    assert [str(each) for each in read(*lines) if isinstance(each, RosterFault)] == [fault]


def test_every_fault_of_a_row_is_told_and_no_value_of_it() -> None:
    found = read(HEADER, "NOBODY,person,MEM-SECRET,SECRET,SECRET,SECRET")

    assert [(each.line, each.column) for each in found if isinstance(each, RosterFault)] == [
        (2, 1), (2, 2), (2, 4), (2, 5), (2, 6)
    ]  # fmt: skip
    assert "SECRET" not in " ".join(map(repr, found))
