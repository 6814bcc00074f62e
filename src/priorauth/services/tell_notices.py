"""Say which notices are due and what is worth a look, in the transaction that makes them so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from priorauth.domain.clocks import Occurrence
from priorauth.domain.determinations import CertificationAction, Determination
from priorauth.domain.events import DeterminationRemarked, NoticeDue, StepRecorded
from priorauth.domain.notices import NoticeTrigger
from priorauth.domain.parties import DestinationId, PayerId
from priorauth.domain.remarks import Remark
from priorauth.domain.review_keys import KeyKind, member_key
from priorauth.domain.reviews import CertificationType, ReviewId, ServiceReview
from priorauth.domain.routes import Route
from priorauth.domain.steps import Step
from priorauth.routing.adverse import is_adverse
from priorauth.routing.clock_rules import ClockBook
from priorauth.routing.determination_rules import DeterminationBook
from priorauth.routing.fact import Facts
from priorauth.routing.notices import Happening, due_notices, triggers_of
from priorauth.routing.remarks import Known, readmission_remarks, remarks_on
from priorauth.services.ports import Work
from priorauth.services.run_clocks import FactsOf
from priorauth.translate.events import payer_topic, read_event

ADMISSION_REVIEW = "AR"
"""UM01 of an admission review."""
FIRST = {CertificationType.INITIAL, CertificationType.REVISED}
ADMITTING = {"admission", "notification"}
EARLIER_STAYS = 100
"""How many of a member's reviews are looked through for a stay before."""
REMEMBERED = {"network_status", "facility_electronic"}
"""Facts of the directory that notices turn on, as routing remembers those it looked at."""
NOBODY = DestinationId("")


