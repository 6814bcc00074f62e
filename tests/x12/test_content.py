from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorauth.domain.findings import FindingCode as Code
from priorauth.x12.content import is_diagnosis, is_npi, is_procedure, is_revenue_code
from priorauth.x12.validation import validate_interchange
from x12_messages import group, interchange, replaced, transaction

REQUESTER = "NM1*1P*1*OKAFOR*ADAEZE****XX*1200000028"


def luhn(digits: str) -> bool:
    """The check digit as 45 CFR 162.406 describes it, worked out slowly."""
    doubled = [int(digit) * (1 + (index % 2 == 0)) for index, digit in enumerate(reversed(f"80840{digits}"), start=1)]
    return sum(sum(map(int, str(each))) for each in doubled) % 10 == 0


@given(st.text("0123456789", min_size=10, max_size=10))
def test_an_npi_has_the_luhn_digit_of_80840_and_itself(digits: str) -> None:
    assert is_npi(digits) is luhn(digits)


@pytest.mark.parametrize("text", ["", "123456789", "12345678930", "123456789X", "１234567893", " 234567893"])
def test_what_is_not_ten_digits_is_no_npi(text: str) -> None:
    assert not is_npi(text)


@pytest.mark.parametrize(
    ("qualifier", "code", "expected"),
    [
        ("ABK", "M4316", True),
        ("ABF", "U071", True),
        ("ABF", "T360X1A", True),
        ("ABK", "M43.16", False),
        ("ABK", "41090", False),
        ("ABJ", "M4", False),
        ("BK", "41090", True),
        ("BF", "V270", True),
        ("BJ", "E8809", True),
        ("BF", "F99", False),
        ("BK", "410.90", False),
        ("DR", "470", True),
        ("LOI", "11502-2", True),
    ],
)
def test_a_diagnosis_has_the_form_of_its_list(qualifier: str, code: str, expected: bool) -> None:
    assert is_diagnosis(qualifier, code) is expected


@pytest.mark.parametrize(
    ("qualifier", "code", "expected"),
    [
        ("HC", "22612", True),
        ("HC", "0075T", True),
        ("HC", "E0431", True),
        ("HC", "2261", False),
        ("HC", "22-12", False),
        ("AD", "D7210", True),
        ("AD", "7210", False),
        ("N4", "00002322702", True),
    ],
)
def test_a_procedure_has_the_form_of_its_list(qualifier: str, code: str, expected: bool) -> None:
    assert is_procedure(qualifier, code) is expected


@pytest.mark.parametrize(
    ("text", "expected"), [("0174", True), ("174", True), ("17", False), ("01740", False), ("A174", False)]
)
def test_a_revenue_code_is_four_digits_or_three(text: str, expected: bool) -> None:
    assert is_revenue_code(text) is expected


@pytest.mark.parametrize(
    ("segment", "by", "code", "path"),
    [
        (REQUESTER, "NM1*1P*1*OKAFOR*ADAEZE****XX*1200000029", Code.NPI_INVALID, "2010B/NM109"),
        ("HI*ABK:M4316", "HI*ABK:M4316*ABF:4109", Code.DIAGNOSIS_SHAPE, "2000E/HI02-2"),
        ("SV1*HC:22612**UN*1***1", "SV1*HC:2261**UN*1***1", Code.PROCEDURE_SHAPE, "2000F/SV101-2"),
        ("SV1*HC:22612**UN*1***1", "SV2*12*HC:22612**UN*1", Code.REVENUE_CODE_SHAPE, "2000F/SV201"),
        ("SV1*HC:22612**UN*1***1", "SV2*0120*HC:2261**UN*1", Code.PROCEDURE_SHAPE, "2000F/SV202-2"),
        ("DTP*435*RD8*20261201-20261203", "DTP*435*RD8*20261203-20261201", Code.DATE_RANGE, "2000E/DTP03"),
        ("HI*ABK:M4316", "HI*ABK:M4316~CR6*1*20261101*RD8*20261203-20261201***W*I", Code.DATE_RANGE, "2000E/CR604"),
    ],
)
def test_what_cannot_be_right_is_found_where_it_stands(segment: str, by: str, code: Code, path: str) -> None:
    segments = tuple(each for joined in replaced(segment, by) for each in joined.split("~"))

    (read,) = validate_interchange(interchange(group(transaction(segments)))).groups[0].sets

    assert [(finding.code, finding.at.path) for finding in read.findings] == [(code, path)]


def test_content_is_not_looked_at_in_a_row_that_breaks_the_guide() -> None:
    segments = replaced(REQUESTER, "NM1*1P*1*OKAFOR*ADAEZE****XX*1200000029*01")

    (read,) = validate_interchange(interchange(group(transaction(segments)))).groups[0].sets

    assert [finding.code for finding in read.findings] == [Code.ELEMENT_NOT_USED]
