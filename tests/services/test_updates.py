"""Updates of a request: each is answered with every item, and its destination is told what changed and no more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from interchanges import elements_of, segments_of
from memory.gateway import LENIENT, MemoryGateway, response_to
from pas_requests import actions_in
from pas_updates import adding, cancelling, cancelling_all, changing, first, update
from priorauth.domain.determinations import CertificationAction, ItemDecision
from priorauth.domain.reviews import ReviewId, ReviewState

NEW = "pas-2.2.1"
SPINE = "msk-spine-and-pain"
A1, A6, C = CertificationAction.CERTIFIED_IN_TOTAL, CertificationAction.MODIFIED, CertificationAction.CANCELLED


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway()


async def submit(gateway: MemoryGateway, bundle: Any) -> tuple[ReviewId, list[str | None]]:
    """Submit a Bundle; its review and the action of each item."""
    answer = await gateway.post(json.dumps(bundle).encode(), format=NEW)
    (review_id,) = answer.review_ids
    return review_id, actions_in(json.loads(answer.body))


async def decide(gateway: MemoryGateway, *actions: CertificationAction) -> None:
    """TurningPoint decides each item of the leg that it got last."""
    items = [ItemDecision(sequence=n, action=action) for n, action in enumerate(actions, start=1)]
    leg = gateway.turningpoint.received[-1]
    recorded = await gateway.say_bytes("turningpoint", response_to(leg, *items), "x12")
    assert recorded.accepted


def told(gateway: MemoryGateway) -> tuple[list[str], list[str], list[str]]:
    """UM02 of the event, UM02 of each service, and each procedure code of the leg that TurningPoint got last."""
    body = gateway.turningpoint.received[-1].body
    event, *services = elements_of(segments_of(body, "UM"), 2)
    return [event], services, [each.split(":")[1] for each in elements_of(segments_of(body, "SV1"), 1)]


async def present(gateway: MemoryGateway, review_id: ReviewId) -> list[CertificationAction | None]:
    return [item.action for item in (await gateway.replies(review_id))[-1].items]


async def test_a_chain_of_updates_returns_every_item_and_tells_the_destination_only_what_changed(
    gateway: MemoryGateway,
) -> None:
    initial = first(SPINE, "LS-CHAIN-1")
    added = update(initial, 1, adding("27447"))
    changed = update(added, 2, changing(1, quantity={"value": 2}), cancelling(2))
    cancelled = update(changed, 3, cancelling_all)

    first_id, _ = await submit(gateway, initial)
    await decide(gateway, A1, A1)
    second_id, actions = await submit(gateway, added)
    assert actions == ["A1", "A1", "A4"]
    assert told(gateway) == (["S"], ["I"], ["27447"])

    await decide(gateway, A1)
    third_id, actions = await submit(gateway, changed)
    assert actions == ["A4", "A4", "A1"]
    assert told(gateway) == (["S"], ["3"], ["22612", "62323"])

    await decide(gateway, A6, C)
    assert await present(gateway, third_id) == [A6, C, A1]
    fourth_id, actions = await submit(gateway, cancelled)
    assert actions == ["A4", "A4", "A4"]
    assert told(gateway)[0] == ["3"]

    await decide(gateway, C, C, C)
    assert await present(gateway, fourth_id) == [C, C, C]
    states = [gateway.store.tables.reviews[each].review.state for each in (first_id, second_id, third_id, fourth_id)]
    assert set(states) == {ReviewState.CANCELLED}


async def test_a_decision_that_was_still_open_reaches_the_update_that_carries_the_item_on(
    gateway: MemoryGateway,
) -> None:
    initial = first(SPINE, "LS-CHAIN-2")
    first_id, actions = await submit(gateway, initial)
    assert actions == ["A4", "A4"]
    before = gateway.turningpoint.received[-1]
    second_id, _ = await submit(gateway, update(initial, 1, adding("27447")))

    decided = [ItemDecision(sequence=n, action=A1) for n in (1, 2)]
    await gateway.say_bytes("turningpoint", response_to(before, *decided), "x12")

    assert await present(gateway, second_id) == [A1, A1, CertificationAction.PENDED]
    assert await present(gateway, first_id) == [CertificationAction.PENDED] * 2, "the update is heard in its place"


async def test_the_prior_of_an_update_is_found_by_number_then_identifier_then_url(gateway: MemoryGateway) -> None:
    initial = first(SPINE, "LS-CHAIN-3")
    first_id, _ = await submit(gateway, initial)

    def prior_of(review_id: ReviewId) -> ReviewId | None:
        return gateway.store.tables.followed.get(review_id)

    by_identifier, _ = await submit(gateway, update(initial, 1, adding("27447")))
    elsewhere = update(initial, 2, adding("27130"))
    elsewhere["entry"][-1]["resource"]["identifier"][0]["value"] = "LS-UNKNOWN"
    by_url, _ = await submit(gateway, elsewhere)
    unknown = update(initial, 3, adding("27446"))
    unknown["entry"][-1]["resource"]["identifier"][0]["value"] = "LS-UNKNOWN"
    unknown["entry"][-1]["fullUrl"] += "-unknown"
    unknown["entry"][0]["resource"]["related"][0]["claim"]["reference"] += "-unknown"
    by_nothing, actions = await submit(gateway, unknown)

    assert (prior_of(by_identifier), prior_of(by_url), prior_of(by_nothing)) == (first_id, first_id, None)
    assert actions == ["A4", "A4", "A4"], "without a prior everything is asked for"


async def test_another_partners_request_is_no_prior(gateway: MemoryGateway) -> None:
    initial = first(SPINE, "LS-CHAIN-4")
    await gateway.post(json.dumps(initial).encode(), format=NEW, partner=LENIENT)

    second_id, _ = await submit(gateway, update(initial, 1, adding("27447")))

    assert second_id not in gateway.store.tables.followed
