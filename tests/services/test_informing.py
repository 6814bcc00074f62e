"""What a destination asks for and a requester brings, over the store in memory."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from interchanges import sample, segments_of
from memory.gateway import SANDBOX, WAIT, MemoryGateway
from priorauth.domain.carried import CarriedResource
from priorauth.domain.exchange import InboundMessage
from priorauth.domain.information import InformationTask, SuppliedDocument, TaskKind, TaskState
from priorauth.domain.reviews import ReviewId
from priorauth.services.supply_information import Submission, SupplyInformation

MRI, SPLIT = sample("imaging-mri"), sample("split-imaging-and-surgery")
REPORT = {"attachments": [{"report_type": "AS", "control_number": "C-1"}]}
QUESTIONNAIRE = {"loinc_codes": ["102089-0"]}
DOCUMENT = SuppliedDocument(resource=CarriedResource("DocumentReference", "urn:uuid:1", "{}"))


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway()


def pended(**information: object) -> dict[str, object]:
    return {"sequence": 1, "action": "A4", "information": information}


async def asked(gateway: MemoryGateway, *says: dict[str, object]) -> ReviewId:
    """A review whose delegate says these, one after the other."""
    review_id = (await gateway.post(MRI)).review_ids[0]
    leg = await gateway.leg(review_id)
    for number, said in enumerate(says, start=1):
        assert (await gateway.say("evicore", leg, said, id=f"d-{number}")).accepted
    return review_id


async def tasks(gateway: MemoryGateway, review_id: ReviewId) -> Sequence[InformationTask]:
    async with gateway.store.reading() as work:
        return await work.tasks(review_id)


async def bring(gateway: MemoryGateway, tracking: str, body: bytes = b"one") -> None:
    supply = SupplyInformation(unit_of_work=gateway.store, now=gateway.now, new_id=gateway.new_id)
    inbound = InboundMessage(format="pas-2.2.1", partner=SANDBOX, body=body, received_at=gateway.now())
    await supply.submit(inbound, Submission(tracking=tracking, member="MEM0000005", documents=(DOCUMENT,)))
    await gateway.settle()


async def test_there_is_one_task_of_each_kind(gateway: MemoryGateway) -> None:
    review_id = await asked(gateway, pended(**REPORT, loinc_codes=["102089-0", "34117-2"]))

    found = await tasks(gateway, review_id)

    assert {task.kind for task in found} == set(TaskKind)
    assert "priorauth.information.requested.v1" in gateway.store.published_of(review_id)


async def test_a_questionnaire_is_known_by_the_trace_that_its_destination_gave(gateway: MemoryGateway) -> None:
    theirs = await asked(gateway, {**pended(**QUESTIONNAIRE), "own_trace": "DTR-CONTEXT-1"})

    [task] = await tasks(gateway, theirs)

    assert task.context(1) == "DTR-CONTEXT-1"


async def test_a_questionnaire_without_one_is_known_by_the_requests_own_trace(gateway: MemoryGateway) -> None:
    [task] = await tasks(gateway, await asked(gateway, pended(**QUESTIONNAIRE)))

    assert task.context(1) == "RIM-IMG-0001-1"


async def test_a_questionnaire_about_everything_is_known_by_the_trace_of_the_event(gateway: MemoryGateway) -> None:
    review_id = (await gateway.post(MRI)).review_ids[0]
    said = {"sequence": 1, "action": "A4", "own_trace": "LINE-1"}
    await gateway.say("evicore", await gateway.leg(review_id), said, id="d-1", information=QUESTIONNAIRE, trace="DTR-1")

    [task] = await tasks(gateway, review_id)

    assert task.context(1) == "DTR-1"


async def test_what_an_item_is_called_is_nearer_than_what_the_event_is(gateway: MemoryGateway) -> None:
    review_id = (await gateway.post(MRI)).review_ids[0]
    leg = await gateway.leg(review_id)
    await gateway.say("evicore", leg, pended(**QUESTIONNAIRE), id="d-1", trace="CASE-1")

    [task] = await tasks(gateway, review_id)

    assert task.context(1) == "RIM-IMG-0001-1"


async def test_a_questionnaire_keeps_its_context_while_it_is_worked_on(gateway: MemoryGateway) -> None:
    working = {"sequence": 1, "action": "A4"}
    review_id = await asked(gateway, {**pended(**QUESTIONNAIRE), "own_trace": "DTR-1"}, working)

    item = (await gateway.replies(review_id))[-1].items[0]

    assert item.information is not None
    assert [trace.number for trace in item.traces] == ["DTR-1"]


async def test_what_a_destination_asks_of_the_event_it_asks_of_its_own_items(gateway: MemoryGateway) -> None:
    review_id = (await gateway.post(SPLIT)).review_ids[0]
    first, second = await gateway.legs(review_id)
    said = {**REPORT, "loinc_codes": ["102089-0"]}
    decided, waits = {"sequence": 2, "action": "A1"}, {"sequence": 1, "action": "A4"}
    await gateway.say(first.destination, first, waits, id="d-1", information=said, trace="DTR-1")
    await gateway.say(second.destination, second, decided, id="d-2")

    found = await tasks(gateway, review_id)
    reply = (await gateway.replies(review_id))[-1]

    assert [[each.sequence for each in task.asked] for task in found] == [[1], [1]]
    assert {task.context(1) for task in found if task.kind is TaskKind.QUESTIONNAIRES} == {"DTR-1"}
    assert reply.information is None
    assert [item.information is not None for item in reply.items] == [True, False]


async def test_what_is_asked_of_a_whole_review_is_asked_of_its_event(gateway: MemoryGateway) -> None:
    review_id = (await gateway.post(MRI)).review_ids[0]
    said = {"sequence": 1, "action": "A4"}
    await gateway.say("evicore", await gateway.leg(review_id), said, id="d-1", information=REPORT)

    reply = (await gateway.replies(review_id))[-1]

    assert reply.information is not None
    assert reply.items[0].information is None


async def test_a_decision_ends_what_was_asked_for_and_being_worked_on_does_not(gateway: MemoryGateway) -> None:
    working = {"sequence": 1, "action": "A4"}
    review_id = await asked(gateway, pended(**REPORT), working)
    assert [task.state for task in await tasks(gateway, review_id)] == [TaskState.REQUESTED]
    assert (await gateway.replies(review_id))[-1].items[0].information is not None

    await gateway.say("evicore", await gateway.leg(review_id), {"sequence": 1, "action": "A1"}, id="d-9")

    assert [task.state for task in await tasks(gateway, review_id)] == [TaskState.CANCELLED]
    assert (await gateway.replies(review_id))[-1].tasks == ()


async def test_the_last_of_several_decisions_ends_what_was_asked_for(gateway: MemoryGateway) -> None:
    review_id = (await gateway.post(sample("msk-spine-and-pain"))).review_ids[0]
    leg = await gateway.leg(review_id)

    await gateway.say("turningpoint", leg, {"sequence": 1, "action": "A1"}, pended(**REPORT) | {"sequence": 2}, id="1")
    assert [task.state for task in await tasks(gateway, review_id)] == [TaskState.REQUESTED]
    await gateway.say("turningpoint", leg, {"sequence": 2, "action": "A1"}, id="2")

    assert [task.state for task in await tasks(gateway, review_id)] == [TaskState.CANCELLED]


async def test_what_is_asked_for_anew_is_another_task(gateway: MemoryGateway) -> None:
    review_id = await asked(gateway, pended(**REPORT), pended(attachments=[{"report_type": "DG"}]))

    first, second = await tasks(gateway, review_id)

    assert (first.state, second.state) == (TaskState.CANCELLED, TaskState.REQUESTED)
    assert second.id == f"{first.id}-2"


async def test_documents_go_to_the_destination_once_and_the_item_waits_again(gateway: MemoryGateway) -> None:
    review_id = await asked(gateway, pended(**REPORT))

    await bring(gateway, "C-1")
    await bring(gateway, "C-1")

    legs = await gateway.legs(review_id)
    assert [(leg.destination, leg.adds_to) for leg in legs] == [("evicore", None), ("evicore", legs[0].id)]
    last = (await gateway.replies(review_id))[-1]
    assert last.items[0].information is None
    assert last.more_to_come


async def test_a_decision_on_what_was_brought_closes_both_legs(gateway: MemoryGateway) -> None:
    review_id = await asked(gateway, pended(**REPORT))
    await bring(gateway, "C-1")

    await gateway.say("evicore", await gateway.leg(review_id, 2), {"sequence": 1, "action": "A1"}, id="d-9")

    assert {leg.state for leg in await gateway.legs(review_id)} == {"decided"}
    assert [segments_of(body, "HCR")[0][:6] for body in await gateway.mailbox()][-1] == "HCR*A1"
    await gateway.pass_time(WAIT)
    assert len(await gateway.legs(review_id)) == 2
