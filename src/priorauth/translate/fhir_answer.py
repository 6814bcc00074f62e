"""A PAS response Bundle by itself, its request not at hand; and what of a 278 response a Bundle has no place for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from priorauth.domain.determinations import Determination, Reply
from priorauth.domain.findings import Finding
from priorauth.domain.parties import DestinationId, PartnerId, PayerId, Provider
from priorauth.domain.reviews import (
    CertificationType,
    Format,
    Leg,
    LegId,
    PatientEvent,
    Procedure,
    Purpose,
    ReviewId,
    ReviewItem,
    Service,
    ServiceKind,
    ServiceReview,
    Trace,
    TransactionIdentity,
    payer_identifier,
)
from priorauth.fhir.bundles import Bundle
from priorauth.fhir.elements import Element
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_determination import determination_from_fhir, response_of
from priorauth.translate.fhir_elements import Quantity
from priorauth.translate.fhir_orders import unit_of
from priorauth.translate.fhir_parties import PartyReader
from priorauth.translate.fhir_reading import (
    NOTHING,
    Resource,
    Resources,
    any_code,
    child,
    children,
    code,
    codings,
    count,
    day,
    decimal,
    extension_code,
    extension_text,
    extensions,
    outside,
    text,
)
from priorauth.translate.fhir_typed import typed
from priorauth.translate.fhir_values import plain_ndc, read_days, read_trace
from priorauth.translate.fhir_vocabulary import (
    ADMISSION_DATES,
    AUTHORIZATION_NUMBER,
    AUTHORIZED_DETAIL,
    AUTHORIZED_PROVIDER,
    CLAIM_TYPE,
    DISCHARGE_DATE,
    NDC,
    REQUESTED_DATE,
    REVENUE,
    REVENUE_CODE,
    TRACE_NUMBER,
)
from priorauth.translate.losses import Losses, LossReason
from priorauth.translate.x12_answer import reply_of

_TO_THE_SECOND = 14  # BHT04 and BHT05 as they come back
_KINDS = {"institutional": ServiceKind.INSTITUTIONAL, "oral": ServiceKind.DENTAL}
_OF_EVENT = (
    ("location", "UM04"),
    ("level_of_service", "UM06"),
    ("accident_date", "DTP"),
    ("last_menstrual_period", "DTP"),
    ("estimated_birth", "DTP"),
    ("onset", "DTP"),
    ("event_dates", "DTP"),
    ("admission_dates", "DTP"),
    ("discharge_date", "DTP"),
    ("diagnoses", "HI"),
    ("delivery", "HSD"),
    ("admission", "CL1"),
    ("previous_authorization", "REF"),
)
"""What a response mirrors of the event and a Bundle repeats nowhere, and where X217 2000E has it."""
_OF_ITEM = (("delivery", "HSD"), ("location", "UM"), ("category", "UM"), ("service_type", "UM"))


def note_unsaid(review: ServiceReview, reply: Reply, losses: Losses) -> None:
    """Note what a 278 response says and a ClaimResponse has no element for: mostly what it mirrors of its request."""
    event, transaction = review.event, review.transaction
    if len(transaction.created) != _TO_THE_SECOND:
        losses.note("header/BHT05", LossReason.REPLACED)
    if transaction.reservation or transaction.purpose is Purpose.CANCELLATION:
        losses.note("header/BHT06", LossReason.NO_PLACE, parked="message")
    if event.category:
        losses.note("2000E/UM", LossReason.NO_PLACE, parked="message")
    for name, position in _OF_EVENT:
        if getattr(event, name):
            losses.note(f"2000E/{position}", LossReason.NO_PLACE, parked="message")
    for at, _ in enumerate(event.providers, start=1):
        losses.note("2010EA", LossReason.REPLACED, occurrence=at, parked="Bundle.entry")
    for segment in event.carried:
        loop = "2010EC" if segment.loop == "2010EB" else segment.loop
        losses.note(f"{loop}/{segment.elements[0]}", LossReason.NO_PLACE, parked="message")
    for item in review.items:
        if item.service:
            losses.note(f"2000F/{item.service.kind}", LossReason.REPLACED, occurrence=item.sequence, parked="message")
        if _says_nothing(item) and len(review.items) == 1 and not item.stands_for_event:
            losses.note("2000F", LossReason.REPLACED, parked="2000E")
        for name, position in _OF_ITEM:
            if getattr(item, name):
                losses.note(f"2000F/{position}", LossReason.REPLACED, occurrence=item.sequence, parked="message")
        for at, _ in enumerate(item.providers, start=1):
            losses.note("2010FA", LossReason.REPLACED, occurrence=at, parked="Bundle.entry")
        for segment in item.carried:
            losses.note(f"2000F/{segment.elements[0]}", LossReason.NO_PLACE, occurrence=item.sequence, parked="message")
    if review.requester.supplemental or review.requester.specialty:
        losses.note("2010B", LossReason.REPLACED, parked="Bundle.entry")
    if len(event.traces) > 1:
        losses.note("2000E/TRN", LossReason.REPLACED, parked="ClaimResponse.identifier")
    if reply.administrative_number:
        losses.note("2000E/REF", LossReason.NO_PLACE, parked="message")
    if reply.information and reply.information.contact_name:
        losses.note("2010EB", LossReason.NO_PLACE, parked="message")


def answer_from_fhir(
    bundle: Bundle,
    *,
    version: Format,
    review_id: ReviewId,
    partner: PartnerId,
    payer_of: Callable[[str], PayerId | None],
    made_at: datetime,
    crosswalks: Crosswalks,
    losses: Losses,
) -> tuple[ServiceReview, Reply] | tuple[Finding, ...]:
    """The review that a response is about, as far as it says, and the reply; or what keeps it from being read."""
    entry = response_of(bundle)
    if entry is None:
        raise ValueError("a response Bundle has a ClaimResponse")
    review = _Reading(bundle, entry, crosswalks, losses).review(version, review_id, partner, payer_of, made_at)
    said = determination_from_fhir(
        bundle,
        leg=Leg(
            id=LegId("answer"),
            review_id=review_id,
            number=1,
            destination=DestinationId("answer"),
            sequences=tuple(item.sequence for item in review.items),
        ),
        review=review,
        determination_id="answer",
        decided_at=made_at,
        crosswalks=crosswalks,
        version=version,
    )
    return (review, reply_of(said)) if isinstance(said, Determination) else said


def _says_nothing(item: ReviewItem) -> bool:
    """True where a ClaimResponse can say no more of an item than its decision."""
    return not (item.traces or item.service_dates or item.service or item.previous_authorization)


def _told(items: tuple[ReviewItem, ...]) -> tuple[ReviewItem, ...]:
    """The items; a lone one of which nothing is said stands there because a response must have one."""
    if not items or (len(items) == 1 and _says_nothing(items[0])):
        return (ReviewItem(sequence=items[0].sequence if items else 1, stands_for_event=True),)
    return items


class _Reading:
    """One response while what it returns of its request is read."""

    def __init__(self, bundle: Bundle, entry: int, walks: Crosswalks, losses: Losses) -> None:
        self.bundle = bundle
        self.resources = Resources(bundle)
        self.response = self.resources.at(entry)
        self.walks = walks
        self.losses = losses
        self.parties = PartyReader(self.resources, walks, losses)

    def review(
        self,
        version: Format,
        review_id: ReviewId,
        partner: PartnerId,
        payer_of: Callable[[str], PayerId | None],
        made_at: datetime,
    ) -> ServiceReview:
        response = self.response.element
        umo = self.parties.umo(self._found("insurer"))
        subscriber, dependent = self.parties.patients(self._found("patient"), self._coverage())
        items = tuple(self._item(each, at) for at, each in enumerate(children(response, "item"), start=1))
        return ServiceReview(
            id=review_id,
            arrived_as=version,
            partner=partner,
            received_at=made_at,
            transaction=TransactionIdentity(
                purpose=Purpose.REQUEST,
                identifier=text(child(self.bundle.root.element, "identifier"), "value"),
            ),
            umo=umo,
            requester=self.parties.requester(self._found("requestor")),
            subscriber=subscriber,
            dependent=dependent,
            event=self._event(),
            items=_told(items),
            payer=payer_of(payer_identifier(umo)),
            urls=tuple(self.parties.urls),
        )

    def _found(self, name: str) -> Resource:
        return self.resources.find(child(self.response.element, name), self.response)

    def _coverage(self) -> Resource:
        """The coverage, where the response returns it."""
        for entry, kind in enumerate(self.bundle.types):
            if kind == "Coverage":
                return self.resources.at(entry)
        return outside(NOTHING)

    def _event(self) -> PatientEvent:
        response = self.response.element
        asked = child(child(response, "request"), "identifier")
        identifiers = [asked] if asked else children(response, "identifier")[:1]
        found = [extensions(each) for each in children(response, "item")]
        days = next((each[ADMISSION_DATES] for each in found if ADMISSION_DATES in each), NOTHING)
        discharged = next((each for each in found if DISCHARGE_DATE in each), {})
        self.losses.note("2000E/UM", LossReason.REPLACED, parked="message")
        return PatientEvent(
            category="AR" if days else "HS",
            certification=CertificationType.INITIAL,
            traces=tuple(read_trace(each) for each in identifiers if text(each, "value")),
            admission_dates=read_days(days, "value"),
            discharge_date=day(extension_text(discharged, DISCHARGE_DATE, "Date")),
            providers=tuple(self._providers(response, "event.providers")),
        )

    def _item(self, element: Element, place: int) -> ReviewItem:
        found = extensions(element)
        held = [each for each in children(element, "extension") if each.get("url") == TRACE_NUMBER]
        requested = found.get(REQUESTED_DATE, NOTHING)
        on = requested.get("valueDateTime") or requested.get("valueDate")
        return ReviewItem(
            sequence=count(element, "itemSequence") or place,
            traces=tuple(self._requesters([read_trace(child(each, "valueIdentifier")) for each in held])),
            previous_authorization=extension_text(found, AUTHORIZATION_NUMBER),
            service_dates=read_days({**requested, "valueDate": on}, "value"),
            service=self._service(extensions(found.get(AUTHORIZED_DETAIL, NOTHING)), found.get(AUTHORIZED_DETAIL)),
            providers=tuple(self._providers(element, f"items[{place - 1}].providers")),
        )

    def _requesters(self, traces: list[Trace]) -> list[Trace]:
        """Of the traces of an item those of who assigned the first: the others are the decider's."""
        return [each for each in traces if each.assigner == traces[0].assigner]

    def _service(self, found: dict[str, Element], detail: Element | None) -> Service | None:
        if detail is None:
            return None
        product = child(found.get("productOrServiceCode", NOTHING), "valueCodeableConcept")
        quantity = child(found.get("quantity", NOTHING), "valueQuantity")
        revenue = extension_code(found, REVENUE_CODE, REVENUE) or extension_code(found, "revenue", REVENUE)
        modifiers = [
            any_code(child(each, "valueCodeableConcept"))
            for each in children(detail, "extension")
            if each.get("url") == "modifier"
        ]
        of_claim = _KINDS.get(code(child(self.response.element, "type"), CLAIM_TYPE), ServiceKind.PROFESSIONAL)
        amount = decimal(quantity, "value")
        procedure = self._procedure(product, modifiers)
        if procedure is None and not revenue and amount is None:
            return None
        return Service(
            kind=ServiceKind.INSTITUTIONAL if revenue else of_claim,
            procedure=procedure,
            revenue_code=revenue,
            amount=decimal(child(found.get("unitPrice", NOTHING), "valueMoney"), "value"),
            unit=(unit_of(typed(quantity, Quantity), self.walks) or "UN") if amount is not None else "",
            quantity=amount,
        )

    def _procedure(self, product: Element, modifiers: list[str]) -> Procedure | None:
        for system, value in codings(product):
            qualifier = self.walks.procedure.x12(system)
            if qualifier and value:
                plain = plain_ndc(value) if system == NDC else value
                return Procedure(qualifier=qualifier, code=plain, modifiers=tuple(modifiers))
        return None

    def _providers(self, element: Element, place: str) -> list[Provider]:
        """Who may do what was certified."""
        found: list[Provider] = []
        for each in children(element, "extension"):
            if each.get("url") != AUTHORIZED_PROVIDER:
                continue
            about = extensions(each)
            who = self.resources.find(child(about.get("provider", NOTHING), "valueReference"), self.response)
            if who:
                roles = [any_code(child(one, "valueCodeableConcept")) for one in about.values()]
                role = next((one for one in roles if one), "SJ")
                found.append(self.parties.provider(who, f"{place}[{len(found)}]", role=role))
        return found
