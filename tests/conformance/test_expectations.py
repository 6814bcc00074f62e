"""Each kind of expectation holds for the answer that is right, and does not for one that is wrong in one thing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from priorauth.conformance.calling import mismatches_of
from priorauth.conformance.expectations import read_expectation
from priorauth.conformance.expectations.matching import matches
from priorauth.conformance.seen import Got, Seen, Sent
from priorauth.conformance.targets import Target

ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261102*0915*^*00501*000000005*0*T*:~"
BACK = "ISA*00*          *00*          *ZZ*RECEIVER       *ZZ*SENDER         *261102*0916*^*00501*000000009*0*T*:~"
ASKED = (
    f"{ISA}GS*HI*SENDER*RECEIVER*20261102*0915*5*X*005010X217~ST*278*0001*005010X217~BHT*0007*13*REF1*20261102*0915~"
    "HL*1**20*1~NM1*X3*2*PAYER*****PI*P1~HL*2*1*21*1~NM1*1P*2*ME*****XX*1200000036~HL*3*2*22*1~NM1*IL*1*A****MI*M1~"
    "HL*4*3*EV*1~TRN*1*T1*9ME~UM*HS*I*2~HL*5*4*SS*0~TRN*1*T1-1*9ME~SV1*HC:70553~HL*6*4*SS*0~TRN*1*T1-2*9ME~"
    "SV1*HC:47562~SE*18*0001~GE*1*5~IEA*1*000000005~"
)
ANSWERED = (
    f"{BACK}GS*HI*RECEIVER*SENDER*20261102*0916*9*X*005010X217~ST*278*0001*005010X217~BHT*0007*11*REF1*20261102*0916*18~"
    "HL*1**20*1~NM1*X3*2*PAYER*****PI*P1~HL*2*1*21*1~NM1*1P*2*ME*****XX*1200000036~HL*3*2*22*1~NM1*IL*1*A****MI*M1~"
    "HL*4*3*EV*1~TRN*2*T1*9ME~UM*HS*I*2~HCR*A2~HL*5*4*SS*0~TRN*2*T1-1*9ME~HCR*A1*N1~SV1*HC:70553~HL*6*4*SS*0~"
    "TRN*2*T1-2*9ME~HCR*A3**R1~SV1*HC:47562~SE*21*0001~GE*1*9~IEA*1*000000009~"
)
REJECTED = (
    f"{BACK}GS*HI*RECEIVER*SENDER*20261102*0916*9*X*005010X217~ST*278*0001*005010X217~BHT*0007*11*REF1*20261102*0916*18~"
    "HL*1**20*1~NM1*X3*2*PAYER*****PI*P1~HL*2*1*21*0~NM1*1P*2*ME*****XX*1~AAA*N**43*C~SE*8*0001~GE*1*9~"
    "IEA*1*000000009~"
)
ACKNOWLEDGED = (
    f"{BACK}TA1*000000005*261102*0915*A*000~GS*FA*RECEIVER*SENDER*20261102*0916*9*X*005010X231A1~"
    "ST*999*0001*005010X231A1~AK1*HI*5*005010X217~AK2*278*0001*005010X217~IK3*UM*12*2000E*8~IK4*1*1525*1~IK4*4:2*1332*7~"
    "IK3*DTP*13*2000E*3~IK5*R*5~AK9*R*1*1*0~SE*10*0001~GE*1*9~IEA*1*000000009~"
)
PROBLEM = json.dumps({"status": 413, "title": "too large", "detail": "20 MiB at most"})
ALL_ECHOES = ["reference", "traces", "hierarchy", "member", "review-information", "sequence", "addresses"]
X12 = {"content-type": "application/edi-x12"}
TARGET = Target.model_validate({"name": "t", "base-url": "http://t", "claims": [], "limits": {"x12": "1s"}})


def seen(body: str, *, status: int = 200, headers: Mapping[str, str] = X12, seconds: float = 0.1) -> Seen:
    sent = Sent("POST", "http://t/x12", {}, ASKED.encode())
    return Seen("step", sent, Got(status, headers, body.encode()), seconds, TARGET)


def holds(expectation: Mapping[str, Any], answer: Seen) -> bool:
    return not mismatches_of(answer, [read_expectation(expectation)])


@pytest.mark.parametrize(
    ("expectation", "right", "wrong"),
    [
        ({"status": 200}, seen(""), seen("", status=201)),
        ({"status": "4xx"}, seen("", status=422), seen("", status=500)),
        ({"status": [200, "4xx"]}, seen("", status=404), seen("", status=302)),
        ({"content-type": "application/edi-x12"}, seen(""), seen("", headers={"content-type": "text/plain"})),
        ({"header": {"X-Review-Id": {"present": True}}}, seen("", headers={"x-review-id": "r"}), seen("")),
        ({"within": "x12"}, seen("", seconds=0.9), seen("", seconds=1.1)),
        ({"within": "500ms"}, seen("", seconds=0.4), seen("", seconds=0.6)),
        ({"json": {"a[0].b": 1}}, seen('{"a": [{"b": 1}]}'), seen('{"a": [{"b": "1"}]}')),
        ({"json": {"a": {"present": False}}}, seen("{}"), seen('{"a": 1}')),
        ({"text": {"contains": "x"}}, seen("axb"), seen("ab")),
        ({"body-lacks": ["secret"]}, seen("none"), seen("a secret")),
        ({"body-lacks": ["secret"]}, seen("none"), seen("", headers={"x": "secret"})),
        (
            {"problem": {"status": 413, "detail": {"contains": "20"}}},
            seen(PROBLEM, status=413, headers={"content-type": "application/problem+json; charset=utf-8"}),
            seen(PROBLEM, status=413, headers={"content-type": "application/json"}),
        ),
        ({"x12": {"SS#2/HCR-01": "A3"}}, seen(ANSWERED), seen(ANSWERED.replace("HCR*A3", "HCR*A1"))),
        ({"sound": True}, seen(ANSWERED), seen(ANSWERED.replace("SE*21", "SE*20"))),
        ({"sound": True}, seen(ANSWERED), seen(ANSWERED.replace("SE*21*0001", "SE*21*0002"))),
        ({"sound": True}, seen(ANSWERED), seen(ANSWERED.replace("GE*1*9", "GE*2*9"))),
        ({"sound": True}, seen(ANSWERED), seen(ANSWERED.replace("GE*1*9", "GE*1*8"))),
        ({"sound": True}, seen(ANSWERED), seen(ANSWERED.replace("IEA*1*000000009", "IEA*1*000000008"))),
        ({"sound": True}, seen(ANSWERED), seen(ANSWERED.replace("IEA*1*", "IEA*2*"))),
        ({"sound": True}, seen(ANSWERED), seen(ANSWERED.replace("HL*4*3*EV*1", "HL*4*3*EV*0"))),
        ({"sound": True}, seen(ANSWERED), seen(ANSWERED.replace("HL*6*4*", "HL*7*4*"))),
        ({"sound": True}, seen(ANSWERED), seen(ANSWERED.replace("HL*4*3*EV", "HL*4*5*EV"))),
        ({"sound": True}, seen(ANSWERED), seen(ANSWERED.replace("HCR*A2~", "HCR*A2**~"))),
        (
            {"determination": {"event": "A2", "services": ["A1", "A3"], "reason": "R1"}},
            seen(ANSWERED),
            seen(ANSWERED.replace("HCR*A2", "HCR*A1")),
        ),
        ({"determination": {"services": ["A1", "A3"]}}, seen(ANSWERED), seen(ANSWERED.replace("HCR*A1*N1~", ""))),
        ({"determination": {"event": "A2"}}, seen(ANSWERED), seen(ACKNOWLEDGED)),
        (
            {"rejection": {"level": "21", "code": "43", "action": "C", "in": "NM1*1P"}},
            seen(REJECTED),
            seen(REJECTED.replace("*43*C", "*43*N")),
        ),
        ({"rejection": {"level": "21", "code": "43"}}, seen(REJECTED), seen(REJECTED.replace("*43*", "*79*"))),
        ({"rejection": {"level": "21", "code": "43"}}, seen(REJECTED), seen(ANSWERED)),
        ({"echo": ALL_ECHOES}, seen(ANSWERED), seen(ANSWERED.replace("REF1", "REF2"))),
        ({"echo": ["traces"]}, seen(ANSWERED), seen(ANSWERED.replace("TRN*2*T1-2*9ME~", ""))),
        ({"echo": ["traces"]}, seen(ANSWERED), seen(ANSWERED.replace("T1-1*9ME", "T1-1*9YOU"))),
        ({"echo": ["hierarchy"]}, seen(ANSWERED), seen(ANSWERED.replace("HL*6*4*SS", "HL*6*4*EV"))),
        ({"echo": ["member"]}, seen(ANSWERED), seen(ANSWERED.replace("MI*M1", "MI*M2"))),
        ({"echo": ["review-information"]}, seen(ANSWERED), seen(ANSWERED.replace("UM*HS*I", "UM*HS*4"))),
        ({"echo": ["sequence"]}, seen(ANSWERED), seen(ANSWERED.replace("HC:70553", "HC:70551"))),
        ({"echo": ["addresses"]}, seen(ANSWERED), seen(ANSWERED.replace(BACK, ISA))),
        (
            {"acknowledgment": {"kind": "999", "group": "R", "sets": ["R"], "set-codes": ["5"]}},
            seen(ACKNOWLEDGED),
            seen(ACKNOWLEDGED.replace("IK5*R", "IK5*A")),
        ),
        (
            {"acknowledgment": {"kind": "999", "found": [{"segment": "UM", "element": "4-2", "element-code": 7}]}},
            seen(ACKNOWLEDGED),
            seen(ACKNOWLEDGED.replace("1332*7", "1332*I6")),
        ),
        (
            {"acknowledgment": {"kind": "999", "found": [{"segment": "DTP", "position": 13, "code": "3"}]}},
            seen(ACKNOWLEDGED),
            seen(ACKNOWLEDGED.replace("DTP*13", "DTP*14")),
        ),
        ({"acknowledgment": {"kind": "999"}}, seen(ACKNOWLEDGED), seen(ACKNOWLEDGED.replace("AK1*HI*5", "AK1*HI*6"))),
        ({"acknowledgment": {"kind": "999"}}, seen(ACKNOWLEDGED), seen(ACKNOWLEDGED.replace("278*0001", "278*0002"))),
        ({"acknowledgment": {"kind": "999"}}, seen(ACKNOWLEDGED), seen(ANSWERED)),
        (
            {"acknowledgment": {"kind": "TA1", "code": "A", "note": "000"}},
            seen(ACKNOWLEDGED),
            seen(ACKNOWLEDGED.replace("*A*000", "*R*001")),
        ),
        (
            {"acknowledgment": {"kind": "TA1"}},
            seen(ACKNOWLEDGED),
            seen(ACKNOWLEDGED.replace("TA1*000000005", "TA1*000000006")),
        ),
        ({"acknowledgment": {"kind": "TA1"}}, seen(ACKNOWLEDGED), seen(ANSWERED)),
    ],
    ids=str,
)
def test_an_expectation_holds_for_the_right_answer_only(
    expectation: Mapping[str, Any], right: Seen, wrong: Seen
) -> None:
    assert holds(expectation, right)
    assert not holds(expectation, wrong)


@pytest.mark.parametrize(
    ("wanted", "values", "is_so"),
    [
        (1, [1], True),
        (1, ["1"], False),
        (True, [1], False),
        ("a", ["a", "a"], True),
        ("a", ["a", "b"], False),
        ("a", [], False),
        (["a", "b"], ["b"], True),
        ({"present": True}, ["a"], True),
        ({"present": False}, ["a"], False),
        ({"count": 2}, ["a", "b"], True),
        ({"matches": "^a"}, ["ab", "ac"], True),
        ({"matches": "^a"}, ["ab", "b"], False),
        ({"contains": "b"}, ["abc"], True),
        ({"contains": "b"}, [["a", "b"]], True),
        ({"equals": ["a"]}, [["a"]], True),
        ({"not": "a"}, ["b"], True),
        ({"not": "a"}, ["a"], False),
        ({"not": "a"}, [], True),
        ({"each": {"matches": "a"}}, ["a", "b"], False),
        ({"any": {"matches": "a"}}, ["a", "b"], True),
        ({"set": ["b", "a"]}, ["a", "b"], True),
        ({"set": ["a", "a"]}, ["a", "b"], False),
    ],
    ids=str,
)
def test_a_match_says_which_values_are_right(wanted: object, values: list[Any], is_so: bool) -> None:
    assert matches(wanted, values) is is_so


def test_in_x12_numbers_are_texts() -> None:
    assert matches(33, ["33"], text=True)
    assert not matches("0033", ["33"], text=True)


def test_an_echo_that_nobody_knows_is_a_fault_of_the_case() -> None:
    with pytest.raises(ValueError, match="colour"):
        read_expectation({"echo": ["colour"]})
