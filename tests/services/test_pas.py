"""Requests that come as FHIR: resends, answers in the version that was asked, and later ones to subscribers."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from interchanges import sample
from memory.gateway import MemoryGateway
from pas_requests import actions_in, fresh, pas_sample, response_in, with_trace
from priorauth.domain.events import DeterminationReturned, MessageRejected
from priorauth.domain.reviews import Format

NEW, OLD = "pas-2.2.1", "pas-2.0.1"
MRI = "imaging-mri"


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway()


async def test_the_same_bundle_twice_is_one_review_and_the_same_bytes_come_back(gateway: MemoryGateway) -> None:
    body = fresh(MRI)

    assert await gateway.post(body, format=NEW) == await gateway.post(body, format=NEW)
    assert len(gateway.store.tables.reviews) == 1


async def test_a_resend_gets_the_present_answer(gateway: MemoryGateway) -> None:
    body = fresh(MRI)
    first = await gateway.post(body, format=NEW)
    leg = await gateway.leg(first.review_ids[0])

    await gateway.say("evicore", leg, {"sequence": 1, "action": "A1", "certification_number": "EV1"})
    second = await gateway.post(body, format=NEW)

    assert (actions_in(json.loads(first.body)), actions_in(json.loads(second.body))) == (["A4"], ["A1"])
    assert second.review_ids == first.review_ids


async def test_the_same_content_in_a_bundle_with_another_identifier_is_the_same_open_review(
    gateway: MemoryGateway,
) -> None:
    first = await gateway.post(pas_sample(MRI), format=NEW)

    second = await gateway.post(pas_sample(MRI, lambda each: each["identifier"].update(value="B-2")), format=NEW)

    assert second.review_ids == first.review_ids
    assert json.loads(second.body)["identifier"]["value"] == "B-2"


def named_anew(bundle: Any) -> None:
    """Give every resource a urn:uuid of this copy's own, as senders do who keep no server of resources."""
    text = json.dumps(bundle["entry"])
    for each in bundle["entry"]:
        own, resource = str(uuid4()), each["resource"]
        for old in (each["fullUrl"], f"{resource['resourceType']}/{resource['id']}"):
            text = text.replace(json.dumps(old), json.dumps(f"urn:uuid:{own}"))
        text = text.replace(f'"id": {json.dumps(resource["id"])}', f'"id": "{own}"')
    bundle["entry"] = json.loads(text)


@pytest.mark.parametrize("name", [MRI, "home-health-orders", "nicu-newborn-dependent"])
async def test_the_same_content_under_other_temporary_names_is_the_same_open_review(
    gateway: MemoryGateway, name: str
) -> None:
    first = await gateway.post(pas_sample(name, named_anew), format=NEW)

    second = await gateway.post(pas_sample(name, named_anew), format=NEW)

    assert len(first.review_ids) == 1
    assert second.review_ids == first.review_ids
    urls = {each["fullUrl"] for each in json.loads(second.body)["entry"]}
    assert response_in(json.loads(second.body))["patient"]["reference"] in urls


async def test_other_content_under_temporary_names_is_another_review(gateway: MemoryGateway) -> None:
    first = await gateway.post(pas_sample("home-health-orders", named_anew), format=NEW)

    def twice_as_much(bundle: Any) -> None:
        order = next(
            each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == "ServiceRequest"
        )
        order["quantityQuantity"]["value"] += 1

    second = await gateway.post(pas_sample("home-health-orders", twice_as_much, named_anew), format=NEW)
    third = await gateway.post(pas_sample("home-health-orders", with_trace("OTHER"), named_anew), format=NEW)

    assert len({*first.review_ids, *second.review_ids, *third.review_ids}) == 3


@pytest.mark.parametrize(("format", "outcome"), [(NEW, "complete"), (OLD, "queued")])
async def test_each_version_is_answered_in_its_own_words(gateway: MemoryGateway, format: str, outcome: str) -> None:
    body = fresh(MRI)
    await gateway.post(body, format=NEW, key="K1")

    answer = await gateway.post(body, format=format, key="K1")

    assert response_in(json.loads(answer.body))["outcome"] == outcome


async def test_a_later_reply_is_told_to_subscribers_once_and_is_in_no_mailbox(gateway: MemoryGateway) -> None:
    (review_id,) = (await gateway.post(fresh(MRI), format=NEW)).review_ids
    leg = await gateway.leg(review_id)

    await gateway.say("evicore", leg, {"sequence": 1, "action": "A1"})
    await gateway.pass_time(timedelta(minutes=1))

    ((told, number, body),) = gateway.told
    assert (told, number, actions_in(json.loads(body))) == (review_id, 2, ["A1"])
    assert await gateway.channels(review_id) == ["response", "notification"]
    assert await gateway.mailbox() == []
    returned = [event for event in gateway.store.published if isinstance(event, DeterminationReturned)]
    assert [(event.channel, event.format) for event in returned] == [
        ("response", Format.PAS_2_2_1),
        ("notification", Format.PAS_2_2_1),
    ]
    async with gateway.store.reading() as work:
        roles = [(role, message.format) for role, message in await work.messages_of(review_id)]
    assert ("notification", NEW) in roles


async def test_a_later_278_reply_is_told_to_no_subscriber(gateway: MemoryGateway) -> None:
    (review_id,) = (await gateway.post(sample(MRI))).review_ids

    await gateway.say("evicore", await gateway.leg(review_id), {"sequence": 1, "action": "A1"})

    assert gateway.told == []


@pytest.mark.parametrize("format", [NEW, OLD])
async def test_a_refused_bundle_is_kept_and_announced_in_its_own_format(gateway: MemoryGateway, format: str) -> None:
    answer = await gateway.post(b'{"resourceType": "Bundle"}', format=format)

    assert json.loads(answer.body)["resourceType"] == "OperationOutcome"
    (event,) = gateway.store.published
    assert isinstance(event, MessageRejected)
    assert (event.format, "PAS-CLAIM-FIRST" in [each.code for each in event.findings]) == (Format(format), True)
