"""`POST /x12` and the mailbox, over HTTP."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from interchanges import NUMBERS, elements_of, forcing, kinds_of, renumbered, sample, segments_of, with_sets, with_trace

EDI = "application/edi-x12"
PROBLEM = "application/problem+json"
MRI, MSK, REFUSED = sample("imaging-mri"), sample("msk-knee-replacement"), sample("missing-review-segment")


def fresh(interchange: bytes) -> bytes:
    """The request under a fresh control number and a trace of its own."""
    return renumbered(with_trace(interchange, f"API-{next(NUMBERS)}"))


def pick_up(http: httpx2.Client, review_id: str) -> httpx2.Response:
    """What the mailbox has of a review, waiting for it a little."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for entry in http.get("/x12/mailbox").json()["waiting"]:
            if review_id in entry["review_ids"]:
                return http.get(entry["href"])
        time.sleep(0.1)
    raise AssertionError("nothing came to the mailbox")


def test_a_request_is_answered_in_its_own_format_with_the_id_of_its_review(http: httpx2.Client) -> None:
    answer = http.post("/x12", content=fresh(MSK), headers={"Content-Type": EDI})

    assert (answer.status_code, answer.headers["content-type"]) == (200, EDI)
    assert kinds_of(answer.content) == {"278"}
    assert http.get(f"/reviews/{answer.headers['x-review-id']}").json()["state"] == "determined"


def test_a_refused_request_gets_a_999_and_no_review(http: httpx2.Client) -> None:
    answer = http.post("/x12", content=renumbered(REFUSED))

    assert answer.status_code == 200
    assert kinds_of(answer.content) == {"999"}
    assert "x-review-id" not in answer.headers


@pytest.mark.parametrize("body", [b"", b"no X12 at all", b"ISA*00*", MRI[:80]])
def test_what_has_no_readable_control_number_is_a_problem(http: httpx2.Client, body: bytes) -> None:
    answer = http.post("/x12", content=body)

    assert (answer.status_code, answer.headers["content-type"]) == (400, PROBLEM)
    assert answer.json()["title"] == "the body is not a readable X12 interchange"
    assert answer.json()["segment"] == 1


def test_a_body_over_twenty_mebibytes_is_too_large(http: httpx2.Client) -> None:
    answer = http.post("/x12", content=MRI + b" " * (20 * 1024 * 1024))

    assert (answer.status_code, answer.headers["content-type"]) == (413, PROBLEM)


def test_more_than_twenty_sets_are_too_many_and_the_answer_says_where_to_go(http: httpx2.Client) -> None:
    answer = http.post("/x12", content=renumbered(with_sets(*[MRI] * 21)))

    assert answer.status_code == 413
    assert "/x12/batch" in answer.json()["detail"]


def test_twenty_sets_are_answered_in_one_interchange(http: httpx2.Client) -> None:
    requests = [fresh(MSK).replace(b"LS-MSK-0002*20261102", b"BHT-%02d*20261102" % n) for n in range(20)]

    answer = http.post("/x12", content=renumbered(with_sets(*requests)))

    assert elements_of(segments_of(answer.content, "BHT"), 3) == [f"BHT-{n:02d}" for n in range(20)]
    assert len(answer.headers["x-review-id"].split(",")) == 20


def test_one_bad_sibling_gets_its_999_beside_the_responses(http: httpx2.Client) -> None:
    answer = http.post("/x12", content=renumbered(with_sets(fresh(MSK), REFUSED, fresh(MRI))))

    assert kinds_of(answer.content) == {"999", "278"}
    assert elements_of(segments_of(answer.content, "BHT"), 3) == ["LS-MSK-0002", "RIM-IMG-0001"]


def test_a_sender_that_asks_for_a_ta1_gets_it_before_the_group(http: httpx2.Client) -> None:
    asking = fresh(MSK).replace(b"*0*T*:~", b"*1*T*:~", 1)

    answer = http.post("/x12", content=asking)

    assert [segment.split("*")[0] for segment in segments_of(answer.content)[:3]] == ["ISA", "TA1", "GS"]
    assert segments_of(answer.content, "TA1")[0].split("*")[4:] == ["A", "000"]


def test_the_same_bytes_get_the_same_bytes(http: httpx2.Client) -> None:
    request = fresh(MSK)

    first, second = http.post("/x12", content=request), http.post("/x12", content=request)

    assert second.content == first.content
    assert second.headers["x-review-id"] == first.headers["x-review-id"]


