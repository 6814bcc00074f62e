"""`/fhir/{version}/Subscription`: who wants to be told of later answers (R4 with the Subscriptions backport)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from priorauth.adapters.fhir_profiles import load_checker
from priorauth.adapters.identifiers import new_id
from priorauth.api.bodies import read_body
from priorauth.api.fhir_bodies import TheAnswerType, ThePas, fhir_response, require_json
from priorauth.api.problems import Problem, not_found
from priorauth.api.security import caller_of, own_partner
from priorauth.bootstrap import Gateway
from priorauth.domain.findings import Finding
from priorauth.domain.findings import FindingCode as Code
from priorauth.domain.subscriptions import Subscription, SubscriptionId, Terms
from priorauth.fhir.bundles import FhirSyntaxError, read_resource, write_resource
from priorauth.fhir.elements import Element, Node
from priorauth.fhir.outcomes import finding_of_fault, status_of_findings
from priorauth.fhir.reporting import finding
from priorauth.services.manage_subscription import MOST_OWNED, ManageSubscription, Owner, TooMany
from priorauth.services.ports import Conflict, NotKnown
from priorauth.translate.fhir_message import PasCodec
from priorauth.translate.fhir_notification import subscription_url, write_events, write_found, write_statuses
from priorauth.translate.fhir_subscription import endpoint_refused, read_subscription, write_subscription

LARGEST_SUBSCRIPTION = 256 * 1024
LAST_EVENT = 2**53
_REVISION = re.compile(r'(?:W/)?"([0-9]{1,9})"')

SEARCHES: Mapping[str, Callable[[Subscription, Node], str]] = {
    "_id": lambda subscription, _: subscription.id,
    "criteria": lambda _, resource: resource.text("criteria"),
    "payload": lambda _, resource: resource.node("channel").text("payload"),
    "status": lambda subscription, _: subscription.state,
    "type": lambda _, resource: resource.node("channel").text("type"),
    "url": lambda subscription, _: subscription.terms.endpoint,
}
"""What subscriptions can be searched by."""

router = APIRouter(prefix="/fhir/{version}", tags=["PAS"])


class Refused(Exception):
    """What was sent cannot be taken: the findings say why."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("refused")
        self.findings = findings


def manager(request: Request) -> ManageSubscription:
    gateway: Gateway = request.app.state.gateway
    return gateway.subscribing.manage


def owner_of(request: Request, pas: ThePas) -> Owner:
    """Whose subscriptions these are: the system's that calls, for the partner that it stands for."""
    return Owner(client=caller_of(request).client, partner=own_partner(request).id, version=pas.version)


TheOwner = Annotated[Owner, Depends(owner_of)]
TheManager = Annotated[ManageSubscription, Depends(manager)]


@router.post("/Subscription", summary="Ask to be told of answers that come later", status_code=201)
async def create(
    request: Request, pas: ThePas, owner: TheOwner, manage: TheManager, media_type: TheAnswerType, version: str
) -> Response:
    """The subscription is `requested` until its endpoint has taken a handshake, which is sent at once."""
    try:
        terms = await read_terms(request, version)
        subscription = await manage.create(owner, terms)
    except Refused as refused:
        return refusal(pas, refused.findings, media_type)
    except TooMany:
        raise Problem(
            HTTPStatus.CONFLICT, f"a system may have {MOST_OWNED} subscriptions", "delete those that are not needed"
        ) from None
    return shown(pas, subscription, media_type, HTTPStatus.CREATED)


@router.get("/Subscription", summary="Your subscriptions")
async def search(
    request: Request, pas: ThePas, owner: TheOwner, manage: TheManager, media_type: TheAnswerType
) -> Response:
    """All of them, or those with the `url`, `status`, `criteria`, `type`, `payload` or `_id` given."""
    wanted = {name: values for name in SEARCHES if (values := request.query_params.getlist(name))}
    found = [subscription for subscription, _ in await manage.find(owner) if is_like(subscription, wanted)]
    link = f"{pas.base}/Subscription" + (f"?{request.url.query}" if request.url.query else "")
    body = write_found(found, base=pas.base, id=new_id("search"), at=manage.now(), link=link)
    return fhir_response(body, media_type)


