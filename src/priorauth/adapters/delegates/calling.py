"""One call to a destination over HTTP: which answers are answers, and which calls are worth repeating."""

from __future__ import annotations

from http import HTTPStatus

import httpx2

from priorauth.services.delegate_ports import Refused
from priorauth.services.ports import Message, Retryable

JSON_MEDIA_TYPES = ("application/json", "application/cloudevents+json")
"""What a destination answers in that says something its own format has no word for, such as a decline."""
_TRY_AGAIN = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


async def post(
    client: httpx2.AsyncClient, url: str, message: Message, *, media_type: str, accept: str = "*/*"
) -> httpx2.Response:
    """The destination's answer to a leg's bytes, which carry the message's id as their key.

    Raises Retryable where it could not be reached or cannot take the leg now, Refused where it will not have it.
    """
    headers = {"Content-Type": media_type, "Accept": accept, "Idempotency-Key": message.id}
    try:
        response = await client.post(url, content=message.body, headers=headers)
    except httpx2.TimeoutException:
        raise Retryable("the destination did not answer in time") from None
    except httpx2.TransportError:
        raise Retryable("the destination could not be reached") from None
    status = response.status_code
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _TRY_AGAIN:
        raise Retryable(f"the destination answered {status}")
    if not response.is_success:
        raise Refused(f"the destination answered {status}")
    return response


def media_type_of(response: httpx2.Response) -> str:
    """The media type of an answer, without its parameters."""
    return response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
