"""Put a reply together: every item in the original order, decided or pended, once per change."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce

from priorauth.domain.determinations import (
    CertificationAction,
    Determination,
    InformationRequest,
    ItemDecision,
    Reply,
)
from priorauth.domain.information import Asked, InformationTask, still_needed
from priorauth.domain.reviews import Leg, LegId, LegState, ReviewId, ReviewState, ServiceReview
from priorauth.domain.routes import ItemRoute, Outcome, Route
from priorauth.services.answer_by_rule import ANSWERS, TOLD_OF_NOTICE, answer_by_rule, words_of
from priorauth.services.ports import ReplyRecord, UnitOfWork, Work
from priorauth.services.prior_reviews import (
    cancel_prior_reviews,
    follows_prior_review,
    left_alone,
    takes_over,
    updates_of,
)
from priorauth.services.turns import again_on_conflict

WAITED_FOR = {LegState.PLANNED, LegState.DISPATCHED}
DISCLAIMER = "Certification is not a guarantee of payment; it is subject to eligibility on the date of service."
"""Said with every certification (um-catalogue G-07)."""

NOTHING_BEFORE: Mapping[int, ItemDecision] = {}
NOTHING_DUE: Mapping[int, datetime] = {}

NoticeDue = Callable[[Work, ReviewId], Coroutine[object, object, Mapping[int, datetime]]]
"""When the payer wants to be told of items, by their sequences."""


async def nothing_due(work: Work, review_id: ReviewId) -> Mapping[int, datetime]:  # noqa: ARG001 - as NoticeDue
    """Nobody keeps time."""
    return NOTHING_DUE


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnDetermination:
    """Makes the next reply to a review when there is something new to say; else changes nothing.

    The first reply waits for every awaited leg, unless `time_is_over`.
    """

    unit_of_work: UnitOfWork
    now: Callable[[], datetime]
    notice_due: NoticeDue = nothing_due

    @again_on_conflict
    async def __call__(self, review_id: ReviewId, *, time_is_over: bool = False) -> bool:
        """False where there was no reply before: an open request waits for the first one."""
        async with self.unit_of_work() as work:
            review = await work.review(review_id)
            if review.state in (ReviewState.REJECTED, ReviewState.CANCELLED):
                return True
            updates = await updates_of(work, review)
            replies = await work.replies(review_id)
            if not (replies and any(is_heard_instead(update, review) for update in updates)):
                await self._reply(work, review, replies, time_is_over=time_is_over)
        for update in updates:
            await self(update.id)
        return bool(replies)

    async def _reply(
        self, work: Work, review: ServiceReview, replies: Sequence[ReplyRecord], *, time_is_over: bool
    ) -> None:
        route = await work.route(review.id)
        legs = await work.legs(review.id)
        if not replies and not time_is_over and (route is None or is_waiting(legs)):
            return
        said = await work.determinations(review.id)
        before = await taken_over(work, review)
        tasks = await open_tasks(work, review, before)
        tells_of_notice = route is not None and any(item.outcome in TOLD_OF_NOTICE for item in route.items)
        due = await self.notice_due(work, review.id) if tells_of_notice else NOTHING_DUE
        reply = make_reply(review, route, legs, said, before, tasks, number=len(replies) + 1, now=self.now(), due=due)
        if replies and not is_news(replies[-1].reply, reply):
            return
        await work.add_reply(ReplyRecord(reply=reply))
        if review.state is not ReviewState.RECEIVED:
            after = review.move(state_after(reply))
            await work.save_review(after)
            if after.state is ReviewState.CANCELLED and follows_prior_review(review):
                await cancel_prior_reviews(work, review)


def is_heard_instead(update: ServiceReview, review: ServiceReview) -> bool:
    """True where the requester is told of an update in the review's place: on the same rail, of all its items."""
    return takes_over(update, review) and update.arrived_as == review.arrived_as