@router.get("/Subscription/$status", summary="How your subscriptions stand")
@router.post("/Subscription/$status", summary="How your subscriptions stand")
async def statuses(
    request: Request, pas: ThePas, owner: TheOwner, manage: TheManager, media_type: TheAnswerType
) -> Response:
    """One status for each, or for those with the `id` or `status` given."""
    asked = await parameters_of(request)
    ids, states = asked.get("id", []), asked.get("status", [])
    found = [
        (subscription, events)
        for subscription, events in await manage.find(owner)
        if (not ids or subscription.id in ids) and (not states or subscription.state in states)
    ]
    return fhir_response(write_statuses(found, base=pas.base, id=new_id("status"), at=manage.now()), media_type)


@router.get("/Subscription/{id}", summary="One subscription")
async def read(pas: ThePas, owner: TheOwner, manage: TheManager, media_type: TheAnswerType, id: str) -> Response:
    """As its owner wrote it, with its present status and, after a failure, the last error."""
    try:
        subscription, _ = await manage.read(owner, SubscriptionId(id))
    except NotKnown:
        raise not_found("Subscription") from None
    return shown(pas, subscription, media_type)


@router.put("/Subscription/{id}", summary="Change a subscription, or begin again after an error")
async def update(
    request: Request,
    pas: ThePas,
    owner: TheOwner,
    manage: TheManager,
    media_type: TheAnswerType,
    version: str,
    id: str,
) -> Response:
    """It is `requested` again until its endpoint has taken a handshake; what waits is sent after that."""
    try:
        await manage.read(owner, SubscriptionId(id))
        terms = await read_terms(request, version, id)
        subscription = await manage.update(owner, SubscriptionId(id), terms, revision=revision_wanted(request))
    except Refused as refused:
        return refusal(pas, refused.findings, media_type)
    except NotKnown:
        raise not_found("Subscription") from None
    except Conflict:
        raise Problem(
            HTTPStatus.PRECONDITION_FAILED, "the subscription was changed meanwhile", "read it and try again"
        ) from None
    return shown(pas, subscription, media_type)


@router.delete("/Subscription/{id}", summary="Be told nothing more", status_code=204)
async def delete(owner: TheOwner, manage: TheManager, id: str) -> Response:
    """What was still to be told is forgotten."""
    try:
        await manage.delete(owner, SubscriptionId(id))
    except NotKnown:
        raise not_found("Subscription") from None
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.get("/Subscription/{id}/$status", summary="How one subscription stands")
@router.post("/Subscription/{id}/$status", summary="How one subscription stands")
async def status(pas: ThePas, owner: TheOwner, manage: TheManager, media_type: TheAnswerType, id: str) -> Response:
    """Its state, its count of events, and the last error."""
    try:
        found = await manage.read(owner, SubscriptionId(id))
    except NotKnown:
        raise not_found("Subscription") from None
    return fhir_response(write_statuses([found], base=pas.base, id=new_id("status"), at=manage.now()), media_type)


@router.get("/Subscription/{id}/$events", summary="What a subscription was told")
@router.post("/Subscription/{id}/$events", summary="What a subscription was told")
async def events(
    request: Request, pas: ThePas, owner: TheOwner, manage: TheManager, media_type: TheAnswerType, id: str
) -> Response:
    """The events from `eventsSinceNumber` to `eventsUntilNumber`, both included; the first hundred of them."""
    asked = await parameters_of(request)
    first, last = number(asked, "eventsSinceNumber", 1), number(asked, "eventsUntilNumber", LAST_EVENT)
    try:
        subscription, count, told = await manage.events(owner, SubscriptionId(id), first, last)
    except NotKnown:
        raise not_found("Subscription") from None
    body = write_events(subscription, count, told, base=pas.base, id=new_id("events"), at=manage.now())
    return fhir_response(body, media_type)


