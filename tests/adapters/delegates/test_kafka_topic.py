"""Legs for a topic: through the outbox, once, keyed by review."""

from __future__ import annotations

from datetime import UTC, datetime

from memory.store import MemoryStore
from priorauth.adapters.delegates.kafka_topic import KafkaTopic
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import Leg, LegId, MessageId, ReviewId
from priorauth.services.ports import Direction, Message
from priorauth.translate.events import requests_topic

EVICORE = DestinationId("evicore")
LEG = Leg(id=LegId("leg-1"), review_id=ReviewId("rev-1"), number=1, destination=EVICORE, sequences=(1,))
MESSAGE = Message(
    id=MessageId("msg-1"),
    direction=Direction.SENT,
    counterpart=EVICORE,
    format="event",
    at=datetime(2026, 3, 2, tzinfo=UTC),
    body=b'{"specversion":"1.0","id":"evt-1","type":"priorauth.leg.dispatched.v1","data":{}}',
)


async def test_a_leg_is_posted_to_its_destinations_topic_under_its_own_id_and_its_reviews_key() -> None:
    store = MemoryStore()

    async with store() as work:
        await KafkaTopic(EVICORE).enlist(work, LEG, MESSAGE)

    async with store.reading() as work:
        (posted,) = await work.events("priorauth.delegate.evicore.requests", after=0, limit=10)
    assert (posted.id, posted.key, posted.type) == ("evt-1", "rev-1", "priorauth.leg.dispatched.v1")
    assert posted.body == MESSAGE.body


async def test_a_leg_enlisted_again_is_posted_once() -> None:
    store = MemoryStore()

    for _ in range(2):
        async with store() as work:
            await KafkaTopic(EVICORE).enlist(work, LEG, MESSAGE)

    async with store.reading() as work:
        assert len(await work.events(requests_topic(EVICORE), after=0, limit=10)) == 1