def test_copies_sent_at_the_same_time_get_the_same_bytes(http: httpx2.Client) -> None:
    request = fresh(MSK)

    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(lambda _: http.post("/x12", content=request).content, range(8)))

    assert len(set(answers)) == 1


def test_other_content_under_a_used_number_is_refused(http: httpx2.Client) -> None:
    request = fresh(MSK)
    http.post("/x12", content=request)

    answer = http.post("/x12", content=request.replace(b"MEM0000004", b"MEM0000008"))

    assert segments_of(answer.content, "TA1")[0].split("*")[4:] == ["R", "025"]


def test_an_idempotency_key_finds_the_first_answer(http: httpx2.Client) -> None:
    key = {"Idempotency-Key": f"key-{next(NUMBERS)}"}

    first = http.post("/x12", content=fresh(MSK), headers=key)
    second = http.post("/x12", content=fresh(MSK), headers=key)

    assert second.content == first.content


def test_acknowledgments_are_taken_and_not_acknowledged(http: httpx2.Client) -> None:
    answer = http.post("/x12", content=fresh(MSK))
    number = answer.content[90:99].decode()
    envelope = renumbered(MRI)[:106].decode()
    ta1 = f"{envelope}TA1*{number}*261102*1200*A*000~IEA*0*{envelope[90:99]}~"

    taken = http.post("/x12", content=ta1.encode())

    assert (taken.status_code, taken.content) == (202, b"")
    messages = http.get(f"/reviews/{answer.headers['x-review-id']}/messages").json()["messages"]
    assert [message["text"] for message in messages if message["role"] == "acknowledgment"] == [ta1]


def test_a_later_determination_waits_in_the_mailbox_until_it_is_acknowledged(http: httpx2.Client) -> None:
    answer = http.post("/x12", content=forcing("imaging-mri", "PEND"))
    review_id = answer.headers["x-review-id"]
    decided = http.post("/sandbox/decide", json={"review_id": review_id, "items": [{"sequence": 1, "action": "A1"}]})

    later = pick_up(http, review_id)
    acknowledged = [http.post(f"{later.request.url.path}/ack").status_code for _ in range(2)]

    assert elements_of(segments_of(answer.content, "HCR"), 1) == ["A4", "A4"]
    assert decided.status_code == 204
    assert elements_of(segments_of(later.content, "HCR"), 1) == ["A1", "A1"]
    assert (later.headers["content-type"], later.headers["x-review-id"]) == (EDI, review_id)
    assert acknowledged == [204, 204]
    waiting = http.get("/x12/mailbox").json()["waiting"]
    assert review_id not in {id for entry in waiting for id in entry["review_ids"]}
    assert http.get(later.request.url.path).content == later.content


def test_there_is_no_mailbox_entry_of_any_other_name(http: httpx2.Client) -> None:
    assert http.get("/x12/mailbox/box-0").status_code == 404
    assert http.post("/x12/mailbox/box-0/ack").status_code == 404
    assert http.get("/x12/mailbox", params={"limit": -1}).status_code == 422


def test_a_destination_that_hangs_holds_up_no_other(http: httpx2.Client) -> None:
    hanging = [forcing("msk-knee-replacement", "TIMEOUT") for _ in range(40)]

    with ThreadPoolExecutor(40) as clients:
        pended = list(clients.map(lambda body: http.post("/x12", content=body, timeout=60), hanging))
    answer = http.post("/x12", content=forcing("nicu-admission", "CERTIFY"))

    assert {elements_of(segments_of(each.content, "HCR"), 1)[0] for each in pended} == {"A4"}
    assert elements_of(segments_of(answer.content, "HCR"), 1)[0] == "A1", "the calls still hang, and this is decided"


def test_two_hundred_requests_at_once_are_all_answered(http: httpx2.Client) -> None:
    requests = [fresh((MSK, MRI)[n % 2]) for n in range(200)]

    with ThreadPoolExecutor(100) as clients:
        answers = list(clients.map(lambda body: http.post("/x12", content=body, timeout=60), requests))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.headers["x-review-id"] for answer in answers}) == 200
    assert {kind for answer in answers for kind in kinds_of(answer.content)} == {"278"}
