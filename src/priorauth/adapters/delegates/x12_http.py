"""A destination that takes its legs as X12 over HTTP and answers on the same call, or later at our door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import httpx2

from priorauth.adapters.delegates.calling import JSON_MEDIA_TYPES, media_type_of, post
from priorauth.domain.exchange import Answer
from priorauth.domain.parties import DestinationId
from priorauth.services.ports import Message

MEDIA_TYPE = "application/edi-x12"


class X12Http:
    """Posts a leg's bytes to one URL. Satisfies `ports.DirectTransport`.

    `client` is shared and closed by whoever made it; its timeout is how long one call may take.
    """

    def __init__(
        self, destination: DestinationId, url: str, client: httpx2.AsyncClient, *, now: Callable[[], datetime]
    ) -> None:
        self._destination = destination
        self._url = url
        self._client = client
        self._now = now

    async def send(self, message: Message) -> Answer | None:
        """The destination's answer; None where it took the leg without one."""
        response = await post(self._client, self._url, message, media_type=MEDIA_TYPE)
        if not response.content:
            return None
        return Answer(
            destination=self._destination,
            format="event" if media_type_of(response) in JSON_MEDIA_TYPES else "x12",
            body=response.content,
            at=self._now(),
        )
