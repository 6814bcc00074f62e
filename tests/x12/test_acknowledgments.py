"""What is sent back for what was received: TA1, 999, both or nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from finding_table import CODES
from priorauth.domain.findings import FindingCode, Severity
from priorauth.x12.acknowledgments import acknowledge, acknowledgments_due
from priorauth.x12.agreed_findings import with_severities
from priorauth.x12.implementation_acknowledgment import DEFAULT_OPTIONS, AcknowledgmentOptions
from priorauth.x12.validation import InterchangeResult, validate_interchange
from priorauth.x12.verdicts import InterchangeVerdict, Verdict, judge
from x12_acknowledging import IDENTITY
from x12_messages import ISA, SEGMENTS, VALID, group, interchange, replaced, transaction


def answer_to(data: bytes | InterchangeResult, options: AcknowledgmentOptions = DEFAULT_OPTIONS) -> list[str]:
    """The segments of the acknowledging interchange between ISA and IEA, without GS, ST, SE and GE."""
    result = validate_interchange(data) if isinstance(data, bytes) else data
    answer = acknowledge(result, CODES, IDENTITY, options)
    if answer is None:
        return []
    segments = answer.decode().removesuffix("~").split("~")[1:-1]
    return [segment for segment in segments if segment.split("*")[0] not in ("GS", "ST", "SE", "GE")]


def in_set(*segments: str) -> bytes:
    return interchange(group(transaction(segments)))


HEAD = ["AK1*HI*14*005010X217", "AK2*278*0001*005010X217"]


def test_a_valid_request_gets_a_999_that_accepts_it_and_no_ta1() -> None:
    answer = acknowledge(validate_interchange(VALID), CODES, IDENTITY)

    assert answer is not None
    assert answer.decode().split("~") == [
        "ISA*00*          *00*          *ZZ*PRIORAUTH      *ZZ*HARBORGENERAL  *261102*0916*^*00501*000000077*0*T*:",
        "GS*FA*PRIORAUTH*HARBORGENERAL*20261102*0916*78*X*005010X231A1",
        "ST*999*0001*005010X231A1",
        "AK1*HI*14*005010X217",
        "AK2*278*0001*005010X217",
        "IK5*A",
        "AK9*A*1*1*1",
        "SE*6*0001",
        "GE*1*78",
        "IEA*1*000000077",
        "",
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(
            in_set(*replaced("BHT*0007*13*ACKTEST0001*20261102*0915", "")),
            ["IK3*BHT*2**3", "IK5*R*5"],
            id="the first segment is missing",
        ),
        pytest.param(
            in_set(*replaced("UM*HS*I*2*22:B**E", "")),
            ["IK3*UM*11*2000E*3", "IK5*R*5"],
            id="a required segment is missing",
        ),
        pytest.param(
            in_set(*replaced("UM*HS*I*2*22:B**E", "UM*HS*I*2*22:Q**E")),
            ["IK3*UM*11*2000E*8", "IK4*4:2*1332*7", "IK5*R*5"],
            id="a component is no code",
        ),
        pytest.param(
            in_set(*replaced("DTP*472*D8*20261201", "DTP*472*D8*20261301")),
            ["IK3*DTP*15*2000F*8", "IK4*3*1251*8", "IK5*R*5"],
            id="a date does not exist",
        ),
        pytest.param(
            in_set(*replaced("BHT*0007*13*ACKTEST0001*20261102*0915", "BHT*0007*13**20261302*0915")),
            ["IK3*BHT*2**8", "IK4*3*127*1", "IK4*4*373*8", "IK5*R*5"],
            id="two elements of one segment share its IK3",
        ),
        pytest.param(
            in_set(*replaced("NM1*IL*1*VANDERBEEK*MARGUERITE****MI*MEM0000003", "NM1*IL*1*VANDERBEEK*****MI*M1*99")),
            ["IK3*NM1*8*2010C*8", "IK4*10*706*I10", "IK5*R*I5"],
            id="only the guide forbids it",
        ),
        pytest.param(
            in_set(*replaced("HL*4*3*EV*1", "HL*4*9*EV*1")),
            [
                "IK3*HL*9*2000E*8",
                "IK4*2*734*7",
                "CTX*SITUATIONAL TRIGGER*HL*9*2000E*2*734",
                "IK5*R*5",
            ],
            id="a parent does not exist, which a CTX explains (RFI 2394)",
        ),
        pytest.param(
            in_set(*SEGMENTS[:10], "ZZZ*1", *SEGMENTS[10:]),
            ["IK5*R*5"],
            id="an id that is no segment is not repeated (RFI 1257)",
        ),
        pytest.param(
            in_set(*SEGMENTS[:10], "CLM*1", *SEGMENTS[10:]),
            ["IK3*CLM*12*2000E*6", "IK5*R*5"],
            id="a segment of another set",
        ),
        pytest.param(
            interchange(group(transaction(se="SE*16*0001"))), ["IK5*R*4"], id="the count of segments is wrong"
        ),
        pytest.param(interchange(group(transaction(se="SE*17*0002"))), ["IK5*R*3"], id="the set's numbers differ"),
        pytest.param(interchange(group(transaction()[:-1])), ["IK5*R*2"], id="SE is missing"),
    ],
)
def test_a_set_that_is_wrong_is_refused_with_the_place_of_each_error(data: bytes, expected: list[str]) -> None:
    assert answer_to(data) == [*HEAD, *expected, "AK9*R*1*1*0"]


@pytest.mark.parametrize(
    ("st", "expected"),
    [
        pytest.param("ST*278*0001", ["AK2*278*0001", "IK5*R*19"], id="ST03 is missing"),
        pytest.param("ST*278*0001*005010X215", ["AK2*278*0001*005010X215", "IK5*R*I6"], id="ST03 is not GS08"),
        pytest.param("ST*837*0001*005010X217", ["AK2*837*0001*005010X217", "IK5*R*18"], id="a set of another group"),
        pytest.param("ST*27*0001*005010X217", ["AK2*278*0001*005010X217", "IK5*R*6"], id="ST01 cannot be repeated"),
    ],
)
def test_a_set_that_names_itself_wrongly_is_refused(st: str, expected: list[str]) -> None:
    answer = answer_to(interchange(group(transaction(st=st))))

    assert answer == ["AK1*HI*14*005010X217", *expected, "AK9*R*1*1*0"]


def test_a_short_set_number_is_repeated_with_leading_zeros_because_a_999_has_four() -> None:
    answer = answer_to(interchange(group(transaction(st="ST*278*7*005010X217", se="SE*17*7"))))

    assert answer == ["AK1*HI*14*005010X217", "AK2*278*0007*005010X217", "IK5*R*7", "AK9*R*1*1*0"]


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        pytest.param(
            group(transaction(), gs="GS*HI*HARBORGENERAL*PRIORAUTH*20261102*0915*14*X*005010X999"),
            ["AK1*HI*14*005010X999", "AK9*R*1*1*0*2"],
            id="there is no guide for GS08, so nothing is said of the sets",
        ),
        pytest.param(
            group(transaction(), gs="GS*XX*HARBORGENERAL*PRIORAUTH*20261102*0915*14*X*005010X217"),
            ["AK1*XX*14*005010X217", "AK9*R*1*1*0*1"],
            id="GS01 is no group that we know",
        ),
        pytest.param(
            group(transaction(), gs="GS*HS*HARBORGENERAL*PRIORAUTH*20261102*0915*14*X*005010X217"),
            ["AK1*HS*14*005010X217", "AK2*278*0001*005010X217", "IK5*R*18", "AK9*R*1*1*0"],
            id="a 278 in an eligibility group",
        ),
        pytest.param(
            group(transaction(), ge="GE*2*14"),
            [*HEAD, "IK5*A", "AK9*R*2*1*0*5"],
            id="the count of sets is wrong",
        ),
        pytest.param(
            group(transaction(), ge="GE*1*15"),
            [*HEAD, "IK5*A", "AK9*R*1*1*0*4"],
            id="the group's numbers differ",
        ),
        pytest.param(
            group(transaction())[:-1],
            [*HEAD, "IK5*A", "AK9*R*1*1*0*3"],
            id="GE is missing",
        ),
        pytest.param(
            group(transaction(), number="A14"),
            ["AK1*HI*0*005010X217", "AK2*278*0001*005010X217", "IK5*A", "AK9*R*1*1*0*6"],
            id="GS06 cannot be repeated",
        ),
    ],
)
def test_a_group_that_is_wrong_is_refused_as_a_whole(received: tuple[str, ...], expected: list[str]) -> None:
    assert answer_to(interchange(received)) == expected


def test_one_bad_set_never_blocks_its_siblings() -> None:
    bad = transaction(replaced("UM*HS*I*2*22:B**E", ""), number="0002")

    answer = answer_to(interchange(group(transaction(), bad, transaction(number="0003"))))

    assert [segment for segment in answer if segment.startswith(("IK5", "AK9"))] == [
        "IK5*A",
        "IK5*R*5",
        "IK5*A",
        "AK9*P*3*3*2",
    ]


def test_warnings_alone_are_accepted_with_errors_noted() -> None:
    padded = replaced("TRN*1*ACKTEST-1*9LANSINGSP", "TRN*1*ACKTEST-1 *9LANSINGSP")

    answer = answer_to(in_set(*padded))

    assert answer == [*HEAD, "IK3*TRN*10*2000E*8", "IK4*2*127*6", "IK5*E*5", "AK9*E*1*1*1"]


def test_what_an_aaa_says_is_no_matter_of_the_999() -> None:
    bad_npi = replaced("NM1*1P*1*OKAFOR*ADAEZE****XX*1200000028", "NM1*1P*1*OKAFOR*ADAEZE****XX*1200000020")

    result = validate_interchange(in_set(*bad_npi))

    assert [finding.code for finding in result.groups[0].sets[0].findings] == [FindingCode.NPI_INVALID]
    assert answer_to(result) == [*HEAD, "IK5*A", "AK9*A*1*1*1"]


def test_every_functional_group_gets_a_999_of_its_own() -> None:
    data = interchange(group(transaction()), group(transaction(), number="15"))

    answer = acknowledge(validate_interchange(data), CODES, IDENTITY)

    assert answer is not None
    sets = [segment for segment in answer.decode().split("~") if segment.startswith(("ST", "AK1", "GE"))]
    assert sets == [
        "ST*999*0001*005010X231A1",
        "AK1*HI*14*005010X217",
        "ST*999*0002*005010X231A1",
        "AK1*HI*15*005010X217",
        "GE*2*78",
    ]


@pytest.mark.parametrize(
    ("isa", "iea", "expected"),
    [
        pytest.param(ISA, "IEA*1*000000015", "TA1*000000014*261102*0915*R*001", id="the control numbers differ"),
        pytest.param(ISA, "IEA*2*000000014", "TA1*000000014*261102*0915*R*021", id="the count of groups is wrong"),
        pytest.param(
            ISA.replace("*261102*", "*261302*"), "", "TA1*000000014*261102*0915*R*014", id="the date is none, so ours"
        ),
        pytest.param(
            ISA.replace("*0915*", "*2515*"), "", "TA1*000000014*261102*0916*R*015", id="the time is no time, so ours"
        ),
        pytest.param(ISA.replace("00501", "00601"), "", "TA1*000000014*261102*0915*R*017", id="another version"),
        pytest.param(
            ISA.replace("000000014", "00000001A"), "", "TA1*000000000*261102*0915*R*018", id="the number has a letter"
        ),
        pytest.param(
            ISA.replace("*ZZ*HARBOR", "*Q1*HARBOR"), "", "TA1*000000014*261102*0915*R*005", id="the qualifier"
        ),
        pytest.param(ISA.replace("*0*T*", "*0*X*"), "", "TA1*000000014*261102*0915*R*020", id="test or production"),
    ],
)
def test_a_bad_envelope_is_refused_by_a_ta1_alone(isa: str, iea: str, expected: str) -> None:
    number = isa.split("*")[13]

    assert answer_to(interchange(group(transaction()), isa=isa, iea=iea or f"IEA*1*{number}")) == [expected]


def test_a_file_that_ends_too_early_is_refused_by_a_ta1() -> None:
    whole = VALID.decode()

    for end in (whole.index("IEA"), whole.index("GE*"), whole.index("SE*"), whole.index("UM*") + 5):
        assert answer_to(whole[:end].encode()) == ["TA1*000000014*261102*0915*R*023"]


def test_a_ta1_that_is_asked_for_stands_before_the_999() -> None:
    asking = VALID.replace(b"*0*T*", b"*1*T*")

    assert answer_to(asking)[:2] == ["TA1*000000014*261102*0915*A*000", "AK1*HI*14*005010X217"]


def test_an_accepted_interchange_with_something_wrong_gets_a_ta1_that_says_so() -> None:
    unpadded = VALID.replace(b"HARBORGENERAL  ", b"HARBORGENERAL", 1)

    answer = answer_to(unpadded)

    assert answer[0] == "TA1*000000014*261102*0915*E*022"
    assert answer[-1] == "AK9*A*1*1*1"


def test_a_control_number_that_came_before_is_refused_whatever_the_message_says() -> None:
    came_before = InterchangeVerdict(verdict=Verdict.REJECTED, note="025", groups=())

    due = acknowledgments_due(validate_interchange(VALID), came_before, CODES, IDENTITY.made_at)

    assert (list(due.ta1), due.sets) == ([("TA1", "000000014", "261102", "0915", "R", "025")], ())


def test_acknowledgments_are_never_acknowledged() -> None:
    answer = acknowledge(validate_interchange(VALID.replace(b"*0*T*", b"*1*T*")), CODES, IDENTITY)
    assert answer is not None
    refusal = acknowledge(validate_interchange(VALID.replace(b"IEA*1", b"IEA*2")), CODES, IDENTITY)
    assert refusal is not None

    for received in (answer, refusal, answer.replace(b"IK5*A", b"IK5*Q"), answer.replace(b"*0*T*", b"*1*T*")):
        assert acknowledge(validate_interchange(received), CODES, IDENTITY) is None


def test_in_real_time_an_accepted_request_is_answered_by_its_response_alone() -> None:
    bad = group(transaction(), transaction(replaced("UM*HS*I*2*22:B**E", ""), number="0002"), number="15")
    result = validate_interchange(interchange(group(transaction()), bad))
    verdict = judge(result, CODES)

    due = acknowledgments_due(result, verdict, CODES, IDENTITY.made_at, real_time=True)

    assert [each.accepted for each in verdict.groups] == [(True,), (True, False)]
    assert [each.segments[0] for each in due.sets] == [("AK1", "HI", "15", "005010X217")]
    assert due.ta1 == ()


def test_in_real_time_nothing_is_due_for_a_request_that_is_accepted() -> None:
    result = validate_interchange(VALID)

    due = acknowledgments_due(result, judge(result, CODES), CODES, IDENTITY.made_at, real_time=True)

    assert (due.ta1, due.sets, due.group(1)) == ((), (), ())


def test_a_group_without_sets_is_answered_in_real_time_too() -> None:
    result = validate_interchange(interchange(group()))

    due = acknowledgments_due(result, judge(result, CODES), CODES, IDENTITY.made_at, real_time=True)

    assert [list(each.segments) for each in due.sets] == [
        [("AK1", "HI", "14", "005010X217"), ("AK9", Verdict.ACCEPTED, "0", "0", "0")]
    ]


def test_a_bad_value_is_repeated_only_where_the_partner_asked_for_it() -> None:
    wrong = in_set(*replaced("UM*HS*I*2*22:B**E", "UM*HS*I*2*22:Q**E"))

    silent = answer_to(wrong)
    quoting = answer_to(wrong, AcknowledgmentOptions(copies_bad_values=True))

    assert "IK4*4:2*1332*7" in silent
    assert "IK4*4:2*1332*7*Q" in quoting


def test_loop_ids_are_cut_for_receivers_that_take_four_characters() -> None:
    wrong = in_set(*replaced("UM*HS*I*2*22:B**E", ""))

    assert "IK3*UM*11*2000*3" in answer_to(wrong, AcknowledgmentOptions(loop_id_length=4))


def test_there_is_an_end_to_the_errors_of_one_set_and_what_rejects_goes_first() -> None:
    padded = [f"REF*EJ*NUMBER{number} " for number in range(9)]
    segments = [*SEGMENTS[:7], *padded, *SEGMENTS[7:14], "SV1*XX:22612"]

    answer = answer_to(in_set(*segments), AcknowledgmentOptions(most_findings=3))

    assert len([segment for segment in answer if segment.startswith("IK4")]) == 3
    assert "IK3*SV1*25*2000F*8" in answer


def test_a_partner_may_have_a_rule_lowered_but_nothing_that_could_not_be_read() -> None:
    wrong_count = validate_interchange(interchange(group(transaction(se="SE*16*0001"))))
    unknown = validate_interchange(
        interchange(group(transaction(), gs="GS*HI*HARBORGENERAL*PRIORAUTH*20261102*0915*14*X*005010X999"))
    )
    lowered = {FindingCode.SE_SEGMENT_COUNT.value: Severity.WARNING, "SNIP 1": Severity.INFO}

    assert answer_to(with_severities(wrong_count, lowered)) == [*HEAD, "IK5*E*4", "AK9*E*1*1*1"]
    assert answer_to(with_severities(unknown, lowered))[-1] == "AK9*R*1*1*0*2"


def test_a_rule_id_counts_before_its_snip_type() -> None:
    wrong_count = validate_interchange(interchange(group(transaction(se="SE*16*0001"))))

    agreed = with_severities(wrong_count, {"SNIP 1": Severity.INFO, FindingCode.SE_SEGMENT_COUNT.value: Severity.ERROR})

    assert replace(agreed) == wrong_count
