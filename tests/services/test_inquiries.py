"""Inquiries: the present results of what was asked on either rail, for those who may see them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from interchanges import renumbered, sample, with_trace
from memory.gateway import LENIENT, MemoryGateway
from pas_requests import actions_in, claim_in, fresh, pas_sample, response_in
from pas_updates import PAS, adding, first, update
from priorauth.adapters.fhir_profiles import load_checker
from priorauth.domain.parties import TradingPartner
from priorauth.fhir.bundles import Bundle, read_resource
from priorauth.fhir.profiles import BundleProfile

NEW, OLD = "pas-2.2.1", "pas-2.0.1"
INQUIRY = "inquiry-imaging"
AUTHORIZATION_NUMBER = f"{PAS}extension-authorizationNumber"


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway()


def numbered(number: str) -> bytes:
    """The sample inquiry for what has this authorization number."""

    def change(bundle: Any) -> None:
        claim = claim_in(bundle)
        claim["extension"].append({"url": AUTHORIZATION_NUMBER, "valueString": number})

    return pas_sample(INQUIRY, change)


def found_in(body: bytes) -> list[Any]:
    """The Bundles that an inquiry of 2.2.1 is answered with; each is one that the profile allows."""
    answer = json.loads(body)
    assert answer["resourceType"] == "Parameters"
    bundles = [each["resource"] for each in answer.get("parameter", [])]
    for each in bundles:
        checked = Bundle(read_resource(json.dumps(each).encode()))
        findings = load_checker("2.2.1").check_bundle(checked, BundleProfile.INQUIRY_RESPONSE)
        assert [finding for finding in findings if finding.rejects] == []
    return bundles


async def certify(gateway: MemoryGateway, review_id: Any, number: str) -> None:
    leg = await gateway.leg(review_id)
    await gateway.say("evicore", leg, {"sequence": 1, "action": "A1", "certification_number": number})


async def test_a_request_that_came_as_a_278_is_inquired_as_fhir(gateway: MemoryGateway) -> None:
    (review_id,) = (await gateway.post(sample("imaging-mri"))).review_ids
    await certify(gateway, review_id, "EV-77")

    answer = await gateway.inquire(pas_sample(INQUIRY))

    (bundle,) = found_in(answer.body)
    assert answer.review_ids == (review_id,)
    assert actions_in(bundle) == ["A1"]
    (reason,) = response_in(bundle)["request"]["extension"]
    assert reason["url"].endswith("data-absent-reason"), "it never was a Claim (PAS spec-44)"


async def test_a_request_that_came_as_fhir_is_inquired_while_it_waits(gateway: MemoryGateway) -> None:
    (review_id,) = (await gateway.post(fresh("imaging-mri"), format=NEW)).review_ids

    answer = await gateway.inquire(pas_sample(INQUIRY))

    (bundle,) = found_in(answer.body)
    assert (answer.review_ids, actions_in(bundle)) == ((review_id,), ["A4"])


async def test_the_version_of_the_inquiry_decides_how_it_is_answered(gateway: MemoryGateway) -> None:
    await gateway.post(fresh("imaging-mri"), format=NEW)

    old = json.loads((await gateway.inquire(pas_sample(INQUIRY), format=OLD)).body)

    assert old["resourceType"] == "Bundle"
    assert actions_in(old) == ["A4"]


@pytest.mark.parametrize("format", [NEW, OLD])
async def test_what_is_not_found_is_no_error_of_the_exchange(gateway: MemoryGateway, format: str) -> None:
    answer = await gateway.inquire(pas_sample(INQUIRY), format=format)

    assert (answer.review_ids, answer.refused) == ((), ())
    if format == NEW:
        assert found_in(answer.body) == []
    else:
        assert response_in(json.loads(answer.body))["outcome"] == "error"


async def test_the_number_of_a_request_that_was_updated_finds_the_update(gateway: MemoryGateway) -> None:
    initial = first("imaging-mri", "RIM-CHAIN-1")
    (first_id,) = (await gateway.post(json.dumps(initial).encode(), format=NEW)).review_ids
    await certify(gateway, first_id, "EV-100")
    updated = json.dumps(update(initial, 1, adding("70551"))).encode()
    (second_id,) = (await gateway.post(updated, format=NEW)).review_ids

    answer = await gateway.inquire(numbered("EV-100"))

    (bundle,) = found_in(answer.body)
    assert (answer.review_ids, actions_in(bundle)) == ((second_id,), ["A1", "A4"])


async def test_another_partner_finds_nothing_unless_its_own_provider_orders_or_renders(
    gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    (review_id,) = (await gateway.post(fresh("imaging-mri"), format=NEW)).review_ids

    hidden = await gateway.inquire(pas_sample(INQUIRY), partner=LENIENT)
    centre = TradingPartner(id=LENIENT, name="the imaging centre", npis=frozenset({"1200000077"}))
    monkeypatch.setitem(gateway.answer_inquiry.partners, LENIENT, centre)
    shown = await gateway.inquire(pas_sample(INQUIRY), partner=LENIENT)

    assert (hidden.review_ids, shown.review_ids) == ((), (review_id,))


async def test_an_inquiry_and_its_answer_are_kept_with_what_it_found(gateway: MemoryGateway) -> None:
    (review_id,) = (await gateway.post(fresh("imaging-mri"), format=NEW)).review_ids

    await gateway.inquire(pas_sample(INQUIRY))

    async with gateway.store.reading() as work:
        roles = [role for role, _ in await work.messages_of(review_id)]
    assert roles[-2:] == ["inquiry", "inquiry response"]


async def test_a_bundle_that_is_no_inquiry_is_refused_with_an_outcome(gateway: MemoryGateway) -> None:
    answer = await gateway.inquire(json.dumps({"resourceType": "Bundle", "type": "collection"}).encode())

    assert answer.refused
    assert json.loads(answer.body)["resourceType"] == "OperationOutcome"


async def test_a_request_of_one_rail_is_cancelled_on_the_other(gateway: MemoryGateway) -> None:
    initial = first("msk-spine-and-pain", "LS-CROSS-1")
    (review_id,) = (await gateway.post(json.dumps(initial).encode(), format=NEW)).review_ids
    cancellation = renumbered(with_trace(sample("cancellation"), "LS-CROSS-2")).replace(
        b"TP-2026-55102", review_id.encode()
    )

    (cancelling,) = (await gateway.post(cancellation)).review_ids

    assert gateway.store.tables.followed[cancelling] == review_id
    assert {leg.destination for leg in await gateway.legs(cancelling)} == {"turningpoint"}


async def test_a_request_that_came_as_a_278_is_updated_as_fhir_by_its_trace(gateway: MemoryGateway) -> None:
    trace = "LS-CROSS-3"
    (review_id,) = (await gateway.post(renumbered(with_trace(sample("msk-spine-and-pain"), trace)))).review_ids

    updated = update(first("msk-spine-and-pain", trace), 1, adding("27447"))
    answer = await gateway.post(json.dumps(updated).encode(), format=NEW)

    (update_id,) = answer.review_ids
    assert gateway.store.tables.followed[update_id] == review_id
    assert actions_in(json.loads(answer.body)) == ["A4", "A4", "A4"]
    assert {leg.sequences for leg in await gateway.legs(update_id)} == {(3,)}
