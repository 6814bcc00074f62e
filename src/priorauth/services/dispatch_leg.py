"""Hand a leg to its destination: prepare its message once, send it, and send the same bytes again if need be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import random

from priorauth.domain.exchange import Answer, LegIdentity
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import Format, Leg, LegId, LegState, MessageId, ServiceReview
from priorauth.services.bring_documents import bring_documents
from priorauth.services.bus import DeadLetter
from priorauth.services.circuits import Circuits, HeldBack
from priorauth.services.delegate_ports import DelegateTransport, Destination, DirectTransport, LegCodec, Refused
from priorauth.services.mark_dispatched import mark_dispatched
from priorauth.services.ports import Direction, Dispatch, Message, Retryable, UnitOfWork, Work
from priorauth.services.prior_reviews import TOLD_ALL, carried_on, chain, changed_documents, find_prior
from priorauth.services.record_determination import Recorded
from priorauth.services.turns import again_on_conflict

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)
LEASE = timedelta(minutes=2)
"""How long a leg that is being sent is nobody else's: longer than any call, its time in the queue included."""


class Called(StrEnum):
    """What came of handing a leg to its destination."""

    ANSWERED = "answered"  # at once
    TAKEN = "taken"  # it answers later
    ENLISTED = "enlisted"  # put on its topic
    NOT_REACHED = "not_reached"
    REFUSED = "refused"
    HELD_BACK = "held_back"  # its circuit is open: it was not called


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchLeg:
    """Sends a planned leg. A leg that was sent already is left alone, so a repeated call changes nothing."""

    unit_of_work: UnitOfWork
    destinations: Mapping[DestinationId, Destination]
    transports: Mapping[DestinationId, DelegateTransport]
    codecs: Mapping[Format, LegCodec]
    narrow: Callable[[ServiceReview, tuple[int, ...]], ServiceReview]
    record_answer: Callable[[Work, Answer], Awaitable[Recorded]]  # in the transaction that marks the leg as dispatched
    now: Callable[[], datetime]
    new_id: Callable[[str], str]
    circuits: Circuits
    tell: Callable[[DestinationId, Called], None] = lambda _destination, _called: None
    attempts_allowed: int = 12

    async def __call__(self, leg_id: LegId, *, claimed: bool = False) -> None:
        """Prepare the leg and, where its destination is called, call it."""
        if message := await self.prepare(leg_id, claimed=claimed):
            await self.send(leg_id, message)

    @again_on_conflict
    async def prepare(self, leg_id: LegId, *, claimed: bool = False) -> Message | None:
        """Make and keep the leg's message; handed to `send` where its destination is called, else it is on its way.

        While it is being sent the leg is due again only after `LEASE`, for the case that the sender dies. A leg that
        was prepared before is somebody's already, unless it was `claimed` since.
        """
        async with self.unit_of_work() as work:
            leg = await work.leg(leg_id)
            earlier = await work.dispatch(leg_id) if leg.state is LegState.PLANNED else None
            if leg.state is not LegState.PLANNED or (earlier and not claimed):
                return None
            message = await work.message(earlier.message_id) if earlier else await self._message(work, leg)
            transport = self.transports[leg.destination]
            if isinstance(transport, DirectTransport):
                await work.save_leg(leg, next_attempt_at=self.now() + LEASE)
                return message
            await transport.enlist(work, leg, message)
            await self._mark_dispatched(work, leg)
        self.tell(leg.destination, Called.ENLISTED)
        return None

    async def send(self, leg_id: LegId, message: Message) -> bool:
        """Call the leg's destination, and record what it answers at once.

        True where there may be something to reply that no event tells of.
        """
        destination = DestinationId(message.counterpart)
        transport = self.transports[destination]
        assert isinstance(transport, DirectTransport)
        try:
            with self.circuits.calling(destination, leg_id):
                answer = await transport.send(message)
        except HeldBack as circuit:
            self.tell(destination, Called.HELD_BACK)
            await self._wait(leg_id, circuit)
            return False
        except Retryable as problem:
            self.tell(destination, Called.NOT_REACHED)
            return await self._try_again_later(leg_id, str(problem))
        except Refused as problem:
            self.tell(destination, Called.REFUSED)
            return await self._give_up(leg_id, str(problem))
        self.tell(destination, Called.ANSWERED if answer else Called.TAKEN)
        return await self._take(leg_id, answer)

    async def failed(self, leg_id: LegId, kind: str) -> bool:
        """Count an attempt that failed here, for a reason that its type names: not even that goes on for ever.

        True where it was the last one, and the leg is given up.
        """
        return await self._try_again_later(leg_id, f"what came back could not be recorded: {kind}")

    @again_on_conflict
    async def _take(self, leg_id: LegId, answer: Answer | None) -> bool:
        """Mark the leg as dispatched together with what came back: a leg that seems sent is not called again.

        What is accepted is announced; one that was only taken is waited for as before.
        """
        async with self.unit_of_work() as work:
            leg = await work.leg(leg_id)
            if leg.state is LegState.PLANNED:
                await self._mark_dispatched(work, leg)
            if answer is None:
                return False
            return not (await self.record_answer(work, replace(answer, in_reply_to=leg_id))).accepted

    async def _message(self, work: Work, leg: Leg) -> Message:
        """The leg's message: made once and archived, so that a repeat carries the same bytes and ids."""
        destination = self.destinations[leg.destination]
        review = await work.review(leg.review_id)
        if leg.adds_to:
            review = await bring_documents(work, self.narrow(review, leg.sequences), leg, destination)
        elif destination.format in TOLD_ALL:
            told = (*leg.sequences, *await carried_on(work, review, leg))
            review = await self._in_their_words(work, self.narrow(review, told), destination)
        else:
            changed = changed_documents(self.narrow(review, leg.sequences))
            review = await self._in_their_words(work, changed, destination)
        identity = LegIdentity(
            trace=self.new_id("trace"),
            identifier=self.new_id("tx"),
            control_number=await work.next_number(f"isa:{leg.destination}"),
            made_at=self.now(),
            event_id=self.new_id("evt"),
        )
        message = Message(
            id=MessageId(self.new_id("msg")),
            direction=Direction.SENT,
            counterpart=leg.destination,
            format="x12" if destination.format is Format.X12_278 else destination.format.value,
            at=self.now(),
            body=self.codecs[destination.format].encode(review, leg, identity),
            control_number=str(identity.control_number),
        )
        await work.archive(message)
        await work.link(leg.review_id, message.id, f"leg {leg.number} request")
        await work.save_dispatch(
            Dispatch(leg_id=leg.id, message_id=message.id, trace=identity.trace, identifier=identity.identifier)
        )
        return message

    async def _in_their_words(self, work: Work, review: ServiceReview, destination: Destination) -> ServiceReview:
        """The review, with the number by which this destination knows the one that it changes.

        A requester names it by another destination's number, or by our own id where nobody gave one (REF NT). What this
        destination gave stands instead; else the trace of our leg to it: only an event carries our id.
        """
        prior = await find_prior(work, review)
        if prior is None or prior.named_by == destination.id:
            return review
        sent: list[Leg] = []
        prior_id = prior.review.id
        async for each in chain(work, prior.review):
            sent = [leg for leg in await work.legs(each.id) if leg.destination == destination.id]
            if sent:
                prior_id = each.id
                break
        if not sent:
            return review
        said = [each for each in await work.determinations(prior_id) if each.decided_by == destination.id]
        dispatch = await work.dispatch(sent[-1].id)
        trace = dispatch.trace if dispatch and destination.format is not Format.EVENT else prior_id
        authorization = next((each.certification_number for each in reversed(said) if each.certification_number), "")
        case = next((each.administrative_number for each in reversed(said) if each.administrative_number), trace)
        event = replace(review.event, previous_authorization=authorization, previous_administrative=case)
        return replace(review, event=event)

    async def _mark_dispatched(self, work: Work, leg: Leg) -> None:
        review = self.narrow(await work.review(leg.review_id), leg.sequences)
        format = self.destinations[leg.destination].format
        await mark_dispatched(work, leg, review, format, now=self.now, new_id=self.new_id)

    async def _wait(self, leg_id: LegId, circuit: HeldBack) -> None:
        """Come again when the destination may be called. That was no attempt."""
        async with self.unit_of_work() as work:
            leg = await work.leg(leg_id)
            if leg.state is LegState.PLANNED:
                again = circuit.until + timedelta(seconds=random())
                await work.save_leg(leg, next_attempt_at=again, error=circuit.error)

    async def _try_again_later(self, leg_id: LegId, error: str) -> bool:
        """True where it was tried often enough, and is given up."""
        async with self.unit_of_work() as work:
            leg = await work.leg(leg_id)
            if leg.state is not LegState.PLANNED:
                return False  # it answered at our door meanwhile
            tried = replace(leg, attempts=leg.attempts + 1)
            if tried.attempts < self.attempts_allowed:
                await work.save_leg(tried, next_attempt_at=self.now() + pause_after(tried.attempts), error=error)
                return False
        return await self._give_up(leg_id, error)

    async def _give_up(self, leg_id: LegId, error: str) -> bool:
        """Set the leg aside for an operator. The requester is told that it is pended; the review stays open."""
        async with self.unit_of_work() as work:
            leg = await work.leg(leg_id)
            if leg.state is not LegState.PLANNED:
                return False
            await work.save_leg(replace(leg, state=LegState.FAILED, attempts=leg.attempts + 1), error=error)
            await work.add_dead_letter(
                DeadLetter(
                    id=self.new_id("dead"),
                    kind="leg",
                    subject=leg.id,
                    reason=error,
                    at=self.now(),
                    review_id=leg.review_id,
                    destination=leg.destination,
                )
            )
            return True


def pause_after(attempts: int) -> timedelta:
    """How long to wait before the next attempt: doubling, capped, with a quarter of jitter."""
    pause = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    return timedelta(seconds=pause.total_seconds() * (0.875 + 0.25 * random()))
