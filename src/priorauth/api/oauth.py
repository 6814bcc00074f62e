"""`POST /oauth/token` and what says where it is: SMART Backend Services, with private_key_jwt."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import parse_qs

import structlog
from fastapi import APIRouter, Request, Response

from priorauth.adapters.assertions import ALGORITHMS
from priorauth.api.bodies import json_response, read_body
from priorauth.api.certificates import presented_thumbprint
from priorauth.bootstrap import Gateway
from priorauth.domain.access import FHIR_SCOPES, OWN_SCOPES, write_scopes
from priorauth.services.issue_token import TokenError, TokenRefused

TOKEN_PATH = "/oauth/token"
FORM = "application/x-www-form-urlencoded"
LARGEST_FORM = 16 * 1024
MOST_FIELDS = 20
GRANT = "client_credentials"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
NOT_STORED = {"Cache-Control": "no-store", "Pragma": "no-cache"}

router = APIRouter(tags=["access"])
log = structlog.get_logger()


@router.post(TOKEN_PATH, summary="Get an access token for a signed assertion")
async def post_token(request: Request) -> Response:
    """A token that lasts five minutes, for those of the scopes asked for that the client may have."""
    gateway: Gateway = request.app.state.gateway
    try:
        form = await read_form(request)
        require(form.get("grant_type"), GRANT, TokenError.UNSUPPORTED_GRANT_TYPE, f"grant_type needs to be {GRANT}")
        require(
            form.get("client_assertion_type"),
            ASSERTION,
            TokenError.INVALID_REQUEST,
            f"client_assertion_type needs to be {ASSERTION}",
        )
        issued = await gateway.issue_token(
            form.get("client_assertion", ""),
            form.get("scope", ""),
            thumbprint=presented_thumbprint(request, gateway.settings),
        )
    except TokenRefused as refused:
        log.warning("token_refused", reason=str(refused))
        return refusal(refused)
    return json_response(
        {
            "access_token": issued.value,
            "token_type": "bearer",
            "expires_in": int(issued.lifetime.total_seconds()),
            "scope": write_scopes(issued.scopes),
        },
        headers=NOT_STORED,
    )


async def read_form(request: Request) -> dict[str, str]:
    """The form's fields. Raises TokenRefused where it is none, or says something twice."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM:
        raise TokenRefused(TokenError.INVALID_REQUEST, f"the body needs to be {FORM}")
    body = await read_body(request, LARGEST_FORM)
    try:
        fields = parse_qs(body.decode("ascii"), strict_parsing=bool(body), max_num_fields=MOST_FIELDS)
    except ValueError:
        raise TokenRefused(TokenError.INVALID_REQUEST, "the body is not a form") from None
    if any(len(values) > 1 for values in fields.values()):
        raise TokenRefused(TokenError.INVALID_REQUEST, "a field of the form is there twice")
    return {name: values[0] for name, values in fields.items()}


def require(value: str | None, wanted: str, error: TokenError, reason: str) -> None:
    if value is None:
        raise TokenRefused(TokenError.INVALID_REQUEST, reason)
    if value != wanted:
        raise TokenRefused(error, reason)


def refusal(refused: TokenRefused) -> Response:
    """The error as OAuth clients read it (RFC 6749, 5.2)."""
    is_unknown = refused.error is TokenError.INVALID_CLIENT
    return json_response(
        {"error": refused.error, "error_description": str(refused)},
        HTTPStatus.UNAUTHORIZED if is_unknown else HTTPStatus.BAD_REQUEST,
        headers={**NOT_STORED, "WWW-Authenticate": 'Bearer realm="priorauth"'} if is_unknown else NOT_STORED,
    )


@router.get("/.well-known/smart-configuration", summary="Where and how to get a token")
@router.get("/fhir/{version}/.well-known/smart-configuration", include_in_schema=False)
async def get_smart_configuration(request: Request) -> Response:
    """The SMART configuration of this gateway: one token endpoint for every path."""
    gateway: Gateway = request.app.state.gateway
    return json_response(
        {
            "token_endpoint": gateway.settings.token_url,
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
            "grant_types_supported": [GRANT],
            "scopes_supported": write_scopes({*OWN_SCOPES, *FHIR_SCOPES}).split(),
            "capabilities": ["client-confidential-asymmetric", "permission-v1", "permission-v2"],
            # SMART wants this of every server; with no authorization endpoint there is nothing to use it at.
            "code_challenge_methods_supported": ["S256"],
        }
    )
