"""What a destination still needs, over HTTP: asked on every rail, brought once, and taken to whoever asked."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from interchanges import segments_of
from priorauth.adapters.fhir_profiles import load_checker
from priorauth.fhir.bundles import Bundle, read_resource
from priorauth.fhir.profiles import BundleProfile
from rails import DELEGATES, forced, submit

CHECKERS = {version: load_checker(version) for version in ("2.2.1", "2.0.1")}
each_delegate = pytest.mark.parametrize("delegate", DELEGATES)
each_version = pytest.mark.parametrize("version", CHECKERS)


def resources(bundle: dict[str, Any], type: str) -> list[dict[str, Any]]:
    return [each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == type]


def codes_asked(task: dict[str, Any]) -> list[str]:
    """The codes of the documents that a Task asks for."""
    found = [each["valueCodeableConcept"]["coding"][0]["code"] for each in task["input"] if "valueUrl" not in each]
    return list(dict.fromkeys(found))


@each_delegate
def test_a_278_requester_is_asked_with_pwk_and_loinc_codes(http: httpx2.Client, delegate: str) -> None:
    answer = http.post("/x12", content=forced(DELEGATES[delegate], "INFO"))

    assert {segment.split("*")[1] for segment in segments_of(answer.content, "PWK")} == {"OE", "DG"}
    assert "HI*LOI:34117-2*LOI:18748-4" in segments_of(answer.content, "HI")
    assert {segment.split("*")[1] for segment in segments_of(answer.content, "HCR")} == {"A4"}


@each_version
@each_delegate
def test_a_fhir_requester_gets_one_task_for_each_kind_and_can_read_it(
    http: httpx2.Client, delegate: str, version: str
) -> None:
    answer = submit(http, version, DELEGATES[delegate], "INFO")

    tasks = resources(answer.json(), "Task")
    assert [codes_asked(task) for task in tasks] == [["34117-2", "18748-4"], ["OE", "DG"]]
    assert CHECKERS[version].check_bundle(Bundle(read_resource(answer.content)), BundleProfile.RESPONSE) == ()
    for task in tasks:
        found = http.get(f"/fhir/{version}/Task/{task['id']}")
        assert found.status_code == 200
        assert found.json()["input"] == task["input"]
        assert CHECKERS[version].check_resource(read_resource(found.content), "profile-task") == ()


def test_the_tasks_of_a_278_can_be_read_too(http: httpx2.Client) -> None:
    review_id = http.post("/x12", content=forced(DELEGATES["278"], "INFO")).headers["X-Review-Id"]

    found = http.get("/fhir/2.2.1/Task", params={"identifier": review_id, "status": "requested"}).json()

    assert [codes_asked(each["resource"]) for each in found["entry"]] == [["OE", "DG"], ["34117-2", "18748-4"]]
    assert {each["resource"]["for"]["identifier"]["value"] for each in found["entry"]} == {"MEM0000004"}


def test_tasks_are_searched_by_what_they_are(http: httpx2.Client) -> None:
    [first, second] = resources(submit(http, "2.2.1", DELEGATES["events"], "INFO").json(), "Task")
    claim = first["identifier"][0]["value"]

    def found(**asked: str) -> set[str]:
        bundle = http.get("/fhir/2.2.1/Task", params={"identifier": claim, **asked}).json()
        return {each["resource"]["id"] for each in bundle.get("entry", ())}

    assert found() == {first["id"], second["id"]}
    assert found(_id=second["id"]) == {second["id"]}
    assert found(code="attachment-request-code", status="requested,completed") == {first["id"], second["id"]}
    assert found(status="completed") == set()
    assert found(code="attachment-request-questionnaire") == set()


def test_a_task_that_there_is_not_is_not_found(http: httpx2.Client) -> None:
    answer = http.get("/fhir/2.2.1/Task/rev-none-1-reports")

    assert answer.status_code == 404
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_a_task_is_not_found_in_another_version_than_its_request_came_in(http: httpx2.Client) -> None:
    [task, _] = resources(submit(http, "2.0.1", DELEGATES["events"], "INFO").json(), "Task")

    assert http.get(f"/fhir/2.2.1/Task/{task['id']}").status_code == 404
