"""Every must-support element of PAS responses can be returned, and what is returned of a request is as it was sent."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from checked_json import VERSIONS
from crosswalk_tables import CROSSWALKS
from fhir_bundles import BASE, NOON, decoded, read
from must_support import MustSupport, Part, elements, said
from must_support_filling import filled
from priorauth.adapters.fhir_profiles import load_checker
from priorauth.domain.determinations import Reply
from priorauth.domain.information import TaskState
from priorauth.domain.reviews import Format, ServiceReview
from priorauth.fhir.bundles import Bundle
from priorauth.fhir.profiles import BundleProfile
from priorauth.translate.fhir_request import review_to_fhir
from priorauth.translate.fhir_response import ResponseOptions, reply_to_fhir, task_resource
from priorauth.translate.fhir_task import tasks_of
from sandbox_replies import TABLE, sandbox_reply
from x12_sets import sample as x12_sample

FORMATS = dict(zip(VERSIONS, (Format.PAS_2_2_1, Format.PAS_2_0_1), strict=True))
WRITTEN = ("ClaimResponse", "CommunicationRequest", "Task")
"""What we write; all else in an answer is returned of the request."""
ORDERS = {"ServiceRequest", "MedicationRequest", "DeviceRequest", "NutritionOrder"}
NOBODY_SAYS_IT = "neither a 278 nor a determination tells a modifier from another LOINC code"
NOT_RETURNED = {
    ("profile-claimresponse", "ClaimResponse.request.extension:DataAbsentReason"): "each submission has a Claim",
    ("profile-communicationrequest", "CommunicationRequest.payload.extension:contentModifier"): NOBODY_SAYS_IT,
    ("profile-task", "Task.input:AttachmentsNeeded.extension:contentModifier"): NOBODY_SAYS_IT,
    ("profile-task", "Task.restriction.period"): "no destination says by when it needs what it asks for",
}
"""What no answer of ours has, and why."""


@cache
def answers(version: str, *, to_inquiry: bool) -> list[tuple[str, Bundle, Bundle]]:
    """Each request as filled, with its answer under each behaviour of the sandbox; of a 278, as an inquiry finds it."""
    options = ResponseOptions(version=FORMATS[version], base=BASE, is_inquiry=to_inquiry)
    found = []
    for name, request, review in _requests(version, with_x12=to_inquiry):
        for prefix in TABLE.forced:
            if reply := sandbox_reply(review, prefix):
                written = reply_to_fhir(request, review, reply, crosswalks=CROSSWALKS, options=options)
                found.append((f"{prefix} {name}", request, decoded(written)))
    return found


def _requests(version: str, *, with_x12: bool) -> Iterator[tuple[str, Bundle, ServiceReview]]:
    for name, request in filled(FORMATS[version]):
        yield name, request, read(request, FORMATS[version])
    if with_x12:
        review = x12_sample("nicu-admission")
        yield "of a 278", decoded(review_to_fhir(review, crosswalks=CROSSWALKS, version=FORMATS[version])), review


def tasks(version: str) -> Iterator[Bundle]:
    """The Tasks of a review as they are read by themselves: open, then no longer needed."""
    options = ResponseOptions(version=FORMATS[version], base=BASE)
    _, request, review = next(_requests(version, with_x12=False))
    reply = sandbox_reply(review, "SBX-FULL-")
    assert isinstance(reply, Reply)
    for task in tasks_of(reply, review):
        for each in (task, task.move(TaskState.CANCELLED, NOON)):
            written = task_resource(request, review, reply, each, crosswalks=CROSSWALKS, options=options)
            yield decoded({"resourceType": "Bundle", "entry": [{"fullUrl": "urn:uuid:task", "resource": written}]})


@pytest.mark.parametrize("element", elements(Part.RESPONSES), ids=str)
def test_a_must_support_element_is_returned_or_it_is_said_why_not(element: MustSupport) -> None:
    to_inquiry = "inquiry" in element.profile
    shown = [answer for _, _, answer in answers(element.version, to_inquiry=to_inquiry)]
    if element.profile == "profile-task":
        shown += tasks(element.version)

    is_returned = any(said(answer, element) for answer in shown)

    assert is_returned != ((element.profile, element.id) in NOT_RETURNED)


@pytest.mark.parametrize("to_inquiry", [False, True], ids=["submission", "inquiry"])
@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_written_of_an_answer_keeps_to_its_profiles(version: str, to_inquiry: bool) -> None:
    profile = BundleProfile.INQUIRY_RESPONSE if to_inquiry else BundleProfile.RESPONSE
    checker = load_checker(version)

    for name, _, answer in answers(version, to_inquiry=to_inquiry):
        own = tuple(f"Bundle.entry[{at}]" for at, kind in enumerate(answer.types) if kind in WRITTEN)
        found = [each for each in checker.check_bundle(answer, profile) if each.at.path.startswith(own)]
        assert not [each for each in found if each.rejects], name


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_returned_of_a_request_is_as_it_was_sent(version: str) -> None:
    kinds: set[str] = set()
    for name, request, answer in answers(version, to_inquiry=False):
        sent = {request.urls[node.entry]: node.element for node in request.entries}
        returned = [node for node in answer.entries if node.resource_type not in WRITTEN]
        kinds.update(node.resource_type for node in returned)
        assert all(node.element == sent[answer.urls[node.entry]] for node in returned), name

    assert {"Patient", "Organization", "Practitioner", "PractitionerRole", "Location"} <= kinds
    assert (kinds >= ORDERS) is (version == "2.2.1")  # 2.0.1 has no place to name them
