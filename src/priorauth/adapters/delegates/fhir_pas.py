"""A destination that speaks PAS: takes its legs by `$submit` and answers on the same call, or later at our door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import httpx2

from priorauth.adapters.delegates.calling import media_type_of, post
from priorauth.domain.exchange import Answer
from priorauth.domain.parties import DestinationId
from priorauth.services.ports import Message
from priorauth.translate.fhir_legs import is_resource

MEDIA_TYPE = "application/fhir+json"
EVENT_MEDIA_TYPE = "application/cloudevents+json"
SUBMIT = "/Claim/$submit"


class FhirPas:
    """Posts a leg's Bundle to `Claim/$submit` below a FHIR base URL. Satisfies `ports.DirectTransport`.

    A 4xx is final and a 5xx is worth another try (PAS spec-39). What is answered in JSON and is no resource is a
    decline, which PAS has no word for. `client` is shared and closed by whoever made it.
    """

    def __init__(
        self, destination: DestinationId, base: str, client: httpx2.AsyncClient, *, now: Callable[[], datetime]
    ) -> None:
        self._destination = destination
        self._url = base.rstrip("/") + SUBMIT
        self._client = client
        self._now = now

    async def send(self, message: Message) -> Answer | None:
        """The destination's answer; None where it took the leg without one."""
        response = await post(
            self._client, self._url, message, media_type=MEDIA_TYPE, accept=f"{MEDIA_TYPE}, {EVENT_MEDIA_TYPE};q=0.5"
        )
        if not response.content:
            return None
        says_event = media_type_of(response) == EVENT_MEDIA_TYPE and not is_resource(response.content)
        return Answer(
            destination=self._destination,
            format="event" if says_event else message.format,
            body=response.content,
            at=self._now(),
        )
