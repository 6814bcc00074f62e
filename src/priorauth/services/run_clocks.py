"""Keep time: put clocks on a review, warn of those that bind, say which were missed, and do what the rules then say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from priorauth.domain.clocks import (
    ClockKind,
    ClockState,
    Extension,
    Occurrence,
    OnBreach,
    ReviewClocks,
    RunningClock,
    extended,
)
from priorauth.domain.determinations import CertificationAction, Determination, ItemDecision, ReviewerRole
from priorauth.domain.events import ClockBreached, ClockEvent, ClockWarned, DeterminationRecorded
from priorauth.domain.parties import DestinationId, PayerId
from priorauth.domain.reviews import Leg, LegState, ReviewId, ServiceReview
from priorauth.routing.clock_rules import ClockBook
from priorauth.routing.deadlines import ClockItem, Weighed, Where, clocks_on, dates_in, weigh
from priorauth.routing.fact import Facts
from priorauth.services.clock_history import Reviewed, reviewed
from priorauth.services.ports import NotKnown, UnitOfWork, Work
from priorauth.services.turns import again_on_conflict

BATCH = 100
LEASE = timedelta(seconds=30)
"""How long the clocks of a review are left to whoever claimed them."""
AFTER = timedelta(seconds=1)
"""A deadline is the last moment in time: it is missed a second later."""
UNWATCHED = frozenset({ClockKind.WINDOW, ClockKind.LEAD_TIME})
"""Kinds that nobody is warned of: rights that end, and what is counted back."""
THE_CLOCK = DestinationId("clock")
"""Who decided what is deemed granted: nobody else did."""

FactsOf = Callable[[ServiceReview, Mapping[str, object] | None], Mapping[int, Facts]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunClocks:
    """Everything that is done about clocks. Each part may be repeated without harm."""

    unit_of_work: UnitOfWork
    books: Mapping[PayerId, ClockBook]
    facts_of: FactsOf
    now: Callable[[], datetime]
    new_id: Callable[[str], str]

    async def start(
        self, work: Work, review: ServiceReview, legs: Sequence[Leg], directory: Mapping[str, object] | None
    ) -> None:
        """Put on a review what its payer and the law say, in the transaction that routes it."""
        if review.payer is None:
            return
        book = self.books[review.payer]
        facts = self.facts_of(review, directory)
        leg_of = {sequence: leg.id for leg in legs for sequence in leg.sequences}
        items = [
            ClockItem(
                sequence=item.sequence,
                facts=facts[item.sequence],
                group=leg_of.get(item.sequence, ""),
                where=Where.DECIDED if item.sequence in leg_of else Where.ANSWERED,
            )
            for item in review.items
        ]
        running = clocks_on(book, items, book.calendar.day_of(review.received_at))
        clocks = ReviewClocks(
            review_id=review.id,
            payer=review.payer,
            version=book.version,
            clocks=running,
            recorded=dates_in(items, book.calendar),
        )
        await self._save(work, Reviewed(review, clocks, (), (), ()))

    async def show(self, review_id: ReviewId) -> tuple[ReviewClocks, tuple[Weighed, ...]]:
        """The clocks of a review as they stand now; NotKnown where none were put on it."""
        async with self.unit_of_work.reading() as work:
            found = await reviewed(work, review_id)
        if found is None:
            raise NotKnown("the review has no clocks")
        return found.clocks, self._weigh(found)

    async def notice_due(self, work: Work, review_id: ReviewId) -> Mapping[int, datetime]:
        """When the payer wants to be told of items, in its own time, where a clock that binds says so."""
        found = await reviewed(work, review_id)
        if found is None:
            return {}
        zone = self.books[found.clocks.payer].calendar.zone
        due: dict[int, datetime] = {}
        for one in self._weigh(found):
            at = one.standing.due_at
            if at is not None and one.binds and one.running.clock.kind is ClockKind.NOTIFICATION:
                due |= {sequence: min(at, due.get(sequence, at)) for sequence in one.running.sequences}
        return {sequence: at.astimezone(zone) for sequence, at in due.items()}

    @again_on_conflict
    async def record(self, review_id: ReviewId, occurrence: Occurrence, at: datetime) -> None:
        """Write down something that only clocks need to know, such as a notice. The first stands."""
        async with self.unit_of_work() as work:
            await self.record_within(work, review_id, occurrence, at)

    async def record_within(self, work: Work, review_id: ReviewId, occurrence: Occurrence, at: datetime) -> None:
        """Write it down as part of a transaction in which more happens."""
        found = await self._known(work, review_id)
        recorded = {occurrence: at, **found.clocks.recorded}
        await self._save(work, replace(found, clocks=replace(found.clocks, recorded=recorded)))

    @again_on_conflict
    async def extend(self, review_id: ReviewId, clock_id: str, extension: Extension) -> None:
        """Move a deadline as the law allows. ValueError where it does not, or no such clock is running."""
        async with self.unit_of_work() as work:
            await self.extend_within(work, review_id, clock_id, extension)

    async def extend_within(self, work: Work, review_id: ReviewId, clock_id: str, extension: Extension) -> None:
        """Move it as part of a transaction in which more happens."""
        found = await self._known(work, review_id)
        if clock_id not in {one.clock.id for one in found.clocks.clocks}:
            raise ValueError("the review has no such clock")
        clocks = tuple(extended(one, extension) if one.clock.id == clock_id else one for one in found.clocks.clocks)
        await self._save(work, replace(found, clocks=replace(found.clocks, clocks=clocks)))

    @again_on_conflict
    async def follow(self, review_id: ReviewId) -> None:
        """Look when the next clock needs a look, after something happened to a review."""
        async with self.unit_of_work() as work:
            if found := await reviewed(work, review_id):
                await self._save(work, found)

    async def due(self) -> Sequence[ReviewId]:
        """The reviews whose clocks need a look. For a while they are nobody else's."""
        async with self.unit_of_work.glancing() as work:
            if not await work.clocks_due(self.now(), 1):
                return ()
        async with self.unit_of_work() as work:
            return await work.claim_clocks_due(self.now(), self.now() + LEASE, BATCH)

    @again_on_conflict
    async def look(self, review_id: ReviewId) -> Sequence[ClockEvent]:
        """Warn of clocks, say which were missed, and grant what the law then deems granted: each once."""
        said: list[ClockEvent] = []
        async with self.unit_of_work() as work:
            found = await reviewed(work, review_id)
            if found is None:
                return ()
            clocks = [await self._looked(work, found, one, said) for one in self._weigh(found)]
            found = replace(found, clocks=replace(found.clocks, clocks=tuple(clocks)))
            await self._save(work, found)
            for event in said:
                await work.publish(event)
        return said

    async def _known(self, work: Work, review_id: ReviewId) -> Reviewed:
        found = await reviewed(work, review_id)
        if found is None:
            raise NotKnown("the review has no clocks")
        return found

    async def _looked(self, work: Work, found: Reviewed, one: Weighed, said: list[ClockEvent]) -> RunningClock:
        """One clock after a look. What is granted was told of in an earlier transaction."""
        running, stand, now = one.running, one.standing, self.now()
        if found.is_over or not is_watched(one) or stand.due_at is None or stand.met_at is not None:
            return running
        if grants(running):
            await self._grant(work, found, running)
            return replace(running, granted_at=now)
        if running.warned_at is None and stand.warn_at is not None and now >= stand.warn_at:
            said.append(self._event(ClockWarned, found.review, one))
            running = replace(running, warned_at=now)
        if running.breached_at is None and now > stand.due_at:
            said.append(self._event(ClockBreached, found.review, one))
            running = replace(running, breached_at=now)
        return running

    def _event(self, of: type[ClockEvent], review: ServiceReview, one: Weighed) -> ClockEvent:
        clock, stand = one.running.clock, one.standing
        assert stand.due_at is not None
        return of(
            id=self.new_id("evt"),
            at=self.now(),
            review_id=review.id,
            payer=review.payer,
            clock=clock.id,
            title=clock.title,
            citation=clock.citation,
            kind=clock.kind,
            sequences=one.running.sequences,
            started_at=stand.started_at or review.received_at,
            due_at=stand.due_at,
            on_breach=clock.on_breach,
        )

    async def _grant(self, work: Work, found: Reviewed, running: RunningClock) -> None:
        """Record that what is still open of the clock's items is granted, because nobody decided in time."""
        review = found.review
        undecided = {sequence for sequence in running.sequences if found.decision(sequence) is None}
        for leg in await work.legs(review.id):
            open_items = [sequence for sequence in leg.sequences if sequence in undecided]
            if not open_items or not leg.is_open or leg.adds_to is not None:
                continue
            said = granted(review.id, leg, open_items, running, self.now())
            if await work.add_determination(said):
                await work.save_leg(replace(leg, state=LegState.DECIDED))
                await work.publish(
                    DeterminationRecorded(
                        id=self.new_id("evt"),
                        at=self.now(),
                        review_id=review.id,
                        payer=review.payer,
                        determination=said,
                    )
                )

    def _weigh(self, found: Reviewed) -> tuple[Weighed, ...]:
        book = self.books[found.clocks.payer]
        histories = [found.history(one.sequences, book.returned_counts_as) for one in found.clocks.clocks]
        return weigh(found.clocks.clocks, histories, book.calendar, self.now())

    async def _save(self, work: Work, found: Reviewed) -> None:
        await work.save_clocks(found.clocks, None if found.is_over else next_look(self._weigh(found)))


