"""Simulated destinations on topics: a leg comes in as an event, and what goes out is what the gateway can read."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from priorauth.adapters.archive import Seal
from priorauth.domain.determinations import CertificationAction, Determination, ItemDecision
from priorauth.domain.events import LegDispatched
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import Format, Leg, LegId, ReviewId, ReviewItem, Trace
from priorauth.sandbox.answers import Decided, answer_to
from priorauth.sandbox.behaviours import Behaviour
from priorauth.sandbox.casebook import Casebook
from priorauth.sandbox.cases import Case
from priorauth.sandbox.caseworker import Caseworker
from priorauth.sandbox.event_delegates import EventDelegates, TopicOutlet
from priorauth.sandbox.tables import read_behaviours
from priorauth.services.bus import BusMessage
from priorauth.services.ports import Retryable
from priorauth.translate.delegate_answers import (
    PostedDecline,
    PostedDetermination,
    determination_from_json,
    read_answer,
)
from priorauth.translate.events import write_full
from sandbox_requests import NOW, nicu_days, procedure, review

TABLE = read_behaviours(Path(__file__).parents[2] / "mappings" / "sandbox")
EVICORE, DESK = DestinationId("evicore"), DestinationId("allways-um")
SAID = ("CERTIFY", "PARTIAL", "MODIFY", "DENY", "PEND", "LATER", "INFO", "QUESTIONNAIRE", "REJECT", "FULL")
"""The behaviours whose answer is a determination."""
A1, A3, A4 = (CertificationAction(code) for code in ("A1", "A3", "A4"))


class ListedBus:
    """A bus that lists what is published on it, and can be away."""

    def __init__(self) -> None:
        self.published: list[BusMessage] = []
        self.is_away = False

    async def publish(self, message: BusMessage) -> None:
        if self.is_away:
            raise Retryable("the bus is away")
        self.published.append(message)

    async def run(self, group: str, topics: Sequence[str], handle: Callable[[BusMessage], Awaitable[object]]) -> None:
        raise NotImplementedError

    async def stop(self) -> None:
        raise NotImplementedError


class Counterparts:
    """The simulated destinations with a clock that the test sets."""

    def __init__(self, folder: Path) -> None:
        self.now: datetime = NOW
        self.bus = ListedBus()
        self.casebook = Casebook(folder / "cases", Seal(bytes(32)))
        outlet = TopicOutlet(self.bus)
        self.caseworker = Caseworker(
            table=TABLE,
            casebook=self.casebook,
            outlets={EVICORE: outlet, DESK: outlet},
            now=lambda: self.now,
        )
        self.delegates = EventDelegates(self.caseworker, outlet, lambda: self.now)

    @property
    def answers(self) -> list[dict[str, object]]:
        return [json.loads(message.body) for message in self.bus.published]


@pytest.fixture
def counterparts(tmp_path: Path) -> Iterator[Counterparts]:
    made = Counterparts(tmp_path)
    yield made
    made.casebook.close()


def leg(*items: ReviewItem, trace: str = "EHR-1", destination: DestinationId = EVICORE) -> LegDispatched:
    asked = review(*items, trace=trace, payer="ALLWAYS")
    sent = Leg(
        id=LegId("leg-1"),
        review_id=ReviewId("rev-1"),
        number=1,
        destination=destination,
        sequences=tuple(item.sequence for item in items),
    )
    return LegDispatched(
        id="evt-1", at=NOW, review_id=asked.id, payer=asked.payer, leg=sent, review=asked, format=Format.EVENT
    )


def request(dispatched: LegDispatched) -> BusMessage:
    return BusMessage(
        topic=f"priorauth.delegate.{dispatched.leg.destination}.requests",
        key=dispatched.review_id,
        id=dispatched.id,
        type=dispatched.type,
        body=write_full(dispatched, source="test"),
    )


def comparable(said: Determination) -> Determination:
    """The determination without what the receiver fills in: who assigned a trace."""
    items = tuple(replace(item, traces=numbers_only(item)) for item in said.items)
    return replace(said, items=items, traces=numbers_only(said))


def numbers_only(said: Determination | ItemDecision) -> tuple[Trace, ...]:
    return tuple(Trace(trace.number, "") for trace in said.traces)


def as_read(dispatched: LegDispatched, message: BusMessage) -> Determination:
    posted = read_answer(message.body)
    assert isinstance(posted, PostedDetermination)
    read = determination_from_json(
        posted, leg=dispatched.leg, review=dispatched.review, determination_id=posted.id, received_at=NOW
    )
    assert isinstance(read, Determination)
    return read


async def test_a_leg_is_answered_on_the_destinations_topic_under_its_reviews_key(counterparts: Counterparts) -> None:
    await counterparts.delegates.handle(request(leg(procedure("70450"))))

    (answer,) = counterparts.bus.published
    assert answer.topic == "priorauth.delegate.evicore.determinations"
    assert answer.key == "rev-1"
    assert answer.type == "priorauth.determination.recorded.v1"


@pytest.mark.parametrize(
    "prefix", ["CERTIFY", "PARTIAL", "MODIFY", "DENY", "PEND", "LATER", "INFO", "QUESTIONNAIRE", "REJECT", "FULL"]
)
async def test_what_is_posted_is_read_as_it_was_said(counterparts: Counterparts, prefix: str) -> None:
    dispatched = leg(nicu_days("0174", 5), procedure("70450", sequence=2, units=4), trace=f"SBX-{prefix}-1")

    await counterparts.delegates.handle(request(dispatched))

    (message,) = counterparts.bus.published
    answer = answer_to(Case(destination=EVICORE, leg_id=LegId("leg-1"), review=dispatched.review), TABLE, NOW)
    assert isinstance(answer, Decided)
    assert comparable(as_read(dispatched, message)) == comparable(answer.determination)


async def test_a_leg_received_again_gets_the_same_answer_under_the_same_id(counterparts: Counterparts) -> None:
    dispatched = leg(procedure("70450"))

    await counterparts.delegates.handle(request(dispatched))
    await counterparts.delegates.handle(request(dispatched))

    first, second = counterparts.bus.published
    assert first == second


async def test_a_declined_leg_is_posted_as_a_decline(counterparts: Counterparts) -> None:
    await counterparts.delegates.handle(request(leg(procedure("70450"), trace="SBX-DECLINE-1")))

    (message,) = counterparts.bus.published
    posted = read_answer(message.body)
    assert isinstance(posted, PostedDecline)
    assert posted.leg_id == "leg-1"
    assert message.type == "priorauth.leg.declined.v1"


async def test_garbage_cannot_be_read_as_an_answer(counterparts: Counterparts) -> None:
    await counterparts.delegates.handle(request(leg(procedure("70450"), trace="SBX-GARBAGE-1")))

    (message,) = counterparts.bus.published
    assert isinstance(read_answer(message.body), tuple)


@pytest.mark.parametrize(
    ("destination", "trace"), [(EVICORE, "SBX-TIMEOUT-1"), (DESK, "EHR-1"), (DESK, "SBX-TIMEOUT-1")]
)
async def test_nothing_is_said_until_people_decide(
    counterparts: Counterparts, destination: DestinationId, trace: str
) -> None:
    dispatched = leg(procedure("70450"), destination=destination, trace=trace)

    await counterparts.delegates.handle(request(dispatched))
    before = list(counterparts.bus.published)
    await counterparts.caseworker.decide(destination, LegId("leg-1"), {1: Behaviour.DENY})

    assert before == []
    assert [item.action for item in as_read(dispatched, counterparts.bus.published[0]).items] == [A3]


async def test_a_line_for_later_is_certified_when_its_time_has_come_and_once(counterparts: Counterparts) -> None:
    dispatched = leg(procedure("70553"))

    await counterparts.delegates.handle(request(dispatched))
    await counterparts.caseworker.settle_what_is_due()
    counterparts.now = NOW + timedelta(seconds=3)
    await counterparts.caseworker.settle_what_is_due()
    await counterparts.caseworker.settle_what_is_due()

    said = [as_read(dispatched, message).items[0].action for message in counterparts.bus.published]
    assert said == [A4, A1]


async def test_what_falls_due_while_the_bus_is_away_is_delivered_afterwards(counterparts: Counterparts) -> None:
    await counterparts.delegates.handle(request(leg(procedure("70553"))))
    counterparts.now = NOW + timedelta(seconds=3)

    counterparts.bus.is_away = True
    await counterparts.caseworker.settle_what_is_due()
    counterparts.bus.is_away = False
    await counterparts.caseworker.settle_what_is_due()

    assert len(counterparts.bus.published) == 2


async def test_what_is_pended_is_still_decided_after_a_restart(counterparts: Counterparts, tmp_path: Path) -> None:
    dispatched = leg(procedure("70553"))
    await counterparts.delegates.handle(request(dispatched))

    restarted = Counterparts(tmp_path)
    restarted.now = NOW + timedelta(minutes=5)
    await restarted.caseworker.settle_what_is_due()

    (message,) = restarted.bus.published
    assert [item.action for item in as_read(dispatched, message).items] == [A1]
    restarted.casebook.close()


async def test_an_event_of_an_unknown_type_is_left_to_the_bus_to_set_aside(counterparts: Counterparts) -> None:
    dispatched = leg(procedure("70450"))
    body = write_full(dispatched, source="test").replace(b"leg.dispatched", b"leg.unheard.of")

    with pytest.raises(ValueError, match="not known"):
        await counterparts.delegates.handle(replace(request(dispatched), body=body))

    assert counterparts.bus.published == []
