"""Problems as RFC 9457 problem+json: fixed texts, never a value from a message."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

PROBLEM = "application/problem+json"
FHIR_JSON = "application/fhir+json"
FHIR_PATHS = "/fhir/"

ISSUE_CODES = {
    HTTPStatus.BAD_REQUEST: "invalid",
    HTTPStatus.UNAUTHORIZED: "login",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "not-supported",
    HTTPStatus.NOT_ACCEPTABLE: "not-supported",
    HTTPStatus.CONFLICT: "conflict",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-long",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "not-supported",
    HTTPStatus.UNPROCESSABLE_ENTITY: "invalid",
    HTTPStatus.TOO_MANY_REQUESTS: "throttled",
    HTTPStatus.INTERNAL_SERVER_ERROR: "exception",
    HTTPStatus.SERVICE_UNAVAILABLE: "transient",
}
"""The type of an issue of an OperationOutcome, by HTTP status."""


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


def problem_response(problem: Problem, path: str = "") -> Response:
    """The problem as a response: an OperationOutcome on FHIR's paths, problem+json on every other."""
    if path.startswith(FHIR_PATHS):
        return outcome_response(problem)
    body = {"type": "about:blank", "title": problem.title, "status": problem.status.value, **problem.members}
    if problem.detail:
        body["detail"] = problem.detail
    return Response(
        msgspec.json.encode(body), status_code=problem.status, media_type=PROBLEM, headers=dict(problem.headers or {})
    )


def outcome_response(problem: Problem) -> Response:
    """The problem as the one OperationOutcome that an error of the FHIR API is (PAS spec-35)."""
    issue = {
        "severity": "error",
        "code": ISSUE_CODES.get(problem.status, "processing"),
        "details": {"text": problem.title},
        "diagnostics": problem.detail or problem.title,
        **({"expression": problem.members["expression"]} if "expression" in problem.members else {}),
    }
    return Response(
        msgspec.json.encode({"resourceType": "OperationOutcome", "issue": [issue]}),
        status_code=problem.status,
        media_type=FHIR_JSON,
        headers=dict(problem.headers or {}),
    )


async def render_problem(request: Request, error: Exception) -> Response:
    """The exception handler for Problem."""
    assert isinstance(error, Problem)
    return problem_response(error, request.url.path)


async def render_invalid(request: Request, error: Exception) -> Response:
    """Parameters or JSON that are not as described: where and what is wrong, never the value."""
    assert isinstance(error, RequestValidationError)
    wrong = [{"where": "/".join(map(str, each["loc"])), "problem": each["type"]} for each in error.errors()]
    is_body_wrong = any(each["loc"][:1] == ("body",) for each in error.errors())
    is_json = "json" in request.headers.get("content-type", "").lower()
    detail = "send the body as application/json" if is_body_wrong and not is_json else ""
    return problem_response(
        Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "the request is not as /docs describes it", detail, invalid=wrong),
        request.url.path,
    )


async def render_http(request: Request, error: Exception) -> Response:
    """What the router refuses: no such path, no such method on it."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    return problem_response(Problem(status, status.phrase.lower(), headers=error.headers), request.url.path)


def not_found(what: str) -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, f"there is no such {what}")
