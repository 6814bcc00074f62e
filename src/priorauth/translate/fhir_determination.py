"""A delegate's PAS response Bundle to the determination of its leg; `reply_to_fhir` writes responses."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from priorauth.domain.determinations import (
    CertificationAction,
    Determination,
    InformationRequest,
    ItemDecision,
    Rejection,
    ReviewerRole,
)
from priorauth.domain.findings import Finding, FindingCode, Position, Severity, SnipType
from priorauth.domain.information import QUESTIONNAIRE
from priorauth.domain.reviews import (
    Attachment,
    Format,
    Leg,
    ReviewItem,
    ServiceReview,
    Trace,
)
from priorauth.fhir.bundles import Bundle
from priorauth.fhir.elements import Element
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.delegate_answers import assigner_of
from priorauth.translate.fhir_asked import asked_by_tasks, contexts_of_tasks
from priorauth.translate.fhir_authorized import AuthorizedReader, said_of
from priorauth.translate.fhir_errors import read_errors
from priorauth.translate.fhir_reading import (
    NOTHING,
    Resource,
    Resources,
    any_code,
    child,
    children,
    code,
    counts,
    extension_text,
    extensions,
    text,
)
from priorauth.translate.fhir_values import read_period, read_trace
from priorauth.translate.fhir_vocabulary import (
    ADMINISTRATION_NUMBER,
    LINE_NUMBER,
    REPORT_TRANSMISSION,
    REPORT_TYPE,
    REVIEWER,
    TRACE_NUMBER,
)


def response_of(bundle: Bundle) -> int | None:
    """The entry of the ClaimResponse of a response Bundle, None where there is none."""
    return next((entry for entry, node in enumerate(bundle.entries) if node.resource_type == "ClaimResponse"), None)


def returned_traces(bundle: Bundle) -> tuple[str, ...]:
    """The trace numbers of the request that a response returns: identifiers of the ClaimResponse and of its request."""
    entry = response_of(bundle)
    if entry is None:
        return ()
    response = bundle.entries[entry].element
    identifiers = [*children(response, "identifier"), child(child(response, "request"), "identifier")]
    return tuple(dict.fromkeys(value for each in identifiers if (value := text(each, "value"))))


def determination_from_fhir(
    bundle: Bundle,
    *,
    leg: Leg,
    review: ServiceReview,
    determination_id: str,
    decided_at: datetime,
    crosswalks: Crosswalks,
    version: Format = Format.PAS_2_2_1,
    our_trace: str = "",
) -> Determination | tuple[Finding, ...]:
    """What a response says of a leg's items, or the findings that keep it from being read.

    `review` holds the leg's items only. `our_trace` is what we called the leg: it comes back, and is not a trace
    that the destination gave. Errors that name no item are on each of them, so that they do not speak for
    another leg's items.
    """
    entry = response_of(bundle)
    if entry is None:
        return (_finding(FindingCode.DETERMINATION_UNREADABLE, "Bundle.entry"),)
    reading = _Reading(Resources(bundle), entry, review, crosswalks, version)
    base = f"Bundle.entry[{entry}].resource.item"
    misplaced = tuple(_finding(rule, f"{base}[{place}].itemSequence") for rule, place in reading.misplaced_items())
    if misplaced:
        return misplaced
    items = tuple(
        replace(reading.item(item, assigner_of(leg)), decided_by=leg.destination)
        for item in review.items
        if item.sequence in leg.sequences
    )
    if not any(item.action or item.rejections for item in items):
        return (_finding(FindingCode.DETERMINATION_MISSING, f"Bundle.entry[{entry}].resource.item.adjudication"),)
    return Determination(
        id=determination_id,
        review_id=leg.review_id,
        leg_id=leg.id,
        decided_by=leg.destination,
        decided_at=decided_at,
        items=items,
        certification_number=reading.whole.number or text(reading.response.element, "preAuthRef"),
        information=reading.information(0),
        message=reading.message(),
        traces=reading.assigned_traces(assigner_of(leg), our_trace),
    )


class _Reading:
    """One response while it is read, for the items of one leg."""

    def __init__(
        self, resources: Resources, entry: int, review: ServiceReview, walks: Crosswalks, version: Format
    ) -> None:
        self.resources = resources
        self.response: Resource = resources.at(entry)
        self.review = review
        period = read_period(child(self.response.element, "preAuthPeriod"))
        self.authorized = AuthorizedReader(walks, version, period)
        self.whole = said_of(self.response.element)
        self.items: Mapping[object, Element] = {
            each.get("itemSequence"): each for each in children(self.response.element, "item")
        }
        self.added = children(self.response.element, "addItem")
        self.notes = {each.get("number"): text(each, "text") for each in children(self.response.element, "processNote")}
        self.asked = list(self._asked())
        tasks = resources.of_type("Task")
        self.contexts = contexts_of_tasks(tasks)
        if any(line for line in self.contexts):  # each line has a context of its own: it is asked by itself
            self.asked = [each for each in self.asked if (each[0], each[2]) != (0, QUESTIONNAIRE)]
        by_tasks = list(asked_by_tasks(tasks, self.asked))
        self.asked += [(line, asked.attachment, asked.loinc_code) for line, asked in by_tasks]
        self.errors = self._errors()
        self.reviewer = self._reviewer()

    def misplaced_items(self) -> Iterator[tuple[FindingCode, int]]:
        """The places of answered items that the leg does not have, or that were answered before."""
        known = {item.sequence for item in self.review.items}
        seen: set[object] = set()
        for place, each in enumerate(children(self.response.element, "item")):
            sequence = each.get("itemSequence")
            if sequence not in known:
                yield FindingCode.DETERMINATION_TRACE_UNKNOWN, place
            elif sequence in seen:
                yield FindingCode.DETERMINATION_ITEM_TWICE, place
            seen.add(sequence)

    def item(self, item: ReviewItem, assigner: str) -> ItemDecision:
        """The decision on one item: its own, else the whole response's."""
        element = self.items.get(item.sequence, NOTHING)
        found = extensions(element)
        own = said_of(element)
        said = own if own.action else self.whole
        rejections = tuple(each for each in self.errors if each.sequence in (None, item.sequence))
        action = None if rejections and not own.action else said.action
        if action is None and self.response.element.get("outcome") == "queued" and not rejections:
            action = CertificationAction.PENDED
        if action is CertificationAction.CERTIFIED_PARTIALLY and len(self.review.items) > 1:
            action = CertificationAction.MODIFIED if own.action else CertificationAction.PENDED
        notes = [note for each in counts(element, "noteNumber") if (note := self.notes.get(each))]
        certifies = action is not None and action.certifies
        extra = [each for each in self.added if item.sequence in counts(each, "itemSequence")]
        return ItemDecision(
            sequence=item.sequence,
            action=action,
            certification_number=said.number or (self.whole.number if certifies else ""),
            administrative_number=extension_text(found, ADMINISTRATION_NUMBER),
            reason_codes=said.reasons,
            second_opinion=said.second_opinion,
            authorized=self.authorized.read(item, found, extra) if certifies else None,
            spans=self.authorized.spans(item, extra) if len(extra) > 1 else (),
            information=self.information(item.sequence),
            message="\n".join(notes),
            traces=self._own_traces(item, element, assigner),
            rejections=rejections if action is None else (),
            reviewer=self.reviewer,
        )

    def message(self) -> str:
        """The notes that no item points to."""
        of_items = {number for each in self.items.values() for number in counts(each, "noteNumber")}
        return "\n".join(note for number, note in self.notes.items() if number not in of_items and note)

    def information(self, sequence: int) -> InformationRequest | None:
        """What is asked for of one item, or of the event (0)."""
        asked = [each for each in self.asked if each[0] == sequence]
        attachments = tuple(attachment for _, attachment, _ in asked if attachment)
        codes = tuple(loinc for _, _, loinc in asked if loinc)
        return InformationRequest(attachments=attachments, loinc_codes=codes) if asked else None

    def assigned_traces(self, assigner: str, our_trace: str) -> tuple[Trace, ...]:
        """The context of a questionnaire about all, then the response's identifiers that are not the request's own."""
        asked = text(child(child(self.response.element, "request"), "identifier"), "value")
        own = {trace.number for trace in self.review.event.traces} | {asked, our_trace}
        held = [read_trace(each) for each in children(self.response.element, "identifier")]
        return _with_context(self.contexts.get(0, ""), held, own, assigner)

    def _own_traces(self, item: ReviewItem, element: Element, assigner: str) -> tuple[Trace, ...]:
        """What the decider calls the item; the context of a questionnaire before all else (PAS ainfo-3)."""
        own = {trace.number for trace in (*item.traces, *self.review.event.traces)}
        extended = (each for each in children(element, "extension") if each.get("url") == TRACE_NUMBER)
        held = [read_trace(child(each, "valueIdentifier")) for each in extended]
        return _with_context(self.contexts.get(item.sequence, ""), held, own, assigner)

    def _asked(self) -> Iterator[tuple[int, Attachment | None, str]]:
        """Line, document and LOINC code of every CommunicationRequest; line 0 is the event."""
        for held in children(self.response.element, "communicationRequest"):
            request = self.resources.find(held, self.response).element
            if not request:
                continue
            payload = child(request, "payload")
            line = extensions(request).get(LINE_NUMBER) or extensions(payload).get(LINE_NUMBER) or NOTHING
            number = line.get("valuePositiveInt")
            content = text(payload, "contentString")
            report = code(child(request, "category"), REPORT_TYPE)
            document = Attachment(
                report_type=report,
                transmission=code(child(request, "medium"), REPORT_TRANSMISSION),
                control_number=text(child(request, "identifier"), "value"),
                description=(content or text(child(request, "category"), "text")) if report else "",
            )
            yield number if type(number) is int else 0, document if report else None, "" if report else content

    def _errors(self) -> list[Rejection]:
        """The errors; a place in a path is that of the request's item."""
        items = self.review.items
        found: list[Rejection] = []
        for each in read_errors(self.response.element):
            at = each.sequence
            within = at is not None and at <= len(items)
            found.append(replace(each, sequence=items[at - 1].sequence if within and at else None))
        return found

    def _reviewer(self) -> ReviewerRole | None:
        """Who decided: software, or a physician where the reviewer's specialty says so. Else nobody is assumed."""
        about = extensions(extensions(self.response.element).get(REVIEWER, NOTHING))
        flag = about["wasHumanReviewedFlag"].get("valueBoolean") if "wasHumanReviewedFlag" in about else None
        if flag is False:
            return ReviewerRole.AUTOMATION
        specialty = any_code(child(about.get("reviewerSpecialty", NOTHING), "valueCodeableConcept"))
        return ReviewerRole.PHYSICIAN if flag is True and specialty.startswith(_PHYSICIANS) else None


_PHYSICIANS = "20"  # of the provider taxonomy: allopathic and osteopathic physicians


def _with_context(context: str, held: Sequence[Trace], own: Collection[str], assigner: str) -> tuple[Trace, ...]:
    """The traces that are not the request's own, the context of a questionnaire first, each number once."""
    found: dict[str, Trace] = {}
    for each in (*(trace for trace in held if trace.number == context), Trace(context, assigner), *held):
        found.setdefault(each.number, each)
    return tuple(each for number, each in found.items() if number and number not in own)


def _finding(code: FindingCode, path: str) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, snip=SnipType.PARTNER, at=Position(path=path))
