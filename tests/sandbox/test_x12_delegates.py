"""Simulated destinations that speak X12: what they answer to a leg as sent, and what the gateway reads in it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import httpx2
import pytest

from priorauth.adapters.archive import Seal
from priorauth.adapters.partners import load_partners
from priorauth.domain.determinations import CertificationAction, Determination
from priorauth.domain.exchange import Answer, LegIdentity
from priorauth.domain.parties import DestinationId, PayerId
from priorauth.domain.reviews import Leg, LegId, ReviewId, ReviewItem
from priorauth.sandbox.behaviours import Behaviour
from priorauth.sandbox.calls import GatewayDoor
from priorauth.sandbox.casebook import Casebook
from priorauth.sandbox.cases import OpenCase
from priorauth.sandbox.caseworker import Caseworker
from priorauth.sandbox.tables import read_behaviours
from priorauth.sandbox.x12_delegates import X12Delegates, X12Outlet
from priorauth.services.ports import Retryable
from priorauth.translate.finding_rules import read_finding_table
from priorauth.translate.legs import X12LegCodec
from priorauth.translate.x12_interchange import X12Codec
from priorauth.x12.faults import X12SyntaxError
from priorauth.x12.writing import Address
from sandbox_requests import NOW, event_only, nicu_days, procedure, review

MAPPINGS = Path(__file__).parents[2] / "mappings"
TURNINGPOINT = DestinationId("turningpoint")
CODEC = X12Codec(
    findings=read_finding_table((MAPPINGS / "findings.csv").read_text()),
    payer_of=PayerId,
    partners=load_partners(path.read_text() for path in (MAPPINGS / "partners").glob("*.yaml")).by_id,
)
LEGS = X12LegCodec(
    gateway=Address(qualifier="ZZ", id="PRIORAUTH", group_id="PRIORAUTH"),
    destinations={TURNINGPOINT: Address(qualifier="ZZ", id="TURNINGPOINT", group_id="TURNINGPOINT")},
    is_test=True,
)
LEG = Leg(id=LegId("leg-1"), review_id=ReviewId("rev-1"), number=1, destination=TURNINGPOINT, sequences=(1, 2))
OUR_TRACE = "trace-1"
ITEMS = (procedure("22612"), procedure("27447", sequence=2))
A1, A2, A3, A4, A6 = (CertificationAction(code) for code in ("A1", "A2", "A3", "A4", "A6"))


class Desk:
    """The simulated TurningPoint, which keeps what it delivers."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.casebook = Casebook(folder / "cases", Seal(bytes(32)))
        self.delivered: list[OpenCase] = []
        self.caseworker = Caseworker(
            table=read_behaviours(MAPPINGS / "sandbox"),
            casebook=self.casebook,
            outlets={TURNINGPOINT: self},
            now=lambda: self.now,
        )
        self.delegates = X12Delegates(self.caseworker, CODEC, lambda: self.now)

    async def deliver(self, opened: OpenCase) -> None:
        self.delivered.append(opened)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.casebook.close()


def leg(*items: ReviewItem, trace: str = "EHR-1") -> bytes:
    identity = LegIdentity(trace=OUR_TRACE, identifier="tx-1", control_number=1, made_at=NOW, event_id="evt-1")
    asked = review(*items, trace=trace, payer="BCBSM")
    return LEGS.encode(asked, replace(LEG, sequences=tuple(item.sequence for item in items)), identity)


def read(body: bytes, *items: ReviewItem) -> Determination:
    answer = Answer(destination=TURNINGPOINT, format="x12", body=body, at=NOW)
    assert OUR_TRACE in LEGS.traces(body)
    said = LEGS.read(answer, OUR_TRACE, LEG, review(*items, payer="BCBSM"))
    assert isinstance(said, Determination)
    return said


def answered(desk: Desk, *items: ReviewItem, trace: str = "EHR-1") -> Determination:
    answer = desk.delegates.answer(TURNINGPOINT, leg(*items, trace=trace))
    assert answer.media_type == "application/edi-x12"
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
def test_a_278_response_is_read_as_the_behaviour_that_was_forced(
    desk: Desk, prefix: str, actions: list[CertificationAction | None]
) -> None:
    said = answered(desk, *ITEMS, trace=f"SBX-{prefix}-1")

    assert [item.action for item in said.items] == actions


def test_an_unforced_leg_is_answered_by_the_table_line_by_line(desk: Desk) -> None:
    denied, certified = answered(desk, *ITEMS).items

    assert (denied.action, certified.action) == (A3, A1)
    assert denied.reason_codes == ("SBX01",)
    assert denied.message
    assert not denied.certification_number
    assert certified.certification_number.startswith("TPA")


def test_a_lone_line_certified_in_part_is_read_as_such(desk: Desk) -> None:
    (item,) = answered(desk, procedure("62321", units=4), trace="SBX-PARTIAL-1").items

    assert item.action is A2
    assert item.authorized is not None
    assert item.authorized.quantity == 2


def test_a_lowered_level_of_care_is_read_with_its_spans(desk: Desk) -> None:
    (item,) = answered(desk, nicu_days("0174", 5), trace="SBX-MODIFY-1").items

    assert [(span.authorized_revenue_code, span.days) for span in item.spans] == [
        ("0174", Decimal(2)),
        ("0173", Decimal(3)),
    ]


def test_information_asked_for_is_read_with_whom_to_send_it_to(desk: Desk) -> None:
    item, _ = answered(desk, *ITEMS, trace="SBX-INFO-1").items

    assert item.information is not None
    assert len(item.information.attachments) == 2
    assert item.information.loinc_codes
    assert item.information.contact is not None


