"""Record what people do about a decision: a talk, a notice, a reconsideration, an appeal. Never an edit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from priorauth.domain.clocks import Extension, Occurrence
from priorauth.domain.events import StepRecorded
from priorauth.domain.parties import PayerId
from priorauth.domain.reviews import ReviewId, ServiceReview
from priorauth.domain.steps import Step, StepKind
from priorauth.routing.clock_rules import ClockBook, RequestClass
from priorauth.routing.deadlines import class_of
from priorauth.routing.determination_rules import DeterminationBook
from priorauth.routing.disputes import COUNTED_AS, Dispute, adverse_items, why_not
from priorauth.services.clock_history import reviewed
from priorauth.services.ports import NotKnown, UnitOfWork, Work
from priorauth.services.return_determination import latest_by_item
from priorauth.services.run_clocks import RunClocks
from priorauth.services.tell_notices import TellNotices, steps_of
from priorauth.services.turns import again_on_conflict


class StepRefused(Exception):
    """A step that cannot be taken: why, in a fixed text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordStep:
    """Records a step where the payer's documents allow it, and lets clocks know."""

    unit_of_work: UnitOfWork
    books: Mapping[PayerId, DeterminationBook]
    run_clocks: RunClocks
    tell: TellNotices
    now: Callable[[], datetime]
    new_id: Callable[[str], str]

    @again_on_conflict
    async def __call__(self, review_id: ReviewId, step: Step) -> StepRecorded:
        """The event that tells of it. NotKnown where there is no such review, StepRefused where it may not be taken."""
        if step.happened_at > self.now():
            raise StepRefused("a step is recorded after it happened")
        async with self.unit_of_work() as work:
            review = await work.review(review_id)
            if review.payer is None:
                raise StepRefused("the review is of no payer of ours")
            dispute = await self._dispute(work, review, step)
            clocks = self.run_clocks.books[review.payer]
            if why := why_not(step, dispute, self.books[review.payer], clocks):
                raise StepRefused(why)
            await self._tell_clocks(work, review_id, step)
            event = StepRecorded(
                id=self.new_id("evt"), at=self.now(), review_id=review_id, payer=review.payer, step=step
            )
            await work.publish(event)
            await self.tell.stepped(work, review, step)
        return event

    async def of(self, review_id: ReviewId) -> list[Step]:
        """The steps of a review so far."""
        async with self.unit_of_work.reading() as work:
            return await steps_of(work, await work.review(review_id))

    async def _dispute(self, work: Work, review: ServiceReview, step: Step) -> Dispute:
        assert review.payer is not None
        determinations = await work.determinations(review.id)
        decisions = {
            sequence: item for sequence, item in latest_by_item(determinations, is_split=False).items() if item.is_final
        }
        dispute = Dispute(
            review=review,
            decisions=decisions,
            steps=await steps_of(work, review),
            classes=self._classes(review, self.run_clocks.books[review.payer]),
        )
        return Dispute(
            review=review,
            decisions=decisions,
            steps=dispute.steps,
            classes=dispute.classes,
            happened=await self._happened(work, review, [item.sequence for item in adverse_items(step, dispute)]),
        )

    def _classes(self, review: ServiceReview, clocks: ClockBook) -> frozenset[RequestClass]:
        """The kinds of request that the items may be."""
        found: set[RequestClass] = set()
        for facts in self.run_clocks.facts_of(review, None).values():
            found |= class_of(clocks, facts)[0]
        return frozenset(found)

    async def _happened(self, work: Work, review: ServiceReview, sequences: list[int]) -> Mapping[Occurrence, datetime]:
        """What windows are counted from."""
        found = await reviewed(work, review.id)
        if found is None or not sequences:
            return {}
        assert review.payer is not None
        return found.history(sequences, self.run_clocks.books[review.payer].returned_counts_as).happened

    async def _tell_clocks(self, work: Work, review_id: ReviewId, step: Step) -> None:
        try:
            if step.kind is StepKind.DEADLINE_EXTENDED:
                told = step.to is not None
                extension = Extension(days=step.days or 0, reason=step.reason, notice_sent=told, at=step.happened_at)
                await self.run_clocks.extend_within(work, review_id, step.clock, extension)
            elif step.kind in COUNTED_AS:
                await self.run_clocks.record_within(work, review_id, COUNTED_AS[step.kind], step.happened_at)
        except NotKnown:
            if step.kind is StepKind.DEADLINE_EXTENDED:
                raise StepRefused("the review has no clocks") from None
        except ValueError as fault:
            raise StepRefused(str(fault)) from None
