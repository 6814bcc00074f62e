"""A destination that takes its legs from a topic: through the outbox, so on Kafka and on the embedded bus alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import Leg
from priorauth.services.ports import Message, Work
from priorauth.translate.events import requests_topic


class _Envelope(msgspec.Struct):
    """The attributes of a CloudEvent that the outbox needs."""

    id: str
    type: str


@dataclass(frozen=True, slots=True)
class KafkaTopic:
    """Puts a leg's CloudEvent on the destination's topic, keyed by review. Satisfies `ports.OutboxTransport`."""

    destination: DestinationId

    async def enlist(self, work: Work, leg: Leg, message: Message) -> None:
        """Add the leg to the outbox. It is handed over when the transaction commits, under its CloudEvents id."""
        envelope = msgspec.json.decode(message.body, type=_Envelope)
        await work.post(
            topic=requests_topic(self.destination),
            key=leg.review_id,
            event_id=envelope.id,
            event_type=envelope.type,
            body=message.body,
            at=message.at,
        )

    async def again(self, work: Work, message: Message, at: datetime) -> bool:
        """Hand the leg over once more, under the same id."""
        envelope = msgspec.json.decode(message.body, type=_Envelope)
        return await work.post_again(requests_topic(self.destination), envelope.id, at)
