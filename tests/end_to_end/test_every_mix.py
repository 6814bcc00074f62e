"""Every rail in, every rail out: a request is answered in its own format, whatever its delegate speaks."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from crosswalk_tables import CROSSWALKS
from interchanges import NUMBERS, kinds_of, renumbered, sample, segments_of, text_of, with_trace
from memory.gateway import TOOLS
from priorauth.adapters.fhir_profiles import load_checker
from priorauth.domain.exchange import InboundMessage
from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import Format, ReviewId, ServiceReview
from priorauth.fhir.bundles import Bundle, read_resource, write_resource
from priorauth.fhir.profiles import BundleProfile
from priorauth.translate.fhir_request import review_to_fhir

SLEEP_STUDY = "sleep study"
DELEGATES = {"278": "msk-knee-replacement", "PAS": SLEEP_STUDY, "events": "imaging-mri"}
"""What each delegate speaks, and a request that goes to it alone."""

SPOKEN = {"278": "x12", "PAS": "pas-2.2.1", "events": "event"}
ACTIONS = [("CERTIFY", "A1"), ("DENY", "A3"), ("MODIFY", "A6")]
LOADED = {version: load_checker(version) for version in ("2.2.1", "2.0.1")}
REVIEW_ACTION_CODE = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-reviewActionCode"


def asked(name: str) -> bytes:
    """A request to one delegate."""
    if name != SLEEP_STUDY:
        return sample(name)
    both = text_of(sample("split-imaging-and-sleep"))
    lone = re.sub(r"HL\*5\*4\*SS\*0~.*?HL\*6\*4\*SS", "HL*5*4*SS", both)
    return re.sub(r"SE\*\d+", f"SE*{segments_in_set(lone)}", lone).encode()


def segments_in_set(interchange: str) -> int:
    ids = [segment.split("*")[0] for segment in interchange.split("~")]
    return ids.index("SE") - ids.index("ST") + 1


def forced(name: str, behaviour: str) -> bytes:
    """The request, forcing a behaviour of the sandbox."""
    return renumbered(with_trace(asked(name), f"SBX-{behaviour}-{next(NUMBERS)}"))


def review_of(interchange: bytes) -> ServiceReview:
    """The review that a 278 is read into."""
    at = datetime(2026, 11, 2, 12, tzinfo=UTC)
    inbound = InboundMessage(format="x12", partner=PartnerId("sandbox"), body=interchange, received_at=at)
    review = TOOLS.codec.decode(inbound, lambda: ReviewId("rev-1")).parts[0].review
    assert review is not None
    return review


def formats_of_legs(http: httpx2.Client, review_id: str) -> list[tuple[str, str]]:
    """The role and the format of what went to delegates and came from them."""
    messages = http.get(f"/reviews/{review_id}/messages").json()["messages"]
    return [(each["role"], each["format"]) for each in messages if each["role"].startswith("leg")]


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

    [interchange] = until_delivered(http, pended.headers["X-Review-Id"])

    assert actions_of(pended.content) == ["A4", "A4"]
    assert actions_of(interchange) == ["A1", "A1"]


def test_a_tester_decides_for_a_pas_delegate(http: httpx2.Client) -> None:
    review_id = http.post("/x12", content=forced(SLEEP_STUDY, "PEND")).headers["X-Review-Id"]

    http.post(
        "/sandbox/decide", json={"review_id": review_id, "items": [{"sequence": 1, "action": "A3"}]}
    ).raise_for_status()

    [interchange] = until_delivered(http, review_id)
    assert actions_of(interchange) == ["A3", "A3"]


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


def submit(http: httpx2.Client, version: str, name: str, behaviour: str) -> httpx2.Response:
    """The same request as a Bundle of a version of PAS, forcing a behaviour of the sandbox."""
    review = review_of(forced(name, behaviour))
    bundle = review_to_fhir(review, crosswalks=CROSSWALKS, version=Format(f"pas-{version}"))
    answer = http.post(
        f"/fhir/{version}/Claim/$submit",
        content=write_resource(bundle),
        headers={"Content-Type": "application/fhir+json"},
    )
    assert answer.status_code == 200, answer.text
    return answer


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


def until_delivered(http: httpx2.Client, review_id: str) -> list[bytes]:
    """The interchanges for the sender's mailbox about a review, once there is one."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        messages = http.get(f"/reviews/{review_id}/messages").json()["messages"]
        if found := [each for each in messages if each["role"] == "mailbox"]:
            return [http.get(f"/reviews/{review_id}/messages/{each['id']}").content for each in found]
        time.sleep(0.1)
    raise AssertionError("nothing was delivered")
