"""All simulated destinations together: legs from the bus and over HTTP, decisions by hand, start and stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from crosswalk_tables import CROSSWALKS
from memory.bus import MemoryBus, MemoryLog
from memory.store import MemoryStore
from priorauth.adapters.archive import Seal
from priorauth.adapters.clock import Clock
from priorauth.adapters.partners import load_partners
from priorauth.domain.determinations import CertificationAction
from priorauth.domain.events import LegDispatched
from priorauth.domain.exchange import LegIdentity
from priorauth.domain.parties import DestinationId, PayerId
from priorauth.domain.reviews import Format, Leg, LegId, MessageId, ReviewItem, ServiceReview
from priorauth.sandbox.casebook import Casebook
from priorauth.sandbox.doors import sandbox_router
from priorauth.sandbox.runtime import ACTIONS, Sandbox
from priorauth.services.bus import BusMessage
from priorauth.services.delegate_ports import Destination
from priorauth.services.ports import Direction, Dispatch, Message, NotKnown, ReviewRecord
from priorauth.translate.delegate_answers import PostedDetermination, read_answer
from priorauth.translate.events import determinations_topic, requests_topic, write_full
from priorauth.translate.finding_rules import read_finding_table
from priorauth.translate.legs import X12LegCodec
from priorauth.translate.x12_interchange import X12Codec
from priorauth.x12.writing import Address
from sandbox_requests import NOW, procedure, review

MAPPINGS = Path(__file__).parents[2] / "mappings"
EVICORE, DESK, TURNINGPOINT = (DestinationId(id) for id in ("evicore", "allways-um", "turningpoint"))
DESTINATIONS = {
    EVICORE: Destination(id=EVICORE, name="", is_desk=False, format=Format.EVENT, transport="kafka_topic"),
    DESK: Destination(id=DESK, name="", is_desk=True, format=Format.EVENT, transport="kafka_topic"),
    TURNINGPOINT: Destination(id=TURNINGPOINT, name="", is_desk=False, format=Format.X12_278, transport="x12_http"),
}
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
TRACE = "trace-1"
REVIEW_ID = review().id


class Gateway:
    """What the sandbox needs of a gateway, in memory, and a door to the sandbox's own paths."""

    def __init__(self, folder: Path) -> None:
        self.store = MemoryStore()
        self.log = MemoryLog()
        self.bus = MemoryBus(self.log, self.store, lambda: NOW)
        self.sandbox = Sandbox(
            bus=self.bus,
            unit_of_work=self.store,
            destinations=DESTINATIONS,
            codec=CODEC,
            crosswalks=CROSSWALKS,
            tables=MAPPINGS / "sandbox",
            casebook=Casebook(folder / "cases", Seal(bytes(32))),
            gateway_url="http://127.0.0.1:9",
            now=lambda: NOW,
            arrival=timedelta(seconds=0.5),
        )
        app = FastAPI()
        app.include_router(sandbox_router(self.sandbox, Clock()))
        self.http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://sandbox")

    async def save(self, destination: DestinationId, asked: ServiceReview, *sequences: int) -> BusMessage:
        """A review with one leg, saved; the message that carries the leg, not sent yet."""
        leg = Leg(id=LegId("leg-1"), review_id=asked.id, number=1, destination=destination, sequences=sequences)
        async with self.store() as work:
            await work.archive(message("msg-1", Direction.RECEIVED))
            await work.archive(message("msg-2", Direction.SENT))
            await work.add_review(
                ReviewRecord(review=asked, message_id=MessageId("msg-1"), set_number=1, digest="", answer_by=NOW)
            )
            await work.add_leg(leg)
            await work.save_dispatch(
                Dispatch(leg_id=leg.id, message_id=MessageId("msg-2"), trace=TRACE, identifier="tx-1")
            )
        narrowed = replace(asked, items=tuple(item for item in asked.items if item.sequence in sequences))
        sent = LegDispatched(
            id="evt-1", at=NOW, review_id=asked.id, payer=asked.payer, leg=leg, review=narrowed, format=Format.EVENT
        )
        topic = requests_topic(destination)
        return BusMessage(topic=topic, key=asked.id, id=sent.id, type=sent.type, body=write_full(sent, source="test"))

    async def dispatch(self, destination: DestinationId, asked: ServiceReview, *sequences: int) -> None:
        """A review with one leg, saved and sent."""
        await self.bus.publish(await self.save(destination, asked, *sequences))

    def answers(self, destination: DestinationId) -> list[PostedDetermination]:
        """What a destination has put on its topic."""
        topic = determinations_topic(destination)
        found = [read_answer(message.body) for message in self.log.messages.values() if message.topic == topic]
        return [answer for answer in found if isinstance(answer, PostedDetermination)]

    async def until_answered(self, destination: DestinationId, times: int = 1) -> list[PostedDetermination]:
        async with asyncio.timeout(20):
            while len(self.answers(destination)) < times:
                await asyncio.sleep(0.01)
        return self.answers(destination)


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Gateway]:
    made = Gateway(tmp_path)
    async with made.http, made.sandbox:
        yield made
        await made.bus.stop()


