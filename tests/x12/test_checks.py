"""The generated checks and the diagnosis read the same tables: they must agree on what is clean."""

from __future__ import annotations

import linecache
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorauth.domain.findings import FindingCode as Code
from priorauth.x12.checks import segment_checks
from priorauth.x12.compiled import CompiledUse
from priorauth.x12.diagnosis import diagnose, odd_values, suspicion
from priorauth.x12.guides import GUIDES
from priorauth.x12.guides.spec import ElementUse, Usage, Use
from priorauth.x12.loops import compile_guide
from priorauth.x12.segments import Delimiters

R, S, N = Usage.REQUIRED, Usage.SITUATIONAL, Usage.NOT_USED
DELIMITERS = Delimiters()
USES = [
    use
    for guide in GUIDES
    for loop in compile_guide(guide).root.walk()
    for uses in loop.anywhere.values()
    for use in uses
]

ODDITIES = st.sampled_from(
    ["", "A", "1", "AB:CD", ":", "20261102", "20261131", "0915", "-1.5", "D8", "RD8", "X" * 300, "é"]
)


def likely(element: ElementUse) -> st.SearchStrategy[str]:
    """A value that will often do at this place, and often not."""
    if element.components:
        return st.tuples(*map(likely, element.components)).map(":".join).map(lambda text: text.rstrip(":"))
    codes = sorted(element.codes or ()) or ["20261102", "12", "EXAMPLE"]
    return st.one_of(st.just(""), st.sampled_from(codes), ODDITIES)


@st.composite
def rows(draw: st.DrawFn) -> tuple[CompiledUse, list[str]]:
    use = draw(st.sampled_from(USES))
    row = [use.id, *(draw(likely(element)) for element in use.use.elements)]
    if draw(st.integers(0, 9)):
        while len(row) > 1 and not row[-1]:
            row.pop()
    return use, [*row, *draw(st.sampled_from([[]] * 9 + [["X"], [""]]))]


@given(rows())
def test_a_check_refuses_a_row_exactly_where_the_diagnosis_finds_a_fault(case: tuple[CompiledUse, list[str]]) -> None:
    use, row = case

    faults = list(diagnose(use.use.elements, use.use.syntax, row, DELIMITERS))
    if not faults and use.content is not None:
        faults += use.content.faults(row, ":")

    assert use.checks.is_clean(row, ":") is (faults == [])


PERIOD = ElementUse("1250", "date format", "ID", 2, 3, R, codes=frozenset({"D8", "RD8"}))
PLACE = ElementUse(
    "C023",
    "location",
    "",
    0,
    0,
    S,
    components=(
        ElementUse("1331", "facility", "AN", 1, 2, R),
        ElementUse("1332", "qualifier", "ID", 1, 2, S, codes=frozenset("AB"), known=frozenset("ABC")),
    ),
)
EXAMPLE = Use(
    "ZZZ",
    "ZZZ",
    "example",
    R,
    1,
    (
        ElementUse("98", "role", "ID", 2, 3, R, codes=frozenset({"1P", "FA"}), known=frozenset({"1P", "FA", "QC"})),
        ElementUse("1035", "name", "AN", 2, 5, S),
        ElementUse("380", "quantity", "R", 1, 3, S),
        ElementUse("96", "count", "N0", 1, 2, S),
        PERIOD,
        ElementUse("1251", "period", "AN", 1, 35, R),
        ElementUse("337", "time", "TM", 4, 8, S),
        PLACE,
        ElementUse("1271", "reason", "AN", 1, 30, S, repeat=2),
        ElementUse("706", "relation", "ID", 2, 2, N),
    ),
    syntax=("P0304", "E0207"),
)
CLEAN = ["ZZZ", "1P", "ABC", "1.5", "2", "D8", "20261102", "", "21:B", "0U"]


