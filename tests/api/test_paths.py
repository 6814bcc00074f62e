"""Every other path: what it answers, with which status and media type, and what it refuses."""

from __future__ import annotations

import json
import re
import signal
import threading
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from interchanges import NUMBERS, elements_of, forcing, renumbered, sample, segments_of, with_trace
from priorauth.adapters.mapping_files import shipped_folder
from served import Served

EDI, PROBLEM, EVENT = "application/edi-x12", "application/problem+json", "application/cloudevents+json"
MRI = sample("imaging-mri")


def post(http: httpx2.Client, name: str = "imaging-mri", behaviour: str = "PEND") -> str:
    """A request that is pended; the id of its review."""
    return http.post("/x12", content=forcing(name, behaviour)).headers["x-review-id"]


def leg_of(http: httpx2.Client, review_id: str) -> dict[str, Any]:
    leg: dict[str, Any] = http.get(f"/reviews/{review_id}").json()["legs"][0]
    return leg


# Reviews


def test_a_review_says_where_its_items_are_and_what_was_decided(http: httpx2.Client) -> None:
    review = http.get(f"/reviews/{post(http, behaviour='CERTIFY')}").json()

    assert (review["state"], review["payer"], review["arrived_as"]) == ("determined", "ALLWAYS", "x12-278")
    assert [(item["destination"], item["action"]) for item in review["items"]] == [("evicore", "A1")]
    assert [leg["state"] for leg in review["legs"]] == ["decided"]
    for link in review["links"].values():
        assert http.get(link).status_code == 200


def test_reviews_are_listed_newest_first_a_page_at_a_time(http: httpx2.Client) -> None:
    made = [post(http) for _ in range(3)]

    first = http.get("/reviews", params={"limit": 2}).json()
    second = http.get("/reviews", params={"limit": 2, "after": first["next"]}).json()

    assert [review["id"] for review in first["reviews"]] == [made[2], made[1]]
    assert second["reviews"][0]["id"] == made[0]
    assert http.get("/reviews", params={"partner": "nobody"}).json() == {"reviews": [], "next": None}


def test_the_messages_of_a_review_are_the_original_bytes(http: httpx2.Client) -> None:
    request = forcing("split-imaging-and-surgery", "CERTIFY").replace(b"~", b"~\r\n")
    answer = http.post("/x12", content=request)
    messages = http.get(f"/reviews/{answer.headers['x-review-id']}/messages").json()["messages"]
    bodies = {message["role"]: http.get(message["href"]) for message in messages}

    assert bodies["request"].content == request
    assert bodies["response"].content == answer.content
    assert bodies["request"].headers["content-type"] == EDI
    assert bodies["leg 1 request"].headers["content-type"] == EVENT
    assert {"leg 1 request", "leg 2 request", "leg 1 answer", "leg 2 answer"} <= set(bodies)


def test_the_route_of_a_review_names_rule_facts_and_why_the_others_lost(http: httpx2.Client) -> None:
    route = http.get(f"/reviews/{post(http)}/route").json()

    [item] = route["items"]
    assert set(item) >= {"sequence", "outcome", "destination", "queue", "rule", "reason", "facts"}
    assert route["explanation"]["items"][0]["losing"]
    assert {fact["source"] for fact in route["explanation"]["items"][0]["facts"].values()}


def test_the_events_of_a_review_tell_its_story(http: httpx2.Client) -> None:
    events = http.get(f"/reviews/{post(http, behaviour='CERTIFY')}/events").json()["events"]

    assert [event["type"].removeprefix("priorauth.") for event in events] == [
        "review.received.v1",
        "review.routed.v1",
        "leg.dispatched.v1",
        "determination.recorded.v1",
        "notice.due.v1",  # the written approval
        "determination.returned.v1",
    ]


def test_the_lineage_of_a_review_says_where_each_fact_came_from(http: httpx2.Client) -> None:
    assert http.get(f"/reviews/{post(http)}/lineage").json()["lineage"]


