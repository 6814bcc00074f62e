"""Every rail in, every rail out: a request is answered in its own format, whatever its delegate speaks."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from interchanges import kinds_of, segments_of
from priorauth.adapters.fhir_profiles import load_checker
from priorauth.fhir.bundles import Bundle, read_resource
from priorauth.fhir.profiles import BundleProfile
from rails import DELEGATES, SLEEP_STUDY, forced, messages_of, submit, until_there_are

SPOKEN = {"278": "x12", "PAS": "pas-2.2.1", "events": "event"}
ACTIONS = [("CERTIFY", "A1"), ("DENY", "A3"), ("MODIFY", "A6")]
LOADED = {version: load_checker(version) for version in ("2.2.1", "2.0.1")}
REVIEW_ACTION_CODE = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-reviewActionCode"


def formats_of_legs(http: httpx2.Client, review_id: str) -> list[tuple[str, str]]:
    """The role and the format of what went to delegates and came from them."""
    return [(each["role"], each["format"]) for each in messages_of(http, review_id, "leg")]


def actions_of(interchange: bytes) -> list[str]:
    return [segment.split("*")[1] for segment in segments_of(interchange, "HCR")]


@pytest.mark.parametrize(("delegate", "format"), SPOKEN.items())
@pytest.mark.parametrize(("behaviour", "action"), ACTIONS)
def test_a_278_is_answered_with_a_278_whatever_its_delegate_speaks(
    http: httpx2.Client, delegate: str, format: str, behaviour: str, action: str
) -> None:
    answer = http.post("/x12", content=forced(DELEGATES[delegate], behaviour))

    assert kinds_of(answer.content) == {"278"}
    assert set(actions_of(answer.content)) == {action}
    assert formats_of_legs(http, answer.headers["X-Review-Id"]) == [
        ("leg 1 request", format),
        ("leg 1 answer", format),
    ]


def test_a_decision_that_a_pas_delegate_makes_later_reaches_the_mailbox_as_a_278(http: httpx2.Client) -> None:
    pended = http.post("/x12", content=forced(SLEEP_STUDY, "LATER"))

    [later] = until_there_are(http, pended.headers["X-Review-Id"], "mailbox")

    assert actions_of(pended.content) == ["A4", "A4"]
    assert actions_of(later["text"].encode()) == ["A1", "A1"]


def test_a_tester_decides_for_a_pas_delegate(http: httpx2.Client) -> None:
    review_id = http.post("/x12", content=forced(SLEEP_STUDY, "PEND")).headers["X-Review-Id"]

    http.post(
        "/sandbox/decide", json={"review_id": review_id, "items": [{"sequence": 1, "action": "A3"}]}
    ).raise_for_status()

    [later] = until_there_are(http, review_id, "mailbox")
    assert actions_of(later["text"].encode()) == ["A3", "A3"]


def test_a_pas_delegate_may_decline_and_the_desk_takes_over(http: httpx2.Client) -> None:
    answer = http.post("/x12", content=forced(SLEEP_STUDY, "DECLINE"))

    legs = http.get(f"/reviews/{answer.headers['X-Review-Id']}").json()["legs"]
    assert [(leg["destination"], leg["took_over"] is None) for leg in legs] == [
        ("sleep-management-solutions", True),
        ("allways-um", False),
    ]
    assert legs[0]["state"] == "declined"


@pytest.mark.parametrize(("delegate", "format"), SPOKEN.items())
@pytest.mark.parametrize("version", ["2.2.1", "2.0.1"])
@pytest.mark.parametrize(("behaviour", "action"), ACTIONS)
def test_a_bundle_is_answered_with_a_bundle_of_its_version_whatever_its_delegate_speaks(
    http: httpx2.Client, version: str, delegate: str, format: str, behaviour: str, action: str
) -> None:
    answer = submit(http, version, DELEGATES[delegate], behaviour)

    found = answer.json()
    response = found["entry"][0]["resource"]
    assert (response["resourceType"], found["type"], response["outcome"]) == ("ClaimResponse", "collection", "complete")
    assert set(reviewed(response)) == {action}
    assert {each["itemSequence"] for each in response["item"]} == {1}
    assert LOADED[version].check_bundle(Bundle(read_resource(answer.content)), BundleProfile.RESPONSE) == ()
    assert formats_of_legs(http, answer.headers["X-Review-Id"]) == [
        ("leg 1 request", format),
        ("leg 1 answer", format),
    ]


def reviewed(response: dict[str, Any]) -> list[str]:
    """The review actions of the items of a ClaimResponse."""
    return [
        coding["code"]
        for item in response["item"]
        for adjudication in item["adjudication"]
        for action in adjudication["extension"]
        for part in action["extension"]
        if part["url"] == REVIEW_ACTION_CODE
        for coding in part["valueCodeableConcept"]["coding"]
    ]
