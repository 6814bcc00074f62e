"""The services of a review as items of a Claim, and what stands beside them: supporting information and care team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from priorauth.domain.parties import Provider
from priorauth.domain.reviews import (
    Attachment,
    CertificationType,
    Change,
    DatePeriod,
    Procedure,
    ReviewItem,
    Service,
    ServiceKind,
    ServiceReview,
)
from priorauth.fhir.elements import Value
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_entries import Entries
from priorauth.translate.fhir_information import ADMISSION, DISCHARGE, DOCUMENT, MESSAGE, PATIENT_EVENT, PLACES
from priorauth.translate.fhir_items import kind_of_line
from priorauth.translate.fhir_numbers import EntryNumbers
from priorauth.translate.fhir_orders import write_order
from priorauth.translate.fhir_request_parties import PartyWriter
from priorauth.translate.fhir_values import write_days, write_trace
from priorauth.translate.fhir_vocabulary import (
    ABSENT,
    ADMINISTRATION_NUMBER,
    AUTHORIZATION_NUMBER,
    CARE_TEAM_SCOPE,
    CERTIFICATION,
    CERTIFICATION_TYPE,
    DOCUMENT_INFORMATION,
    ENTITY_ROLE,
    EPSDT,
    HCPCS,
    INFO_CANCELLED,
    INFO_CHANGED,
    NURSING_HOME_LEVEL,
    NURSING_HOME_STATUS,
    NURSING_LEVEL,
    NURSING_STATUS,
    PAS_CODES,
    PRODUCT_CODE_END,
    REPORT_TRANSMISSION,
    REPORT_TYPE,
    REQUEST_CATEGORY,
    REQUEST_TYPE,
    REQUESTED_SERVICE,
    REVENUE,
    REVENUE_2_0_1,
    REVENUE_RATE,
    SERVICE_TYPE,
    TAXONOMY,
    TRACE_NUMBER,
    Written,
    absent,
    coded,
    compact,
    complex_extension,
    concept,
    reference,
    valued,
)
from priorauth.translate.losses import Losses, LossReason

CURRENCY = "USD"
_PLAIN_ADMISSION = "AR"


@dataclass(slots=True)
class ClaimParts:
    """Care team and supporting information of one Claim, numbered as they are added."""

    parties: PartyWriter
    numbers: EntryNumbers
    with_document_information: bool
    care_team: list[Value] = field(default_factory=list)
    information: list[Value] = field(default_factory=list)

    def member(self, provider: Provider, place: str, *, of_claim: bool) -> int:
        """Add a provider (2010EA, 2010F) and answer its sequence."""
        loop = "2010EA" if of_claim else "2010F"
        sequence = len(self.care_team) + 1
        taxonomy = provider.specialty.taxonomy if provider.specialty else ""
        self.care_team.append(
            compact(
                {
                    "extension": [valued(CARE_TEAM_SCOPE, "Boolean", of_claim)],
                    "sequence": sequence,
                    "provider": reference(self.parties.member(provider, place, loop)),
                    "role": concept(ENTITY_ROLE, provider.role),
                    "qualification": concept(TAXONOMY, taxonomy) if taxonomy else None,
                }
            )
        )
        return sequence

    def days(self, kind: str, period: DatePeriod | None) -> None:
        """Add dates of the event."""
        if period:
            self._add(PLACES[kind], kind, write_days("timing", period))

    def event(self, review: ServiceReview) -> None:
        """Add what the event says: dates, documents, the message."""
        event = review.event
        self.days(PATIENT_EVENT, event.event_dates)
        self.days(ADMISSION, event.admission_dates)
        self.days(DISCHARGE, DatePeriod(event.discharge_date) if event.discharge_date else None)
        self.documents("event", event.attachments, event.message)

    def documents(self, level: str, attachments: Sequence[Attachment], message: str) -> list[int]:
        """Add documents (PWK) and a message (MSG) of one level and answer their sequences."""
        added = [self._document(f"{level}.attachments[{at}]", each) for at, each in enumerate(attachments)]
        if message:
            added.append(self._add(f"{level}.message", MESSAGE, {"valueString": message}))
        return list(dict.fromkeys(added))

    def _document(self, place: str, attachment: Attachment) -> int:
        about = complex_extension(
            DOCUMENT_INFORMATION,
            (
                coded("reportTypeCode", REPORT_TYPE, attachment.report_type) if attachment.report_type else None,
                coded("transmissionMethod", REPORT_TRANSMISSION, attachment.transmission)
                if attachment.transmission
                else None,
                valued("controlNumber", "String", attachment.control_number) if attachment.control_number else None,
                valued("description", "String", attachment.description) if attachment.description else None,
            ),
        )
        if not self.with_document_information:
            self.parties.losses.note("2000E/PWK", LossReason.NO_PLACE)
        document: Written = reference(attachment.resource) if attachment.resource else _elsewhere(attachment)
        head = [about] if self.with_document_information and about["extension"] else []
        return self._add(place, DOCUMENT, {"valueReference": document}, head, attachment.change)

    def _add(
        self,
        place: str,
        kind: str,
        value: Written,
        about: Sequence[Written] = (),
        change: Change | None = None,
    ) -> int:
        """Add an entry, unless it is there already for another item, and answer its sequence."""
        head = compact({"extension": [*about, *change_extensions(change)], "modifierExtension": cancelled(change)})
        said = {"category": concept(PAS_CODES, kind), **value}
        sequence, is_new = self.numbers.number(place, {**head, **said})
        if is_new:
            self.information.append({**head, "sequence": sequence, **said})
        return sequence


def change_extensions(change: Change | None) -> list[Written]:
    """What an update says of an entry that it adds or changes; a cancelled one is changed (PAS spec-69, 71)."""
    if change is None:
        return []
    return [valued(INFO_CHANGED, "Code", "added" if change is Change.ADDED else "changed")]


def cancelled(change: Change | None) -> list[Value]:
    """The modifier of an entry that an update cancels."""
    return [valued(INFO_CANCELLED, "Boolean", True)] if change is Change.CANCELLED else []


def _elsewhere(attachment: Attachment) -> Written:
    """A document that travels another way: named by its control number, not contained."""
    if attachment.control_number:
        return {"type": "DocumentReference", "identifier": {"value": attachment.control_number}}
    return {"type": "DocumentReference", "display": attachment.description or "sent separately"}


@dataclass(slots=True)
class ItemWriter:
    """Writes the services of one review as items."""

    review: ServiceReview
    entries: Entries
    parts: ClaimParts
    walks: Crosswalks
    losses: Losses
    kind: ServiceKind
    patient: str
    is_2_2_1: bool = True

    def item(self, item: ReviewItem, place: int) -> Written:
        """One item; what it leaves to the event is repeated in it, since PAS states it per item."""
        event, service = self.review.event, item.service or Service(kind=self.kind)
        self._note_losses(item)
        location = item.location or event.location
        category = item.service_type or event.service_type
        system = REVENUE if self.is_2_2_1 else REVENUE_2_0_1
        product = self.product(service.procedure)
        team = [
            self.parts.member(provider, f"items[{place}].providers[{at}]", of_claim=False)
            for at, provider in enumerate(item.providers)
        ]
        return compact(
            {
                "extension": self._extensions(item, service, product),
                "modifierExtension": cancelled(item.change),
                "sequence": item.sequence,
                "careTeamSequence": list(team),
                "diagnosisSequence": [each for each in service.diagnosis_pointers if each],
                "informationSequence": list(self.parts.documents(f"items[{place}]", item.attachments, item.message)),
                "revenue": concept(system, service.revenue_code) if service.revenue_code else None,
                "category": concept(SERVICE_TYPE, category) if category else absent(),
                "productOrService": product,
                "modifier": self._modifiers(service.procedure),
                **write_days("serviced", item.service_dates),
                "locationCodeableConcept": concept(self.walks.location.fhir(location.qualifier), location.code)
                if location
                else absent(),
                "quantity": self.quantity(service),
                "unitPrice": {"value": service.amount, "currency": CURRENCY} if service.amount is not None else None,
            }
        )

    def _extensions(self, item: ReviewItem, service: Service, product: Written) -> list[Value]:
        event = self.review.event
        certification = item.certification or event.certification
        end = self._range_end(service.procedure)
        order = item.order or self._order(item, product)
        flags = (
            (NURSING_STATUS, NURSING_HOME_STATUS, service.nursing_home_status),
            (NURSING_LEVEL, NURSING_HOME_LEVEL, service.nursing_home_level),
        )
        numbers = (
            (AUTHORIZATION_NUMBER, item.previous_authorization),
            (ADMINISTRATION_NUMBER, item.previous_administrative),
        )
        return [
            *(valued(TRACE_NUMBER, "Identifier", write_trace(trace)) for trace in item.traces),
            *(valued(url, "String", number) for url, number in numbers if number),
            coded(REQUEST_TYPE, REQUEST_CATEGORY, self._category(item)),
            coded(CERTIFICATION_TYPE, CERTIFICATION, certification),
            *([valued(PRODUCT_CODE_END, "CodeableConcept", end)] if end else []),
            *([valued(EPSDT, "Boolean", service.epsdt == "Y")] if service.epsdt else []),
            *(coded(url, system, code) for url, system, code in flags if code),
            *([valued(REVENUE_RATE, "Decimal", service.rate)] if service.rate is not None else []),
            *([valued(REQUESTED_SERVICE, "Reference", reference(order))] if order else []),
            *change_extensions(item.change),
        ]

    def _category(self, item: ReviewItem) -> str:
        """UM01, which PAS asks for per item and binds to the event's codes."""
        event = self.review.event.category
        return event if event == _PLAIN_ADMISSION else item.category or event

    def _order(self, item: ReviewItem, product: Written) -> str:
        order = write_order(item, product, self.patient, self.walks, self.losses)
        return self.entries.add(f"items[{item.sequence}].order", order) if order else ""

    def product(self, procedure: Procedure | None) -> Written:
        """The code of a service; `not-applicable` where only revenue code or type of service say it (PAS spec-43)."""
        if procedure is None:
            return concept(ABSENT, "not-applicable")
        written = concept(self.system(procedure), procedure.code)
        return {**written, "text": procedure.description} if procedure.description else written

    def _range_end(self, procedure: Procedure | None) -> Written | None:
        """The last code of a range, in the system of its own first character."""
        if procedure is None or not procedure.last:
            return None
        return concept(self.system(replace(procedure, code=procedure.last)), procedure.last)

    def system(self, procedure: Procedure) -> str:
        """The system of a procedure's code: HCPCS where it begins with a letter, CPT where with a digit."""
        if procedure.qualifier == "HC" and not procedure.code[:1].isdigit():
            return HCPCS
        return self.walks.procedure.fhir(procedure.qualifier)

    def _modifiers(self, procedure: Procedure | None) -> list[Value]:
        """Modifiers by the system of those with a digit first (CPT) or a letter first (HCPCS)."""
        if procedure is None:
            return []
        cpt = self.walks.procedure.fhir("HC")
        return [concept(cpt if each.isdigit() else HCPCS, each) for each in procedure.modifiers if each]

    def quantity(self, service: Service) -> Written | None:
        """SV103 and SV104 or SV204 and SV205."""
        return write_quantity(service.unit, service.quantity, self.walks)

    def _note_losses(self, item: ReviewItem) -> None:
        for segment in item.carried:
            self.losses.note(f"2000F/{segment.elements[0]}", LossReason.NO_PLACE, occurrence=item.sequence)
        if item.category or item.certification or item.service_type or item.location:
            event = self.review.event
            same = (item.certification, item.service_type, item.location) == (
                event.certification,
                event.service_type,
                event.location,
            )
            if same or not (item.category and item.certification and item.service_type and item.location):
                self.losses.note("2000F/UM", LossReason.REPLACED, occurrence=item.sequence)
        service = item.service
        if service and kind_of_line(self.kind, service.procedure, service.revenue_code) is not service.kind:
            self.losses.note(f"2000F/{service.kind}", LossReason.REPLACED, occurrence=item.sequence)


def write_quantity(unit: str, quantity: Decimal | None, walks: Crosswalks) -> Written | None:
    """A Quantity in the unit of a service line, None where there is none to write."""
    if quantity is None or not quantity.is_finite():
        return None
    system, _, code = walks.unit.fhir(unit or "UN").rpartition("|")
    if system:
        return {"value": quantity, "system": system, "code": code}
    return {"value": quantity, "unit": code}


def kind_of(review: ServiceReview) -> ServiceKind:
    """Which kind of claim the review makes: an admission or any revenue code is institutional."""
    kinds = {item.service.kind for item in review.items if item.service}
    if ServiceKind.INSTITUTIONAL in kinds or (not kinds and review.event.category == _PLAIN_ADMISSION):
        return ServiceKind.INSTITUTIONAL
    return ServiceKind.DENTAL if kinds == {ServiceKind.DENTAL} else ServiceKind.PROFESSIONAL


def is_cancellation(review: ServiceReview) -> bool:
    """True where the whole request is cancelled."""
    return review.event.certification is CertificationType.CANCEL
