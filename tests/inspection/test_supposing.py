"""`POST /route` and `POST /clocks` on a message with what is supposed about it; nothing is stored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from interchanges import sample
from memory.gateway import TOOLS as MEMORY
from priorauth.domain.clocks import Occurrence
from priorauth.inspection import NotReadable, Target, route_documents, translate_message
from priorauth.inspection.supposing import clock_documents, read_supposition
from priorauth.settings import load_settings
from priorauth.tools import Tools, build_tools

NICU = sample("nicu-admission")
MRI = sample("imaging-mri")
FRIDAY = "2026-10-16T15:00:00-04:00"
NOW = datetime(2026, 11, 2, tzinfo=UTC)
PLAIN = {"line_of_business": "commercial", "network_status": "in", "member_active": True}
URGENT = {**PLAIN, "urgency": "urgent", "review_type": "preservice", "setting": "office"}


@pytest.fixture(scope="module")
def tools() -> Tools:
    return build_tools(load_settings(sandbox=True))


def supposing(message: bytes, **said: object) -> bytes:
    return json.dumps({"message": message.decode(), **said}).encode()


async def due(tools: Tools, body: bytes) -> Mapping[str, str]:
    """When each clock that binds is due."""
    [review] = await clock_documents(tools, read_supposition(body), NOW)
    clocks = review["clocks"]
    assert isinstance(clocks, list)
    return {one["clock"]: one["due_at"] for one in clocks if one["binds"]}


@pytest.mark.parametrize(
    ("facts", "destination"),
    [
        ({**PLAIN, "birth_admission": True}, "progenyhealth"),
        ({**PLAIN, "birth_admission": True, "line_of_business": "fep"}, "bcbsma-um"),
        ({}, "bcbsma-um"),  # nobody knows who pays: a desk looks
    ],
)
async def test_facts_that_come_with_a_message_are_the_directorys_whole_answer(
    tools: Tools, facts: Mapping[str, object], destination: str
) -> None:
    asked = read_supposition(supposing(NICU, facts=facts))
    [route] = await route_documents(tools, asked.body, given=asked.facts)

    items = route["items"]
    assert isinstance(items, list)
    assert {item["destination"] for item in items} == {destination}


def test_a_message_by_itself_supposes_nothing_and_keeps_its_bytes() -> None:
    for body in (MRI, translate_message(MEMORY, MRI, Target.FHIR).body):
        assert read_supposition(body).body is body
        assert read_supposition(body).facts is None


def test_a_bundle_inside_keeps_its_numbers_as_they_are_written() -> None:
    bundle = b'{"resourceType":"Bundle","entry":[{"resource":{"quantity":{"value":1.50}}}]}'

    assert read_supposition(b'{"message":%s}' % bundle).body == bundle


async def test_clocks_start_when_the_request_is_supposed_to_have_come(tools: Tools) -> None:
    urgent = await due(tools, supposing(MRI, facts=URGENT, received_at=FRIDAY))
    standard = await due(tools, supposing(MRI, facts={**URGENT, "urgency": "elective"}, received_at=FRIDAY))

    assert urgent["CLK-AWH-05"] == "2026-10-19T19:00:00+00:00"
    assert standard["CLK-AWH-01"] == "2026-10-21T03:59:59+00:00"


async def test_what_happened_after_the_receipt_moves_what_follows_from_it(tools: Tools) -> None:
    facts = {**URGENT, "urgency": "elective"}
    later = {Occurrence.INFORMATION: "2026-10-29T10:00:00-04:00", Occurrence.VERBAL_NOTICE: "2026-10-29T12:00:00-04:00"}
    happened = {"facts": facts, "received_at": FRIDAY, "happened": later, "decided": "denial"}

    found = await due(tools, supposing(MRI, **happened))
    never = await due(tools, supposing(MRI, **{**happened, "happened": {"information": None}}))

    assert found["CLK-AWH-01"] == "2026-10-31T03:59:59+00:00"
    assert found["CLK-AWH-04"] == "2026-10-31T03:59:59+00:00"
    assert never["CLK-AWH-01"] == "2026-10-31T03:59:59+00:00"
    assert "CLK-AWH-04" not in never


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"facts": {"shoe_size": 44}}, "shoe_size is not a fact"),
        ({"facts": {"line_of_business": "SECRET"}}, "line_of_business"),
        ({"received_at": "2026-10-16T15:00:00"}, "time zone"),
        ({"received_at": "SECRET"}, "there may be"),
        ({"happened": {"SECRET": FRIDAY}}, "there may be"),
        ({"more": "SECRET"}, "there may be"),
    ],
)
def test_what_cannot_be_supposed_is_refused_without_its_value(said: Mapping[str, object], says: str) -> None:
    with pytest.raises(NotReadable) as caught:
        read_supposition(supposing(MRI, **said))

    assert says in str(caught.value)
    assert "SECRET" not in str(caught.value)
