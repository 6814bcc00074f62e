"""What simulated destinations that are called over HTTP have in common, whatever they speak."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

import httpx2
import structlog

from priorauth.domain.determinations import Determination, Reply
from priorauth.domain.parties import DestinationId
from priorauth.sandbox.cases import Case
from priorauth.services.ports import Retryable

EVENT_MEDIA_TYPE = "application/cloudevents+json"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What goes back on the call. None for the body: nothing ever does."""

    body: bytes | None
    media_type: str


@dataclass(frozen=True, slots=True)
class GatewayDoor:
    """Where destinations return what they decide later."""

    client: httpx2.AsyncClient
    gateway_url: str

    async def post(self, destination: DestinationId, body: bytes, media_type: str) -> None:
        """Post an answer. Raises Retryable where the gateway could not be reached or cannot take it now."""
        url = f"{self.gateway_url}/delegates/{destination}/determinations"
        try:
            response = await self.client.post(url, content=body, headers={"Content-Type": media_type})
        except httpx2.TransportError:
            raise Retryable("the gateway could not be reached") from None
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Retryable(f"the gateway answered {response.status_code}")
        if not response.is_success:
            log.warning("sandbox_determination_refused", destination=destination, status=response.status_code)


def reply_of(case: Case, said: Determination) -> Reply:
    """The determination as the reply to the one request that the leg is."""
    return Reply(
        review_id=case.review.id,
        number=1,
        made_at=said.decided_at,
        items=said.items,
        rejections=said.rejections,
        certification_number=said.certification_number,
        administrative_number=said.administrative_number,
        information=said.information,
        message=said.message,
        traces=said.traces,
    )
