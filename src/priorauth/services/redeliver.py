"""Send again what was sent of a review, the same bytes and ids: to destinations, requesters, subscribers, payers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from priorauth.domain.exchange import Answer
from priorauth.domain.parties import DestinationId
from priorauth.domain.replays import Effect, Part, done, failed, left
from priorauth.domain.reviews import Format, Leg, LegId, LegState, ReviewId, ServiceReview
from priorauth.domain.subscriptions import SubscriptionState
from priorauth.services.answer_message import PRESENT
from priorauth.services.bus import LetterDecision
from priorauth.services.catch_up import MAILBOX
from priorauth.services.circuits import Circuits, HeldBack
from priorauth.services.delegate_ports import DelegateTransport, DirectTransport, Refused
from priorauth.services.ports import Direction, MailboxEntry, Message, Retryable, UnitOfWork, Work
from priorauth.services.turns import again_on_conflict

SENT = (LegState.DISPATCHED, LegState.PENDED)
NOT_THERE = "there is no such destination any more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeliver:
    """Nothing that is stored of a review changes by it, but for a leg that was given up: that has its attempts anew."""

    unit_of_work: UnitOfWork
    transports: Mapping[DestinationId, DelegateTransport]
    record_answer: Callable[[Work, Answer], Awaitable[object]]
    circuits: Circuits
    now: Callable[[], datetime]
    new_id: Callable[[str], str]

    async def call(self, review_id: ReviewId) -> Mapping[LegId, Effect]:
        """Call the destinations of the review's undecided legs again, outside of any transaction."""
        async with self.unit_of_work.reading() as work:
            sent = [(leg, await sent_as(work, leg)) for leg in await work.legs(review_id) if leg.state in SENT]
        return {
            leg.id: await self._call(leg, message, transport)
            for leg, message in sent
            if message and isinstance(transport := self.transports.get(leg.destination), DirectTransport)
        }

    async def _call(self, leg: Leg, message: Message, transport: DirectTransport) -> Effect:
        try:
            with self.circuits.calling(leg.destination, leg.id):
                answer = await transport.send(message)
        except HeldBack:
            return failed("leg", leg.id, "the destination is left alone for now: its circuit is open")
        except (Retryable, Refused) as problem:
            return failed("leg", leg.id, str(problem))
        if answer is not None:
            await self._record(replace(answer, in_reply_to=leg.id))
        return done("leg", leg.id, f"sent to {leg.destination}")

    @again_on_conflict
    async def _record(self, answer: Answer) -> None:
        async with self.unit_of_work() as work:
            await self.record_answer(work, answer)

    async def within(
        self,
        work: Work,
        review_id: ReviewId,
        parts: Sequence[Part],
        called: Mapping[LegId, Effect],
        *,
        is_dry: bool,
        by: str,
    ) -> Sequence[Effect]:
        """Everything else, as part of a transaction, with what came of the calls; in a dry run what would be sent."""
        review = await work.review(review_id)
        effects: list[Effect] = []
        for leg in await work.legs(review.id) if Part.LEGS in parts else ():
            if effect := called.get(leg.id) or await self._leg(work, leg, is_dry=is_dry, by=by):
                effects.append(effect)
        if Part.REPLIES in parts and review.arrived_as is Format.X12_278:
            effects += await self._reply(work, review, is_dry=is_dry)
        if Part.NOTIFICATIONS in parts:
            effects += await self._notifications(work, review, is_dry=is_dry)
        if Part.EVENTS in parts:
            effects.append(await self._events(work, review, is_dry=is_dry))
        return effects

    async def _leg(self, work: Work, leg: Leg, *, is_dry: bool, by: str) -> Effect | None:
        """Hand over a leg that is not called for, or give one that was given up its attempts anew."""
        if leg.state is LegState.FAILED:
            if not is_dry:
                await self._plan_again(work, leg, by)
            return done("leg", leg.id, f"planned again for {leg.destination}")
        message = await sent_as(work, leg) if leg.state in SENT else None
        if message is None:
            return None
        transport = self.transports.get(leg.destination)
        if transport is None:
            return failed("leg", leg.id, NOT_THERE)
        if is_dry or isinstance(transport, DirectTransport) or await transport.again(work, message, self.now()):
            return done("leg", leg.id, f"sent to {leg.destination}")
        return failed("leg", leg.id, "it is not where it was put")

    async def _plan_again(self, work: Work, leg: Leg, by: str) -> None:
        """As an operator does who retries its dead letter, which is decided by that."""
        for letter in await work.dead_letters_about(leg.id):
            if letter.kind == "leg":
                await work.decide_dead_letter(letter.id, LetterDecision.RETRIED, self.now(), by)
        await work.save_leg(replace(leg, state=LegState.PLANNED, attempts=0), next_attempt_at=self.now())

    async def _reply(self, work: Work, review: ServiceReview, *, is_dry: bool) -> Sequence[Effect]:
        """Offer the last response in the sender's mailbox, whichever way it went out."""
        sent = [
            message
            for role, message in await work.messages_of(review.id)
            if role in (PRESENT, MAILBOX) and message.direction is Direction.SENT
        ]
        if not sent:
            return ()
        entry = await work.mailbox_entry_of(sent[-1].id)
        if entry and entry.acknowledged_at is None:
            return [left("reply", sent[-1].id, "it waits in the mailbox")]
        if entry and not is_dry:
            await work.offer_again(entry.id)
        elif not is_dry:
            at = self.now()
            await work.add_to_mailbox(
                MailboxEntry(id=self.new_id("box"), partner=review.partner, message_id=sent[-1].id, at=at)
            )
        return [done("reply", sent[-1].id, "put into the mailbox")]

    async def _notifications(self, work: Work, review: ServiceReview, *, is_dry: bool) -> Sequence[Effect]:
        """Tell each subscriber once more of the last answer that it was told of."""
        last = {each.subscription_id: each for each in await work.notifications_of(review.id)}
        effects = []
        for subscription_id, notification in last.items():
            subscription = await work.subscription(subscription_id)
            if subscription.state is not SubscriptionState.ACTIVE:
                effects.append(left("notification", notification.id, "its subscription is not active"))
            elif notification.delivered_at is None:
                effects.append(left("notification", notification.id, "it waits to be sent"))
            else:
                if not is_dry:
                    await work.tell_again(notification.id)
                    await work.wake_subscription(subscription_id, self.now())
                effects.append(done("notification", notification.id, f"sent to {subscription_id}"))
        return effects

    async def _events(self, work: Work, review: ServiceReview, *, is_dry: bool) -> Effect:
        if is_dry:
            count = len(await work.events_of(review.id))
        else:
            count = await work.publish_again(review.id, self.now())
        return done("events", review.id, f"{count} published")


async def sent_as(work: Work, leg: Leg) -> Message | None:
    """The message that a leg was sent as, or None where it never was."""
    dispatch = await work.dispatch(leg.id)
    return await work.message(dispatch.message_id) if dispatch else None
