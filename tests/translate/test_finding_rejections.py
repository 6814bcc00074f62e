"""Findings about content, said as AAA at the level and for the reason that the response allows there."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from finding_table import TABLE
from priorauth.domain.determinations import Rejection, RejectionLevel
from priorauth.domain.findings import FindingCode, Position
from priorauth.translate.finding_rejections import DATE_REASONS, LEVELS, follow_up_for, reason_for, rejections_of
from priorauth.translate.finding_rules import FindingRule
from priorauth.translate.x12_rejections import RESPONSE
from priorauth.x12.guides.x217.request import X217_REQUEST
from priorauth.x12.validation import SetResult, validate_interchange
from x12_messages import SEGMENTS, group, interchange, replaced, transaction

BAD_NPI = "1200000020"


def read(segments: Sequence[str]) -> SetResult:
    (received,) = validate_interchange(interchange(group(transaction(segments)))).groups
    return received.sets[0]


def rejected(segments: Sequence[str]) -> list[tuple[str, int | None, int | None, str, str]]:
    """Level, item, provider, AAA03 and AAA04 of each rejection."""
    return [
        (each.level.value, each.sequence, each.provider, each.reason, each.follow_up)
        for each in rejections_of(read(segments), TABLE)
    ]


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        pytest.param(SEGMENTS, [], id="nothing is wrong"),
        pytest.param(
            replaced("NM1*1P*1*OKAFOR*ADAEZE****XX*1200000028", f"NM1*1P*1*OKAFOR*ADAEZE****XX*{BAD_NPI}"),
            [("2010B", None, None, "43", "C")],
            id="the requester's NPI",
        ),
        pytest.param(
            (*SEGMENTS[:12], "NM1*SJ*1*A*B****XX*1200000028", f"NM1*FA*2*C*****XX*{BAD_NPI}", *SEGMENTS[12:]),
            [("2010EA", None, 1, "43", "C")],
            id="the NPI of the event's second provider",
        ),
        pytest.param(
            (
                *SEGMENTS,
                "NM1*SJ*1*A*B****XX*1200000028",
                "HL*6*4*SS*0",
                "SV1*HC:22614**UN*1",
                f"NM1*SJ*1*A*B****XX*{BAD_NPI}",
            ),
            [("2010FA", 2, 0, "43", "C")],
            id="the NPI of the provider of the second service",
        ),
        pytest.param(replaced("HI*ABK:M4316", "HI*ABK:99999"), [("2000E", None, None, "AF", "C")], id="a diagnosis"),
        pytest.param(
            replaced("SV1*HC:22612**UN*1***1", "SV1*HC:22**UN*1***1"), [("2000F", 1, None, "AG", "C")], id="a procedure"
        ),
        pytest.param(
            replaced("DTP*472*D8*20261201", "DTP*472*RD8*20261203-20261201"),
            [("2000F", 1, None, "57", "C")],
            id="a service period",
        ),
        pytest.param(
            replaced("DTP*435*RD8*20261201-20261203", "DTP*435*RD8*20261203-20261201"),
            [("2000E", None, None, "AM", "C")],
            id="an admission period",
        ),
        pytest.param(
            replaced("UM*HS*I*2*22:B**E", "UM*AR*I*2*22:B**E"), [("2000E", None, None, "15", "C")], id="what is missing"
        ),
    ],
)
def test_content_that_cannot_be_believed_is_rejected_where_it_stands(
    segments: Sequence[str], expected: list[tuple[str, int | None, int | None, str, str]]
) -> None:
    assert rejected(segments) == expected


def test_a_rejection_names_the_rule_that_caused_it() -> None:
    segments = replaced("HI*ABK:M4316", "HI*ABK:99999")

    assert rejections_of(read(segments), TABLE) == (
        Rejection(level=RejectionLevel.EVENT, reason="AF", follow_up="C", finding=FindingCode.DIAGNOSIS_SHAPE),
    )


def test_what_a_999_says_is_never_said_by_an_aaa() -> None:
    wrong = read(replaced("DTP*472*D8*20261201", "DTP*472*D8*20261301"))

    assert [each.code for each in wrong.findings] == [FindingCode.ELEMENT_DATE]
    assert rejections_of(wrong, TABLE) == ()


@pytest.mark.parametrize("loop", LEVELS)
@pytest.mark.parametrize("rule", [rule for rule in TABLE.values() if rule.reasons], ids=lambda rule: rule.code)
def test_every_loop_has_a_reason_and_a_follow_up_that_its_level_allows(loop: str, rule: FindingRule) -> None:
    at = Position(loop=loop)

    assert reason_for(at, rule, ()) in RESPONSE.codes(LEVELS[loop], "AAA", 3)
    assert follow_up_for(at, rule) in RESPONSE.codes(LEVELS[loop], "AAA", 4)


@pytest.mark.parametrize("loop", [chain[-1].id for chain in X217_REQUEST.walk()])
def test_every_loop_of_a_request_has_a_level_in_the_response(loop: str) -> None:
    assert loop in LEVELS


@pytest.mark.parametrize("reason", DATE_REASONS.values())
def test_the_reason_of_a_date_is_allowed_where_the_date_stands(reason: str) -> None:
    assert reason in RESPONSE.codes(RejectionLevel.EVENT, "AAA", 3)