@pytest.mark.parametrize("path", ["", "/events", "/route", "/messages", "/messages/msg-0", "/lineage", "/clocks"])
def test_there_is_no_review_of_any_other_name(http: httpx2.Client, path: str) -> None:
    answer = http.get(f"/reviews/rev-0{path}")

    assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)


# Events


def stream(
    http: httpx2.Client, headers: dict[str, str] | None = None, **query: str
) -> list[tuple[int, dict[str, Any]]]:
    """The events there are, with their positions."""
    text = http.get("/events", params={"follow": "false", **query}, headers=headers).text
    return [(int(id), json.loads(data)) for id, data in re.findall(r"id: (\d+)\nevent: \S+\ndata: (.*)\n", text)]


def test_the_stream_goes_on_after_the_last_event_that_one_has(http: httpx2.Client) -> None:
    post(http)
    everything = stream(http)
    middle = everything[len(everything) // 2][0]

    assert [position for position, _ in everything] == sorted({position for position, _ in everything})
    assert stream(http, after=str(middle)) == [each for each in everything if each[0] > middle]
    assert stream(http, headers={"Last-Event-ID": str(middle)}) == stream(http, after=str(middle))
    assert stream(http, after=str(2**63 - 1)) == []


def test_a_payers_stream_is_its_own_and_full_the_general_one_minimal(http: httpx2.Client) -> None:
    review_id = post(http)

    full = [event for _, event in stream(http, payer="ALLWAYS") if event["subject"] == review_id]
    minimal = [event for _, event in stream(http) if event["subject"] == review_id]

    assert [event["id"] for event in full] == [event["id"] for event in minimal]
    assert "MEM0000005" in json.dumps(full)
    assert "MEM0000005" not in json.dumps(minimal)
    assert review_id not in json.dumps(stream(http, payer="BCBSM"))


def test_a_stream_that_is_followed_brings_what_happens(served: Served, http: httpx2.Client) -> None:
    last = max(position for position, _ in stream(http)) if stream(http) else 0
    seen: list[str] = []

    def follow() -> None:
        with httpx2.stream("GET", f"{served.url}/events", params={"after": last}, timeout=10) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            for line in response.iter_lines():
                seen.append(line)
                if "determination.returned" in line:
                    return

    follower = threading.Thread(target=follow)
    follower.start()
    review_id = post(http)
    follower.join(timeout=10)

    assert any(review_id in line for line in seen)


# Tools


def test_the_tools_say_the_same_as_the_command_line_and_store_nothing(http: httpx2.Client) -> None:
    before = http.get("/reviews").json()

    valid, faulty = (
        http.post("/validate", content=MRI),
        http.post("/validate", content=sample("missing-review-segment")),
    )
    event, x12 = (http.post("/translate", params={"to": to}, content=MRI) for to in ("event", "x12"))
    routes = http.post("/route", content=MRI).json()["routes"]

    assert valid.json()["valid"]
    assert not faulty.json()["valid"]
    assert "X12-SEGMENT-REQUIRED" in faulty.text
    assert (event.headers["content-type"], event.json()["type"]) == (EVENT, "priorauth.review.received.v1")
    assert (x12.headers["content-type"], x12.text[:4]) == (EDI, "ISA*")
    assert [item["destination"] for item in routes[0]["items"]] == ["evicore"]
    assert http.get("/reviews").json() == before


@pytest.mark.parametrize(
    ("path", "status"), [("/validate", 400), ("/translate?to=event", 422), ("/route", 422), ("/translate?to=word", 422)]
)
def test_the_tools_refuse_what_they_cannot_read(http: httpx2.Client, path: str, status: int) -> None:
    answer = http.post(path, content=b"no X12 at all")

    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)


# Delegates


