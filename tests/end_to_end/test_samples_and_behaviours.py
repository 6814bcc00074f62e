"""Real requests, every cohort of members and every forced behaviour: each answer is a 278 response that both accept."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from interchanges import FORCED, NUMBERS, forcing, kinds_of, renumbered, sample, segments_of
from left_out import each_file, material
from priorauth.adapters.second_opinions.disagreements import compare
from priorauth.adapters.second_opinions.pyx12_check import second_opinion
from priorauth.x12.envelope import read_interchange
from priorauth.x12.loops import STRICT, Tolerances
from priorauth.x12.validation import validate_interchange
from x12_sets import CONTENT

PAYERS = ("BCBSMA", "MERCYONE", "BCBSM", "FPLIC", "ALLWAYS")
OURS = {
    "BCBSMA": "nicu-admission", "BCBSM": "msk-spine-and-pain", "ALLWAYS": "imaging-mri",
    "MERCYONE": "nursing-facility-admission", "FPLIC": "psychiatric-admission",
}  # fmt: skip
"""A sample to send to each payer. Where it names another payer, it is sent to the payer's desk."""
MEMBERS = [f"MEM00000{number:02d}" for number in range(1, 21)]
DESTINATIONS = {
    "a delegate that takes events": "imaging-mri",
    "a delegate that takes X12": "msk-spine-and-pain",
    "a desk": "dental",
    "a delegate and a desk": "split-imaging-and-surgery",
    "a delegate that takes events and one that takes PAS": "split-imaging-and-sleep",
}


@dataclass
class Message:
    """One interchange as rows of elements, in its own delimiters, to be bent and written again."""

    rows: list[list[str]]
    element: str
    segment: str
    original: bytes = field(repr=False)

    @property
    def bytes(self) -> bytes:
        return "".join(self.element.join(row) + self.segment for row in self.rows).encode()

    def values(self, id: str, position: int) -> list[str]:
        return [row[position] for row in self.rows if row[0] == id and len(row) > position]


def read(data: bytes) -> Message:
    delimiters = read_interchange(data).delimiters
    text = data.decode("utf-8-sig").replace("\r", "").replace("\n", "")
    rows = [segment.split(delimiters.element) for segment in text.split(delimiters.segment) if segment.strip()]
    return Message([[part.lstrip() if at == 0 else part for at, part in enumerate(row)] for row in rows],
                   delimiters.element, delimiters.segment, data)  # fmt: skip


def sent_to(message: Message, payer: str, *, sender: str = "") -> Message:
    """The message with one of our payers as its UMO, under a fresh control number."""
    number = f"{next(NUMBERS):09d}"
    umo = next(row for row in message.rows if row[0] == "NM1")
    umo[8:10] = ["PI", payer]
    for row in message.rows:
        if row[0] == "ISA":
            row[13] = number
            row[5:7] = ["ZZ", sender.ljust(15)] if sender else row[5:7]
        if row[0] == "IEA":
            row[2] = number
    return message


def structural_errors(data: bytes, tolerances: Tolerances = STRICT) -> list[str]:
    """What our guide refuses a message for."""
    result = validate_interchange(data, tolerances)
    sets = [each for group in result.groups for each in group.sets]
    found = [*result.findings, *(f for group in result.groups for f in group.findings)]
    found += [finding for each in sets for finding in each.findings]
    return [f"{finding.code} {finding.at.path}" for finding in found if finding.rejects and finding.code not in CONTENT]


def check_response(answer: httpx2.Response, request: Message) -> list[list[str]]:
    """The answer's segments, once it is sure that it is a valid 278 response that mirrors its request."""
    assert answer.status_code == 200
    acknowledged = {"TA1"} if request.values("ISA", 14) == ["1"] else set()
    assert kinds_of(answer.content) == {"278"} | acknowledged, answer.text
    response = read(answer.content)
    assert structural_errors(answer.content) == []
    assert [each for each in compare(validate_interchange(answer.content), second_opinion(answer.content))
            if not each.reason] == []  # fmt: skip
    assert response.values("BHT", 2) == ["11"]
    assert response.values("BHT", 3) == request.values("BHT", 3)
    levels = request.values("HL", 3)
    asked = [row[2] for row in request.rows if row[0] == "TRN" and row[1] == "1"]
    returned = [row[2] for row in response.rows if row[0] == "TRN" and row[1] == "2"]
    if "EV" in response.values("HL", 3):
        assert returned == asked
        assert [each for each in response.values("HL", 3) if each != "SS"] == [each for each in levels if each != "SS"]
        assert response.values("HL", 3).count("SS") >= levels.count("SS")
        assert [row[9] for row in response.rows if row[0] == "NM1" and row[1] == "IL"] == [
            row[9] for row in request.rows if row[0] == "NM1" and row[1] == "IL"
        ]
    return response.rows


