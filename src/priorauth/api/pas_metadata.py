"""`GET /fhir/{version}/metadata`: what can be done here, read off the routes that there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from priorauth import __version__
from priorauth.api.fhir_bodies import TheAnswerType, ThePas, fhir_response
from priorauth.bootstrap import Gateway
from priorauth.fhir.profiles import PAS
from priorauth.translate.fhir_subscription import TOPIC as PAS_TOPIC

DATE = "2026-11-28"
"""When what this statement says last changed otherwise than by its routes."""
GUIDE = "http://hl7.org/fhir/us/davinci-pas/ImplementationGuide/hl7.fhir.us.davinci-pas"
OPERATION = "http://hl7.org/fhir/us/davinci-pas/OperationDefinition/"
BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-"
TOPIC = {
    "url": "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"
    "capabilitystatement-subscriptiontopic-canonical",
    "valueCanonical": PAS_TOPIC,
}
"""PAS spec-55: which topic can be subscribed to."""
SECURITY_SERVICE = "http://terminology.hl7.org/CodeSystem/restful-security-service"

OPERATIONS: Mapping[str, str] = {
    "submit": f"{OPERATION}Claim-submit",
    "inquire": f"{OPERATION}Claim-inquiry",
    "submit-attachment": "http://hl7.org/fhir/us/davinci-cdex/OperationDefinition/submit-attachment",
    "status": f"{BACKPORT}status",
    "events": f"{BACKPORT}events",
}
"""The definition of each operation that a route may have."""
PROFILES: Mapping[str, tuple[str, ...]] = {
    "Claim": (f"{PAS}profile-claim", f"{PAS}profile-claim-update"),
    "ClaimResponse": (f"{PAS}profile-claimresponse",),
    "Bundle": (f"{PAS}profile-pas-response-bundle",),
    "Subscription": (f"{PAS}profile-subscription",),
    "Task": (f"{PAS}profile-task",),
}
"""The profiles of the guide that a resource of a type follows."""
SEARCHES: Mapping[str, Mapping[str, str]] = {
    "Subscription": {
        "_id": "token", "criteria": "string", "payload": "token", "status": "token", "type": "token", "url": "uri",
    },
    "Task": {"_id": "token", "identifier": "token", "status": "token", "code": "token"},
}  # fmt: skip
"""The search parameters of each type that can be searched, with the type of each."""
INTERACTIONS: Mapping[tuple[str, str], str] = {
    ("GET", "/{id}"): "read",
    ("PUT", "/{id}"): "update",
    ("PATCH", "/{id}"): "patch",
    ("DELETE", "/{id}"): "delete",
    ("POST", ""): "create",
    ("GET", ""): "search-type",
    ("POST", "/_search"): "search-type",
}
"""What a route with that method and path below its type is, in the words of FHIR."""
ROUTE = re.compile(r"/fhir/\{version\}(/(?P<type>[A-Z][A-Za-z]+))?(?P<rest>(/[{_].*?)?)(/\$(?P<operation>[a-z-]+))?")

router = APIRouter(prefix="/fhir/{version}", tags=["PAS"])


@router.get("/metadata", summary="What can be done here: a CapabilityStatement")
async def get_metadata(request: Request, pas: ThePas, media_type: TheAnswerType, version: str) -> Response:
    """Open to everybody."""
    gateway: Gateway = request.app.state.gateway
    types, whole = capabilities(each for each in request.app.state.routes if isinstance(each, APIRoute))
    statement = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": DATE,
        "kind": "instance",
        "software": {"name": "priorauth", "version": __version__},
        "implementation": {"description": "gateway for prior authorization", "url": pas.base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "implementationGuide": [f"{GUIDE}|{version}"],
        "rest": [
            {
                "mode": "server",
                "security": security(gateway),
                "resource": [described(type, found) for type, found in sorted(types.items())],
                **({"operation": whole} if whole else {}),
            }
        ],
    }
    return fhir_response(msgspec.json.encode(statement), media_type)


def capabilities(routes: Iterable[APIRoute]) -> tuple[dict[str, dict[str, list[Any]]], list[Any]]:
    """The interactions and operations of each type, and the operations of the whole server."""
    types: dict[str, dict[str, list[Any]]] = {}
    whole: list[Any] = []
    for type, key, found in each_capability(routes):
        into = types.setdefault(type, {}).setdefault(key, []) if type else whole
        if found not in into:
            into.append(found)
    return types, whole


def each_capability(routes: Iterable[APIRoute]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Type, kind and entry of what each route below `/fhir` can do."""
    for route in routes:
        match = ROUTE.fullmatch(route.path)
        if match is None:
            continue
        if name := match["operation"]:
            yield match["type"] or "", "operation", {"name": name, "definition": OPERATIONS[name]}
            continue
        for method in sorted(route.methods or ()):
            if match["type"] and (code := INTERACTIONS.get((method, match["rest"]))):
                yield match["type"], "interaction", {"code": code}


def described(type: str, found: Mapping[str, list[Any]]) -> dict[str, Any]:
    """One type as the statement says it."""
    searches = [{"name": name, "type": kind} for name, kind in SEARCHES.get(type, {}).items()]
    return {
        **({"extension": [TOPIC]} if type == "Subscription" else {}),
        "type": type,
        **({"supportedProfile": list(PROFILES[type])} if type in PROFILES else {}),
        **{key: found[key] for key in ("interaction",) if key in found},
        **({"searchParam": searches} if searches else {}),
        **{key: found[key] for key in ("operation",) if key in found},
    }


def security(gateway: Gateway) -> dict[str, Any]:
    """How callers are known: not at all in a sandbox."""
    if gateway.settings.sandbox:
        return {"description": "a sandbox: everybody may call"}
    service = {"coding": [{"system": SECURITY_SERVICE, "code": "SMART-on-FHIR"}]}
    where = "SMART Backend Services; see .well-known/smart-configuration"
    return {"service": [service], "description": where}