async def taken_over(work: Work, review: ServiceReview) -> Mapping[int, ItemDecision]:
    """What was decided, there or before, of the items of the prior review that an update leaves as they were."""
    decided: dict[int, ItemDecision] = {}
    prior_id = await work.prior_of(review.id) if review.prior else None
    if prior_id is None:
        return decided
    prior = await work.review(prior_id)
    alone = left_alone(review, prior)
    if not alone:
        return decided
    route, legs, said = await work.route(prior_id), await work.legs(prior_id), await work.determinations(prior_id)
    before = await taken_over(work, prior)
    tasks = await open_tasks(work, prior, before)
    reply = make_reply(prior, route, legs, said, before, tasks, number=1, now=prior.received_at)
    return {item.sequence: item for item in reply.items if item.sequence in alone}


async def open_tasks(
    work: Work, review: ServiceReview, before: Mapping[int, ItemDecision]
) -> Sequence[InformationTask]:
    """What is asked for and was not brought yet: of this review, and of the items that it takes over."""
    tasks = [replace(task, documents=()) for task in await work.tasks(review.id) if task.state.is_open]
    prior_id = await work.prior_of(review.id) if before else None
    if prior_id is not None:
        earlier = await open_tasks(work, await work.review(prior_id), before)
        tasks += [task for task in earlier if any(asked.sequence in before for asked in task.asked)]
    return tasks


def is_waiting(legs: Sequence[Leg]) -> bool:
    """True while an open request still waits for a destination's first answer."""
    return any(leg.awaited and leg.state in WAITED_FOR for leg in legs)


async def is_unanswered(work: Work, review_id: ReviewId, legs: Sequence[Leg]) -> bool:
    """True where nothing can be said of a review yet: a first answer is waited for, and no update follows it."""
    return is_waiting(legs) and not await work.replies(review_id) and not await work.followers_of(review_id)


def is_news(last: Reply, reply: Reply) -> bool:
    """True where the reply says something else than the last one did."""
    return replace(reply, number=last.number, made_at=last.made_at) != last


def state_after(reply: Reply) -> ReviewState:
    """The state of a review that was answered so."""
    if reply.more_to_come:
        return ReviewState.PENDED
    if all(item.action is CertificationAction.CANCELLED for item in reply.items):
        return ReviewState.CANCELLED
    return ReviewState.DETERMINED


def make_reply(
    review: ServiceReview,
    route: Route | None,
    legs: Sequence[Leg],
    said: Sequence[Determination],
    before: Mapping[int, ItemDecision] = NOTHING_BEFORE,
    tasks: Sequence[InformationTask] = (),
    *,
    number: int,
    now: datetime,
    due: Mapping[int, datetime] = NOTHING_DUE,
) -> Reply:
    """Everything known of a review at this moment. Later determinations of an item replace earlier ones.

    `before` is what was decided of items that this review takes over from an earlier one, `tasks` are the open ones,
    `due` is when the payer wants to be told of items.
    """
    roots = {leg.id: leg.root for leg in legs}
    said = [without_what_came(each, [task for task in tasks if task.leg_id == root_of(each, roots)]) for each in said]
    parts = set(roots.values())
    decided = latest_by_item(said, is_split=len(parts) > 1)
    routes = {item.sequence: item for item in route.items} if route else {}
    items = tuple(
        worded(
            told_why(
                decided.get(item.sequence)
                or before.get(item.sequence)
                or undecided(item.sequence, routes.get(item.sequence), legs, due.get(item.sequence)),
                routes.get(item.sequence),
            )
        )
        for item in review.items
    )
    events = latest_by_leg(said, roots)
    whole = events if len(parts) == 1 else []
    certifies = any(item.action and item.action.certifies for item in items)
    return Reply(
        review_id=review.id,
        number=number,
        made_at=now,
        items=items,
        rejections=tuple(each for determination in whole for each in determination.rejections),
        certification_number=first(d.certification_number for d in whole),
        administrative_number=first(d.administrative_number for d in events) or review.id,
        information=joined_information(events),
        traces=tuple(dict.fromkeys(trace for determination in events for trace in determination.traces)),
        message=" ".join(dict.fromkeys(filter(None, [d.message for d in events] + [DISCLAIMER * certifies]))),
        tasks=tuple(tasks),
    )


def worded(item: ItemDecision) -> ItemDecision:
    """The decision with its next review in the text, where the formats of replies have a place for it."""
    if item.next_review is None or item.next_review.text in item.message:
        return item
    return replace(item, message=" ".join(filter(None, [item.message, item.next_review.text])))