def test_a_delegates_determination_is_taken_once_and_goes_to_the_mailbox(http: httpx2.Client) -> None:
    review_id = post(http)
    leg = leg_of(http, review_id)
    body = {"leg_id": leg["id"], "id": "d-1", "decided_at": "2026-11-02T12:00:00Z",
            "items": [{"sequence": 1, "action": "A1", "certification_number": "EV-1"}]}  # fmt: skip

    answers = [http.post("/delegates/evicore/determinations", json=body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == {"legs": [leg["id"]]}
    events = [event["type"] for event in http.get(f"/reviews/{review_id}/events").json()["events"]]
    assert events.count("priorauth.determination.recorded.v1") == 2, "pended by the simulated delegate, then this one"


def test_a_decline_gives_the_leg_to_the_payers_desk(http: httpx2.Client) -> None:
    review_id = post(http)
    decline = {"leg_id": leg_of(http, review_id)["id"], "reason": "not reviewed here"}

    answer = http.post("/delegates/evicore/determinations", json=decline)

    assert answer.status_code == 202
    legs = http.get(f"/reviews/{review_id}").json()["legs"]
    assert [leg["destination"] for leg in legs] == ["evicore", "allways-um"]
    assert legs[1]["took_over"] == legs[0]["id"]


def test_an_answer_to_no_leg_and_a_delegate_that_there_is_not_are_not_found(http: httpx2.Client) -> None:
    body = {
        "leg_id": "leg-0",
        "id": "d",
        "decided_at": "2026-11-02T12:00:00Z",
        "items": [{"sequence": 1, "action": "A1"}],
    }

    assert http.post("/delegates/evicore/determinations", json=body).status_code == 404
    assert http.post("/delegates/nobody/determinations", json=body).status_code == 404


def test_a_denial_without_a_physician_is_refused(http: httpx2.Client) -> None:
    review_id = post(http)
    body = {"leg_id": leg_of(http, review_id)["id"], "id": "d-1", "decided_at": "2026-11-02T12:00:00Z",
            "items": [{"sequence": 1, "action": "A3", "reason_codes": ["0V"]}]}  # fmt: skip

    answer = http.post("/delegates/evicore/determinations", json=body)

    assert (answer.status_code, answer.json()["title"]) == (
        422,
        "a medical-necessity denial needs a physician reviewer",
    )
    assert leg_of(http, review_id)["state"] == "pended"


# The sandbox's own


def test_people_decide_in_the_sandbox(http: httpx2.Client) -> None:
    review_id = post(http, "dental")

    answer = http.post("/sandbox/decide", json={"review_id": review_id, "items": [{"sequence": 1, "action": "A3"}]})

    assert answer.status_code == 204
    deadline = time.monotonic() + 5
    while (review := http.get(f"/reviews/{review_id}").json())["state"] != "determined":
        assert time.monotonic() < deadline, review
        time.sleep(0.05)
    assert review["items"][0]["action"] == "A3"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"review_id": "rev-0", "items": [{"sequence": 1, "action": "A1"}]}, 404),
        ({"review_id": "rev-0", "items": [{"sequence": 1, "action": "hurrah"}]}, 422),
        ({"review_id": "rev-0", "items": []}, 422),
        ({"review_id": "rev-0", "items": [{"sequence": 0, "action": "A1"}]}, 422),
    ],
)
def test_a_decision_that_cannot_be_made_is_refused(http: httpx2.Client, body: object, status: int) -> None:
    answer = http.post("/sandbox/decide", json=body)

    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)


def test_the_sandboxs_clock_moves_on_and_never_back(http: httpx2.Client) -> None:
    before = http.get("/sandbox/clock").json()["now"]
    after = http.post("/sandbox/clock", json={"advance": 3600}).json()["now"]

    assert after[:13] != before[:13]
    assert http.post("/sandbox/clock", json={"advance": -1}).status_code == 422


# Operation


def test_the_schemas_are_served_and_nothing_else_of_the_disk(http: httpx2.Client) -> None:
    listed = http.get("/schemas/").json()["schemas"]

    assert "/schemas/events/priorauth.review.routed.v1.json" in listed
    for path in listed[:5]:
        assert http.get(path).content == (shipped_folder("schemas") / path.removeprefix("/schemas/")).read_bytes()
    for path in (
        "/schemas/..%2fpyproject.toml",
        "/schemas/%2fetc%2fpasswd",
        "/schemas/events",
        "/schemas/nothing.json",
    ):
        assert http.get(path).status_code == 404


