"""The items of a Claim as services (X217 2000F): what is asked for, when, where, and what an update does to it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from priorauth.domain.parties import Provider
from priorauth.domain.reviews import (
    CertificationType,
    Change,
    Delivery,
    FacilityLocation,
    Procedure,
    ReviewItem,
    Service,
    ServiceKind,
)
from priorauth.fhir.elements import Element
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_information import Information
from priorauth.translate.fhir_orders import delivery_unit, order_code, read_delivery, unit_of
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
    counts,
    decimal,
    extension_code,
    extension_text,
    extensions,
    text,
)
from priorauth.translate.fhir_values import plain_ndc, read_change, read_days, read_trace, revenue_code
from priorauth.translate.fhir_vocabulary import (
    ADMINISTRATION_NUMBER,
    AUTHORIZATION_NUMBER,
    CERTIFICATION,
    CERTIFICATION_TYPE,
    EPSDT,
    NDC,
    NURSING_HOME_LEVEL,
    NURSING_HOME_STATUS,
    NURSING_LEVEL,
    NURSING_STATUS,
    PRODUCT_CODE_END,
    REQUEST_CATEGORY,
    REQUEST_TYPE,
    REQUESTED_SERVICE,
    REVENUE_RATE,
    SERVICE_TYPE,
    TRACE_NUMBER,
)
from priorauth.translate.losses import Losses, LossReason
from priorauth.translate.quick import builder

CERTIFICATIONS = {certification.value: certification for certification in CertificationType}
LINE_UNITS = {
    ServiceKind.PROFESSIONAL: frozenset(("F2", "MJ", "UN")),  # X217 SV103
    ServiceKind.INSTITUTIONAL: frozenset(("DA", "F2", "UN")),  # X217 SV204
    ServiceKind.DENTAL: frozenset(("UN",)),
}
_item = builder(ReviewItem)
_service = builder(Service)
_procedure = builder(Procedure)
_delivery = builder(Delivery)
_location = builder(FacilityLocation)


@dataclass(slots=True)
class ItemReader:
    """Reads the items of one Claim."""

    claim: Resource
    resources: Resources
    walks: Crosswalks
    losses: Losses
    kind: ServiceKind
    diagnoses: dict[int, int]  # Claim.diagnosis.sequence to the place of the diagnosis in the event, from 1
    assigner: str  # TRN03 of traces that name no assigner

    def item(
        self, element: Element, place: int, information: Information, providers: tuple[Provider, ...]
    ) -> ReviewItem:
        """One item. It states its own review type, place and service type; `fhir_review` moves shared ones up."""
        found = extensions(element)
        at = f"Claim.item[{place}]"
        order = self._order(found)
        change = read_change(element, found)
        delivery = read_delivery(order.element, self.walks, self.losses, at) if order else None
        service, delivery = self._service(element, found, order.element, delivery, at)
        traces = [each for each in children(element, "extension") if each.get("url") == TRACE_NUMBER]
        return _item(
            sequence=count(element, "sequence") or place + 1,
            traces=tuple([read_trace(child(each, "valueIdentifier"), self.assigner) for each in traces]),
            category=extension_code(found, REQUEST_TYPE, REQUEST_CATEGORY),
            certification=_certification(found, change),
            service_type=code(child(element, "category"), SERVICE_TYPE)
            or code(child(element, "productOrService"), SERVICE_TYPE),
            location=self._location(child(element, "locationCodeableConcept")),
            previous_authorization=extension_text(found, AUTHORIZATION_NUMBER),
            previous_administrative=extension_text(found, ADMINISTRATION_NUMBER),
            service_dates=read_days(element, "serviced"),
            service=service,
            delivery=delivery,
            attachments=information.attachments,
            message=information.message,
            providers=providers,
            change=change,
            order=order.url,
        )

    def _order(self, found: dict[str, Element]) -> Resource:
        held = child(found.get(REQUESTED_SERVICE, NOTHING), "valueReference")
        return self.resources.find(held, self.claim)

    def _service(
        self, element: Element, found: dict[str, Element], order: Element, delivery: Delivery | None, at: str
    ) -> tuple[Service | None, Delivery | None]:
        product = child(element, "productOrService")
        procedure = self._procedure(product, element, found) or self._procedure(order_code(order), element, found)
        revenue = revenue_code(child(element, "revenue"))
        kind = _kind(self.kind, procedure, revenue)
        unit, quantity, delivery = self._quantity(child(element, "quantity"), kind, delivery, at)
        epsdt = found[EPSDT].get("valueBoolean") if EPSDT in found else None
        service = _service(
            kind=kind,
            procedure=procedure,
            revenue_code=revenue,
            amount=decimal(child(element, "unitPrice"), "value"),
            unit=unit,
            quantity=quantity,
            rate=decimal(found[REVENUE_RATE], "valueDecimal") if REVENUE_RATE in found else None,
            diagnosis_pointers=self._pointers(element, at),
            epsdt="" if epsdt is None else "Y" if epsdt else "N",
            nursing_home_status=extension_code(found, NURSING_STATUS, NURSING_HOME_STATUS),
            nursing_home_level=extension_code(found, NURSING_LEVEL, NURSING_HOME_LEVEL),
        )
        says = procedure or revenue or quantity is not None or service.amount is not None or epsdt is not None
        says = says or service.rate is not None or service.nursing_home_status or service.nursing_home_level
        return (service if says else None), delivery

    def _quantity(
        self, quantity: Element, kind: ServiceKind, delivery: Delivery | None, at: str
    ) -> tuple[str, Decimal | None, Delivery | None]:
        """The quantity of the service line or, in units that only HSD has, of the delivery."""
        value = decimal(quantity, "value")
        if value is None:
            return "", None, delivery
        unit = unit_of(quantity, self.walks)
        if not unit and not (text(quantity, "unit") or text(quantity, "code")):
            unit = "UN"
        if unit in LINE_UNITS[kind]:
            return unit, value, delivery
        qualifier = delivery_unit(unit)
        own = delivery.quantity if delivery else None
        if not qualifier or (own is not None and own != value):
            self.losses.note(f"{at}.quantity", LossReason.CODE_NOT_ALLOWED, parked="message")
            return "", None, delivery
        if delivery is None or own is None:
            rest = delivery or _delivery()
            delivery = _delivery(
                quantity_qualifier=qualifier,
                quantity=value,
                measure=rest.measure,
                modulus=rest.modulus,
                period=rest.period,
                period_count=rest.period_count,
                frequency=rest.frequency,
                pattern=rest.pattern,
            )
        return "", None, delivery

    def _procedure(self, product: Element, element: Element, found: dict[str, Element]) -> Procedure | None:
        for system, value in codings(product):
            qualifier = self.walks.procedure.x12(system)
            if not qualifier or not value:
                continue
            end = child(found.get(PRODUCT_CODE_END, NOTHING), "valueCodeableConcept")
            modifiers = [any_code(each) for each in children(element, "modifier")]
            return _procedure(
                qualifier=qualifier,
                code=plain_ndc(value) if system == NDC else value.replace(".", "") if qualifier == "ID" else value,
                modifiers=tuple([modifier for modifier in modifiers if modifier]),
                last=any_code(end),
            )
        return None

    def _pointers(self, element: Element, at: str) -> tuple[int, ...]:
        pointers = [self.diagnoses.get(each, 0) for each in counts(element, "diagnosisSequence")]
        if 0 in pointers:
            self.losses.note(f"{at}.diagnosisSequence", LossReason.INCOMPLETE, parked="message")
        return tuple([each for each in pointers if each])

    def _location(self, concept: Element) -> FacilityLocation | None:
        for system, value in codings(concept):
            qualifier = self.walks.location.x12(system)
            if qualifier and value:
                return _location(value, qualifier)
        return None


_OF_CODES = {"AD": ServiceKind.DENTAL, "ID": ServiceKind.INSTITUTIONAL, "ZZ": ServiceKind.INSTITUTIONAL}


def _certification(found: dict[str, Element], change: Change | None) -> CertificationType | None:
    """UM02 of an item. One that an update changes is a revision, though its first request called it initial."""
    said = CERTIFICATIONS.get(extension_code(found, CERTIFICATION_TYPE, CERTIFICATION))
    if change is Change.CHANGED and said is CertificationType.INITIAL:
        return CertificationType.REVISED
    return said


def _kind(of_claim: ServiceKind, procedure: Procedure | None, revenue_code: str) -> ServiceKind:
    """Which line states the service: some code lists belong to one kind only (X217 SV101, SV202, SV301)."""
    if revenue_code:
        return ServiceKind.INSTITUTIONAL
    own = _OF_CODES.get(procedure.qualifier) if procedure else None
    if own is None and of_claim is ServiceKind.DENTAL and procedure:
        return ServiceKind.PROFESSIONAL
    return own or of_claim
