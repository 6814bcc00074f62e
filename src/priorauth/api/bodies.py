"""Request bodies: read up to a limit, and answers as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from priorauth.api.problems import Problem

LARGEST_BODY = 20 * 1024 * 1024


async def read_body(request: Request, limit: int = LARGEST_BODY) -> bytes:
    """The whole body. Problem 413 as soon as it is over the limit."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise too_large(limit)
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


def too_large(limit: int) -> Problem:
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the body is too large", f"the limit is {limit} bytes")


def json_response(value: object, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Response:
    """Any value that msgspec writes, dates and domain types included."""
    return Response(
        msgspec.json.encode(value), status_code=status, media_type="application/json", headers=dict(headers or {})
    )