def is_watched(one: Weighed) -> bool:
    """True for a clock that somebody is told of: it binds, or what it leads to matters though another is due first."""
    matters = one.binds or (one.running.sure and one.running.clock.on_breach is OnBreach.DEEMED_GRANTED)
    return matters and one.running.clock.kind not in UNWATCHED


def grants(running: RunningClock) -> bool:
    """True where what was missed is to be granted: only by a rule that is sure to apply, after it was told of."""
    deemed = running.sure and running.clock.on_breach is OnBreach.DEEMED_GRANTED
    return deemed and running.breached_at is not None and running.granted_at is None


def next_look(weighed: Sequence[Weighed]) -> datetime | None:
    """When the next of these clocks needs a look."""
    moments: list[datetime] = []
    for one in weighed:
        running, stand = one.running, one.standing
        if not is_watched(one) or stand.due_at is None or stand.state is ClockState.MET:
            continue
        if running.breached_at is None:
            warn = running.warned_at is None and stand.warn_at is not None
            moments.append(min(stand.warn_at or stand.due_at, stand.due_at) if warn else stand.due_at + AFTER)
        elif grants(running):
            moments.append(running.breached_at)
    return min(moments) if moments else None


def granted(
    review_id: ReviewId, leg: Leg, sequences: Sequence[int], running: RunningClock, now: datetime
) -> Determination:
    """What the rule says of items that nobody decided in time: certified, by the clock, with the rule in the text."""
    clock = running.clock
    message = f"Deemed granted: not decided in time ({clock.id}, {clock.citation})"
    return Determination(
        id=f"deemed-{clock.id}-{leg.id}",
        review_id=review_id,
        leg_id=leg.id,
        decided_by=THE_CLOCK,
        decided_at=now,
        certification_number=leg.id,
        message=message,
        items=tuple(
            ItemDecision(
                sequence=sequence,
                action=CertificationAction.CERTIFIED_IN_TOTAL,
                certification_number=leg.id,
                message=message,
                reviewer=ReviewerRole.AUTOMATION,
                decided_by=THE_CLOCK,
            )
            for sequence in sequences
        ),
    )
