"""Receiving: what is a resend, what is a duplicate, and what each copy of a request is answered."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from interchanges import ISA13, kinds_of, renumbered, sample, segments_of, with_sets, with_trace
from memory.gateway import MemoryGateway
from priorauth.domain.events import MessageRejected
from priorauth.domain.reviews import ReviewState

MSK, MRI = sample("msk-knee-replacement"), sample("imaging-mri")


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway()


def other_content(interchange: bytes) -> bytes:
    """The same interchange control number, another request."""
    return interchange.replace(b"MEM0000004", b"MEM0000007")


async def test_the_same_bytes_twice_are_one_review_and_the_same_bytes_come_back(gateway: MemoryGateway) -> None:
    first = await gateway.post(MRI)
    second = await gateway.post(MRI)

    assert second == first
    assert len(gateway.store.tables.reviews) == 1


async def test_two_copies_at_once_are_one_review_and_get_the_same_answer(gateway: MemoryGateway) -> None:
    first, second = await asyncio.gather(gateway.post(MRI), gateway.post(MRI))

    assert first == second
    assert len(gateway.store.tables.reviews) == 1


async def test_a_resend_gets_the_present_answer(gateway: MemoryGateway) -> None:
    first = await gateway.post(MRI)
    leg = await gateway.leg(first.review_ids[0])

    await gateway.say("evicore", leg, {"sequence": 1, "action": "A1", "certification_number": "EV1"})
    second = await gateway.post(MRI)

    assert segments_of(first.body, "HCR")[0] == "HCR*A4"
    assert segments_of(second.body, "HCR")[0] == "HCR*A1*EV1"
    assert second.review_ids == first.review_ids


async def test_the_same_bytes_after_more_than_seven_days_are_no_resend(gateway: MemoryGateway) -> None:
    await gateway.post(MRI)
    await gateway.pass_time(timedelta(days=8))

    answer = await gateway.post(MRI)

    assert segments_of(answer.body, "TA1")[0].split("*")[4:] == ["R", "025"]


async def test_a_used_interchange_number_with_other_content_is_refused_and_nothing_is_saved(
    gateway: MemoryGateway,
) -> None:
    await gateway.post(MSK)
    reviews = len(gateway.store.tables.reviews)

    answer = await gateway.post(other_content(MSK))

    assert kinds_of(answer.body) == {"TA1"}
    assert segments_of(answer.body, "TA1")[0].split("*")[4:] == ["R", "025"]
    assert answer.review_ids == ()
    assert len(gateway.store.tables.reviews) == reviews
    (refused,) = [event for event in gateway.store.published if isinstance(event, MessageRejected)]
    assert [each.code for each in refused.findings] == ["X12-INTERCHANGE-DUPLICATE"]


async def test_content_that_was_refused_as_a_duplicate_is_taken_under_a_fresh_number(gateway: MemoryGateway) -> None:
    await gateway.post(MSK)
    await gateway.post(other_content(MSK))

    answer = await gateway.post(renumbered(other_content(MSK)))

    assert kinds_of(answer.body) == {"278"}


async def test_an_interchange_that_a_ta1_refuses_does_not_use_up_its_number(gateway: MemoryGateway) -> None:
    refused = await gateway.post(MSK.replace(b"*00501*", b"*00999*"))

    answer = await gateway.post(MSK)

    assert segments_of(refused.body, "TA1")[0].split("*")[4] == "R"
    assert kinds_of(answer.body) == {"278"}


async def test_a_message_that_a_999_refuses_uses_up_its_number_and_gets_the_same_999_again(
    gateway: MemoryGateway,
) -> None:
    refused = sample("missing-review-segment")

    first, second = await gateway.post(refused), await gateway.post(refused)
    other = await gateway.post(refused.replace(b"MEM0000004", b"MEM0000009").replace(b"MEM0000003", b"MEM0000009"))

    assert kinds_of(first.body) == {"999"}
    assert second == first
    assert segments_of(other.body, "TA1")[0].split("*")[4:] == ["R", "025"]


async def test_equal_content_in_another_envelope_finds_the_open_review_and_echoes_its_own_number(
    gateway: MemoryGateway,
) -> None:
    first = await gateway.post(MRI)
    second = await gateway.post(renumbered(MRI.replace(b"BHT*0007*13*RIM-IMG-0001", b"BHT*0007*13*ANOTHER-1")))

    assert second.review_ids == first.review_ids
    assert [bht.split("*")[3] for bht in segments_of(second.body, "BHT")] == ["ANOTHER-1"]


async def test_equal_content_after_the_decision_is_a_new_review(gateway: MemoryGateway) -> None:
    first = await gateway.post(MRI)
    leg = await gateway.leg(first.review_ids[0])
    await gateway.say("evicore", leg, {"sequence": 1, "action": "A1"})

    second = await gateway.post(renumbered(MRI))

    assert second.review_ids != first.review_ids


async def test_another_trace_makes_another_review(gateway: MemoryGateway) -> None:
    first, second = await gateway.post(MRI), await gateway.post(renumbered(with_trace(MRI, "OTHER-TRACE")))

    assert first.review_ids != second.review_ids


async def test_an_idempotency_key_makes_other_bytes_a_resend(gateway: MemoryGateway) -> None:
    first = await gateway.post(MRI, key="K1")
    second = await gateway.post(renumbered(with_trace(MRI, "OTHER")), key="K1")
    third = await gateway.post(renumbered(with_trace(MRI, "OTHER")), key="K2")

    assert second == first
    assert third.review_ids != first.review_ids


async def test_several_sets_are_answered_in_order_and_a_bad_sibling_gets_its_999(gateway: MemoryGateway) -> None:
    bad = sample("missing-review-segment")

    answer = await gateway.post(renumbered(with_sets(MSK, bad, MRI)))

    assert kinds_of(answer.body) == {"999", "278"}
    assert [bht.split("*")[3] for bht in segments_of(answer.body, "BHT")] == ["LS-MSK-0002", "RIM-IMG-0001"]
    assert [ak9.split("*")[1:] for ak9 in segments_of(answer.body, "AK9")] == [["P", "3", "3", "2"]]
    assert len(answer.review_ids) == 2


async def test_a_request_with_a_bad_provider_number_is_rejected_without_being_routed(gateway: MemoryGateway) -> None:
    answer = await gateway.post(sample("bad-npi"))
    review = gateway.store.tables.reviews[answer.review_ids[0]].review

    assert segments_of(answer.body, "AAA") == ["AAA*N**43*C"]
    assert review.state is ReviewState.REJECTED
    assert await gateway.legs(review.id) == []


async def test_a_payer_that_is_none_of_ours_is_rejected_at_its_level(gateway: MemoryGateway) -> None:
    answer = await gateway.post(MRI.replace(b"*PI*ALLWAYS", b"*PI*NOBODY1"))

    assert segments_of(answer.body, "HL", "AAA") == ["HL*1**20*0", "AAA*N**79*N"]


async def test_the_control_numbers_of_one_partner_are_its_senders_own(gateway: MemoryGateway) -> None:
    await gateway.post(MSK)
    other_sender = other_content(MSK).replace(b"*HARBORGENERAL  *", b"*OTHERHOSPITAL  *", 1)

    answer = await gateway.post(other_sender)

    assert other_sender[ISA13] == MSK[ISA13]
    assert kinds_of(answer.body) == {"278"}