@pytest.mark.parametrize("payer", PAYERS)
@each_file("path", "PRIORAUTH_SAMPLES", "*[Rr]equest*.edi", what="real requests, posted")
def test_a_real_request_that_our_guide_accepts_gets_a_278_response(http: httpx2.Client, path: Path, payer: str) -> None:
    message = sent_to(read(path.read_bytes()), payer)

    answer = http.post("/x12", content=message.bytes)

    if structural_errors(message.bytes):
        assert kinds_of(answer.content) <= {"999", "TA1"}
    else:
        check_response(answer, message)


def test_the_published_requests_are_among_those_accepted() -> None:
    accepted = {path.stem for path in material("PRIORAUTH_SAMPLES", "*.edi", what="real requests, posted")
                if not structural_errors(path.read_bytes())}  # fmt: skip

    assert {"x12org-1a-referral-request", "x12org-6a-reservation-request", "madjic-Test278"} <= accepted


def test_the_admission_request_with_a_wrong_segment_count_gets_a_999(http: httpx2.Client) -> None:
    [path] = material("PRIORAUTH_SAMPLES", "x12org-2a-*.edi", what="real requests, posted")

    answer = http.post("/x12", content=sent_to(read(path.read_bytes()), "BCBSMA").bytes)

    assert [row for row in read(answer.content).rows if row[0] == "IK5"] == [["IK5", "R", "4"]]


def test_the_admission_request_with_its_count_put_right_is_answered(http: httpx2.Client) -> None:
    [path] = material("PRIORAUTH_SAMPLES", "x12org-2a-*.edi", what="real requests, posted")
    message = sent_to(read(path.read_bytes()), "BCBSMA")
    ids = [row[0] for row in message.rows]
    message.rows[ids.index("SE")][1] = str(ids.index("SE") - ids.index("ST") + 1)

    check_response(http.post("/x12", content=message.bytes), message)


@pytest.mark.parametrize(("sender", "kind"), [("", "999"), ("LENIENT", "278")])
def test_chained_service_levels_are_answered_where_the_partner_may_send_them(
    http: httpx2.Client, sender: str, kind: str
) -> None:
    [path] = material("PRIORAUTH_SAMPLES", "x12org-5a-*.edi", what="real requests, posted")
    message = sent_to(read(path.read_bytes()), "ALLWAYS", sender=sender)

    answer = http.post("/x12", content=message.bytes)

    assert kinds_of(answer.content) == {kind}
    if kind == "278":
        assert structural_errors(answer.content, Tolerances(chained_services=True)) == []


@pytest.mark.parametrize("name", ["madjic-Test278", "bad-npi"])
def test_bad_provider_numbers_are_rejections_and_not_a_999(http: httpx2.Client, name: str) -> None:
    ours = name == "bad-npi"
    body = sample(name) if ours else material("PRIORAUTH_SAMPLES", f"{name}.edi", what="real requests")[0].read_bytes()
    message = sent_to(read(body), "BCBSM")

    rows = check_response(http.post("/x12", content=message.bytes), message)

    assert ["AAA", "N", "", "43", "C"] in rows


@pytest.mark.parametrize("payer", PAYERS)
def test_every_member_of_every_payer_gets_a_valid_answer(http: httpx2.Client, payer: str) -> None:
    requests = [sent_to(read(re.sub(rb"MEM\d{7}", member.encode(), sample(OURS[payer]))), payer) for member in MEMBERS]
    for place, request in enumerate(requests):
        next(row for row in request.rows if row[0] == "TRN")[2] = f"MEMBER-{payer}-{place}"

    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(lambda request: http.post("/x12", content=request.bytes), requests))

    for answer, request in zip(answers, requests, strict=True):
        check_response(answer, request)


@pytest.mark.parametrize("name", DESTINATIONS.values(), ids=DESTINATIONS.keys())
def test_every_forced_behaviour_gets_a_valid_answer(http: httpx2.Client, name: str) -> None:
    requests = {behaviour: forcing(name, behaviour) for behaviour in FORCED}

    with ThreadPoolExecutor(len(FORCED)) as clients:
        answers = dict(
            zip(requests, clients.map(lambda body: http.post("/x12", content=body), requests.values()), strict=True)
        )

    actions = {}
    for behaviour, answer in answers.items():
        rows = check_response(answer, read(requests[behaviour]))
        actions[behaviour] = next((row[1] for row in rows if row[0] == "HCR"), "none")
    assert actions == {
        "CERTIFY": "A1", "PARTIAL": "A2", "MODIFY": "A6", "DENY": "A3", "PEND": "A4", "LATER": "A4", "INFO": "A4",
        "REJECT": "none", "DECLINE": "A4", "TIMEOUT": "A4", "GARBAGE": "A4", "FULL": "A6",
    }  # fmt: skip
    assert segments_of(answers["REJECT"].content, "AAA")


def test_a_reservation_is_answered_as_one(http: httpx2.Client) -> None:
    answer = http.post("/x12", content=renumbered(sample("reservation")))

    assert [row[6] for row in read(answer.content).rows if row[0] == "BHT"] == ["RU"]
