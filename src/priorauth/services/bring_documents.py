"""What a leg says that brings documents to a destination: the same services, revised, and what was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from priorauth.domain.carried import CarriedResource, ResourceUrl
from priorauth.domain.information import InformationTask, SuppliedDocument
from priorauth.domain.reviews import (
    Attachment,
    CertificationType,
    Change,
    Format,
    Leg,
    PriorRequest,
    ReviewItem,
    ServiceReview,
    Trace,
)
from priorauth.services.delegate_ports import Destination
from priorauth.services.ports import Work
from priorauth.translate.fhir_entries import url_of_content
from priorauth.translate.fhir_legs import claim_of_leg
from priorauth.translate.legs import TRACE_ASSIGNER

ELECTRONIC = "EL"
SUPPORTING = "77"
"""PWK01 of a document that was asked for by LOINC: data that supports a verification."""


async def bring_documents(work: Work, review: ServiceReview, leg: Leg, destination: Destination) -> ServiceReview:
    """The narrowed review as the follow-up of the leg that asked.

    It is a revision (UM02 S) under the number that the destination gave the case (REF NT), else under the name of our
    first leg to it, and has no other documents than those.
    """
    tasks = [task for task in await work.tasks(review.id) if task.answered_by == leg.id]
    first = await work.dispatch(leg.root)
    assert first is not None, "a leg that was never sent asks for nothing"
    own = {each.id for each in await work.legs(review.id) if each.root == leg.root}
    said = [each for each in await work.determinations(review.id) if each.leg_id in own]
    numbers = [each.administrative_number for each in reversed(said) if each.administrative_number]
    of_items = {item.sequence: item.administrative_number for each in said for item in each.items}
    name = leg.root if destination.format is Format.EVENT else first.trace
    attached = [pair for task in tasks for pair in attachments(task)]
    event = replace(
        review.event,
        certification=CertificationType.REVISED,
        previous_authorization="",
        previous_administrative=numbers[0] if numbers else name,
        attachments=of(attached, 0),
    )
    items = tuple(_item(item, of(attached, item.sequence), of_items.get(item.sequence, "")) for item in review.items)
    resources = tuple(document.resource for task in tasks for document in task.documents)
    kept = tuple(each for each in review.resources if each.type not in ("Claim", "DocumentReference"))
    follow_up = replace(review, event=event, items=items, resources=(*kept, *resources), prior=None)
    if destination.format in (Format.X12_278, Format.EVENT):
        return follow_up
    message = await work.message(first.message_id)
    return _following(follow_up, claim_of_leg(message.body), Trace(first.trace, TRACE_ASSIGNER), leg)


def _following(review: ServiceReview, prior: CarriedResource, trace: Trace, leg: Leg) -> ServiceReview:
    """An update of the Claim that was sent first, which comes along (PAS spec-65), under a url of its own."""
    claim = ResourceUrl("claim", url_of_content(leg.id.encode()))
    return replace(
        review,
        prior=PriorRequest(url=prior.url, traces=(trace,)),
        resources=(*review.resources, prior),
        urls=(*(each for each in review.urls if each.place != "claim"), claim),
        numbers=tuple(each for each in review.numbers if ".attachments[" not in each.place),
    )


def _item(item: ReviewItem, attached: tuple[Attachment, ...], number: str) -> ReviewItem:
    certification = CertificationType.REVISED if item.certification else None
    return replace(
        item,
        certification=certification,
        previous_authorization="",
        previous_administrative=number,
        attachments=attached,
        change=None,
    )


def of(attached: Sequence[tuple[int, Attachment]], sequence: int) -> tuple[Attachment, ...]:
    """The documents of one item, or of the event (0)."""
    return tuple(attachment for at, attachment in attached if at == sequence)


def attachments(task: InformationTask) -> Iterator[tuple[int, Attachment]]:
    """The documents of a task as PWK says them, each with the item that it is of."""
    for place, document in enumerate(task.documents, start=1):
        for sequence in _sequences(task, document):
            yield sequence, _attachment(task, document, sequence, place)


def _sequences(task: InformationTask, document: SuppliedDocument) -> Sequence[int]:
    """The items that a document is of: those it names, else those that it is asked for."""
    asked = [each.sequence for each in task.asked if each.code == document.code]
    return document.sequences or list(dict.fromkeys(asked or [each.sequence for each in task.asked]))


def _attachment(task: InformationTask, document: SuppliedDocument, sequence: int, place: int) -> Attachment:
    """PWK with the control number or the context under which the document was asked for, or a number of ours."""
    same = [each.attachment for each in task.asked if each.attachment and each.code == document.code]
    here = [each.attachment for each in task.asked if each.attachment and each.sequence == sequence]
    found = [*(each for each in same if each in here), *same, *here]
    asked = found[0] if found else None
    code = document.code or next((each.loinc_code for each in task.asked if each.loinc_code), "")
    return Attachment(
        report_type=asked.report_type if asked else SUPPORTING,
        transmission=ELECTRONIC,
        control_number=(asked.control_number if asked else task.context(sequence)) or f"{task.id}-{place}",
        description=asked.description if asked else f"LOINC {code}".strip(),
        change=Change.ADDED,
        resource=document.resource.url,
    )
