"""What an operator does about a dead letter: look at it, have it tried again, or discard it. Each is written down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from priorauth.domain.exchange import Answer
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import LegId, LegState, ReviewId
from priorauth.services.bus import BusMessage, DeadLetter, EventBus, LetterDecision
from priorauth.services.ports import NotKnown, UnitOfWork
from priorauth.services.record_determination import Recorded
from priorauth.services.turns import again_on_conflict

RETRIES = "priorauth.retries."

_MESSAGES = msgspec.json.Decoder(BusMessage)


class NotSettled(Exception):
    """The dead letter stays as it is: the text, which is fixed, says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleDeadLetters:
    """Every decision is made once, by one client; a second one is refused with NotSettled."""

    unit_of_work: UnitOfWork
    record_determination: Callable[[Answer], Awaitable[Recorded]]
    return_news: Callable[[ReviewId], Awaitable[object]]
    now: Callable[[], datetime]

    async def waiting(
        self, limit: int, *, kind: str = "", destination: str = "", decided: bool = False
    ) -> Sequence[DeadLetter]:
        """What waits for an operator, newest first; with `decided` what was decided already too."""
        async with self.unit_of_work.reading() as work:
            return await work.dead_letters(limit, kind=kind, destination=destination, decided=decided)

    async def one(self, id: str) -> DeadLetter:
        """A dead letter; NotKnown where there is none."""
        async with self.unit_of_work.reading() as work:
            return await work.dead_letter(id)

    async def body(self, id: str) -> bytes:
        """The bytes that could not be handled or delivered; NotKnown where none were kept."""
        async with self.unit_of_work.reading() as work:
            letter = await work.dead_letter(id)
            if letter.message:
                return letter.message.body
            message_id = letter.message_id
            if message_id is None and letter.kind == "leg" and (sent := await work.dispatch(LegId(letter.subject))):
                message_id = sent.message_id
            if message_id is None:
                raise NotKnown("its bytes were not kept")
            return (await work.message(message_id)).body

    @again_on_conflict
    async def discard(self, id: str, by: str) -> DeadLetter:
        """Write down that nothing will be done. What it is about stays as it is."""
        async with self.unit_of_work() as work:
            await work.dead_letter(id)
            if not await work.decide_dead_letter(id, LetterDecision.DISCARDED, self.now(), by):
                raise NotSettled("it was decided before")
            return await work.dead_letter(id)

    async def retry(self, id: str, by: str) -> DeadLetter:
        """Have it tried again. Where that fails too, there will be another dead letter."""
        letter = await self.one(id)
        if letter.decision:
            raise NotSettled("it was decided before")
        match letter.kind:
            case "leg":
                await self._plan_again(letter, by)
            case "determination":
                await self._read_again(letter, by)
            case _:
                await self._hand_over_again(letter, by)
        return await self.one(id)

    @again_on_conflict
    async def _plan_again(self, letter: DeadLetter, by: str) -> None:
        """Give the leg all its attempts once more: the same bytes and ids."""
        async with self.unit_of_work() as work:
            leg = await work.leg(LegId(letter.subject))
            if leg.state is not LegState.FAILED:
                raise NotSettled(f"the leg is {leg.state} now: there is nothing to send")
            if not await work.decide_dead_letter(letter.id, LetterDecision.RETRIED, self.now(), by):
                raise NotSettled("it was decided before")
            await work.save_leg(replace(leg, state=LegState.PLANNED, attempts=0), next_attempt_at=self.now())

    @again_on_conflict
    async def _hand_over_again(self, letter: DeadLetter, by: str) -> None:
        """Put the message before its consumer group once more: exactly once, for its id there is the letter's."""
        message = letter.message
        if message is None or not letter.consumer_group:
            raise NotSettled("the message was not kept: it can only be discarded")
        is_wrapped = message.topic.startswith(RETRIES)
        async with self.unit_of_work() as work:
            if not await work.decide_dead_letter(letter.id, LetterDecision.RETRIED, self.now(), by):
                raise NotSettled("it was decided before")
            body = message.body if is_wrapped else msgspec.json.encode(replace(message, receipt=""))
            topic = retries_topic(letter.consumer_group)
            await work.post(topic, message.key, letter.id, message.type, body, self.now())

    async def _read_again(self, letter: DeadLetter, by: str) -> None:
        """Read the answer once more, by what the mappings say now. Read twice, it is recorded once."""
        if letter.message_id is None:
            raise NotSettled("the answer was not kept: ask the destination for it again")
        async with self.unit_of_work.reading() as work:
            message = await work.message(letter.message_id)
        on_a_call = LegId(letter.subject) if letter.review_id else None
        recorded = await self.record_determination(
            Answer(
                destination=DestinationId(message.counterpart),
                format=message.format,
                body=message.body,
                at=message.at,
                in_reply_to=on_a_call,
                archived_as=message.id,
            )
        )
        async with self.unit_of_work() as work:
            await work.decide_dead_letter(letter.id, LetterDecision.RETRIED, self.now(), by)
        for review_id in () if recorded.accepted else recorded.review_ids:
            await self.return_news(review_id)


def retries_topic(group: str) -> str:
    """Where messages go that are handed over to a group again."""
    return f"{RETRIES}{group}"


async def run_with_retries(
    bus: EventBus, group: str, topics: Sequence[str], handle: Callable[[BusMessage], Awaitable[object]]
) -> None:
    """`bus.run`, with what operators hand over again among the messages. One such run per group."""

    async def unwrap(message: BusMessage) -> None:
        await handle(handed_over(message) if message.topic == retries_topic(group) else message)

    await bus.run(group, [*topics, retries_topic(group)], unwrap)


def handed_over(message: BusMessage) -> BusMessage:
    """The message inside one that is handed over again, under the receipt of this delivery."""
    return replace(_MESSAGES.decode(message.body), receipt=message.receipt)
