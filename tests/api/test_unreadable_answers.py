"""Bodies that cannot be read, answers of delegates above all: what their senders are told."""

from __future__ import annotations

import json

import httpx2
import pytest

from interchanges import forcing, sample

PROBLEM = "application/problem+json"
MRI = sample("imaging-mri")


@pytest.mark.parametrize("body", [b"", b"garbage", b"{}", b'{"leg_id": 5}', b"ISA*00*", b"\xff\x00", MRI, b"[1]", b"{"])
def test_what_is_no_answer_is_refused_and_says_why(http: httpx2.Client, body: bytes) -> None:
    answer = http.post("/delegates/evicore/determinations", content=body)

    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)
    problem = answer.json()
    assert problem["title"]
    assert problem.get("detail") or all(each["problem"] and each["fix"] for each in problem["findings"])


def test_an_answer_whose_items_are_wrong_is_told_which_and_what_to_do(http: httpx2.Client) -> None:
    review_id = http.post("/x12", content=forcing("imaging-mri", "PEND")).headers["x-review-id"]
    leg = http.get(f"/reviews/{review_id}").json()["legs"][0]["id"]
    body = {"leg_id": leg, "items": [{"sequence": 9, "action": "A1"}]}

    problem = http.post("/delegates/evicore/determinations", json=body).json()

    assert problem["title"] == "the answer cannot be read"
    assert [(each["finding"], each["where"]) for each in problem["findings"]] == [
        ("DETERMINATION-TRACE-UNKNOWN", "$.items[0]")
    ]
    assert problem["findings"][0]["fix"] == "return the trace or the sequence that came with the leg"


def test_json_that_is_sent_as_a_form_is_told_how_to_be_sent(http: httpx2.Client) -> None:
    body = b'{"review_id": "rev-0", "items": [{"sequence": 1, "action": "A1"}]}'
    form = {"content-type": "application/x-www-form-urlencoded"}  # what curl -d says

    answer = http.post("/sandbox/decide", content=body, headers=form)

    assert (answer.status_code, answer.json()["detail"]) == (422, "send the body as application/json")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1E+99999999"])
@pytest.mark.parametrize(
    "said",
    [
        {"authorized": {"unit": "UN", "quantity": None}},
        {"spans": [{"start": "2026-11-20", "end": "2026-11-21", "action": "A1", "days": None}]},
    ],
    ids=["quantity", "days"],
)
def test_an_answer_with_what_is_no_number_cannot_be_read(http: httpx2.Client, number: str, said: object) -> None:
    review_id = http.post("/x12", content=forcing("imaging-mri", "PEND")).headers["x-review-id"]
    leg = http.get(f"/reviews/{review_id}").json()["legs"][0]["id"]
    item = json.loads(json.dumps(said).replace("null", f'"{number}"'))
    body = {"leg_id": leg, "items": [{"sequence": 1, "action": "A1", **item}]}

    answer = http.post("/delegates/evicore/determinations", json=body)

    assert answer.status_code == 422
    assert [each["finding"] for each in answer.json()["findings"]] == ["DETERMINATION-UNREADABLE"]
