"""Record what a destination answered: once, of its own legs only, and no denial without the physician it needs."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from priorauth.domain.determinations import Determination, ReviewerRole
from priorauth.domain.events import DeterminationRecorded, LegDeclined
from priorauth.domain.exchange import Answer, Decline
from priorauth.domain.findings import Finding
from priorauth.domain.parties import DestinationId, PayerId
from priorauth.domain.reviews import Leg, LegId, LegState, MessageId, ReviewId, ServiceReview
from priorauth.routing.adverse import is_adverse
from priorauth.services.bus import DeadLetter
from priorauth.services.delegate_ports import Destination, LegCodec
from priorauth.services.mark_dispatched import NOT_SENT_YET, mark_dispatched
from priorauth.services.ports import Direction, Message, UnitOfWork, Work
from priorauth.services.prior_reviews import TOLD_ALL, carried_on
from priorauth.services.request_information import asked_of_items, request_information
from priorauth.services.turns import again_on_conflict

CLOSED: Mapping[LegState, str] = {
    LegState.DECLINED: "the leg is another's now: it was declined, or the review was routed again",
    LegState.CANCELLED: "the requester cancelled the review",
}
"""Legs that nothing more is taken from, and why."""


MAY_NOT_DENY = "this destination may not deny"

OnDetermination = Callable[[Work, ServiceReview, Determination], Coroutine[object, object, None]]
"""Tells of what a determination makes due, in the transaction that records it."""


async def tell_nobody(work: Work, review: ServiceReview, said: Determination) -> None:
    """Nobody is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of an answer: the legs it moved, and for the sender what was wrong with it."""

    legs: tuple[LegId, ...] = ()
    review_ids: tuple[ReviewId, ...] = ()  # of those legs: there may be something to reply
    unknown_traces: int = 0
    findings: tuple[Finding, ...] = ()
    refused: str = ""  # a fixed text, where the answer may not stand

    @property
    def accepted(self) -> bool:
        return bool(self.legs) and not self.findings and not self.refused


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDetermination:
    """Records an answer. The same answer delivered twice is recorded once."""

    unit_of_work: UnitOfWork
    destinations: Mapping[DestinationId, Destination]
    desks: Mapping[PayerId, DestinationId]
    codecs: Mapping[str, LegCodec]  # by the answer's format
    narrow: Callable[[ServiceReview, tuple[int, ...]], ServiceReview]
    now: Callable[[], datetime]
    new_id: Callable[[str], str]
    tell: OnDetermination = tell_nobody

    @again_on_conflict
    async def __call__(self, answer: Answer) -> Recorded:
        async with self.unit_of_work() as work:
            return await self.within(work, answer)

    async def within(self, work: Work, answer: Answer) -> Recorded:
        """Record an answer as part of a transaction in which more happens."""
        if not await self._is_new(work, answer):
            return Recorded()
        codec = self.codecs[answer.format]
        traces = codec.traces(answer.body)
        if not traces:
            return await self._unreadable(work, answer, codec.faults(answer.body))
        outcome = Recorded()
        message_id = await self._archive(work, answer)
        for trace in traces:
            found = await self._record(work, codec, answer, trace, message_id)
            outcome = Recorded(
                legs=outcome.legs + found.legs,
                review_ids=outcome.review_ids + found.review_ids,
                unknown_traces=outcome.unknown_traces + found.unknown_traces,
                findings=outcome.findings + found.findings,
                refused=outcome.refused or found.refused,
            )
        return outcome

    async def _is_new(self, work: Work, answer: Answer) -> bool:
        """False where this very delivery had its effect before."""
        return not answer.receipt or await work.take_in(answer.receipt, self.now())

    async def _record(self, work: Work, codec: LegCodec, answer: Answer, trace: str, message_id: MessageId) -> Recorded:
        leg = await work.leg_named(trace)
        if leg is None or leg.destination != answer.destination:
            return Recorded(unknown_traces=1)
        review = await work.review(leg.review_id)
        await work.link(leg.review_id, message_id, f"leg {leg.number} answer")
        asked = self.narrow(review, leg.sequences)
        if leg.state in NOT_SENT_YET and await work.dispatch(leg.id):
            format = self.destinations[leg.destination].format
            leg = await mark_dispatched(work, leg, asked, format, now=self.now, new_id=self.new_id)
        if answer.format in TOLD_ALL:
            asked = self.narrow(review, (*leg.sequences, *await carried_on(work, review, leg)))
        said = codec.read(answer, trace, leg, asked)
        if isinstance(said, tuple):
            await self._set_aside(work, leg, message_id, "the answer could not be read")
            return Recorded(legs=(leg.id,), review_ids=(leg.review_id,), findings=said)
        if isinstance(said, Decline):
            return await self._decline(work, review, leg, said, message_id)
        why = CLOSED.get(leg.state) or self.may_not_stand(said, review)
        if why == MAY_NOT_DENY and leg.is_open:  # the plan's own physician decides (um-catalogue DET-AWH-05)
            handed_over = Decline(
                id=said.id, leg_id=leg.id, declined_by=leg.destination, reason=why, at=said.decided_at
            )
            return await self._decline(work, review, leg, handed_over, message_id)
        if why:
            await self._set_aside(work, leg, message_id, why)
            return Recorded(legs=(leg.id,), review_ids=(leg.review_id,), refused=why)
        said = asked_of_items(await self._in_our_words(work, said), review)
        if not await work.add_determination(said):
            return Recorded(legs=(leg.id,), review_ids=(leg.review_id,))
        await self._decide(work, review, leg, said)
        await self.tell(work, review, said)
        return Recorded(legs=(leg.id,), review_ids=(leg.review_id,))

    async def _in_our_words(self, work: Work, said: Determination) -> Determination:
        """The determination with our id of an earlier review where it repeats the trace that we named that one by."""
        prior = await work.leg_by_trace(said.administrative_number) if said.administrative_number else None
        return replace(said, administrative_number=prior.review_id) if prior else said

    async def _decide(self, work: Work, review: ServiceReview, leg: Leg, said: Determination) -> None:
        final = all(item.is_final for item in said.items) or await is_decided_in_parts(work, leg, said)
        if final or leg.state is not LegState.DECIDED:
            await work.save_leg(replace(leg, state=LegState.DECIDED if final else LegState.PENDED))
        for each in await work.legs(review.id) if final else ():
            if each.root == leg.root and each.state in (LegState.DISPATCHED, LegState.PENDED):
                await work.save_leg(replace(each, state=LegState.DECIDED))
        await work.remember_numbers(review.id, dict.fromkeys(numbers_of(said), leg.destination))
        await request_information(work, review, leg, said, is_decided=final, now=self.now(), new_id=self.new_id)
        await work.publish(
            DeterminationRecorded(
                id=self.new_id("evt"), at=self.now(), review_id=review.id, payer=review.payer, determination=said
            )
        )

    async def _decline(
        self, work: Work, review: ServiceReview, leg: Leg, said: Decline, message_id: MessageId
    ) -> Recorded:
        """Give a declined leg to the payer's desk, clocks running. A desk has nobody to decline to: it pends."""
        if leg.state in CLOSED:
            return Recorded(legs=(leg.id,), review_ids=(leg.review_id,))
        if leg.state is LegState.DECIDED:
            await self._set_aside(work, leg, message_id, "the leg was declined after it was decided")
            return Recorded(
                legs=(leg.id,), review_ids=(leg.review_id,), refused="the leg was decided: it cannot be declined"
            )
        if self.destinations[leg.destination].is_desk or review.payer is None:
            why = "the payer's desk declined the leg, and there is nobody behind it"
            await self._set_aside(work, leg, message_id, why)
            return Recorded(legs=(leg.id,), review_ids=(leg.review_id,), refused=why)
        await work.save_leg(replace(leg, state=LegState.DECLINED))
        heir = Leg(
            id=LegId(self.new_id("leg")),
            review_id=leg.review_id,
            number=len(await work.legs(leg.review_id)) + 1,
            destination=await self._desk_behind(work, leg) or self.desks[review.payer],
            sequences=leg.sequences,
            awaited=False,
            took_over=leg.id,
        )
        await work.add_leg(heir)
        await work.publish(
            LegDeclined(
                id=self.new_id("evt"),
                at=self.now(),
                review_id=review.id,
                payer=review.payer,
                leg_id=leg.id,
                declined_by=leg.destination,
                reason=said.reason,
                taken_over_by=heir,
            )
        )
        return Recorded(legs=(leg.id, heir.id), review_ids=(leg.review_id,))

    async def _desk_behind(self, work: Work, leg: Leg) -> DestinationId | None:
        """The desk that routing named for the leg's items: a payer may have several."""
        route = await work.route(leg.review_id)
        return next((item.desk for item in route.items if item.sequence in leg.sequences), None) if route else None

    def may_not_stand(self, said: Determination, review: ServiceReview) -> str:
        """Why a determination may not stand, or empty: only a physician denies for medical necessity (G-08)."""
        destination = self.destinations[said.decided_by]
        adverse = [item for item in said.items if is_adverse(item, review.item(item.sequence))]
        if adverse and not destination.may_deny:
            return MAY_NOT_DENY
        for item in adverse:
            administrative = item.medical_necessity is False or (
                bool(item.reason_codes) and set(item.reason_codes) <= destination.administrative_reasons
            )
            attested = item.reviewer is ReviewerRole.PHYSICIAN or (
                item.reviewer is None and destination.denials_by_physician_only
            )
            if not administrative and not attested:
                return "a medical-necessity denial needs a physician reviewer"
        return ""

    async def _archive(self, work: Work, answer: Answer) -> MessageId:
        if answer.archived_as:
            return answer.archived_as
        message = Message(
            id=MessageId(self.new_id("msg")),
            direction=Direction.RECEIVED,
            counterpart=answer.destination,
            format=answer.format,
            at=answer.at,
            body=answer.body,
        )
        await work.archive(message)
        return message.id

    async def _pend(self, work: Work, leg: Leg) -> None:
        """A leg with nothing usable yet stays open; its requester is told A4."""
        if leg.state in (LegState.PLANNED, LegState.DISPATCHED):
            await work.save_leg(replace(leg, state=LegState.PENDED))

    async def _set_aside(self, work: Work, leg: Leg, message_id: MessageId, why: str) -> None:
        await self._pend(work, leg)
        await work.add_dead_letter(
            DeadLetter(
                id=self.new_id("dead"),
                kind="determination",
                subject=leg.id,
                reason=why,
                at=self.now(),
                review_id=leg.review_id,
                destination=leg.destination,
                message_id=message_id,
            )
        )

    async def _unreadable(self, work: Work, answer: Answer, findings: tuple[Finding, ...]) -> Recorded:
        """Set aside an answer that names no leg. Where it came back on a call, that leg is known and pends."""
        why = "the answer names no leg of ours"
        message_id = await self._archive(work, answer)
        if answer.in_reply_to is not None:
            leg = await work.leg(answer.in_reply_to)
            await work.link(leg.review_id, message_id, f"leg {leg.number} answer")
            await self._set_aside(work, leg, message_id, why)
            return Recorded(legs=(leg.id,), review_ids=(leg.review_id,), refused=why, findings=findings)
        letter = DeadLetter(
            id=self.new_id("dead"),
            kind="determination",
            subject=message_id,
            reason=why,
            at=self.now(),
            destination=answer.destination,
            message_id=message_id,
        )
        await work.add_dead_letter(letter)
        return Recorded(refused=why, findings=findings)


async def is_decided_in_parts(work: Work, leg: Leg, said: Determination) -> bool:
    """True where the last items of a leg are decided now, and the others were in earlier answers."""
    if not any(item.is_final for item in said.items):
        return False
    of_leg = {each.id for each in await work.legs(leg.review_id) if each.root == leg.root}
    answers = [each for each in await work.determinations(leg.review_id) if each.leg_id in of_leg]
    return set(leg.sequences) <= {item.sequence for each in answers for item in each.items if item.is_final}


def numbers_of(said: Determination) -> Sequence[str]:
    """Every number by which this determination may be named later (REF BB, REF NT)."""
    numbers = [said.certification_number, said.administrative_number]
    for item in said.items:
        numbers += [item.certification_number, item.administrative_number]
    return [number for number in dict.fromkeys(numbers) if number]
