"""`Claim.supportingInfo`: dates, documents and messages, of the event or of the items that point to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from priorauth.domain.carried import EntryNumber
from priorauth.domain.reviews import Attachment, DatePeriod
from priorauth.translate.fhir_elements import NO_EXTENSION, Claim, Item, SupportingInfo, by_url
from priorauth.translate.fhir_reading import Resource, Resources
from priorauth.translate.fhir_values import CANCELLED, change_of, days_of
from priorauth.translate.fhir_vocabulary import (
    DOCUMENT_INFORMATION,
    PAS_CODES,
    REPORT_TRANSMISSION,
    REPORT_TYPE,
)
from priorauth.translate.losses import Losses, LossReason
from priorauth.translate.quick import builder

PATIENT_EVENT = "patientEvent"
ADMISSION = "admissionDates"
DISCHARGE = "dischargeDates"
DOCUMENT = "additionalInformation"
MESSAGE = "freeFormMessage"
PLACES = {
    PATIENT_EVENT: "event.event_dates",
    ADMISSION: "event.admission_dates",
    DISCHARGE: "event.discharge_date",
}
"""Where a review holds dates of each kind."""

_attachment = builder(Attachment)
_number = builder(EntryNumber)


@dataclass(frozen=True, slots=True)
class Information:
    """Documents and messages of one level."""

    attachments: tuple[Attachment, ...] = ()
    message: str = ""


class InformationReader:
    """Reads the supporting information of one Claim once, and gives each level its part."""

    __slots__ = ("_entries", "_losses", "_origin", "_resources", "numbers")

    def __init__(self, claim: Claim, origin: Resource, resources: Resources, losses: Losses) -> None:
        self._origin = origin
        self._resources = resources
        self._losses = losses
        self.numbers: list[EntryNumber] = []
        self._entries: dict[str, list[SupportingInfo]] = {}
        for each in claim.supportingInfo:
            kind = each.category.of(PAS_CODES)
            if kind in _READ:
                self._entries.setdefault(kind, []).append(each)
            else:
                losses.note("Claim.supportingInfo", LossReason.NO_PLACE, parked="message")

    def event(self, items: Sequence[Item]) -> Information:
        """What no item points to."""
        if self._entries.keys().isdisjoint(_SAYING):
            return _NOTHING
        of_items = {sequence for item in items for sequence in item.informationSequence}
        return self._information("event", lambda sequence: sequence not in of_items)

    def item(self, item: Item, at: int) -> Information:
        """What one item points to."""
        own = item.informationSequence
        return self._information(f"items[{at}]", lambda sequence: sequence in own) if own else _NOTHING

    def days(self, kind: str) -> DatePeriod | None:
        """The dates of one kind; those that an update cancels are no longer in force."""
        for each in self._entries.get(kind, ()):
            change = change_of(each.modifierExtension, by_url(each.extension))
            if change is not None:
                self._losses.note("Claim.supportingInfo", LossReason.REPLACED, parked=PLACES[kind])
            if change is not CANCELLED:
                self.numbers.append(_number(PLACES[kind], each.sequence))
                return days_of(each.timingDate, each.timingPeriod)
        return None

    def discharge(self) -> date | None:
        """The day of discharge."""
        period = self.days(DISCHARGE)
        return period.start if period else None

    def _information(self, level: str, belongs: Callable[[int], bool]) -> Information:
        documents = [each for each in self._entries.get(DOCUMENT, ()) if belongs(each.sequence)]
        messages = [each for each in self._entries.get(MESSAGE, ()) if belongs(each.sequence)]
        if not messages and not documents:
            return _NOTHING
        flags = [change_of(each.modifierExtension, by_url(each.extension)) for each in messages]
        if len(messages) > 1 or any(flags):
            self._losses.note("Claim.supportingInfo", LossReason.REPLACED, parked="event.message")
        messages = [each for each, flag in zip(messages, flags, strict=True) if flag is not CANCELLED]
        if not documents and not messages:
            return _NOTHING
        self.numbers += [_number(f"{level}.attachments[{at}]", each.sequence) for at, each in enumerate(documents)]
        self.numbers += [_number(f"{level}.message", each.sequence) for each in messages[:1]]
        return Information(
            attachments=tuple([self._attachment(each) for each in documents]),
            message="\n".join([each.valueString for each in messages if each.valueString]),
        )

    def _attachment(self, element: SupportingInfo) -> Attachment:
        """PWK: what is known of the document, and the url of the resource that is the document itself."""
        found = by_url(element.extension)
        about = by_url(found.get(DOCUMENT_INFORMATION, NO_EXTENSION).extension)
        held = element.valueReference
        named = held.identifier.value if held.identifier else ""
        document = self._resources.at_reference(held.reference, self._origin)
        return _attachment(
            report_type=about.get("reportTypeCode", NO_EXTENSION).valueCodeableConcept.of(REPORT_TYPE),
            transmission=about.get("transmissionMethod", NO_EXTENSION).valueCodeableConcept.of(REPORT_TRANSMISSION),
            control_number=about.get("controlNumber", NO_EXTENSION).valueString or named,
            description=about.get("description", NO_EXTENSION).valueString,
            change=change_of(element.modifierExtension, found),
            resource=document.url,
        )


_NOTHING = Information()
_SAYING = (DOCUMENT, MESSAGE)
_READ = frozenset((PATIENT_EVENT, ADMISSION, DISCHARGE, *_SAYING))
