"""What `validate` says, to people and to programs."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from finding_table import CODES, TABLE
from priorauth.domain.findings import SnipType
from priorauth.translate.report_rendering import ReportStyle, report_document, report_lines, set_lines
from priorauth.translate.reports import InterchangeReport, SnipResult, SnipStatus, report_interchange, report_set
from priorauth.x12.excerpts import Excerpts
from priorauth.x12.validation import SetResult, validate_interchange, validate_stream
from priorauth.x12.verdicts import judge_set
from x12_messages import SEGMENTS, VALID, group, interchange, replaced, transaction

WRONG_CODE = interchange(group(transaction(replaced("UM*HS*I*2*22:B**E", "UM*HS*I*2*22:Q**E"))))
BAD_NPI = interchange(
    group(transaction(replaced("NM1*1P*1*OKAFOR*ADAEZE****XX*1200000028", "NM1*1P*1*OKAFOR*ADAEZE****XX*1200000020")))
)
NO_EVENT = interchange(group(transaction(SEGMENTS[:7])))


def report_of(data: bytes) -> InterchangeReport:
    return report_interchange(validate_interchange(data), TABLE)


def snip_of(data: bytes) -> dict[SnipType, SnipResult]:
    return dict(report_of(data).groups[0].sets[0].snip)


def test_a_valid_request_is_three_headers_and_its_snip_types() -> None:
    assert list(report_lines(report_of(VALID))) == [
        "ISA 000000014                                     TA1 A",
        "  GS 14 HI 005010X217                             999 A",
        "    ST 0001 278 request                           IK5 A",
        "    SNIP  1 pass  2 pass  3 n/a  4 pass  5 pass  6 not checked  7 not checked",
    ]


def test_a_finding_is_one_block_with_its_place_and_what_to_do() -> None:
    style = ReportStyle(excerpts=Excerpts(WRONG_CODE, report_of(WRONG_CODE).delimiters))

    lines = list(report_lines(report_of(WRONG_CODE), style))

    at = WRONG_CODE.index(b"Q**E")
    assert lines[2:] == [
        "    ST 0001 278 request                           IK5 R 5",
        "    SNIP  1 fail 1  2 pass  3 n/a  4 pass  5 pass  6 not checked  7 not checked",
        "",
        f"error   X12-CODE-UNKNOWN  SNIP 1 · segment 11 · byte {at} · line 1, column {at + 1} · loop 2000E · "
        "UM04-2 (facility type qualifier, 1332)",
        "   the value is not a code of this element",
        "   UM*HS*I*2*22:Q**E~",
        "                ^",
        "   expected: facility type qualifier: A, B",
        "   answered: 999 IK304 8 IK403 7",
        "   fix: send a code that the guide lists here",
        "",
    ]


def test_nothing_of_the_message_is_quoted_unless_its_sender_asks() -> None:
    bad_member = interchange(group(transaction([*SEGMENTS[:7], "DMG*D8*19999999*F", *SEGMENTS[7:]])))

    text = "\n".join(report_lines(report_of(bad_member))) + json.dumps(report_document(report_of(bad_member)))

    assert "ELEMENT-DATE" in text
    for value in ("19999999", "VANDERBEEK", "MEM0000003", "OKAFOR", "1200000028"):
        assert value not in text


def test_an_aaa_is_announced_with_its_loop_and_the_999_accepts() -> None:
    lines = list(report_lines(report_of(BAD_NPI)))

    assert "  GS 14 HI 005010X217                             999 A" in lines
    assert "   answered: AAA in 2010B AAA03 43 AAA04 C" in lines
    assert not report_of(BAD_NPI).is_valid


def test_an_interchange_that_a_ta1_rejects_says_that_no_999_goes_out() -> None:
    lines = list(report_lines(report_of(VALID.replace(b"IEA*1*", b"IEA*3*"))))

    assert lines[0] == "ISA 000000014                                     TA1 R 021 (so no 999 goes out)"


def test_what_follows_from_an_error_is_counted_and_shown_on_request() -> None:
    orphan = interchange(group(transaction([*SEGMENTS[:3], *SEGMENTS[4:]])))
    report = report_of(orphan)
    hidden = sum(1 for each in report.groups[0].sets[0].findings for _ in each.all_consequences())

    brief = list(report_lines(report))
    full = list(report_lines(report, ReportStyle(shows_consequences=True)))

    assert hidden > 0
    assert sum("more that follow from it" in line for line in brief) >= 1
    assert sum(line.strip() == "follows from it:" for line in full) == hidden


@pytest.mark.parametrize(
    ("data", "snip", "expected"),
    [
        pytest.param(VALID, SnipType.SYNTAX, SnipResult(SnipStatus.PASS), id="clean"),
        pytest.param(WRONG_CODE, SnipType.SYNTAX, SnipResult(SnipStatus.FAIL, 1), id="one error"),
        pytest.param(BAD_NPI, SnipType.CODE_SET, SnipResult(SnipStatus.FAIL, 1), id="content"),
        pytest.param(VALID, SnipType.BALANCING, SnipResult(SnipStatus.NOT_APPLICABLE), id="nothing balances"),
        pytest.param(VALID, SnipType.PARTNER, SnipResult(SnipStatus.NOT_CHECKED), id="no partner is known"),
        pytest.param(
            VALID.replace(b"*X*005010X217", b"*X*005010X999"),
            SnipType.SITUATION,
            SnipResult(SnipStatus.NOT_CHECKED),
            id="no guide, so nothing was read",
        ),
    ],
)
def test_each_snip_type_says_what_is_known_of_it(data: bytes, snip: SnipType, expected: SnipResult) -> None:
    assert snip_of(data)[snip] == expected


def test_a_warning_lets_its_snip_type_pass_and_the_interchange_be_valid() -> None:
    padded = interchange(group(transaction(replaced("TRN*1*ACKTEST-1*9LANSINGSP", "TRN*1*ACKTEST-1 *9LANSINGSP"))))

    assert snip_of(padded)[SnipType.SYNTAX] == SnipResult(SnipStatus.PASS)
    assert report_of(padded).is_valid


def test_the_document_is_json_and_says_the_same() -> None:
    document = json.loads(json.dumps(report_document(report_of(WRONG_CODE))))

    (received,) = document["groups"][0]["sets"]
    (finding,) = received["findings"]
    assert (document["valid"], document["ta1"]["code"], received["ik5"]) == (False, "A", {"code": "R", "errors": ["5"]})
    assert received["snip"]["1"] == {"status": "fail", "errors": 1}
    assert (finding["rule"], finding["path"], finding["reply"]) == (
        "X12-CODE-UNKNOWN",
        "2000E/UM04-2",
        {"kind": "999", "IK304": "8", "IK403": "7"},
    )
    assert WRONG_CODE[finding["offset"] :].startswith(b"Q**E")


def test_a_long_file_is_reported_set_by_set() -> None:
    def reported(chunks: Iterator[bytes]) -> Iterator[str]:
        for part in validate_stream(chunks):
            if isinstance(part, SetResult):
                yield from set_lines(report_set(part, judge_set(part, CODES), TABLE), ReportStyle())

    lines = list(reported(iter([WRONG_CODE])))

    assert lines == list(report_lines(report_of(WRONG_CODE)))[2:]
