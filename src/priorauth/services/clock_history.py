"""What happened to items of a review, as clocks see it, from what the store has of it."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from priorauth.domain.clocks import Decided, History, Occurrence, ReviewClocks, Wait
from priorauth.domain.determinations import CertificationAction, Determination, ItemDecision
from priorauth.domain.information import InformationTask
from priorauth.domain.reviews import ReviewId, ReviewState, ServiceReview
from priorauth.routing.deadlines import information_complete
from priorauth.services.ports import ReplyRecord, Work

DENYING = frozenset({CertificationAction.NOT_CERTIFIED, CertificationAction.CERTIFIED_PARTIALLY})


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A review with everything that clocks follow from."""

    review: ServiceReview
    clocks: ReviewClocks
    determinations: Sequence[Determination]
    tasks: Sequence[InformationTask]
    replies: Sequence[ReplyRecord]

    @property
    def is_over(self) -> bool:
        """True where nothing will be decided any more: cancelled, or rejected before routing."""
        return self.review.state in (ReviewState.CANCELLED, ReviewState.REJECTED)

    def history(self, sequences: Sequence[int], returned_counts_as: AbstractSet[Occurrence]) -> History:
        """What happened to these items. Notices that were recorded count before those that a reply stands for."""
        happened = {Occurrence.RECEIPT: self.review.received_at}
        waits = self._waits()
        complete = information_complete(self.review.received_at, waits)
        if complete is not None:
            happened[Occurrence.INFORMATION] = complete
        decisions = [found for sequence in sequences if (found := self.decision(sequence)) is not None]
        decided = None
        if len(decisions) == len(sequences):
            happened[Occurrence.DECISION] = max(at for at, _ in decisions)
            denied = any(action in DENYING for _, action in decisions)
            decided = Decided.DENIAL if denied else Decided.APPROVAL
            returned = self._returned(sequences)
            if returned is not None:
                happened |= dict.fromkeys((Occurrence.RETURNED, *returned_counts_as), returned)
        return History(happened={**happened, **self.clocks.recorded}, decided=decided, waits=waits)

    def decision(self, sequence: int) -> tuple[datetime, CertificationAction | None] | None:
        """When an item was first decided for good, and how."""
        for determination in self.determinations:
            for item in determination.items:
                if item.sequence == sequence and is_final(item, determination):
                    return determination.decided_at, item.action
        return None

    def _returned(self, sequences: Sequence[int]) -> datetime | None:
        """When the first reply went out that says of all these items what was decided."""
        for record in self.replies:
            final = {item.sequence for item in record.reply.items if item.is_final}
            if record.channel and final >= set(sequences):
                return record.reply.made_at
        return None

    def _waits(self) -> tuple[Wait, ...]:
        return tuple(Wait(task.requested_at, None if task.state.is_open else task.changed_at) for task in self.tasks)


def is_final(item: ItemDecision, determination: Determination) -> bool:
    """True where the item is decided, or its leg was rejected as a whole."""
    return item.is_final or bool(determination.rejections)


async def reviewed(work: Work, review_id: ReviewId) -> Reviewed | None:
    """A review with its clocks and all they follow from; None where no clocks were put on it."""
    clocks = await work.clocks(review_id)
    if clocks is None:
        return None
    return Reviewed(
        await work.review(review_id),
        clocks,
        await work.determinations(review_id),
        await work.tasks(review_id),
        await work.replies(review_id),
    )