def message(id: str, direction: Direction) -> Message:
    return Message(id=MessageId(id), direction=direction, counterpart="sandbox", format="x12", at=NOW, body=b"ISA~")


def asked(*items: ReviewItem, trace: str = "EHR-1") -> ServiceReview:
    return review(*items, trace=trace, payer="ALLWAYS")


async def test_a_leg_on_the_bus_is_answered_on_the_bus(gateway: Gateway) -> None:
    await gateway.dispatch(EVICORE, asked(procedure("70450")), 1)

    (answer,) = await gateway.until_answered(EVICORE)

    assert [item.action for item in answer.items] == ["A1"]


async def test_a_tester_decides_a_line_at_a_desk(gateway: Gateway) -> None:
    await gateway.dispatch(DESK, asked(procedure("70450"), procedure("70551", sequence=2)), 2)

    response = await gateway.http.post(
        "/sandbox/decide", json={"review_id": REVIEW_ID, "items": [{"sequence": 2, "action": "A3"}]}
    )

    assert response.status_code == 204
    (answer,) = await gateway.until_answered(DESK)
    assert [(item.sequence, item.action) for item in answer.items] == [(2, "A3")]


async def test_a_decision_waits_for_its_leg_that_is_still_on_its_way(gateway: Gateway) -> None:
    on_its_way = await gateway.save(DESK, asked(procedure("70450")), 1)

    decision = asyncio.create_task(gateway.sandbox.decide(REVIEW_ID, {1: "certify"}))
    finished, _ = await asyncio.wait({decision}, timeout=0.2)
    await gateway.bus.publish(on_its_way)
    await decision

    assert not finished
    assert len(gateway.answers(DESK)) == 1


async def test_a_review_that_is_not_known_cannot_be_decided(gateway: Gateway) -> None:
    response = await gateway.http.post(
        "/sandbox/decide", json={"review_id": "rev-none", "items": [{"sequence": 1, "action": "A1"}]}
    )

    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_line_that_is_with_nobody_cannot_be_decided(gateway: Gateway) -> None:
    await gateway.dispatch(EVICORE, asked(procedure("70450")), 1)
    await gateway.until_answered(EVICORE)

    with pytest.raises(NotKnown):
        await gateway.sandbox.decide(REVIEW_ID, {1: "A1"})


async def test_an_action_that_is_none_is_refused_with_what_there_is(gateway: Gateway) -> None:
    response = await gateway.http.post(
        "/sandbox/decide", json={"review_id": "rev-1", "items": [{"sequence": 1, "action": "perhaps"}]}
    )

    assert response.status_code == 422
    assert "A1" in response.json()["detail"]


def test_every_action_that_hcr01_can_carry_can_be_decided() -> None:
    assert {action.value for action in CertificationAction} <= ACTIONS.keys()


async def test_a_leg_over_http_is_answered_on_the_call(gateway: Gateway) -> None:
    response = await gateway.http.post("/sandbox/delegates/turningpoint/x12", content=x12_leg("EHR-1"))

    assert response.status_code == 200
    assert response.headers["content-type"].startswith("application/edi-x12")
    assert b"HCR*A1*" in response.content


async def test_bytes_over_http_that_are_no_interchange_are_refused(gateway: Gateway) -> None:
    response = await gateway.http.post("/sandbox/delegates/turningpoint/x12", content=b"no interchange")

    assert response.status_code == 400


async def test_a_call_that_is_never_answered_ends_when_the_sandbox_stops(gateway: Gateway) -> None:
    body = x12_leg("SBX-TIMEOUT-1")
    call = asyncio.create_task(gateway.http.post("/sandbox/delegates/turningpoint/x12", content=body))

    finished, _ = await asyncio.wait({call}, timeout=0.5)
    gateway.sandbox.stopping.set()
    response = await call

    assert not finished
    assert response.status_code == 503


def x12_leg(trace: str) -> bytes:
    identity = LegIdentity(trace=TRACE, identifier="tx-1", control_number=1, made_at=NOW, event_id="evt-1")
    leg = Leg(id=LegId("leg-1"), review_id=REVIEW_ID, number=1, destination=TURNINGPOINT, sequences=(1,))
    return LEGS.encode(review(procedure("27447"), trace=trace, payer="BCBSM"), leg, identity)