def test_a_questionnaire_is_asked_for_by_a_trace_of_each_line(desk: Desk) -> None:
    said = answered(desk, *ITEMS, trace="SBX-QUESTIONNAIRE-1")

    assert [item.information.loinc_codes for item in said.items if item.information] == [("102089-0",)] * 2
    assert said.items[0].traces != said.items[1].traces
    assert all(len(item.traces) == 1 for item in said.items)


def test_a_questionnaire_about_an_event_without_services_is_read_with_the_trace_of_the_event(desk: Desk) -> None:
    said = answered(desk, event_only(), trace="SBX-QUESTIONNAIRE-1")

    assert said.information is not None
    assert said.information.loinc_codes == ("102089-0",)
    assert len(said.traces) == 1
    assert said.items[0].information is None


def test_a_leg_sent_again_gets_the_same_bytes(desk: Desk) -> None:
    first = desk.delegates.answer(TURNINGPOINT, leg(*ITEMS))
    second = desk.delegates.answer(TURNINGPOINT, leg(*ITEMS))

    assert first == second


def test_a_declined_leg_comes_back_as_an_event_that_names_the_leg_by_our_trace(desk: Desk) -> None:
    answer = desk.delegates.answer(TURNINGPOINT, leg(*ITEMS, trace="SBX-DECLINE-1"))

    assert answer.media_type == "application/cloudevents+json"
    assert answer.body is not None
    event = json.loads(answer.body)
    assert event["type"] == "priorauth.leg.declined.v1"
    assert event["data"]["leg_id"] == OUR_TRACE


def test_a_leg_that_times_out_gets_nothing(desk: Desk) -> None:
    assert desk.delegates.answer(TURNINGPOINT, leg(*ITEMS, trace="SBX-TIMEOUT-1")).body is None


def test_garbage_names_no_leg(desk: Desk) -> None:
    answer = desk.delegates.answer(TURNINGPOINT, leg(*ITEMS, trace="SBX-GARBAGE-1"))

    assert answer.body is not None
    assert list(LEGS.traces(answer.body)) == []


def test_a_leg_that_cannot_be_read_gets_a_999(desk: Desk) -> None:
    spoiled = leg(*ITEMS).replace(b"~UM*HS*", b"~UX*HS*")

    answer = desk.delegates.answer(TURNINGPOINT, spoiled)

    assert answer.body is not None
    assert b"ST*999*" in answer.body


def test_bytes_that_are_no_interchange_are_refused(desk: Desk) -> None:
    with pytest.raises(X12SyntaxError):
        desk.delegates.answer(TURNINGPOINT, b"no interchange")


async def test_a_line_for_later_is_delivered_as_another_response_to_the_same_leg(desk: Desk) -> None:
    answered(desk, *ITEMS, trace="SBX-LATER-1")

    desk.now = NOW + timedelta(seconds=3)
    await desk.caseworker.settle_what_is_due()

    (settled,) = desk.delivered
    assert [item.action for item in settled.said.items] == [A1, A1]


async def test_a_trace_says_itself_after_how_many_seconds(desk: Desk) -> None:
    answered(desk, *ITEMS, trace="SBX-LATER-60S-1")

    for seconds, delivered in ((59, 0), (60, 1)):
        desk.now = NOW + timedelta(seconds=seconds)
        await desk.caseworker.settle_what_is_due()
        assert len(desk.delivered) == delivered


@asynccontextmanager
async def gateway(status: int, received: list[bytes]) -> AsyncIterator[X12Outlet]:
    """A door that takes one request at a time, keeps it, and answers with a status."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        received.append(head.split(b"\r\n")[0] + b"\n" + await reader.readexactly(length))
        writer.write(f"HTTP/1.1 {status} Answer\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, httpx2.AsyncClient(timeout=2) as client:
        yield X12Outlet(GatewayDoor(client, f"http://127.0.0.1:{port}"), CODEC)


async def test_a_later_determination_is_posted_where_delegates_post(desk: Desk) -> None:
    received: list[bytes] = []
    answered(desk, *ITEMS, trace="SBX-PEND-1")
    await desk.caseworker.decide(TURNINGPOINT, LegId(OUR_TRACE), {1: Behaviour.DENY, 2: Behaviour.CERTIFY})

    async with gateway(202, received) as outlet:
        await outlet.deliver(desk.delivered[0])

    line, _, body = received[0].partition(b"\n")
    assert line == b"POST /delegates/turningpoint/determinations HTTP/1.1"
    assert [item.action for item in read(body, *ITEMS).items] == [A3, A1]


async def test_a_gateway_that_cannot_take_it_now_is_worth_another_try(desk: Desk) -> None:
    answered(desk, *ITEMS, trace="SBX-PEND-1")
    await desk.caseworker.decide(TURNINGPOINT, LegId(OUR_TRACE), {1: Behaviour.DENY})

    async with gateway(503, []) as outlet:
        with pytest.raises(Retryable):
            await outlet.deliver(desk.delivered[0])


async def test_a_gateway_that_refuses_is_not_asked_again(desk: Desk) -> None:
    answered(desk, *ITEMS, trace="SBX-PEND-1")
    await desk.caseworker.decide(TURNINGPOINT, LegId(OUR_TRACE), {1: Behaviour.DENY})
    received: list[bytes] = []

    async with gateway(422, received) as outlet:
        await outlet.deliver(desk.delivered[0])

    assert len(received) == 1
