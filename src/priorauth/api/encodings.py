"""Bodies come as they are: one that is compressed is refused before anybody reads it."""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from priorauth.api.oauth import TOKEN_PATH, refusal
from priorauth.api.problems import Problem, problem_response
from priorauth.services.issue_token import TokenError, TokenRefused

PLAIN = frozenset(("", "identity"))
KNOWN = frozenset(("gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd"))
WHAT_TO_DO = "send it as it is, without Content-Encoding"
ACCEPTED = {"Accept-Encoding": "identity"}  # RFC 9110, 15.5.16


class RequirePlainBodies:
    """Refuses a body with a Content-Encoding, on every path alike."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        encoding = encoding_of(Headers(scope=scope)) if scope["type"] == "http" else ""
        answer = refused(encoding, scope["path"]) if encoding else self.app
        await answer(scope, receive, send)


def encoding_of(headers: Headers) -> str:
    """How a body is encoded, as a sentence goes on; empty where it is plain, or there is none."""
    if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        return ""
    named = [each.strip().lower() for value in headers.getlist("content-encoding") for each in value.split(",")]
    encodings = [each for each in named if each not in PLAIN]
    if not encodings:
        return ""
    return f"as {encodings[0]}" if encodings[0] in KNOWN else "in a way that is not known here"


def refused(encoding: str, path: str) -> Response:
    """415, in the form of errors on that path."""
    title = f"the body is encoded {encoding}"
    if path == TOKEN_PATH:
        answer = refusal(TokenRefused(TokenError.INVALID_REQUEST, f"{title}: {WHAT_TO_DO}"))
        answer.status_code = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        answer.headers.update(ACCEPTED)
        return answer
    return problem_response(Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, title, WHAT_TO_DO, headers=ACCEPTED), path)
