"""`Claim.supportingInfo`: dates, documents and messages, of the event or of the items that point to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from priorauth.domain.reviews import Attachment, Change, DatePeriod
from priorauth.fhir.elements import Element
from priorauth.translate.fhir_reading import (
    NOTHING,
    Resource,
    Resources,
    child,
    children,
    code,
    count,
    counts,
    extension_code,
    extension_text,
    extensions,
    text,
)
from priorauth.translate.fhir_values import read_change, read_days
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

_attachment = builder(Attachment)


@dataclass(frozen=True, slots=True)
class Information:
    """Documents and messages of one level."""

    attachments: tuple[Attachment, ...] = ()
    message: str = ""


class InformationReader:
    """Reads the supporting information of one Claim once, and gives each level its part."""

    __slots__ = ("_claim", "_entries", "_resources")

    def __init__(self, claim: Resource, resources: Resources, losses: Losses) -> None:
        self._claim = claim
        self._resources = resources
        self._entries: dict[str, list[tuple[int, Element]]] = {}
        for each in children(claim.element, "supportingInfo"):
            kind = code(child(each, "category"), PAS_CODES)
            if kind in _READ:
                self._entries.setdefault(kind, []).append((count(each, "sequence") or 0, each))
            else:
                losses.note("Claim.supportingInfo", LossReason.NO_PLACE, parked="message")

    def event(self, items: Sequence[Element]) -> Information:
        """What no item points to."""
        of_items = {sequence for item in items for sequence in counts(item, "informationSequence")}
        return self._information(lambda sequence: sequence not in of_items)

    def item(self, item: Element) -> Information:
        """What one item points to."""
        own = counts(item, "informationSequence")
        return self._information(lambda sequence: sequence in own) if own else _NOTHING

    def days(self, kind: str) -> DatePeriod | None:
        """The dates of one kind; those that an update cancels are no longer in force."""
        for _, each in self._entries.get(kind, ()):
            if read_change(each, extensions(each)) is not Change.CANCELLED:
                return read_days(each, "timing")
        return None

    def discharge(self) -> date | None:
        """The day of discharge."""
        period = self.days(DISCHARGE)
        return period.start if period else None

    def _information(self, belongs: Callable[[int], bool]) -> Information:
        documents = [each for sequence, each in self._entries.get(DOCUMENT, ()) if belongs(sequence)]
        messages = [each for sequence, each in self._entries.get(MESSAGE, ()) if belongs(sequence)]
        if not documents and not messages:
            return _NOTHING
        return Information(
            attachments=tuple([self._attachment(each) for each in documents]),
            message="\n".join([found for each in messages if (found := text(each, "valueString"))]),
        )

    def _attachment(self, element: Element) -> Attachment:
        """PWK: what is known of the document, and the url of the resource that is the document itself."""
        found = extensions(element)
        about = extensions(found.get(DOCUMENT_INFORMATION, NOTHING))
        held = child(element, "valueReference")
        document = self._resources.find(held, self._claim)
        return _attachment(
            report_type=extension_code(about, "reportTypeCode", REPORT_TYPE),
            transmission=extension_code(about, "transmissionMethod", REPORT_TRANSMISSION),
            control_number=extension_text(about, "controlNumber") or text(child(held, "identifier"), "value"),
            description=extension_text(about, "description"),
            change=read_change(element, found),
            resource=document.url,
        )


_NOTHING = Information()
_READ = frozenset((PATIENT_EVENT, ADMISSION, DISCHARGE, DOCUMENT, MESSAGE))