def changed(position: int, value: str) -> list[str]:
    return [value if at == position else each for at, each in enumerate(CLEAN)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (CLEAN, []),
        (changed(1, ""), [(Code.ELEMENT_REQUIRED, 1, 0, 0)]),
        (changed(1, "ZZ"), [(Code.CODE_UNKNOWN, 1, 0, 0)]),
        (changed(1, "QC"), [(Code.CODE_NOT_IN_GUIDE, 1, 0, 0)]),
        (changed(1, "1P:FA"), [(Code.COMPONENT_TOO_MANY, 1, 0, 0)]),
        (changed(1, "1P^FA"), [(Code.REPETITION_TOO_MANY, 1, 0, 0)]),
        (changed(2, "A"), [(Code.ELEMENT_TOO_SHORT, 2, 0, 0)]),
        (changed(2, "ABCDEF"), [(Code.ELEMENT_TOO_LONG, 2, 0, 0)]),
        (changed(2, "AB "), [(Code.ELEMENT_TRAILING_SPACE, 2, 0, 0)]),
        (changed(2, " AB"), [(Code.ELEMENT_LEADING_SPACE, 2, 0, 0)]),
        (changed(3, "1E3"), [(Code.ELEMENT_CHARACTER, 3, 0, 0)]),
        (changed(3, "-12.34"), [(Code.ELEMENT_TOO_LONG, 3, 0, 0)]),
        (changed(3, ""), [(Code.ELEMENT_CONDITIONAL, 3, 0, 0)]),
        (changed(4, "1.5"), [(Code.ELEMENT_CHARACTER, 4, 0, 0)]),
        (changed(5, "RD8"), [(Code.ELEMENT_DATE, 6, 0, 0)]),
        (changed(6, "20260229"), [(Code.ELEMENT_DATE, 6, 0, 0)]),
        (changed(7, "0915"), [(Code.ELEMENT_EXCLUDED, 7, 0, 0)]),
        ([*changed(2, "")[:7], "2515"], [(Code.ELEMENT_TIME, 7, 0, 0)]),
        (changed(8, ":B"), [(Code.ELEMENT_REQUIRED, 8, 1, 0)]),
        (changed(8, "21:C"), [(Code.CODE_NOT_IN_GUIDE, 8, 2, 0)]),
        (changed(8, "21:B:1"), [(Code.COMPONENT_TOO_MANY, 8, 3, 0)]),
        (changed(8, "21:"), [(Code.ELEMENT_TRAILING_SEPARATOR, 8, 2, 0)]),
        (changed(9, "0U^0F"), []),
        (changed(9, "0U^0F^0B"), [(Code.REPETITION_TOO_MANY, 9, 0, 0)]),
        (changed(9, f"0U^{'X' * 31}"), [(Code.ELEMENT_TOO_LONG, 9, 0, 2)]),
        ([*CLEAN, "01"], [(Code.ELEMENT_NOT_USED, 10, 0, 0)]),
        ([*CLEAN, "", "X"], [(Code.ELEMENT_TOO_MANY, 11, 0, 0)]),
        ([*CLEAN, ""], [(Code.ELEMENT_TRAILING_SEPARATOR, 10, 0, 0)]),
        (["ZZZ"], [(Code.ELEMENT_REQUIRED, at, 0, 0) for at in (1, 5, 6)]),
    ],
)
def test_a_fault_is_named_at_its_element_component_and_repetition(
    row: list[str], expected: Sequence[tuple[Code, int, int, int]]
) -> None:
    faults = list(diagnose(EXAMPLE.elements, EXAMPLE.syntax, row, DELIMITERS))

    assert [(fault.code, fault.element, fault.component, fault.repetition) for fault in faults] == expected


def test_what_was_expected_comes_from_the_table_and_holds_no_value() -> None:
    (fault,) = diagnose(EXAMPLE.elements, EXAMPLE.syntax, changed(2, "VANDERBEEK"), DELIMITERS)

    assert fault.expected == "name: 2 to 5 characters"


def test_a_segment_of_its_id_alone_is_empty_where_nothing_is_required() -> None:
    optional = (ElementUse("933", "text", "AN", 1, 264, S),)

    (fault,) = diagnose(optional, (), ["MSG"], DELIMITERS)

    assert fault.code is Code.SEGMENT_EMPTY


@pytest.mark.parametrize(("is_basic", "expected"), [(False, [3]), (True, [1, 3])])
def test_characters_outside_the_set_are_found(is_basic: bool, expected: list[int]) -> None:
    row = ["MSG", "lower case", "UPPER CASE (1)", "bell\a"]

    assert suspicion(DELIMITERS, is_basic).search("*".join(row))
    assert [fault.element for fault in odd_values(row, DELIMITERS, is_basic)] == expected


def test_the_source_of_a_check_can_be_read_where_debuggers_look() -> None:
    checks = segment_checks(EXAMPLE, "2000E")

    assert checks.is_clean(["ZZZ", "1P", "", "", "", "D8", "20261102"], ":")

    assert "e1 == '1P' or e1 == 'FA'" in linecache.getline("<check of 2000E/ZZZ with 6 of 10>", 4)
    assert checks.source(1).startswith("def check(row, component):\n    _, e1, = row\n")
