"""A review that came in another format in the shape of X217: the first of what repeats too often, codes it knows.

PAS says that of what X12 has no room for the first is sent; the writer of segments then checks every element.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from priorauth.domain.parties import Address, Contact, Dependent, Identifier, Provider, Subscriber, Umo
from priorauth.domain.reviews import (
    Attachment,
    CertificationType,
    Change,
    PatientEvent,
    ReviewItem,
    Service,
    ServiceKind,
    ServiceReview,
    Trace,
)
from priorauth.translate.losses import Losses, LossReason
from priorauth.translate.x12_writing import WritableGuide
from priorauth.x12.guides.x217.request import X217_REQUEST

Value = TypeVar("Value")
Person = TypeVar("Person", Subscriber, Dependent)

_REQUEST = WritableGuide(X217_REQUEST)
_DIAGNOSES, _POINTERS, _MODIFIERS, _LINES, _NUMBERS = 12, 4, 4, 2, 3
_ASSIGNER = 10  # characters of TRN03
_SERVICE_PROVIDER = "SJ"
_SUPPORT_DATA, _ELECTRONIC = "77", "EL"  # PWK01 and PWK02 of a document about which no more is known


def fitted(review: ServiceReview, losses: Losses) -> ServiceReview:
    """The review as a 278 can say it; each thing left out or said otherwise is a loss."""
    fitting = _Fitting(losses, _assigner(review))
    return replace(
        review,
        umo=fitting.umo(review.umo),
        requester=fitting.provider(review.requester, "2010B"),
        subscriber=fitting.person(review.subscriber, "2010C"),
        dependent=fitting.dependent(review.dependent) if review.dependent else None,
        event=fitting.event(review.event),
        items=tuple(fitting.item(item, review.event) for item in review.items),
    )


def _assigner(review: ServiceReview) -> str:
    """TRN03 for traces that name none: 1 and the requester's tax number, else 9 and the end of its NPI."""
    requester = review.requester
    identifiers = [requester.identifier] if requester.identifier else []
    for each in (*identifiers, *requester.supplemental):
        digits = each.value.replace("-", "")
        if each.qualifier in ("24", "EI") and len(digits) == _ASSIGNER - 1:
            return f"1{digits}"
    return f"9{(requester.npi or 'PRIORAUTH')[-9:]}"


class _Fitting:
    """Fits the parts of one review."""

    def __init__(self, losses: Losses, assigner: str) -> None:
        self.losses = losses
        self.assigner = assigner

    def umo(self, umo: Umo) -> Umo:
        allowed = _REQUEST.codes("2010A", "NM1", 8)
        if not umo.identifier.value or umo.identifier.qualifier in allowed:
            return umo
        self.losses.note("2010A/NM108", LossReason.REPLACED)
        return replace(umo, identifier=Identifier(Identifier.PAYER, umo.identifier.value))

    def event(self, event: PatientEvent) -> PatientEvent:
        return replace(
            event,
            traces=self.traces(event.traces, "2000E"),
            diagnoses=self.first(event.diagnoses, _DIAGNOSES, "2000E/HI"),
            attachments=self.documents(event.attachments),
            providers=tuple(self.provider(each, "2010EA") for each in event.providers),
        )

    def item(self, item: ReviewItem, event: PatientEvent) -> ReviewItem:
        category, certification = item.category, item.certification
        if item.change is Change.CANCELLED and event.certification is not CertificationType.CANCEL:
            certification = CertificationType.CANCEL
        if certification and certification is not event.certification:
            category = category or event.category
        if category and category not in _REQUEST.codes("2000F", "UM", 1):
            self.losses.note("2000F/UM01", LossReason.REPLACED, occurrence=item.sequence)
            category = "HS"
        return replace(
            item,
            category=category,
            certification=certification,
            traces=self.traces(item.traces, "2000F"),
            service=self.service(item.service, item.sequence) if item.service else None,
            attachments=self.documents(item.attachments),
            providers=tuple(self.provider(each, "2010F") for each in item.providers),
        )

    def service(self, service: Service, sequence: int) -> Service:
        institutional = service.kind is ServiceKind.INSTITUTIONAL
        unplaced = (
            ("SV107", institutional and bool(service.diagnosis_pointers)),
            ("SV111", institutional and bool(service.epsdt)),
            ("SV206", not institutional and service.rate is not None),
            ("SV209", not institutional and bool(service.nursing_home_status)),
        )
        for position, is_lost in unplaced:
            if is_lost:
                self.losses.note(f"2000F/{position}", LossReason.NO_PLACE, occurrence=sequence)
        pointers = tuple(each for each in service.diagnosis_pointers if each <= _DIAGNOSES)
        if institutional:
            pointers = ()
        procedure = service.procedure
        if procedure and len(procedure.modifiers) > _MODIFIERS:
            self.losses.note("2000F/SV101", LossReason.TOO_MANY, occurrence=sequence)
        return replace(service, diagnosis_pointers=self.first(pointers, _POINTERS, "2000F/SV107"))

    def provider(self, provider: Provider, loop: str) -> Provider:
        role = provider.role
        if role not in _REQUEST.codes(loop, "NM1", 1):
            self.losses.note(f"{loop}/NM101", LossReason.REPLACED)
            role = "1P" if loop == "2010B" else _SERVICE_PROVIDER
        return replace(
            provider,
            role=role,
            address=self.address(provider.address, loop),
            contact=self.contact(provider.contact, loop),
        )

    def dependent(self, dependent: Dependent) -> Dependent:
        dependent = self.person(dependent, "2010D")
        if not dependent.relationship or dependent.relationship in _REQUEST.codes("2010D", "INS", 2):
            return dependent
        self.losses.note("2010D/INS02", LossReason.REPLACED)
        return replace(dependent, relationship="G8")

    def person(self, person: Person, loop: str) -> Person:
        return replace(person, address=self.address(person.address, loop))

    def address(self, address: Address | None, loop: str) -> Address | None:
        return replace(address, lines=self.first(address.lines, _LINES, f"{loop}/N3")) if address else None

    def contact(self, contact: Contact | None, loop: str) -> Contact | None:
        return replace(contact, numbers=self.first(contact.numbers, _NUMBERS, f"{loop}/PER")) if contact else None

    def traces(self, traces: Iterable[Trace], loop: str) -> tuple[Trace, ...]:
        """Traces whose assigner has the ten characters that TRN03 wants."""
        fitting: list[Trace] = []
        for trace in traces:
            if len(trace.assigner) != _ASSIGNER:
                self.losses.note(f"{loop}/TRN03", LossReason.REPLACED)
                trace = Trace(trace.number, self.assigner, trace.additional)
            fitting.append(trace)
        return tuple(fitting)

    def documents(self, attachments: Iterable[Attachment]) -> tuple[Attachment, ...]:
        """The documents that still hold, each with the codes that PWK wants."""
        return tuple(
            replace(
                each,
                report_type=each.report_type or _SUPPORT_DATA,
                transmission=each.transmission or _ELECTRONIC,
            )
            for each in attachments
            if each.change is not Change.CANCELLED
        )

    def first(self, values: Sequence[Value], limit: int, position: str) -> tuple[Value, ...]:
        """As many as there is room for."""
        if len(values) > limit:
            self.losses.note(position, LossReason.TOO_MANY)
        return tuple(values[:limit])