@dataclass(frozen=True, slots=True, kw_only=True)
class TellNotices:
    """Publishes what is due after routing, a determination, or a step. A repeat is not told of: nothing happened."""

    books: Mapping[PayerId, DeterminationBook]
    clock_books: Mapping[PayerId, ClockBook]
    facts_of: FactsOf
    now: Callable[[], datetime]
    new_id: Callable[[str], str]

    async def routed(self, work: Work, review: ServiceReview, directory: Mapping[str, object] | None) -> None:
        """After routing: notices of admissions, and earlier stays that this one may continue."""
        if review.payer is None or not review.event.admission_dates:
            return
        book, facts = self.books[review.payer], self.facts_of(review, directory)
        happened = self._happened(review)
        happenings = [
            Happening(item=item, facts=facts[item.sequence], triggers=found, happened=happened)
            for item in review.items
            if (found := _on_arrival(review, facts[item.sequence]))
        ]
        await self._tell(work, review, happenings)
        if happenings and book.said.readmissions:
            earlier = await self._earlier_stays(work, review)
            await self._remark(work, review, readmission_remarks(book, review, facts, earlier), None)

    async def determined(self, work: Work, review: ServiceReview, said: Determination) -> None:
        """After a determination: notices of what it decided, and what of it is worth a look."""
        final = [item for item in said.items if item.is_final and item.action is not CertificationAction.CANCELLED]
        if review.payer is None or not final:
            return
        book = self.books[review.payer]
        facts = self.facts_of(review, _remembered(await work.route(review.id)))
        happened = {**self._happened(review), Occurrence.DECISION: said.decided_at}
        happenings = [
            Happening(
                item=review.item(item.sequence),
                facts=facts[item.sequence],
                triggers=triggers_of(item, review.item(item.sequence), facts[item.sequence]),
                decision=item,
                happened=happened,
            )
            for item in final
        ]
        await self._tell(work, review, happenings)
        adverse = any(is_adverse(item, review.item(item.sequence)) for item in final)
        prior_id = await work.prior_of(review.id) if book.said.bound else None
        known = Known(
            facts=facts,
            earlier=[each for each in await work.determinations(review.id) if each.id != said.id],
            steps=frozenset(step.kind for step in await steps_of(work, review)) if adverse else frozenset(),
            prior=await work.review(prior_id) if prior_id else None,
        )
        await self._remark(work, review, remarks_on(book, review, said, known), said)

    async def stepped(self, work: Work, review: ServiceReview, step: Step) -> None:
        """After a step: notices that it makes due."""
        facts = self.facts_of(review, _remembered(await work.route(review.id)))
        wanted = step.sequences or tuple(item.sequence for item in review.items)
        happened = self._happened(review)
        await self._tell(
            work,
            review,
            [
                Happening(
                    item=review.item(sequence),
                    facts=facts[sequence],
                    triggers=frozenset({NoticeTrigger.STEP}),
                    step=step.kind,
                    happened={**happened, Occurrence.REVIEW_ORGANIZATION_NOTICE: step.happened_at},
                )
                for sequence in wanted
            ],
        )

    def _happened(self, review: ServiceReview) -> dict[Occurrence, datetime]:
        """What deadlines of notices are counted from. Nobody knows the hour of a day, so it begins."""
        assert review.payer is not None
        start_of = self.clock_books[review.payer].calendar.start_of_day
        happened = {Occurrence.RECEIPT: review.received_at}
        if review.event.admission_dates:
            happened[Occurrence.ADMISSION] = start_of(review.event.admission_dates.start)
        if review.event.discharge_date:
            happened[Occurrence.DISCHARGE] = start_of(review.event.discharge_date)
            happened[Occurrence.LAST_COVERED_DAY] = start_of(review.event.discharge_date)
        return happened

    async def _tell(self, work: Work, review: ServiceReview, happenings: Sequence[Happening]) -> None:
        assert review.payer is not None
        for notice in due_notices(self.books[review.payer], self.clock_books[review.payer], happenings):
            await work.publish(
                NoticeDue(id=self.new_id("evt"), at=self.now(), review_id=review.id, payer=review.payer, notice=notice)
            )

    async def _remark(
        self, work: Work, review: ServiceReview, remarks: Iterable[Remark], said: Determination | None
    ) -> None:
        found = tuple(remarks)
        if found:
            await work.publish(
                DeterminationRemarked(
                    id=self.new_id("evt"),
                    at=self.now(),
                    review_id=review.id,
                    payer=review.payer,
                    determination_id=said.id if said else "",
                    decided_by=said.decided_by if said else NOBODY,
                    remarks=found,
                )
            )

    async def _earlier_stays(self, work: Work, review: ServiceReview) -> list[ServiceReview]:
        key = member_key(review.payer, review.subscriber.identifier.value)
        if not key:
            return []
        found: Sequence[ReviewId] = await work.reviews_by_key(KeyKind.MEMBER, key, partner=None, limit=EARLIER_STAYS)
        return [await work.review(review_id) for review_id in found]


def _on_arrival(review: ServiceReview, facts: Facts) -> frozenset[NoticeTrigger]:
    """What an admission makes due as soon as it is told of: the event says that it is one, or the item does."""
    admits = review.event.category == ADMISSION_REVIEW and review.event.certification in FIRST
    found = {NoticeTrigger.ADMISSION} if admits or facts["review_type"][0] in ADMITTING else set()
    if facts["setting"][0] == "observation":
        found.add(NoticeTrigger.OBSERVATION)
    return frozenset(found)


def _remembered(route: Route | None) -> Mapping[str, object] | None:
    """What the directory said when the review was routed, of what routing looked at."""
    found: dict[str, object] = {}
    for item in route.items if route else ():
        for fact in item.facts:
            if fact.name in REMEMBERED and fact.value is not None:
                found[fact.name] = {"true": True, "false": False}.get(fact.value.lower(), fact.value)
    return found or None


async def steps_of(work: Work, review: ServiceReview) -> list[Step]:
    """The steps that were recorded of a review, in order: events are all there is of them."""
    if review.payer is None:
        return []
    topic = payer_topic(review.payer)
    stored = [each for each in await work.events_of(review.id) if each.type == StepRecorded.type]
    events = [read_event(each.body) for each in stored if each.topic == topic]
    return [event.step for event in events if isinstance(event, StepRecorded)]