def test_the_gateway_says_how_it_is(http: httpx2.Client) -> None:
    post(http)

    assert http.get("/health/live").json() == {"status": "live"}
    assert http.get("/health/ready").json() == {"status": "ready"}
    metrics = http.get("/metrics").text
    for name in ("http_requests", "http_seconds", "sets", "routes", "events_consumed", "dead_letters"):
        assert f"\npriorauth_{name}" in metrics
    assert http.get("/docs").status_code == 200
    assert "/x12" in http.get("/openapi.json").json()["paths"]


def test_every_operation_of_the_description_has_an_id_of_its_own(served: Served, http: httpx2.Client) -> None:
    paths = http.get("/openapi.json").json()["paths"].values()

    ids = [operation["operationId"] for methods in paths for operation in methods.values()]
    assert [each for each in sorted(ids) if ids.count(each) > 1] == []
    assert "Duplicate Operation ID" not in served.log.read_text()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("DELETE", "/x12", 405),
        ("GET", "/events?after=x", 422),
        ("GET", "/reviews?limit=0", 422),
    ],
)
def test_every_refusal_is_a_problem_without_what_was_sent(
    http: httpx2.Client, method: str, path: str, status: int
) -> None:
    answer = http.request(method, path)

    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    assert answer.json()["status"] == status
    assert "input" not in answer.text


def test_outside_the_sandbox_nothing_is_open_but_health_and_schemas(tmp_path: Path) -> None:
    key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    urls = tmp_path / "mappings"
    with_urls(urls)
    with Served(tmp_path, sandbox=False, archive_key=key, mappings=str(urls)) as gateway:
        statuses = {path: httpx2.get(gateway.url + path).status_code for path in ("/health/live", "/schemas/")}
        shut = {
            path: httpx2.get(gateway.url + path).status_code
            for path in ("/reviews", "/events", "/x12/mailbox", "/metrics", "/sandbox/clock", "/nothing")
        }
        posted = httpx2.post(f"{gateway.url}/x12", content=renumbered(MRI))

    assert set(statuses.values()) == {200}
    assert set(shut.values()) == {401}
    assert (posted.status_code, posted.headers["www-authenticate"].split()[0]) == (401, "Bearer")


def with_urls(folder: Path) -> None:
    """The shipped mappings, with an address for each destination that is called."""
    for path in shipped_folder("mappings").rglob("*"):
        if path.is_file():
            copy = folder / path.relative_to(shipped_folder("mappings"))
            copy.parent.mkdir(parents=True, exist_ok=True)
            text = path.read_text()
            called = "transport: x12_http" in text and "\nurl:" not in text
            copy.write_text(text + ("\nurl: http://127.0.0.1:9/x12\n" if called else ""))


def test_a_gateway_that_is_told_to_stop_answers_what_is_open_first(tmp_path: Path) -> None:
    with Served(tmp_path, wait_seconds="3") as gateway:
        answers: list[httpx2.Response] = []
        request = forcing("msk-knee-replacement", "TIMEOUT", str(next(NUMBERS)))
        open_request = threading.Thread(
            target=lambda: answers.append(httpx2.post(f"{gateway.url}/x12", content=request, timeout=30))
        )
        open_request.start()
        follower = threading.Thread(target=lambda: httpx2.get(f"{gateway.url}/events", timeout=30))
        follower.start()
        time.sleep(1)
        told = time.monotonic()
        gateway.signal(signal.SIGTERM)
        open_request.join()
        follower.join()
        gateway.wait()

    assert time.monotonic() - told < 8
    assert elements_of(segments_of(answers[0].content, "HCR"), 1)[0] == "A4"


def test_traces_of_a_sender_come_back_as_they_were_sent(http: httpx2.Client) -> None:
    trace = f"SENDER-{next(NUMBERS)}"

    answer = http.post("/x12", content=renumbered(with_trace(MRI, trace)))

    assert f"TRN*2*{trace}*9RIVERSIDE~" in answer.text
