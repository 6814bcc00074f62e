"""Over HTTP: a chain of updates with a destination that speaks X12, and requests of one rail asked for on the other."""

from __future__ import annotations

import json
from typing import Any

import httpx2

from interchanges import elements_of, renumbered, sample, segments_of, with_trace
from pas_requests import FHIR, actions_in, pas_sample
from pas_updates import adding, cancelling, cancelling_all, changing, first, update


def submit(http: httpx2.Client, bundle: Any, version: str = "2.2.1") -> tuple[str, list[str | None]]:
    response = http.post(f"/fhir/{version}/Claim/$submit", content=json.dumps(bundle), headers=FHIR)
    assert response.status_code == 200, response.text
    return response.headers["x-review-id"], actions_in(response.json())


def leg_of(http: httpx2.Client, review_id: str) -> bytes:
    """The one message that a review's destination got."""
    messages = http.get(f"/reviews/{review_id}/messages").json()["messages"]
    (href,) = [each["href"] for each in messages if each["role"] == "leg 1 request"]
    return http.get(href).content


def told(http: httpx2.Client, review_id: str) -> tuple[str, list[str]]:
    """UM02 of the event, and the procedure codes, as the destination was told."""
    body = leg_of(http, review_id)
    procedures = [each.split(":")[1] for each in elements_of(segments_of(body, "SV1"), 1)]
    return elements_of(segments_of(body, "UM"), 2)[0], procedures


def test_each_update_is_answered_with_every_item_and_its_destination_is_told_what_changed(http: httpx2.Client) -> None:
    initial = first("msk-spine-and-pain", "LS-HTTP-1")
    added = update(initial, 1, adding("27447"))
    changed = update(added, 2, changing(1, quantity={"value": 2}), cancelling(2))

    first_id, before = submit(http, initial)
    added_id, after_adding = submit(http, added)
    changed_id, after_changing = submit(http, changed)
    cancelled_id, after_cancelling = submit(http, update(changed, 3, cancelling_all))

    assert (len(before), None in before, "A4" in before) == (2, False, False)
    assert after_adding[:2] == before
    assert told(http, added_id) == ("S", ["27447"])
    assert (after_changing[1], after_changing[2]) == ("C", after_adding[2])
    assert told(http, changed_id) == ("S", ["22612", "62323"])
    assert after_cancelling == ["C", "C", "C"]
    assert told(http, cancelled_id)[0] == "3"
    states = {http.get(f"/reviews/{each}").json()["state"] for each in (first_id, added_id, changed_id, cancelled_id)}
    assert states == {"cancelled"}


def test_a_request_that_came_as_a_278_is_inquired_as_fhir_in_both_versions(http: httpx2.Client) -> None:
    sent = http.post(
        "/x12",
        content=renumbered(with_trace(sample("imaging-mri"), "SBX-CERTIFY-INQ1")),
        headers={"Content-Type": "application/edi-x12"},
    )
    review_id = sent.headers["x-review-id"]

    for version, kind in (("2.2.1", "Parameters"), ("2.0.1", "Bundle")):
        answer = http.post(f"/fhir/{version}/Claim/$inquire", content=pas_sample("inquiry-imaging"), headers=FHIR)

        assert (answer.status_code, answer.json()["resourceType"]) == (200, kind)
        assert review_id in answer.headers["x-review-id"].split(",")


def test_a_request_that_came_as_fhir_is_cancelled_as_a_278(http: httpx2.Client) -> None:
    review_id, _ = submit(http, first("msk-spine-and-pain", "LS-HTTP-2"))
    cancellation = renumbered(with_trace(sample("cancellation"), "LS-HTTP-3"))
    cancellation = cancellation.replace(b"TP-2026-55102", review_id.encode())

    answer = http.post("/x12", content=cancellation, headers={"Content-Type": "application/edi-x12"})

    assert set(elements_of(segments_of(answer.content, "HCR"), 1)) == {"C"}


def test_a_278_that_names_the_number_of_a_review_cancels_it(http: httpx2.Client) -> None:
    request = renumbered(with_trace(sample("msk-knee-replacement"), "SBX-CERTIFY-CANCEL1"))
    review_id = http.post("/x12", content=request).headers["x-review-id"]
    number = http.get(f"/reviews/{review_id}").json()["items"][0]["certification_number"]
    cancellation = renumbered(with_trace(sample("cancellation"), "LS-HTTP-4"))

    answer = http.post("/x12", content=cancellation.replace(b"TP-2026-55102", number.encode()))

    assert set(elements_of(segments_of(answer.content, "HCR"), 1)) == {"C"}
    assert http.get(f"/reviews/{review_id}").json()["state"] == "cancelled"


def test_an_inquiry_that_cannot_be_read_is_one_outcome(http: httpx2.Client) -> None:
    for body, status in ((b"{", 400), (b'{"resourceType": "Bundle", "type": "collection"}', 422)):
        answer = http.post("/fhir/2.2.1/Claim/$inquire", content=body, headers=FHIR)

        assert (answer.status_code, answer.json()["resourceType"]) == (status, "OperationOutcome")
