"""The items of a Claim as services (X217 2000F): what is asked for, when, where, and what an update does to it."""

from __future__ import annotations

from collections.abc import Sequence
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
    Trace,
)
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_elements import (
    NO_EXTENSION,
    NO_IDENTIFIER,
    Concept,
    Extension,
    Extensions,
    Item,
    Order,
    Quantity,
    by_url,
)
from priorauth.translate.fhir_information import Information
from priorauth.translate.fhir_orders import amount_of, delivery_unit, order_code, read_delivery, unit_of
from priorauth.translate.fhir_reading import Resource, Resources
from priorauth.translate.fhir_values import change_of, days_of, plain_ndc, revenue_of, trace_of
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
from priorauth.translate.quick import builder, draft_of, finished

CERTIFICATIONS = {certification.value: certification for certification in CertificationType}
LINE_UNITS = {
    ServiceKind.PROFESSIONAL: frozenset(("F2", "MJ", "UN")),  # X217 SV103
    ServiceKind.INSTITUTIONAL: frozenset(("DA", "F2", "UN")),  # X217 SV204
    ServiceKind.DENTAL: frozenset(("UN",)),
}
_NewItem = draft_of(ReviewItem)
_service = builder(Service)
_procedure = builder(Procedure)
_delivery = builder(Delivery)
_location = builder(FacilityLocation)


@dataclass(slots=True)
class Said:
    """What one item says of the review that it asks for, with its extensions, and what an update does to it."""

    found: Extensions
    change: Change | None
    category: str
    certification: CertificationType | None
    service_type: str
    location: FacilityLocation | None


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

    def said(self, item: Item) -> Said:
        """What one item says of the review that it asks for."""
        found = by_url(item.extension)
        change = change_of(item.modifierExtension, found)
        return Said(
            found,
            change,
            _code(found, REQUEST_TYPE, REQUEST_CATEGORY),
            _certification(found, change) if CERTIFICATION_TYPE in found else None,
            item.category.of(SERVICE_TYPE) or item.productOrService.of(SERVICE_TYPE),
            self._location(item.locationCodeableConcept),
        )

    def item(
        self,
        item: Item,
        place: int,
        said: Said,
        information: Information,
        providers: tuple[Provider, ...],
        *,
        as_the_event: bool,
    ) -> ReviewItem:
        """One item. It states its review type, place and service type unless they are those of the event."""
        found, at = said.found, f"Claim.item[{place}]"
        order, url, delivery = _NO_ORDER, "", None
        traces: tuple[Trace, ...] = ()
        if REQUESTED_SERVICE in found:
            source = self.resources.at_reference(found[REQUESTED_SERVICE].valueReference.reference, self.claim)
            if source:
                order, url = source.read_as(Order), source.url
                delivery = read_delivery(order, self.walks, self.losses, at)
        if TRACE_NUMBER in found:
            traces = tuple(
                [
                    trace_of(each.valueIdentifier or NO_IDENTIFIER, self.assigner)
                    for each in item.extension
                    if each.url == TRACE_NUMBER
                ]
            )
        service, delivery = self._service(item, found, order, delivery, at)
        made = _NewItem()
        made.sequence = item.sequence or place + 1
        made.stands_for_event = False
        made.traces = traces
        made.category = "" if as_the_event else said.category
        made.certification = None if as_the_event else said.certification
        made.service_type = "" if as_the_event else said.service_type
        made.location = None if as_the_event else said.location
        made.previous_authorization = _said(found, AUTHORIZATION_NUMBER).valueString
        made.previous_administrative = _said(found, ADMINISTRATION_NUMBER).valueString
        made.service_dates = days_of(item.servicedDate, item.servicedPeriod)
        made.service = service
        made.delivery = delivery
        made.attachments = information.attachments
        made.message = information.message
        made.providers = providers
        made.carried = ()
        made.change = said.change
        made.order = url
        return finished(made, ReviewItem)

    def _service(
        self, item: Item, found: Extensions, order: Order, delivery: Delivery | None, at: str
    ) -> tuple[Service | None, Delivery | None]:
        procedure = self._procedure(item.productOrService, item, found) or self._procedure(
            order_code(order), item, found
        )
        if PRODUCT_CODE_END in found:
            self._note_range(procedure, found[PRODUCT_CODE_END].valueCodeableConcept, at)
        revenue = revenue_of(item.revenue)
        kind = kind_of_line(self.kind, procedure, revenue)
        unit, quantity, delivery = self._quantity(item.quantity, kind, delivery, at)
        epsdt = found[EPSDT].valueBoolean if EPSDT in found else None
        amount = amount_of(item.unitPrice.value)
        rate = amount_of(found[REVENUE_RATE].valueDecimal) if REVENUE_RATE in found else None
        home_status = _code(found, NURSING_STATUS, NURSING_HOME_STATUS)
        home_level = _code(found, NURSING_LEVEL, NURSING_HOME_LEVEL)
        pointers = self._pointers(item.diagnosisSequence, at) if item.diagnosisSequence else ()
        says = procedure or revenue or home_status or home_level or epsdt is not None
        if not says and quantity is None and amount is None and rate is None:
            return None, delivery
        service = _service(
            kind=kind,
            procedure=procedure,
            revenue_code=revenue,
            amount=amount,
            unit=unit,
            quantity=quantity,
            rate=rate,
            diagnosis_pointers=pointers,
            epsdt="" if epsdt is None else "Y" if epsdt else "N",
            nursing_home_status=home_status,
            nursing_home_level=home_level,
        )
        return service, delivery

    def _quantity(
        self, quantity: Quantity, kind: ServiceKind, delivery: Delivery | None, at: str
    ) -> tuple[str, Decimal | None, Delivery | None]:
        """The quantity of the service line or, in units that only HSD has, of the delivery."""
        value = amount_of(quantity.value)
        if value is None:
            return "", None, delivery
        unit = unit_of(quantity, self.walks)
        if not unit and not (quantity.unit or quantity.code):
            unit = "UN"
        if unit in LINE_UNITS[kind]:
            return "" if kind is _DENTAL else unit, value, delivery  # X217 SV306: a count without a unit
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

    def _procedure(self, product: Concept, item: Item, found: Extensions) -> Procedure | None:
        for each in product.coding:
            qualifier, value = self.walks.procedure.x12(each.system), each.code
            if not qualifier or not value:
                continue
            modifiers = tuple([code for modifier in item.modifier if (code := modifier.any())]) if item.modifier else ()
            return _procedure(
                qualifier=qualifier,
                code=plain_ndc(value) if each.system == NDC else value.replace(".", "") if qualifier == "ID" else value,
                modifiers=modifiers,
                description=product.text,
                last=found[PRODUCT_CODE_END].valueCodeableConcept.any() if PRODUCT_CODE_END in found else "",
            )
        return None

    def _note_range(self, procedure: Procedure | None, last: Concept, at: str) -> None:
        """A range ends in the code list that it begins in: X12 names the list once."""
        if procedure is None:
            self.losses.note(f"{at}.extension", LossReason.INCOMPLETE, parked="message")
        elif procedure.qualifier not in [self.walks.procedure.x12(each.system) for each in last.coding]:
            self.losses.note(f"{at}.extension", LossReason.REPLACED, parked="message")

    def _pointers(self, sequences: Sequence[int], at: str) -> tuple[int, ...]:
        pointers = [self.diagnoses.get(each, 0) for each in sequences]
        if 0 in pointers:
            self.losses.note(f"{at}.diagnosisSequence", LossReason.INCOMPLETE, parked="message")
        return tuple([each for each in pointers if each])

    def _location(self, concept: Concept) -> FacilityLocation | None:
        for each in concept.coding:
            qualifier = self.walks.location.x12(each.system)
            if qualifier and each.code:
                return _location(each.code, qualifier)
        return None


