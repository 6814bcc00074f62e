"""Operators have reviews routed again, or what was sent of them sent again: dry first, once each, to be cancelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from interchanges import renumbered, sample, with_trace
from memory.gateway import TOOLS, MemoryGateway, response_to
from notifying import NotifyingGateway
from priorauth.domain.access import ClientId
from priorauth.domain.determinations import CertificationAction, ItemDecision
from priorauth.domain.replays import Effect, EffectOutcome, Part, Replay, ReplayKind, ReplayState, Selection
from priorauth.domain.reviews import LegState, ReviewId, ReviewState, ServiceReview
from priorauth.services.list_unroutable import ListUnroutable
from priorauth.services.ports import NotKnown, Refused, Retryable, UnitOfWork
from priorauth.services.redeliver import Redeliver
from priorauth.services.replay_reviews import LEASE, NotRunning
from priorauth.services.settle_dead_letters import NotSettled, SettleDeadLetters
from priorauth.wiring import Replaying, replaying

MSK, SPLIT, IMAGING = (sample(name) for name in ("msk-knee-replacement", "split-imaging-and-surgery", "imaging-mri"))
OPERATOR = ClientId("operations")
CERTIFIED = ItemDecision(sequence=1, action=CertificationAction.CERTIFIED_IN_TOTAL)
ALL = tuple(Part)


@dataclass
class Directory:
    """A directory that knows nobody until it is told to."""

    knows: bool = False
    asked: list[ReviewId] = field(default_factory=list)

    async def facts(self, review: ServiceReview) -> Mapping[str, object] | None:
        self.asked.append(review.id)
        return await TOOLS.directory.facts(review) if self.knows else None


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
def gateway(directory: Directory) -> MemoryGateway:
    gateway = MemoryGateway()
    gateway.route = replace(gateway.route, directory=directory)
    return gateway


@pytest.fixture
def replays(gateway: MemoryGateway) -> Replaying:
    made = replaying(gateway.route, gateway.dispatch)
    run = replace(made.run, now=gateway.now)
    return Replaying(order=replace(made.order, now=gateway.now, new_id=gateway.new_id), run=run)


async def replay(
    replays: Replaying,
    kind: ReplayKind,
    *review_ids: ReviewId,
    parts: Sequence[Part] = ALL,
    is_dry: bool = False,
    **selection: object,
) -> tuple[Replay, list[Effect]]:
    """Order a replay and have it done."""
    chosen = Selection(review_ids=review_ids, **selection)  # type: ignore[arg-type]
    ordered = await replays.order(kind, chosen, parts, is_dry=is_dry, by=OPERATOR)
    for id in await replays.run.claim():
        await replays.run(id)
    found, steps = await replays.order.one(ordered.id, after=0, limit=100)
    assert found.state is ReplayState.DONE
    return found, [effect for step in steps for effect in step.effects]


async def send(gateway: MemoryGateway, body: bytes, name: str = "") -> ReviewId:
    return (await gateway.post(renumbered(with_trace(body, name)) if name else body)).review_ids[0]


def snapshot(store: UnitOfWork) -> object:
    """Everything that is stored but the replays themselves."""
    tables = store.tables.copy()  # type: ignore[attr-defined]
    tables.replays, tables.replay_steps = {}, {}
    return tables


# Routing again


async def test_what_nobody_could_route_goes_where_it_belongs_once_that_is_known(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    review_id = await send(gateway, MSK)
    unroutable = ListUnroutable(unit_of_work=gateway.store)
    (item,) = await unroutable(10)
    directory.knows = True

    dry, would = await replay(replays, ReplayKind.REROUTE, review_id, is_dry=True)
    before = await gateway.legs(review_id)
    found, effects = await replay(replays, ReplayKind.REROUTE, review_id)
    await gateway.settle()

    old, new = await gateway.legs(review_id)
    assert [leg.destination for leg in before] == [item.owner]
    assert (dry.changed, found.changed, effects) == (1, 1, would)
    assert effects[0].detail == "from bcbsm-um to turningpoint"
    assert (old.state, new.state, new.destination) == (LegState.DECLINED, LegState.DISPATCHED, "turningpoint")
    assert len(gateway.turningpoint.received) == 1
    assert list(await unroutable(10)) == []
    async with gateway.store.reading() as work:
        route = await work.route(review_id)
    assert route is not None
    assert [each.destination for each in route.items] == ["turningpoint"]


async def test_routing_again_twice_changes_nothing_more(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    review_id = await send(gateway, MSK)
    directory.knows = True
    await replay(replays, ReplayKind.REROUTE, review_id)
    await gateway.settle()
    legs, events = await gateway.legs(review_id), len(gateway.store.published)

    again, effects = await replay(replays, ReplayKind.REROUTE, review_id)
    await gateway.settle()

    assert (again.changed, effects) == (0, [])
    assert await gateway.legs(review_id) == legs
    assert len(gateway.store.published) == events


async def test_what_the_old_destination_says_afterwards_does_not_count(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    review_id = await send(gateway, MSK)
    desk = await gateway.leg(review_id)
    directory.knows = True
    await replay(replays, ReplayKind.REROUTE, review_id)
    await gateway.settle()

    late = await gateway.say(desk.destination, desk, {"sequence": 1, "action": "A1", "certification_number": "C1"})
    assert late.refused.startswith("the leg is another's now")
    await gateway.say_bytes("turningpoint", response_to(gateway.turningpoint.received[0], CERTIFIED), "x12")

    async with gateway.store.reading() as work:
        assert (await work.review(review_id)).state is ReviewState.DETERMINED


async def test_what_is_decided_stays_where_it_was_decided(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    review_id = await send(gateway, MSK)
    desk = await gateway.leg(review_id)
    await gateway.say(desk.destination, desk, {"sequence": 1, "action": "A1", "certification_number": "C1"})
    directory.knows = True

    found, _ = await replay(replays, ReplayKind.REROUTE, review_id, states=(ReviewState.DETERMINED,))

    assert found.changed == 0
    assert [leg.state for leg in await gateway.legs(review_id)] == [LegState.DECIDED]


async def test_a_leg_that_was_sent_stays_whole_where_some_of_its_items_belong_there(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    directory.knows = True
    review_id = await send(gateway, sample("msk-spine-and-pain"))
    (leg,) = await gateway.legs(review_id)
    assert len(leg.sequences) > 1
    router = gateway.route.router

    def half(review: ServiceReview, facts: Mapping[str, object] | None) -> object:
        route = router(review, facts)
        first, *others = route.items
        return replace(route, items=(replace(first, destination="optum"), *others))

    reroute = replace(replays.run.reroute, routing=replace(gateway.route, router=half))  # type: ignore[arg-type]
    halved = Replaying(order=replays.order, run=replace(replays.run, reroute=reroute))

    found, effects = await replay(halved, ReplayKind.REROUTE, review_id)

    assert (found.changed, [effect.outcome for effect in effects]) == (0, [EffectOutcome.LEFT])
    assert await gateway.legs(review_id) == [leg]


async def test_what_a_destination_declined_stays_with_the_desk(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    directory.knows = True
    review_id = await send(gateway, MSK)
    await gateway.decline(await gateway.leg(review_id))
    legs = await gateway.legs(review_id)

    _, effects = await replay(replays, ReplayKind.REROUTE, review_id)

    assert effects == []
    assert await gateway.legs(review_id) == legs


async def test_what_routing_itself_answers_is_answered_without_a_leg(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    review_id = await send(gateway, MSK)
    directory.knows = True
    router = gateway.route.router

    def not_needed(review: ServiceReview, facts: Mapping[str, object] | None) -> object:
        route = router(review, facts)
        answered = [replace(item, outcome="no_auth_required", destination=None) for item in route.items]
        return replace(route, items=tuple(answered))

    reroute = replace(replays.run.reroute, routing=replace(gateway.route, router=not_needed))  # type: ignore[arg-type]

    await replay(
        Replaying(order=replays.order, run=replace(replays.run, reroute=reroute)), ReplayKind.REROUTE, review_id
    )
    await gateway.settle()

    last = (await gateway.replies(review_id))[-1]
    assert [item.action for item in last.items] == [CertificationAction.NO_ACTION_REQUIRED]
    async with gateway.store.reading() as work:
        assert (await work.review(review_id)).state is ReviewState.DETERMINED


# Sending again


async def test_a_leg_is_sent_again_with_the_same_bytes_and_ids_and_nothing_else_changes(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    directory.knows = True
    review_id = await send(gateway, MSK)
    before = snapshot(gateway.store)

    _, effects = await replay(replays, ReplayKind.REDELIVER, review_id, parts=(Part.LEGS,))

    first, second = gateway.turningpoint.received
    assert (first.id, first.body) == (second.id, second.body)
    assert [effect.detail for effect in effects] == ["sent to turningpoint"]
    assert snapshot(gateway.store) == before


async def test_what_comes_back_on_the_call_is_recorded(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    directory.knows = True
    review_id = await send(gateway, MSK)
    gateway.turningpoint.replies = [response_to(gateway.turningpoint.received[0], CERTIFIED)]

    await replay(replays, ReplayKind.REDELIVER, review_id, parts=(Part.LEGS,))
    await gateway.settle()

    assert (await gateway.leg(review_id)).state is LegState.DECIDED
    assert len(await gateway.mailbox()) == 1


async def test_a_leg_that_cannot_be_sent_again_is_told_of_and_its_state_stays(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    directory.knows = True
    review_id = await send(gateway, MSK)
    gateway.turningpoint.replies = [Retryable("the destination could not be reached")]

    found, (effect,) = await replay(replays, ReplayKind.REDELIVER, review_id, parts=(Part.LEGS,))

    assert (effect.outcome, effect.detail) == (EffectOutcome.FAILED, "the destination could not be reached")
    assert (found.failed, found.changed) == (1, 0)
    assert (await gateway.leg(review_id)).state is LegState.DISPATCHED


async def test_a_leg_that_was_given_up_has_its_attempts_anew_and_its_dead_letter_is_decided(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    directory.knows = True
    gateway.turningpoint.replies = [Refused("the destination answered 403")]
    review_id = await send(gateway, MSK)
    async with gateway.store.reading() as work:
        (letter,) = await work.dead_letters(10)

    await replay(replays, ReplayKind.REDELIVER, review_id, parts=(Part.LEGS,))
    await gateway.pass_time(timedelta(seconds=1))

    first, second = gateway.turningpoint.received
    assert (first.id, first.body) == (second.id, second.body)
    assert (await gateway.leg(review_id)).state is LegState.DISPATCHED
    assert await gateway.dead_letters() == []
    settling = SettleDeadLetters(
        unit_of_work=gateway.store,
        record_determination=gateway.record,
        return_news=gateway.return_determination,
        now=gateway.now,
    )
    with pytest.raises(NotSettled):
        await settling.retry(letter.id, OPERATOR)


async def test_a_leg_on_a_topic_is_put_there_again_under_its_id(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    directory.knows = True
    review_id = await send(gateway, IMAGING)
    topic = "priorauth.delegate.evicore.requests"

    await replay(replays, ReplayKind.REDELIVER, review_id, parts=(Part.LEGS,))

    async with gateway.store.reading() as work:
        first, second = await work.events(topic, -1, 10)
    assert (first.id, first.body) == (second.id, second.body)


async def test_the_last_response_waits_in_the_mailbox_however_it_went_out(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    directory.knows = True
    body = renumbered(MSK)
    answered = await gateway.post(body)
    assert await gateway.mailbox() == []

    _, effects = await replay(replays, ReplayKind.REDELIVER, *answered.review_ids, parts=(Part.REPLIES,))
    _, again = await replay(replays, ReplayKind.REDELIVER, *answered.review_ids, parts=(Part.REPLIES,))

    assert await gateway.mailbox() == [answered.body]
    assert [effect.outcome for effect in (*effects, *again)] == [EffectOutcome.DONE, EffectOutcome.LEFT]


async def test_events_are_published_again_and_the_reviews_story_stays_as_it_was(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    directory.knows = True
    review_id = await send(gateway, MSK)
    async with gateway.store.reading() as work:
        story = await work.events_of(review_id)

    _, (effect,) = await replay(replays, ReplayKind.REDELIVER, review_id, parts=(Part.EVENTS,))

    async with gateway.store.reading() as work:
        assert await work.events_of(review_id) == story
        told = [event.id for event in await work.events("priorauth.events", -1, 100)]
    assert effect.detail == f"{len(story)} published"
    assert told == [event.id for event in story] * 2


async def test_subscribers_are_told_again_of_the_last_answer_alone() -> None:
    notifying = NotifyingGateway()
    await notifying.subscribe()
    for _ in range(3):
        await notifying.answer("rev-1")
    await notifying.answer("rev-2")
    await notifying.work()
    first = [each.body for each in notifying.endpoints.received]
    redeliver = Redeliver(
        unit_of_work=notifying.store,
        transports={},
        record_answer=nothing_to_record,
        circuits=notifying.circuits,
        now=notifying.now,
        new_id=notifying.new_id,
    )

    async with notifying.store() as work:
        effects = await redeliver.within(work, ReviewId("rev-1"), (Part.NOTIFICATIONS,), {}, is_dry=False, by=OPERATOR)
    await notifying.work()

    assert [effect.outcome for effect in effects] == [EffectOutcome.DONE]
    assert [each.body for each in notifying.endpoints.received] == [*first, first[2]]


async def nothing_to_record(_work: object, _answer: object) -> None:
    """Nobody is called here."""


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


# How a replay goes


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

    async def send_and_cancel(message: object) -> object:
        await replays.order.cancel(ordered.id)
        return await sending(message)  # type: ignore[arg-type]

    gateway.turningpoint.send = send_and_cancel  # type: ignore[method-assign,assignment]
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
        await replays.order.one("replay-none", after=0, limit=1)  # type: ignore[arg-type]
    assert await replays.order.newest(10) == []
