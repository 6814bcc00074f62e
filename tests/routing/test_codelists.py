"""Code lists: exact or by range, compared without dots, never by prefix."""

from __future__ import annotations

import pytest

from priorauth.routing.codelists import ListNotReadable, read_list, unloaded_list

HEADER = "system,from,to,label,status,citation\n"
SPINE = read_list("LST-1", "Spine", "002:L145", HEADER + "cpt,22510,22899,spine,demonstration,002:L145\n")
MIXED = read_list(
    "LST-2",
    "Mixed",
    "003:L519",
    HEADER
    + "icd_9_cm,682.0,682.9,cellulitis,document,003:L566\nicd_9_pcs,51.23,,laparoscopy,document,003:L537\n"
    + "icd_9_cm,682.5,682.9,overlapping,document,003:L566\nrevenue,172,174,nicu,document,000:L100\n",
)


@pytest.mark.parametrize(
    ("code", "listed"),
    [
        ("22509", False),
        ("22510", True),
        ("22612", True),
        ("22899", True),
        ("22900", False),
        ("2261", False),
        ("226120", False),
        ("2261T", False),
    ],
)
def test_a_range_is_inclusive_and_of_codes_of_one_shape(code: str, listed: bool) -> None:
    assert SPINE.contains("hcpcs", code) is listed


@pytest.mark.parametrize(
    ("family", "code", "listed"),
    [
        ("icd_9_cm", "6820", True),
        ("icd_9_cm", "6829", True),
        ("icd_9_cm", "68260", False),
        ("icd_9_cm", "682", False),
        ("icd_9_pcs", "5123", True),
        ("icd_9_pcs", "5122", False),
        ("icd_9_pcs", "6826", False),
        ("revenue", "0172", True),
        ("revenue", "0171", False),
        ("hcpcs", "5123", None),
        ("", "5123", None),
    ],
)
def test_each_code_system_is_compared_with_its_own_rows(family: str, code: str, listed: bool | None) -> None:
    assert MIXED.contains(family, code) is listed


LETTERS = read_list(
    "LST-4",
    "Equipment",
    "004:L70",
    HEADER + "hcpcs,E0100,E0199,walking aids,payer,004:L70\nhcpcs,E0150,E0250,beds,payer,004:L70\n"
    "cpt,0144T,0149T,angiography,payer,003:L589\ncpt,10000,99999,everything,payer,003:L589\n",
)


@pytest.mark.parametrize(
    ("code", "listed"),
    [
        ("E0099", False),
        ("E0100", True),
        ("E0250", True),
        ("E0251", False),
        ("E020T", False),
        ("0147T", True),
        ("01470", False),
        ("0150T", False),
        ("70551", True),
        ("09999", False),
    ],
)
def test_a_range_of_codes_with_letters_holds_codes_of_the_same_shape(code: str, listed: bool) -> None:
    assert LETTERS.contains("hcpcs", code) is listed


def test_a_list_that_is_not_loaded_cannot_say() -> None:
    assert unloaded_list("LST-3", "Missing", "004:L68").contains("hcpcs", "29881") is None


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 1, 1),
        (HEADER + "cpt,1\n", 2, 1),
        (HEADER + "cpt,,,label,payer,000:L1\n", 2, 5),
        (HEADER + "cpt,70551,70550,label,payer,000:L1\n", 2, 11),
        (HEADER + "cpt,70551,7055,label,payer,000:L1\n", 2, 11),
        (HEADER + "cpt,70551,,label,somebody,000:L1\n", 2, 18),
        (HEADER + "cpt,70551,,label,payer,\n", 2, 24),
    ],
)
def test_a_bad_row_is_told_with_line_and_column(text: str, line: int, column: int) -> None:
    with pytest.raises(ListNotReadable) as caught:
        read_list("LST-1", "Spine", "002:L145", text)

    assert (caught.value.line, caught.value.column) == (line, column)
