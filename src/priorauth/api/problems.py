"""Problems as RFC 9457 problem+json: fixed texts, never a value from a message."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

PROBLEM = "application/problem+json"


class Problem(Exception):
    """A request that cannot be answered as asked: what is wrong and what to do about it."""

    def __init__(
        self,
        status: HTTPStatus,
        title: str,
        detail: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = headers
        self.members = members


def problem_response(problem: Problem) -> Response:
    """The problem as a response."""
    body = {"type": "about:blank", "title": problem.title, "status": problem.status.value, **problem.members}
    if problem.detail:
        body["detail"] = problem.detail
    return Response(
        msgspec.json.encode(body), status_code=problem.status, media_type=PROBLEM, headers=dict(problem.headers or {})
    )


async def render_problem(_request: Request, error: Exception) -> Response:
    """The exception handler for Problem."""
    assert isinstance(error, Problem)
    return problem_response(error)


def not_found(what: str) -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, f"there is no such {what}")
