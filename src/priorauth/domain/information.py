"""What a decision still needs, whom it is asked of, and what was brought: one task per destination and kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from priorauth.domain.carried import CarriedResource
from priorauth.domain.parties import Address, Contact, Identifier, Name
from priorauth.domain.reviews import Attachment, LegId, ReviewId, ServiceReview, Trace

TaskId = NewType("TaskId", str)

QUESTIONNAIRE = "102089-0"
"""LOINC: asks to answer a questionnaire instead of sending a document (PAS ainfo-2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationRequest:
    """What a decision still needs: documents (PWK) and LOINC codes (HI LOI), and whom to send them to (NM1 L5)."""

    attachments: tuple[Attachment, ...] = ()
    loinc_codes: tuple[str, ...] = ()
    contact_name: Name | None = None
    contact_identifier: Identifier | None = None
    contact_address: Address | None = None
    contact: Contact | None = None

    @property
    def asks_for_something(self) -> bool:
        return bool(self.attachments or self.loinc_codes)

    def with_more(self, other: InformationRequest) -> InformationRequest:
        """What either asks for, each thing once; to be sent to whom this one says."""
        return replace(
            self,
            attachments=tuple(dict.fromkeys((*self.attachments, *other.attachments))),
            loinc_codes=tuple(dict.fromkeys((*self.loinc_codes, *other.loinc_codes))),
        )


class TaskKind(StrEnum):
    """What kind of thing a task asks for: there is one task of each (PAS ainfo-4, 6 and 7)."""

    REPORTS = "reports"  # PWK01
    DOCUMENTS = "documents"  # LOINC
    QUESTIONNAIRES = "questionnaires"  # LOINC 102089-0


class TaskState(StrEnum):
    """Where a task stands, in the words of FHIR."""

    REQUESTED = "requested"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in-progress"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    REJECTED = "rejected"  # the requester will not
    FAILED = "failed"  # the requester cannot
    CANCELLED = "cancelled"  # no longer asked for

    @property
    def is_open(self) -> bool:
        """True while the information is still wanted and may still come."""
        return self in _OPEN


_OPEN = {TaskState.REQUESTED, TaskState.RECEIVED, TaskState.ACCEPTED, TaskState.IN_PROGRESS, TaskState.ON_HOLD}


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing asked for: a report (PWK01), or a document or questionnaire (LOINC). `sequence` 0 is the event."""

    sequence: int
    attachment: Attachment | None = None
    loinc_code: str = ""

    @property
    def kind(self) -> TaskKind:
        if self.attachment:
            return TaskKind.REPORTS
        return TaskKind.QUESTIONNAIRES if self.loinc_code == QUESTIONNAIRE else TaskKind.DOCUMENTS

    @property
    def code(self) -> str:
        """The report type or the LOINC code."""
        return self.attachment.report_type if self.attachment else self.loinc_code


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppliedDocument:
    """A document that a requester brought: what it answers, for which items (none: the event), and the resource."""

    code: str = ""
    sequences: tuple[int, ...] = ()
    resource: CarriedResource = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationTask:
    """What one destination asks for of one kind. `leg_id` is the leg that it asks about.

    `answered_by` is the leg that brings the documents, once there is one.
    """

    id: TaskId
    review_id: ReviewId
    leg_id: LegId
    kind: TaskKind
    asked: tuple[Asked, ...]
    requested_at: datetime
    changed_at: datetime
    state: TaskState = TaskState.REQUESTED
    contexts: tuple[tuple[int, str], ...] = field(default=(), repr=False)  # of questionnaires: item, trace number
    documents: tuple[SuppliedDocument, ...] = ()
    answered_by: LegId | None = None

    def context(self, sequence: int) -> str:
        """The context of an item's questionnaire (PAS ainfo-3), or empty."""
        return next((found for at, found in self.contexts if at == sequence), "")

    def move(self, state: TaskState, at: datetime) -> InformationTask:
        return replace(self, state=state, changed_at=at)


def asks(event: InformationRequest | None, items: Mapping[int, InformationRequest | None]) -> list[Asked]:
    """Everything asked for, of the event and of items, each thing once."""
    found = list(_asks(0, event))
    for sequence, information in items.items():
        found.extend(_asks(sequence, information))
    return list(dict.fromkeys(found))


def _asks(sequence: int, information: InformationRequest | None) -> Iterator[Asked]:
    if information:
        yield from (Asked(sequence, attachment=each) for each in information.attachments)
        yield from (Asked(sequence, loinc_code=each) for each in information.loinc_codes if each.strip())


def by_kind(asked: Iterable[Asked]) -> Mapping[TaskKind, tuple[Asked, ...]]:
    """What is asked for, by kind, in the order of the kinds; without those that nothing is asked of."""
    everything = tuple(asked)
    found = {kind: tuple(each for each in everything if each.kind is kind) for kind in TaskKind}
    return {kind: of_kind for kind, of_kind in found.items() if of_kind}


def still_needed(
    information: InformationRequest | None, sequence: int, wanted: Sequence[Asked]
) -> InformationRequest | None:
    """What of a request for an item (0: the event) is among what is still wanted; None where nothing is."""
    if information is None:
        return None
    left = replace(
        information,
        attachments=tuple(each for each in information.attachments if Asked(sequence, each) in wanted),
        loinc_codes=tuple(each for each in information.loinc_codes if Asked(sequence, None, each) in wanted),
    )
    return left if left.asks_for_something else None


def contexts(
    review: ServiceReview,
    asked: Iterable[Asked],
    of_items: Mapping[int, Sequence[Trace]],
    of_event: Sequence[Trace],
) -> tuple[tuple[int, str], ...]:
    """The context of each questionnaire that is asked for, by item: the trace at the level that asks (PAS ainfo-3).

    `of_items` and `of_event` are the traces that the destination gave; what it asks of the event is asked of each of
    these items. An item's own trace is nearer to it than what its destination calls the event.
    """
    found: dict[int, str] = {}
    for each in asked:
        if each.kind is not TaskKind.QUESTIONNAIRES:
            continue
        if each.sequence:
            nearest = (*of_items.get(each.sequence, ()), *_own_traces(review, each.sequence), *of_event)
            found[each.sequence] = nearest[0].number if nearest else context_of(review, each.sequence)
            continue
        for sequence in of_items:
            of_all = (*of_event, *review.event.traces, *of_items[sequence])
            found.setdefault(sequence, of_all[0].number if of_all else review.id)
    return tuple(found.items())


def context_of(review: ServiceReview, sequence: int) -> str:
    """The trace that a questionnaire is known by where its destination gave none: the item's, else the event's."""
    traces = (*_own_traces(review, sequence), *review.event.traces)
    return traces[0].number if traces else review.id


def _own_traces(review: ServiceReview, sequence: int) -> Sequence[Trace]:
    return next((item.traces for item in review.items if item.sequence == sequence), ())
