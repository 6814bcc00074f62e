"""Simulated destinations that speak PAS: what they answer to a leg as sent, and what the gateway reads in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import httpx2
import pytest

from crosswalk_tables import CROSSWALKS
from priorauth.adapters.archive import Seal
from priorauth.domain.determinations import CertificationAction, Determination, ReviewerRole
from priorauth.domain.exchange import Answer, LegIdentity
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import Format, Leg, LegId, ReviewId, ReviewItem
from priorauth.fhir.bundles import FhirSyntaxError
from priorauth.sandbox.behaviours import Behaviour
from priorauth.sandbox.calls import GatewayDoor
from priorauth.sandbox.casebook import Casebook
from priorauth.sandbox.cases import OpenCase
from priorauth.sandbox.caseworker import Caseworker
from priorauth.sandbox.pas_delegates import PasDelegates, PasOutlet, PasWords
from priorauth.sandbox.tables import read_behaviours
from priorauth.translate.fhir_legs import PasLegCodec
from sandbox_requests import NOW, nicu_days, procedure, review

MAPPINGS = Path(__file__).parents[2] / "mappings"
SLEEP = DestinationId("sleep-management-solutions")
LEGS = PasLegCodec(version=Format.PAS_2_2_1, crosswalks=CROSSWALKS)
WORDS = PasWords({SLEEP: Format.PAS_2_2_1}, CROSSWALKS, "http://gateway.example")
LEG = Leg(id=LegId("leg-1"), review_id=ReviewId("rev-1"), number=1, destination=SLEEP, sequences=(2, 5))
OUR_TRACE = "trace-1"
ITEMS = (procedure("95810", sequence=2), procedure("95811", sequence=5))
"""Two lines of a review that has more: a leg keeps their numbers."""
A1, A2, A3, A4, A6 = (CertificationAction(code) for code in ("A1", "A2", "A3", "A4", "A6"))


class Desk:
    """The simulated delegate, which keeps what it delivers."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.casebook = Casebook(folder / "cases", Seal(bytes(32)))
        self.delivered: list[OpenCase] = []
        self.caseworker = Caseworker(
            table=read_behaviours(MAPPINGS / "sandbox"),
            casebook=self.casebook,
            outlets={SLEEP: self},
            now=lambda: self.now,
        )
        self.delegates = PasDelegates(self.caseworker, WORDS, lambda: self.now)

    async def deliver(self, opened: OpenCase) -> None:
        self.delivered.append(opened)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.casebook.close()


def leg(*items: ReviewItem, trace: str = "EHR-1") -> bytes:
    identity = LegIdentity(trace=OUR_TRACE, identifier="tx-1", control_number=1, made_at=NOW, event_id="evt-1")
    return LEGS.encode(review(*items, trace=trace), replace(LEG, sequences=sequences(items)), identity)


def sequences(items: tuple[ReviewItem, ...]) -> tuple[int, ...]:
    return tuple(item.sequence for item in items)


def read(body: bytes, *items: ReviewItem) -> Determination:
    answer = Answer(destination=SLEEP, format="pas-2.2.1", body=body, at=NOW)
    assert OUR_TRACE in LEGS.traces(body)
    said = LEGS.read(answer, OUR_TRACE, replace(LEG, sequences=sequences(items)), review(*items))
    assert isinstance(said, Determination), said
    return said


def answered(desk: Desk, *items: ReviewItem, trace: str = "EHR-1") -> Determination:
    answer = desk.delegates.answer(SLEEP, leg(*items, trace=trace))
    assert answer.media_type == "application/fhir+json"
    assert answer.body is not None
    return read(answer.body, *items)


@pytest.mark.parametrize(
    ("prefix", "actions"),
    [
        ("CERTIFY", [A1, A1]),
        ("PARTIAL", [A1, A3]),
        ("MODIFY", [A6, A6]),
        ("DENY", [A3, A3]),
        ("PEND", [A4, A4]),
        ("LATER", [A4, A4]),
        ("INFO", [A4, A4]),
        ("QUESTIONNAIRE", [A4, A4]),
        ("REJECT", [None, None]),
        ("FULL", [A6, A6]),
    ],
)
def test_a_response_bundle_is_read_as_the_behaviour_that_was_forced(
    desk: Desk, prefix: str, actions: list[CertificationAction | None]
) -> None:
    said = answered(desk, *ITEMS, trace=f"SBX-{prefix}-1")

    assert [(item.sequence, item.action) for item in said.items] == [(2, actions[0]), (5, actions[1])]


