"""Open reviews are routed again by what is known now; what is decided or was declined stays where it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from interchanges import sample
from memory.gateway import MemoryGateway, response_to
from priorauth.domain.determinations import CertificationAction
from priorauth.domain.parties import DestinationId
from priorauth.domain.replays import EffectOutcome, ReplayKind
from priorauth.domain.reviews import LegState, ReviewState, ServiceReview
from priorauth.domain.routes import Outcome, Route
from priorauth.services.list_unroutable import ListUnroutable
from priorauth.wiring import Replaying
from replays import CERTIFIED, MSK, Directory, replay, send


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

    def half(review: ServiceReview, facts: Mapping[str, object] | None) -> Route:
        route = router(review, facts)
        first, *others = route.items
        return replace(route, items=(replace(first, destination=DestinationId("optum")), *others))

    reroute = replace(replays.run.reroute, routing=replace(gateway.route, router=half))
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

    def not_needed(review: ServiceReview, facts: Mapping[str, object] | None) -> Route:
        route = router(review, facts)
        answered = [replace(item, outcome=Outcome.NO_AUTH_REQUIRED, destination=None) for item in route.items]
        return replace(route, items=tuple(answered))

    reroute = replace(replays.run.reroute, routing=replace(gateway.route, router=not_needed))

    await replay(
        Replaying(order=replays.order, run=replace(replays.run, reroute=reroute)), ReplayKind.REROUTE, review_id
    )
    await gateway.settle()

    last = (await gateway.replies(review_id))[-1]
    assert [item.action for item in last.items] == [CertificationAction.NO_ACTION_REQUIRED]
    async with gateway.store.reading() as work:
        assert (await work.review(review_id)).state is ReviewState.DETERMINED
