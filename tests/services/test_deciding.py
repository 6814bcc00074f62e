"""Deciding: legs out, answers in, one reply that joins them, and later ones to the mailbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from interchanges import elements_of, kinds_of, renumbered, sample, segments_of, with_trace
from memory.gateway import SANDBOX, TOOLS, WAIT, MemoryGateway, response_to
from priorauth.domain.determinations import CertificationAction, ItemDecision
from priorauth.domain.exchange import Answer, InboundMessage
from priorauth.domain.reviews import LegState, ReviewId, ReviewState
from priorauth.services.catch_up import GRACE
from priorauth.services.delegate_ports import Refused
from priorauth.services.dispatch_leg import LEASE
from priorauth.services.ports import Retryable, Work
from priorauth.services.record_determination import Recorded

MSK, MRI = sample("msk-knee-replacement"), sample("imaging-mri")
SPLIT, NICU = sample("split-imaging-and-surgery"), sample("nicu-admission")
A1 = CertificationAction.CERTIFIED_IN_TOTAL
DENIAL = {"sequence": 1, "action": "A3", "reason_codes": ["0V"]}
PHYSICIAN = {"reviewer": {"role": "physician", "name": "R Example"}, "medical_necessity": True}
UNREACHABLE = Retryable("the destination could not be reached")


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway()


async def pended(gateway: MemoryGateway, interchange: bytes = MRI) -> ReviewId:
    """A review whose first reply said that it is pended."""
    return (await gateway.post(interchange)).review_ids[0]


def actions(interchange: bytes) -> list[str]:
    """HCR01 of the event and of each service."""
    return elements_of(segments_of(interchange, "HCR"), 1)


async def test_each_destination_gets_only_its_lines_and_the_requesters_first_trace(gateway: MemoryGateway) -> None:
    review_id = await pended(gateway, SPLIT)

    legs = await gateway.legs(review_id)

    assert [(leg.destination, leg.sequences) for leg in legs] == [("allways-um", (1,)), ("evicore", (2,))]


async def test_answers_to_the_legs_are_joined_in_the_original_order(gateway: MemoryGateway) -> None:
    review_id = await pended(gateway, SPLIT)
    desk, evicore = await gateway.legs(review_id)

    await gateway.say("evicore", evicore, {"sequence": 2, "action": "A1", "certification_number": "EV1"})
    await gateway.say("allways-um", desk, {"sequence": 1, "action": "A1", "certification_number": "AW1"})

    reply = (await gateway.replies(review_id))[-1]
    assert [(item.sequence, item.certification_number) for item in reply.items] == [(1, "AW1"), (2, "EV1")]
    assert actions((await gateway.mailbox())[-1]) == ["A1", "A1", "A1"]


async def test_a_late_leg_is_pended_and_then_returned_to_the_mailbox_once(gateway: MemoryGateway) -> None:
    review_id = await pended(gateway)
    leg = await gateway.leg(review_id)

    await gateway.say("evicore", leg, {"sequence": 1, "action": "A1"})
    await gateway.pass_time(timedelta(minutes=1))

    assert [actions(body) for body in await gateway.mailbox()] == [["A1", "A1"]]
    assert await gateway.channels(review_id) == ["response", "mailbox"]
    assert elements_of(segments_of((await gateway.mailbox())[0], "BHT"), 6) == ["18"]


async def test_a_reply_that_nobody_fetched_goes_to_the_mailbox_when_its_time_is_over(gateway: MemoryGateway) -> None:
    inbound = InboundMessage(format="x12", partner=SANDBOX, body=MRI, received_at=gateway.now())
    decoded = TOOLS.codec.decode(inbound, lambda: ReviewId("rev-1"))
    await gateway.receive(inbound, decoded, answer_by=gateway.now() + WAIT)
    await gateway.settle()

    await gateway.pass_time(WAIT)
    early = await gateway.mailbox()
    await gateway.pass_time(GRACE + timedelta(seconds=1))

    assert early == []
    assert [actions(body) for body in await gateway.mailbox()] == [["A4", "A4"]]


async def test_a_declined_leg_goes_to_the_payers_desk(gateway: MemoryGateway) -> None:
    review_id = await pended(gateway)

    await gateway.decline(await gateway.leg(review_id))
    await gateway.decline(await gateway.leg(review_id))

    legs = await gateway.legs(review_id)
    assert [(leg.destination, leg.state) for leg in legs] == [
        ("evicore", LegState.DECLINED),
        ("allways-um", LegState.PENDED),
    ]
    assert legs[1].took_over == legs[0].id
    assert gateway.store.published_of(review_id).count("priorauth.leg.declined.v1") == 1


async def test_a_leg_that_was_decided_cannot_be_declined(gateway: MemoryGateway) -> None:
    review_id = await pended(gateway)
    leg = await gateway.leg(review_id)
    await gateway.say("evicore", leg, {"sequence": 1, "action": "A1"})

    recorded = await gateway.decline(leg)

    assert not recorded.accepted
    assert (await gateway.leg(review_id)).state is LegState.DECIDED
    assert len(await gateway.dead_letters()) == 1


async def test_a_leg_whose_items_were_decided_one_after_the_other_is_decided(gateway: MemoryGateway) -> None:
    review_id = await pended(gateway, NICU)
    leg = await gateway.leg(review_id)

    for sequence in leg.sequences:
        assert (await gateway.leg(review_id)).is_open
        await gateway.say("progenyhealth", leg, {"sequence": sequence, "action": "A1"}, id=f"d-{sequence}")

    assert len(leg.sequences) > 1
    assert (await gateway.leg(review_id)).state is LegState.DECIDED
    assert not (await gateway.decline(leg)).accepted


async def test_the_same_determination_delivered_twice_is_recorded_and_returned_once(gateway: MemoryGateway) -> None:
    review_id = await pended(gateway)
    leg = await gateway.leg(review_id)

    for _ in range(2):
        assert (await gateway.say("evicore", leg, {"sequence": 1, "action": "A1"})).accepted

    assert gateway.store.published_of(review_id).count("priorauth.determination.recorded.v1") == 1
    assert len(await gateway.mailbox()) == 1


async def test_a_denial_without_a_physician_stays_pended_and_is_a_dead_letter(gateway: MemoryGateway) -> None:
    review_id = await pended(gateway)

    recorded = await gateway.say("evicore", await gateway.leg(review_id), DENIAL)

    assert recorded.refused == "a medical-necessity denial needs a physician reviewer"
    assert (await gateway.leg(review_id)).state is LegState.PENDED
    assert await gateway.dead_letters() == [recorded.refused]
    assert await gateway.mailbox() == []


async def test_a_denial_by_a_physician_is_returned(gateway: MemoryGateway) -> None:
    review_id = await pended(gateway)

    await gateway.say("evicore", await gateway.leg(review_id), {**DENIAL, **PHYSICIAN})

    assert actions((await gateway.mailbox())[0]) == ["A3", "A3"]


async def test_a_delegate_that_attests_physicians_may_deny_in_x12(gateway: MemoryGateway) -> None:
    review_id = await pended(gateway, MSK)
    denied = ItemDecision(sequence=1, action=CertificationAction.NOT_CERTIFIED, reason_codes=("0V",))

    recorded = await gateway.say_bytes("turningpoint", response_to(gateway.turningpoint.received[0], denied), "x12")

    assert recorded.accepted
    assert actions((await gateway.mailbox())[0]) == ["A3", "A3"]
    assert (await gateway.leg(review_id)).state is LegState.DECIDED


async def test_an_x12_answer_on_the_call_is_the_answer_to_the_request(gateway: MemoryGateway) -> None:
    first = await pended(gateway, MSK)
    certified = ItemDecision(sequence=1, action=A1, certification_number="TP77")
    second = renumbered(with_trace(MSK, "SECOND-1"))
    gateway.turningpoint.replies = [UNREACHABLE]
    review_id = await pended(gateway, second)
    leg = gateway.turningpoint.received[-1]
    gateway.turningpoint.replies = [response_to(leg, certified)]

    await gateway.pass_time(timedelta(seconds=5))

    assert first != review_id
    assert actions((await gateway.mailbox())[-1]) == ["A1", "A1"]
    assert (await gateway.replies(review_id))[-1].items[0].certification_number == "TP77"


async def test_a_destination_answers_for_its_own_legs_only(gateway: MemoryGateway) -> None:
    review_id = await pended(gateway)

    recorded = await gateway.say("progenyhealth", await gateway.leg(review_id), {"sequence": 1, "action": "A1"})

    assert (recorded.legs, recorded.unknown_traces) == ((), 1)
    assert await gateway.mailbox() == []


async def test_a_late_correction_gives_a_new_reply(gateway: MemoryGateway) -> None:
    review_id = await pended(gateway)
    leg = await gateway.leg(review_id)
    await gateway.say("evicore", leg, {**DENIAL, **PHYSICIAN}, id="d-1")

    await gateway.say("evicore", leg, {"sequence": 1, "action": "A1"}, id="d-2")

    assert [actions(body)[0] for body in await gateway.mailbox()] == ["A3", "A1"]
    assert gateway.store.tables.reviews[review_id].review.state is ReviewState.DETERMINED


async def test_a_pended_after_a_decision_does_not_take_it_back(gateway: MemoryGateway) -> None:
    review_id = await pended(gateway)
    leg = await gateway.leg(review_id)
    await gateway.say("evicore", leg, {"sequence": 1, "action": "A1"}, id="d-1")

    await gateway.say("evicore", leg, {"sequence": 1, "action": "A4"}, id="d-2")

    assert (await gateway.replies(review_id))[-1].action is A1
    assert (await gateway.leg(review_id)).state is LegState.DECIDED


async def test_a_leg_is_sent_again_with_the_same_bytes_and_ids(gateway: MemoryGateway) -> None:
    gateway.turningpoint.replies = [UNREACHABLE] * 3

    review_id = await pended(gateway, MSK)
    for _ in range(3):
        await gateway.pass_time(timedelta(seconds=10))

    sent = gateway.turningpoint.received
    assert len(sent) == 4
    assert {message.body for message in sent} == {sent[0].body}
    assert {message.id for message in sent} == {sent[0].id}
    assert (await gateway.leg(review_id)).state is LegState.DISPATCHED
    assert gateway.store.published_of(review_id).count("priorauth.leg.dispatched.v1") == 1


async def test_a_leg_that_cannot_be_delivered_is_given_up_after_so_many_attempts(gateway: MemoryGateway) -> None:
    gateway.turningpoint.replies = [UNREACHABLE] * 20

    review_id = await pended(gateway, MSK)
    for _ in range(20):
        await gateway.pass_time(timedelta(minutes=6))

    assert len(gateway.turningpoint.received) == gateway.dispatch.attempts_allowed
    assert (await gateway.leg(review_id)).state is LegState.FAILED
    assert await gateway.dead_letters() == ["the destination could not be reached"]
    assert actions((await gateway.post(MSK)).body) == ["A4", "A4"]


async def test_a_leg_that_is_refused_is_not_sent_again(gateway: MemoryGateway) -> None:
    gateway.turningpoint.replies = [Refused("the destination answered 403")]

    await pended(gateway, MSK)
    await gateway.pass_time(timedelta(hours=1))

    assert len(gateway.turningpoint.received) == 1
    assert await gateway.dead_letters() == ["the destination answered 403"]


async def test_a_leg_that_was_answered_at_our_door_while_it_was_called_is_not_sent_again(
    gateway: MemoryGateway,
) -> None:
    gateway.turningpoint.replies = [UNREACHABLE]
    review_id = await pended(gateway, MSK)
    certified = ItemDecision(sequence=1, action=A1)
    await gateway.say_bytes("turningpoint", response_to(gateway.turningpoint.received[0], certified), "x12")

    await gateway.pass_time(timedelta(hours=1))

    assert len(gateway.turningpoint.received) == 1
    assert (await gateway.leg(review_id)).state is LegState.DECIDED


@pytest.mark.parametrize("failure", [UNREACHABLE, Refused("the destination answered 403")])
async def test_a_leg_that_is_answered_at_our_door_before_we_know_that_it_got_there_was_dispatched_first(
    gateway: MemoryGateway, failure: Exception
) -> None:
    gateway.turningpoint.replies = [failure]
    review_id = await pended(gateway, MSK)
    certified = ItemDecision(sequence=1, action=A1)

    for _ in range(2):
        await gateway.say_bytes("turningpoint", response_to(gateway.turningpoint.received[0], certified), "x12")

    story = [event.removeprefix("priorauth.") for event in gateway.store.published_of(review_id)]
    assert [event for event in story if event.startswith(("leg", "determination.recorded"))] == [
        "leg.dispatched.v1",
        "determination.recorded.v1",
    ]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"reason": "not reviewed here"}, "priorauth.leg.declined.v1"),
        ({"id": "d-1", "items": [{"sequence": 1, "action": "A4"}]}, "priorauth.determination.recorded.v1"),
    ],
)
async def test_whatever_a_destination_says_of_a_leg_is_told_after_that_it_has_the_leg(
    gateway: MemoryGateway, answer: dict[str, object], told: str
) -> None:
    gateway.turningpoint.replies = [UNREACHABLE]
    review_id = await pended(gateway, MSK)
    leg = await gateway.leg(review_id)

    await gateway.post_answer("turningpoint", {"leg_id": leg.id, "decided_at": gateway.now(), **answer})

    story = gateway.store.published_of(review_id)
    assert story.index("priorauth.leg.dispatched.v1") < story.index(told)


async def test_an_answer_whose_recording_breaks_off_is_asked_for_again_with_the_same_bytes(
    gateway: MemoryGateway,
) -> None:
    gateway.turningpoint.replies = [UNREACHABLE]
    review_id = await pended(gateway, MSK)
    answer = response_to(gateway.turningpoint.received[0], ItemDecision(sequence=1, action=A1))
    gateway.turningpoint.replies = [answer, answer]

    with pytest.raises(BrokenOff):
        await replace(gateway.dispatch, record_answer=break_off)((await gateway.leg(review_id)).id, claimed=True)
    after = await gateway.leg(review_id)
    await gateway.pass_time(LEASE)

    assert after.state is LegState.PLANNED
    assert (await gateway.leg(review_id)).state is LegState.DECIDED
    assert len({message.body for message in gateway.turningpoint.received}) == 1
    assert gateway.store.published_of(review_id).count("priorauth.leg.dispatched.v1") == 1


class BrokenOff(Exception):
    """Stands for the end of the process."""


async def break_off(_work: Work, _answer: Answer) -> Recorded:
    raise BrokenOff


async def test_an_answer_that_is_none_keeps_the_leg_pended_and_is_a_dead_letter(gateway: MemoryGateway) -> None:
    gateway.turningpoint.replies = [b"ISA*00*THIS IS NO ANSWER~\x00\xff{"]

    answer = await gateway.post(MSK)

    assert actions(answer.body) == ["A4", "A4"]
    assert await gateway.dead_letters() == ["the answer names no leg of ours"]
    assert gateway.now() < gateway.store.tables.reviews[answer.review_ids[0]].answer_by


async def test_an_answer_that_is_no_interchange_is_said_to_be_unreadable(gateway: MemoryGateway) -> None:
    recorded = await gateway.say_bytes("turningpoint", b"ISX*00*", "x12")

    assert [finding.code for finding in recorded.findings] == ["DETERMINATION-UNREADABLE"]


async def test_an_extension_follows_the_review_whose_number_it_names(gateway: MemoryGateway) -> None:
    prior = await pended(gateway, NICU)
    items = [{"sequence": n, "action": "A1", "certification_number": "PH-2026-000417"} for n in (1, 2, 3)]
    await gateway.say("progenyhealth", await gateway.leg(prior), *items)
    elsewhere = sample("nicu-extension").replace(b"SV2*0172", b"SV2*0120")

    review_id = await pended(gateway, elsewhere)

    assert [leg.destination for leg in await gateway.legs(review_id)] == ["progenyhealth"]
    route = gateway.store.tables.routes[review_id]
    assert {item.rule for item in route.items} == {"prior_review"}


async def test_what_needs_no_authorization_is_answered_so_at_once(gateway: MemoryGateway) -> None:
    in_the_emergency_room = MRI.replace(b"*22:B*", b"*23:B*")

    answer = await gateway.post(in_the_emergency_room)

    assert actions(answer.body) == ["NA", "NA"]
    assert elements_of(segments_of(answer.body, "BHT"), 6) == ["18"]
    assert await gateway.legs(answer.review_ids[0]) == []


async def test_an_acknowledgment_is_kept_with_the_review_that_it_is_about(gateway: MemoryGateway) -> None:
    answer = await gateway.post(MRI)
    number = answer.body[90:99].decode()
    ta1 = f"{MRI.decode()[:106]}TA1*{number}*261102*1200*A*000~IEA*0*000000005~".encode()
    inbound = InboundMessage(format="x12", partner=SANDBOX, body=ta1, received_at=gateway.now())
    decoded = TOOLS.codec.decode(inbound, lambda: ReviewId("unused"))

    matched = await gateway.record_acknowledgment(inbound, decoded)

    roles = [role for review, _, role in gateway.store.tables.links if review == answer.review_ids[0]]
    assert matched == 1
    assert "acknowledgment" in roles


async def test_a_rejection_of_the_whole_leg_stops_the_reply_at_its_level(gateway: MemoryGateway) -> None:
    answer = await gateway.post(sample("bad-npi"))

    assert kinds_of(answer.body) == {"278"}
    assert [hl.split("*")[3] for hl in segments_of(answer.body, "HL")] == ["20", "21"]
