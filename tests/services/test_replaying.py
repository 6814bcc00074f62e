"""How a replay goes: dry first, in order, one review at a time, by one process, until it is cancelled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from memory.gateway import MemoryGateway
from priorauth.domain.exchange import Answer
from priorauth.domain.replays import EffectOutcome, Part, ReplayId, ReplayKind, ReplayState, Selection
from priorauth.services.delegate_ports import Refused
from priorauth.services.ports import Message, NotKnown
from priorauth.services.replay_reviews import LEASE, NotRunning
from priorauth.wiring import Replaying
from replays import IMAGING, MSK, OPERATOR, Directory, replay, send, snapshot


@pytest.mark.parametrize("kind", list(ReplayKind))
async def test_a_dry_run_changes_nothing(
    gateway: MemoryGateway, directory: Directory, replays: Replaying, kind: ReplayKind
) -> None:
    gateway.turningpoint.replies = [Refused("the destination answered 403")]
    await send(gateway, MSK)
    directory.knows = True
    await send(gateway, MSK, "DRY-2")
    await send(gateway, IMAGING)
    before, calls = snapshot(gateway.store), len(gateway.turningpoint.received)

    found, effects = await replay(replays, kind, is_dry=True, since=gateway.now() - timedelta(days=1))

    assert found.done == 3
    assert any(effect.outcome is EffectOutcome.DONE for effect in effects)
    assert snapshot(gateway.store) == before
    assert len(gateway.turningpoint.received) == calls


async def test_the_reviews_that_are_there_are_done_in_order_and_later_ones_are_not_part_of_it(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    directory.knows = True
    first, second = await send(gateway, MSK), await send(gateway, MSK, "LATER-2")
    ordered = await replays.order(
        ReplayKind.REDELIVER, Selection(payer="BCBSM"), (Part.EVENTS,), is_dry=True, by=OPERATOR
    )
    gateway.time += timedelta(seconds=1)
    await send(gateway, MSK, "LATER-3")

    await replays.run(ordered.id)

    found, steps = await replays.order.one(ordered.id, after=0, limit=10)
    assert (found.total, found.done, found.state) == (2, 2, ReplayState.DONE)
    assert [(step.number, step.review_id) for step in steps] == [(1, first), (2, second)]
    assert (await replays.order.one(ordered.id, after=1, limit=10))[1] == steps[1:]


async def test_a_replay_that_is_cancelled_ends_between_two_reviews(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    directory.knows = True
    await send(gateway, MSK)
    await send(gateway, MSK, "CANCEL-2")
    ordered = await replays.order(
        ReplayKind.REDELIVER, Selection(payer="BCBSM"), (Part.LEGS,), is_dry=False, by=OPERATOR
    )
    calls = len(gateway.turningpoint.received)
    sending = gateway.turningpoint.send

    async def send_and_cancel(message: Message) -> Answer | None:
        await replays.order.cancel(ordered.id)
        return await sending(message)

    gateway.turningpoint.send = send_and_cancel  # type: ignore[method-assign]
    await replays.run(ordered.id)

    found, steps = await replays.order.one(ordered.id, after=0, limit=10)
    assert (found.state, found.done, steps) == (ReplayState.CANCELLED, 0, [])
    assert len(gateway.turningpoint.received) == calls + 1
    assert await replays.run.claim() == ()
    with pytest.raises(NotRunning):
        await replays.order.cancel(ordered.id)


async def test_where_the_process_dies_another_goes_on_behind_what_was_done(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    directory.knows = True
    for number in range(3):
        await send(gateway, MSK, f"DIES-{number}")
    ordered = await replays.order(
        ReplayKind.REDELIVER, Selection(payer="BCBSM"), (Part.LEGS,), is_dry=False, by=OPERATOR
    )
    calls = len(gateway.turningpoint.received)
    gateway.turningpoint.replies = [None, RuntimeError("the process ends here")]
    assert await replays.run.claim() == [ordered.id]
    with pytest.raises(RuntimeError):
        await replays.run(ordered.id)

    assert await replays.run.claim() == ()  # it is still that process's
    gateway.time += LEASE
    assert await replays.run.claim() == [ordered.id]
    await replays.run(ordered.id)

    found, steps = await replays.order.one(ordered.id, after=0, limit=10)
    assert (found.done, len({step.review_id for step in steps})) == (3, 3)
    assert len(gateway.turningpoint.received) == calls + 4  # the second was called twice: nothing lost


async def test_a_review_that_fails_here_is_noted_and_those_behind_it_get_past(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    directory.knows = True
    await send(gateway, MSK)
    await send(gateway, MSK, "SKIP-2")
    ordered = await replays.order(
        ReplayKind.REDELIVER, Selection(payer="BCBSM"), (Part.LEGS,), is_dry=False, by=OPERATOR
    )
    gateway.turningpoint.replies = [RuntimeError("a text that may quote a value")]
    with pytest.raises(RuntimeError):
        await replays.run(ordered.id)

    await replays.run.skip(ordered.id, "RuntimeError")
    await replays.run(ordered.id)

    found, steps = await replays.order.one(ordered.id, after=0, limit=10)
    assert (found.state, found.failed, found.changed) == (ReplayState.DONE, 1, 1)
    assert steps[0].effects[0].detail == "failed: RuntimeError"


async def test_there_is_nothing_to_see_of_what_was_never_ordered(replays: Replaying) -> None:
    with pytest.raises(NotKnown):
        await replays.order.one(ReplayId("replay-none"), after=0, limit=1)
    assert await replays.order.newest(10) == []
