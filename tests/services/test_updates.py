"""Updates of a request: each is answered with every item, and its destination is told what changed and no more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crosswalk_tables import CROSSWALKS
from fhir_bundles import BASE, NOON, read
from interchanges import elements_of, segments_of
from memory.gateway import LENIENT, MemoryGateway, response_to
from pas_requests import actions_in, claim_in
from pas_updates import INFO_CHANGED, adding, cancelling, cancelling_all, changing, first, update
from priorauth.domain.determinations import CertificationAction, ItemDecision, Reply
from priorauth.domain.reviews import Format, ReviewId, ReviewState
from priorauth.fhir.bundles import Bundle, read_resource, write_resource
from priorauth.translate.fhir_response import ResponseOptions, reply_to_fhir

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


async def test_a_destination_that_speaks_pas_is_told_every_item_that_it_has_and_asked_of_the_changed_ones(
    gateway: MemoryGateway,
) -> None:
    initial = first("split-imaging-and-sleep", "LS-WHOLE-1")
    await submit(gateway, initial)
    await answer_as_pas(gateway, A1)
    second_id, _ = await submit(gateway, update(initial, 1, adding("95811", like=2)))

    items = claim_in(json.loads(gateway.sleep.received[-1].body))["item"]
    flags = [[each["valueCode"] for each in item["extension"] if each["url"] == INFO_CHANGED] for item in items]
    assert [item["sequence"] for item in items] == [2, 3], "the imaging is another destination's"
    assert flags == [[], ["added"]]

    await answer_as_pas(gateway, A6, A1)
    review = gateway.store.tables.reviews[second_id].review
    assert [item.sequence for item in review.items] == [1, 2, 3]
    assert (await present(gateway, second_id))[1:] == [A1, A1], "what was decided of the other item stands"


async def answer_as_pas(gateway: MemoryGateway, *actions: CertificationAction) -> None:
    """The sleep vendor decides each item of the leg that it got last, in a response Bundle."""
    leg = Bundle(read_resource(gateway.sleep.received[-1].body))
    review = read(leg)
    decided = [ItemDecision(sequence=n.sequence, action=a) for n, a in zip(review.items, actions, strict=True)]
    reply = Reply(review_id=review.id, number=1, made_at=NOON, items=tuple(decided))
    options = ResponseOptions(version=Format.PAS_2_2_1, base=BASE)
    body = write_resource(reply_to_fhir(leg, review, reply, crosswalks=CROSSWALKS, options=options))
    recorded = await gateway.say_bytes("sleep-management-solutions", body, NEW)
    assert recorded.accepted


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
