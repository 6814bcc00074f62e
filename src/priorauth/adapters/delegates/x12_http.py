"""A destination that takes its legs as X12 over HTTP and answers on the same call, or later at our door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

import httpx2

from priorauth.domain.exchange import Answer
from priorauth.domain.parties import DestinationId
from priorauth.services.ports import Message, Refused, Retryable

MEDIA_TYPE = "application/edi-x12"
JSON_MEDIA_TYPES = ("application/json", "application/cloudevents+json")
"""What a destination answers in that says something X12 has no transaction for, such as a decline."""
_TRY_AGAIN = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


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
        """The destination's answer; None where it took the leg without one.

        Raises Retryable where it could not be reached or cannot take the leg now, Refused where it will not have it.
        """
        try:
            response = await self._client.post(
                self._url, content=message.body, headers={"Content-Type": MEDIA_TYPE, "Idempotency-Key": message.id}
            )
        except httpx2.TimeoutException:
            raise Retryable("the destination did not answer in time") from None
        except httpx2.TransportError:
            raise Retryable("the destination could not be reached") from None
        status = response.status_code
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _TRY_AGAIN:
            raise Retryable(f"the destination answered {status}")
        if not response.is_success:
            raise Refused(f"the destination answered {status}")
        if not response.content:
            return None
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return Answer(
            destination=self._destination,
            format="event" if media_type in JSON_MEDIA_TYPES else "x12",
            body=response.content,
            at=self._now(),
        )