def root_of(said: Determination, roots: Mapping[LegId, LegId]) -> LegId:
    """The leg that a determination is of, where it answers one that only brought documents to it."""
    return roots.get(said.leg_id, said.leg_id)


def without_what_came(said: Determination, tasks: Sequence[InformationTask]) -> Determination:
    """The determination, asking only for what its leg's open tasks still ask for."""
    wanted = [asked for task in tasks for asked in task.asked]
    items = tuple(waiting_again(item, wanted) if item.information else item for item in said.items)
    return replace(said, items=items, information=still_needed(said.information, 0, wanted))


def waiting_again(item: ItemDecision, wanted: Sequence[Asked]) -> ItemDecision:
    """The decision without what came. The reasons and the message of a pended item are those of asking: they end."""
    left = still_needed(item.information, item.sequence, wanted)
    if left is None and item.action is CertificationAction.PENDED:
        return replace(item, information=None, reason_codes=(), message="")
    return replace(item, information=left)


def undecided(sequence: int, route: ItemRoute | None, legs: Sequence[Leg], notice_due: datetime | None) -> ItemDecision:
    """The answer to an item that no destination has decided: routing's own answer, or pended with whoever decides."""
    has_leg = any(sequence in leg.sequences for leg in legs if leg.state is not LegState.DECLINED)
    if route is None or (has_leg and ANSWERS[route.outcome] is not CertificationAction.PENDED):
        return ItemDecision(sequence=sequence, action=CertificationAction.PENDED)
    return answer_by_rule(route, notice_due)


def told_why(item: ItemDecision, route: ItemRoute | None) -> ItemDecision:
    """The decision; of an item that waits for the payer's desk and says nothing, with why it went there."""
    if item.action is not CertificationAction.PENDED or item.message or item.information or route is None:
        return item
    return replace(item, message=words_of(route)) if route.outcome is Outcome.MANUAL else item


def latest_by_item(said: Sequence[Determination], *, is_split: bool) -> Mapping[int, ItemDecision]:
    """The last word on each item: a decision is not taken back by a later "pended"."""
    latest: dict[int, ItemDecision] = {}
    for determination in said:
        for each in determination.items:
            item = by_itself(each, determination, is_split=is_split)
            item = asking_on(item, latest.get(item.sequence))
            if item.is_final or item.sequence not in latest or not latest[item.sequence].is_final:
                latest[item.sequence] = item
    return latest


def asking_on(item: ItemDecision, before: ItemDecision | None) -> ItemDecision:
    """The decision; of a pended item that says nothing new, with what it asked for before and still needs."""
    if before is None or before.information is None or item.information or item.is_final:
        return item
    return replace(
        item,
        information=before.information,
        reason_codes=before.reason_codes,
        message=before.message,
        traces=tuple(dict.fromkeys((*before.traces, *item.traces))),  # one is what a questionnaire is known by
    )


def by_itself(item: ItemDecision, determination: Determination, *, is_split: bool) -> ItemDecision:
    """The decision with what its leg says of all items, so that no leg speaks for another's.

    What rejects the whole leg is said of each item, and in a split review so is the leg's own number (decision 11).
    """
    if item.action is None and not item.rejections:
        action = None if determination.rejections else CertificationAction.PENDED
        item = replace(item, action=action, rejections=determination.rejections)
    if is_split and not item.administrative_number:
        item = replace(item, administrative_number=determination.administrative_number)
    return item


def latest_by_leg(said: Sequence[Determination], roots: Mapping[LegId, LegId]) -> Sequence[Determination]:
    """The last determination of each leg, in the order in which the legs first answered."""
    latest: dict[str, Determination] = {}
    for determination in said:
        root = root_of(determination, roots)
        before = latest.get(root)
        if before and before.information and not all(item.is_final for item in determination.items):
            determination = replace(
                determination,
                information=determination.information or before.information,
                traces=determination.traces or before.traces,
            )
        latest[root] = determination
    return list(latest.values())


def first(values: Iterable[str]) -> str:
    """The first of the texts that is not empty, or empty."""
    return next(filter(None, values), "")


def joined_information(said: Sequence[Determination]) -> InformationRequest | None:
    """What all legs still need at event level, as one request; the contact is the first one's."""
    asked = [determination.information for determination in said if determination.information]
    return reduce(InformationRequest.with_more, asked) if asked else None