def test_a_denial_names_the_physician_who_reviewed(desk: Desk) -> None:
    said = answered(desk, *ITEMS, trace="SBX-DENY-1")

    assert {item.reviewer for item in said.items} == {ReviewerRole.PHYSICIAN}


def test_a_lone_line_certified_in_part_is_read_as_such(desk: Desk) -> None:
    (item,) = answered(desk, procedure("95811", units=4), trace="SBX-PARTIAL-1").items

    assert item.action is A2
    assert item.authorized is not None
    assert item.authorized.quantity == 2


def test_a_lowered_level_of_care_is_read_with_its_spans(desk: Desk) -> None:
    (item,) = answered(desk, nicu_days("0174", 5), trace="SBX-MODIFY-1").items

    assert [(span.authorized_revenue_code, span.days) for span in item.spans] == [
        ("0174", Decimal(2)),
        ("0173", Decimal(3)),
    ]


def test_information_asked_for_is_read_line_by_line(desk: Desk) -> None:
    said = answered(desk, *ITEMS, trace="SBX-INFO-1")

    asked = [item.information for item in said.items if item.information]
    assert [len(each.attachments) for each in asked] == [2, 2]
    assert all(each.loinc_codes for each in asked)


def test_a_questionnaire_is_asked_for_by_a_context_of_each_line(desk: Desk) -> None:
    said = answered(desk, *ITEMS, trace="SBX-QUESTIONNAIRE-1")

    assert [item.information.loinc_codes for item in said.items if item.information] == [("102089-0",)] * 2
    assert [len({trace.number for trace in item.traces}) for item in said.items] == [1, 1]
    assert said.items[0].traces != said.items[1].traces
    assert said.traces == ()


def test_a_leg_sent_again_gets_the_same_bytes(desk: Desk) -> None:
    assert desk.delegates.answer(SLEEP, leg(*ITEMS)) == desk.delegates.answer(SLEEP, leg(*ITEMS))


def test_a_declined_leg_comes_back_as_an_event_that_names_the_leg_by_our_trace(desk: Desk) -> None:
    answer = desk.delegates.answer(SLEEP, leg(*ITEMS, trace="SBX-DECLINE-1"))

    assert answer.media_type == "application/cloudevents+json"
    assert answer.body is not None
    event = json.loads(answer.body)
    assert (event["type"], event["data"]["leg_id"]) == ("priorauth.leg.declined.v1", OUR_TRACE)


def test_a_leg_that_times_out_gets_nothing(desk: Desk) -> None:
    assert desk.delegates.answer(SLEEP, leg(*ITEMS, trace="SBX-TIMEOUT-1")).body is None


def test_garbage_names_no_leg(desk: Desk) -> None:
    answer = desk.delegates.answer(SLEEP, leg(*ITEMS, trace="SBX-GARBAGE-1"))

    assert answer.body is not None
    assert list(LEGS.traces(answer.body)) == []


@pytest.mark.parametrize("body", [b"no resource", b'{"resourceType": "Patient"}'])
def test_what_is_no_request_is_refused(desk: Desk, body: bytes) -> None:
    with pytest.raises(FhirSyntaxError):
        desk.delegates.answer(SLEEP, body)


async def test_a_line_for_later_is_delivered_as_another_response_to_the_same_leg(desk: Desk) -> None:
    answered(desk, *ITEMS, trace="SBX-LATER-1")

    desk.now = NOW + timedelta(seconds=3)
    await desk.caseworker.settle_what_is_due()

    (settled,) = desk.delivered
    assert [item.action for item in read(WORDS.write(settled.case, settled.said), *ITEMS).items] == [A1, A1]


async def test_a_later_determination_is_posted_where_delegates_post(desk: Desk) -> None:
    received: list[httpx2.Request] = []

    def take(request: httpx2.Request) -> httpx2.Response:
        received.append(request)
        return httpx2.Response(202)

    answered(desk, *ITEMS, trace="SBX-PEND-1")
    await desk.caseworker.decide(SLEEP, LegId(OUR_TRACE), {2: Behaviour.DENY, 5: Behaviour.CERTIFY})

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(take)) as client:
        await PasOutlet(GatewayDoor(client, "http://gateway.example"), WORDS).deliver(desk.delivered[0])

    (request,) = received
    assert request.url.path == f"/delegates/{SLEEP}/determinations"
    assert request.headers["content-type"] == "application/fhir+json"
    assert [item.action for item in read(request.content, *ITEMS).items] == [A3, A1]