_NO_ORDER = Order()
_DENTAL = ServiceKind.DENTAL
_OF_CODES = {"AD": ServiceKind.DENTAL, "ID": ServiceKind.INSTITUTIONAL, "ZZ": ServiceKind.INSTITUTIONAL}


def _code(found: Extensions, url: str, system: str) -> str:
    """The code of a system that the extension of that url says, or empty."""
    return found[url].valueCodeableConcept.of(system) if url in found else ""


def _said(found: Extensions, url: str) -> Extension:
    """The extension of that url, or an empty one."""
    return found.get(url, NO_EXTENSION)


def _certification(found: Extensions, change: Change | None) -> CertificationType | None:
    """UM02 of an item. One that an update changes is a revision, though its first request called it initial."""
    said = CERTIFICATIONS.get(_code(found, CERTIFICATION_TYPE, CERTIFICATION))
    if change is not None and change is Change.CHANGED and said is CertificationType.INITIAL:
        return CertificationType.REVISED
    return said


def kind_of_line(of_claim: ServiceKind, procedure: Procedure | None, revenue_code: str) -> ServiceKind:
    """Which line states the service: some code lists belong to one kind only (X217 SV101, SV202, SV301)."""
    if revenue_code:
        return ServiceKind.INSTITUTIONAL
    own = _OF_CODES.get(procedure.qualifier) if procedure else None
    if own is None and procedure and of_claim is _DENTAL:
        return ServiceKind.PROFESSIONAL
    return own or of_claim