# Reading what is sent


async def read_terms(request: Request, version: str, id: str = "") -> Terms:
    """What the Subscription in the body asks for. Raises Refused."""
    gateway: Gateway = request.app.state.gateway
    require_json(request)
    try:
        resource = read_resource(await read_body(request, LARGEST_SUBSCRIPTION))
    except FhirSyntaxError as unreadable:
        raise Refused(finding_of_fault(unreadable)) from None
    if resource.get("resourceType") != "Subscription":
        raise Refused(finding(Code.FHIR_RESOURCE_TYPE, "", "Subscription"))
    if wrong := load_checker(version).check_resource(resource):
        raise Refused(*wrong)
    if id and resource.get("id", id) != id:
        raise Refused(finding(Code.FHIR_VALUE, "Subscription.id", "the id that the URL has"))
    asked = read_subscription(resource, gateway.now())
    if asked.findings:
        raise Refused(*asked.findings)
    if not gateway.subscribing.webhooks.allows(asked.terms.endpoint):
        raise Refused(endpoint_refused())
    return asked.terms


async def parameters_of(request: Request) -> Mapping[str, Sequence[str]]:
    """The parameters of an operation, from the URL or from the Parameters in the body."""
    found: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        found.setdefault(name, []).extend(value.split(","))
    body = await read_body(request, LARGEST_SUBSCRIPTION) if request.method == "POST" else b""
    if body:
        require_json(request)
        for parameter in Node(parameters(body), "Parameters").nodes("parameter"):
            given = parameter.element.get(parameter.choice("value"))
            if isinstance(given, (str, int)):
                found.setdefault(parameter.text("name"), []).append(str(given))
    return found


def parameters(body: bytes) -> Element:
    try:
        resource = read_resource(body)
    except FhirSyntaxError as unreadable:
        raise Problem(HTTPStatus.BAD_REQUEST, str(unreadable)) from None
    if resource["resourceType"] != "Parameters":
        raise Problem(HTTPStatus.BAD_REQUEST, "the body of an operation needs to be Parameters")
    return resource


def number(asked: Mapping[str, Sequence[str]], name: str, otherwise: int) -> int:
    """An event number. Problem 400 where it is none."""
    given = asked.get(name)
    if not given:
        return otherwise
    if len(given) > 1 or not (given[0].isascii() and given[0].isdecimal()):
        raise Problem(HTTPStatus.BAD_REQUEST, f"{name} needs to be one whole number")
    return min(int(given[0][:20]), LAST_EVENT)


def revision_wanted(request: Request) -> int | None:
    """The version that `If-Match` names; None where it names none."""
    match = _REVISION.fullmatch(request.headers.get("if-match", "").strip())
    return int(match[1]) if match else None


def is_like(subscription: Subscription, wanted: Mapping[str, Sequence[str]]) -> bool:
    """Whether a subscription has one of the values given for each parameter."""
    resource = Node(read_resource(subscription.terms.resource.encode()), "Subscription") if wanted else Node({}, "")
    return all(
        any(SEARCHES[name](subscription, resource) in (value, *value.split(",")) for value in values)
        for name, values in wanted.items()
    )


# Answers


def shown(pas: PasCodec, subscription: Subscription, media_type: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """A subscription, and where it is where that is new."""
    return fhir_response(
        write_resource(write_subscription(subscription)),
        media_type,
        status,
        ETag=f'W/"{subscription.revision}"',
        Location=subscription_url(subscription, pas.base) if status is HTTPStatus.CREATED else "",
    )


def refusal(pas: PasCodec, findings: Sequence[Finding], media_type: str) -> Response:
    return fhir_response(pas.outcome(findings), media_type, status_of_findings(findings, pas.findings))
