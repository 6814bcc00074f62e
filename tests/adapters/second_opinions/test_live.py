"""Second opinions on what a partner sends: asked after the answer, counted and stored by rule, never with a value."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memory.store import MemoryStore
from priorauth.adapters.second_opinions.live import LiveOpinions, opinion_on
from priorauth.domain.exchange import InboundMessage
from priorauth.domain.parties import PartnerId, TradingPartner
from priorauth.domain.reviews import MessageId
from priorauth.domain.second_opinions import SecondOpinion
from priorauth.observability import Metrics
from priorauth.services.list_second_opinions import KeepSecondOpinion, ListSecondOpinions
from priorauth.services.ports import Direction, Message

SAMPLES = Path(__file__).parents[3] / "samples"
NOON = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)
WANTS = TradingPartner(id=PartnerId("curious"), name="", asks_second_opinion=True)
OTHER = TradingPartner(id=PartnerId("other"), name="")


def received(format: str, body: bytes) -> InboundMessage:
    return InboundMessage(format=format, partner=WANTS.id, body=body, received_at=NOON)


@pytest.mark.parametrize(
    ("format", "path", "by"),
    [
        ("x12", "x12/imaging-mri.edi", "pyx12"),
        ("pas-2.2.1", "fhir/imaging-mri.json", "fhir.resources"),
        ("pas-2.0.1", "fhir/imaging-mri.json", "fhir.resources"),
    ],
)
def test_a_good_request_is_taken_by_both(format: str, path: str, by: str) -> None:
    opinion = opinion_on(WANTS, received(format, (SAMPLES / path).read_bytes()), MessageId("m"), NOON)

    assert (opinion.by, opinion.given, opinion.accepted, opinion.differences) == (by, True, True, ())


def test_a_difference_is_who_finds_it_and_the_rule() -> None:
    bundle = json.loads((SAMPLES / "fhir" / "imaging-mri.json").read_bytes())
    bundle["entry"][0]["resource"]["created"] = "SECRET"
    message = received("pas-2.2.1", json.dumps(bundle).encode())

    opinion = opinion_on(WANTS, message, MessageId("m"), NOON)

    assert (opinion.given, opinion.accepted) == (True, False)
    assert "SECRET" not in repr(opinion)


async def test_an_opinion_is_kept_once_and_counted_once_and_only_of_partners_that_want_it() -> None:
    store, metrics = MemoryStore(), Metrics()
    kept = KeepSecondOpinion(unit_of_work=store)
    message = received("x12", (SAMPLES / "x12" / "imaging-mri.edi").read_bytes())
    async with store() as work:
        await work.archive(
            Message(
                id=MessageId("m-1"),
                direction=Direction.RECEIVED,
                counterpart=WANTS.id,
                format=message.format,
                at=NOON,
                body=message.body,
            )
        )
    opinions = LiveOpinions(keep=kept, count=metrics.second_opinion, now=lambda: NOON)

    opinions.ask_later(OTHER, message, MessageId("m-1"))
    assert not opinions.waiting
    for _ in range(2):
        opinions.ask_later(WANTS, message, MessageId("m-1"))
        await asyncio.gather(*opinions.waiting)

    asked, differences = await ListSecondOpinions(unit_of_work=store)(10)
    counted = metrics.registry.get_sample_value("priorauth_second_opinions_total", {"by": "pyx12", "outcome": "agrees"})
    assert [(each.by, each.partner, each.count.asked) for each in asked] == [("pyx12", WANTS.id, 1)]
    assert differences == []
    assert counted == 1


def test_differences_are_counted_by_rule() -> None:
    metrics = Metrics()

    metrics.second_opinion(
        SecondOpinion(
            message_id=MessageId("m"), by="pyx12", at=NOON, given=True, accepted=False, differences=("we NPI-INVALID",)
        )
    )

    name, labels = "priorauth_second_opinion_differences_total", {"by": "pyx12", "finding": "we NPI-INVALID"}
    assert metrics.registry.get_sample_value(name, labels) == 1


async def test_an_opinion_that_cannot_be_kept_ends_nothing() -> None:
    async def fails(_: SecondOpinion) -> bool:
        raise RuntimeError

    opinions = LiveOpinions(keep=fails, count=Metrics().second_opinion, now=lambda: NOON)

    opinions.ask_later(WANTS, received("x12", (SAMPLES / "x12" / "imaging-mri.edi").read_bytes()), MessageId("m"))

    await asyncio.gather(*opinions.waiting)
