"""A destination that is away is left alone: its legs wait without using up attempts, and go when it is back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from interchanges import renumbered, sample, with_trace
from memory.gateway import MemoryGateway
from priorauth.adapters.webhooks import host_of
from priorauth.domain.circuits import FIRST_PAUSE, CircuitState
from priorauth.domain.reviews import Leg, LegState
from priorauth.services.circuits import HeldBack
from priorauth.services.delegate_ports import Refused
from priorauth.services.ports import Retryable

MSK = sample("msk-knee-replacement")
AWAY = Retryable("the destination could not be reached")
LEGS = 6


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway()


async def fail(gateway: MemoryGateway, count: int) -> None:
    """So many calls that fail, each about something else."""
    for number in range(count):
        with pytest.raises(Retryable), gateway.circuits.calling("turningpoint", f"leg-{number}"):
            raise AWAY


async def test_while_the_circuit_is_open_legs_are_not_sent_and_use_up_no_attempt(gateway: MemoryGateway) -> None:
    await fail(gateway, 5)

    review_id = (await gateway.post(MSK)).review_ids[0]
    legs = await gateway.legs(review_id)

    async with gateway.store.reading() as work:
        (waiting,) = await work.undelivered(10)
    assert gateway.turningpoint.received == []
    assert (waiting.leg.state, waiting.leg.attempts, len(legs)) == (LegState.PLANNED, 0, 1)
    assert waiting.error == "the destination could not be reached"
    opened_until = gateway.circuits.states()["turningpoint"].try_at
    assert waiting.next_attempt_at is not None
    assert opened_until is not None
    assert waiting.next_attempt_at >= opened_until

    await gateway.pass_time(FIRST_PAUSE + timedelta(seconds=1))

    assert len(gateway.turningpoint.received) == 1
    assert (await gateway.leg(review_id)).state is LegState.DISPATCHED
    assert gateway.circuits.states() == {}


async def test_legs_outlast_an_outage_in_which_their_attempts_would_be_used_up(gateway: MemoryGateway) -> None:
    reviews = [
        (await gateway.post(renumbered(with_trace(MSK, f"CIRCUIT-{number}")))).review_ids[0] for number in range(LEGS)
    ]
    sent_at_once = len(gateway.turningpoint.received)
    for review_id in reviews:
        async with gateway.store() as work:
            leg = (await work.legs(review_id))[0]
            await work.save_leg(planned(leg), next_attempt_at=gateway.now())
    gateway.turningpoint.replies = [AWAY] * (LEGS * 3)
    for _ in range(LEGS * 20):
        await gateway.pass_time(timedelta(seconds=30))

    assert {(await gateway.leg(review_id)).state for review_id in reviews} == {LegState.DISPATCHED}
    assert len(gateway.turningpoint.received) == sent_at_once + LEGS * 4
    assert await gateway.dead_letters() == []


def planned(leg: Leg) -> Leg:
    return replace(leg, state=LegState.PLANNED, attempts=0)


async def test_a_refusal_is_an_answer(gateway: MemoryGateway) -> None:
    await fail(gateway, 4)
    with pytest.raises(Refused), gateway.circuits.calling("turningpoint", "leg"):
        raise Refused("the destination answered 403")

    await fail(gateway, 4)

    with gateway.circuits.calling("turningpoint", "leg"):
        pass


async def test_one_probe_at_a_time_and_one_that_was_broken_off_makes_room_for_another(gateway: MemoryGateway) -> None:
    await fail(gateway, 5)
    gateway.time += FIRST_PAUSE

    async def break_off() -> None:
        with gateway.circuits.calling("turningpoint", "leg"):
            with pytest.raises(HeldBack):
                gateway.circuits.calling("turningpoint", "another").__enter__()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await break_off()

    assert gateway.circuits.states()["turningpoint"].state is CircuitState.OPEN
    with gateway.circuits.calling("turningpoint", "another"):
        pass
    assert gateway.circuits.states() == {}


async def test_destinations_have_circuits_of_their_own(gateway: MemoryGateway) -> None:
    await fail(gateway, 5)

    with gateway.circuits.calling("evicore", "leg"):
        pass


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        ("https://ehr.example.org/hooks/secret?x=1", "host ehr.example.org:-"),
        ("https://user:word@EHR.example.org:8443/", "host ehr.example.org:8443"),
        ("https://[broken", "host -"),
        ("https://h:port/", "host -"),
    ],
)
def test_the_circuit_of_an_endpoint_is_named_by_its_host_alone(endpoint: str, name: str) -> None:
    assert host_of(endpoint) == name
