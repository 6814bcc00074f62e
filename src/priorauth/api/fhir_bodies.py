"""What every path below `/fhir` shares: which version of PAS it is, JSON in and JSON out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Response

from priorauth.api.problems import FHIR_JSON, Problem, not_found
from priorauth.bootstrap import Gateway
from priorauth.translate.fhir_message import PasCodec
from priorauth.wiring import PAS_VERSIONS

JSON = "application/json"
READABLE = frozenset((FHIR_JSON, JSON, "application/json+fhir", "text/json"))
ANYTHING = frozenset(("*/*", "application/*"))
NAMED = {"json": FHIR_JSON, FHIR_JSON: FHIR_JSON, JSON: JSON}
"""What `_format` may say."""


def pas_codec(request: Request, version: str) -> PasCodec:
    """The codec of the version of PAS that a path names. Problem 404 where it names none."""
    gateway: Gateway = request.app.state.gateway
    if version not in PAS_VERSIONS:
        raise not_found("version of PAS")
    return gateway.tools.pas[PAS_VERSIONS[version]]


ThePas = Annotated[PasCodec, Depends(pas_codec)]


def answer_type(request: Request) -> str:
    """The media type that the caller wants, by `_format` or else `Accept`. Problem 406 where it is not JSON."""
    named = request.query_params.get("_format", "").replace(" ", "+")  # an unescaped plus arrives as a space
    if named:
        found = NAMED.get(named.partition(";")[0].strip().lower())
    else:
        wanted = [each.partition(";")[0].strip().lower() for each in request.headers.get("accept", "*/*").split(",")]
        takes_fhir = any(each in ANYTHING or (each in READABLE and each != JSON) for each in wanted)
        found = FHIR_JSON if takes_fhir else JSON if JSON in wanted else None
    if found is None:
        raise Problem(HTTPStatus.NOT_ACCEPTABLE, "only JSON can be had here", f"accept {FHIR_JSON}")
    return found


TheAnswerType = Annotated[str, Depends(answer_type)]


def require_json(request: Request) -> None:
    """Problem 415 where a body is announced as something else than JSON."""
    media_type = request.headers.get("content-type", FHIR_JSON).partition(";")[0].strip().lower()
    if media_type not in READABLE:
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body needs to be JSON", f"send it as {FHIR_JSON}")


def fhir_response(body: bytes, media_type: str = FHIR_JSON, status: int = HTTPStatus.OK, **headers: str) -> Response:
    """A resource that is written already. Header names have underscores for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items() if value}
    return Response(body, status_code=status, media_type=media_type, headers=named)
