"""What was sent in a message is in no log line, metric, URL, key, id or minimal event; at rest it is sealed."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

import httpx2
import pytest

from interchanges import SAMPLES, segments_of
from pas_requests import FHIR, FOLDER
from served import Served
from subscribers import Subscriber, eventually
from subscribing import subscription_resource

HOLDING = ("NM1", "N3", "N4", "DMG", "REF", "TRN", "HI", "SV1", "SV2", "SV3", "MSG")
HOLDING_IN_FHIR = ("family", "given", "line", "city", "postalCode", "birthDate", "value", "name", "text", "fullUrl")
PAYERS = {"BCBSMA", "MERCYONE", "BCBSM", "FPLIC", "ALLWAYS"}
"""Our own names of payers: they are sent in NM109 of the payer, and name topics and metrics too."""
SHORTEST = 4
LONG = 8
"""From this length on a value is looked for anywhere; a shorter one as a word, for ids are made at random."""


def values_sent() -> set[str]:
    """Every value of the samples that may be about a person or what is wrong with them."""
    found: set[str] = set()
    for path in SAMPLES.glob("*.edi"):
        for segment in segments_of(path.read_bytes(), *HOLDING):
            for element in segment.split("*")[1:]:
                found.update((element, *element.split(":")))
    for path in FOLDER.rglob("*.json"):
        found.update(values_in(json.loads(path.read_bytes())))
    return {value for value in found if len(value) >= SHORTEST} - PAYERS


def values_in(element: Any, name: str = "") -> Iterator[str]:
    """The texts of a resource that may be about a person."""
    if isinstance(element, dict):
        for key, each in element.items():
            yield from values_in(each, key)
    elif isinstance(element, list):
        for each in element:
            yield from values_in(each, name)
    elif isinstance(element, str) and name in HOLDING_IN_FHIR:
        yield element


SECRET, ENDPOINT = "Bearer SUBSCRIBERS-OWN-SECRET", "/patients/DELACROIX"
"""What a subscription says of its endpoint, and how to be let in there."""
VALUES = values_sent() | {SECRET.split()[1], ENDPOINT}
WORDS = re.compile(r"(?<![A-Za-z0-9])(" + "|".join(map(re.escape, sorted(VALUES))) + r")(?![A-Za-z0-9])")
ANYWHERE = re.compile("|".join(re.escape(value) for value in sorted(VALUES) if len(value) >= LONG).encode())


def leaked(text: str) -> set[str]:
    """The values of the samples that a text holds."""
    return set(WORDS.findall(text))


@pytest.fixture(scope="module")
def subscriber(http: httpx2.Client) -> Iterator[Subscriber]:
    """Subscribers of both versions at one endpoint, which takes nothing at first."""
    with Subscriber(answers=[503, 500]) as endpoint:
        url = endpoint.url.rpartition("/")[0] + ENDPOINT
        for version in ("2.2.1", "2.0.1"):
            resource = subscription_resource(url, filters=(), channel={"header": [f"Authorization: {SECRET}"]})
            assert http.post(f"/fhir/{version}/Subscription", json=resource, headers=FHIR).status_code == 201
        yield endpoint


@pytest.fixture(scope="module")
def review_ids(http: httpx2.Client, subscriber: Subscriber) -> Sequence[str]:
    """Every sample sent twice, looked at, decided by hand, told of and picked up: the ids of the reviews."""
    found = []
    for path in sorted(SAMPLES.glob("*.edi")):
        for _ in range(2):
            answer = http.post("/x12", content=path.read_bytes(), headers={"Idempotency-Key": path.stem})
        found += [id for id in answer.headers.get("x-review-id", "").split(",") if id]
        for tool in ("/validate", "/route", "/translate?to=event", "/translate?to=x12"):
            http.post(tool, content=path.read_bytes())
        http.post("/x12", content=path.read_bytes()[:-30])
        http.post("/delegates/turningpoint/determinations", content=path.read_bytes())
    for path in sorted(FOLDER.rglob("*.json")):
        for version in ("2.2.1", "2.0.1"):
            headers = {**FHIR, "Idempotency-Key": path.stem}
            answer = http.post(f"/fhir/{version}/Claim/$submit", content=path.read_bytes(), headers=headers)
            found += [id for id in [answer.headers.get("x-review-id", "")] if id]
            http.post(f"/fhir/{version}/Claim/$submit", content=path.read_bytes()[:-30], headers=FHIR)
            http.post(f"/fhir/{version}/Claim/$inquire", content=path.read_bytes(), headers=FHIR)
    for id in found:
        http.get(f"/fhir/2.2.1/ClaimResponse/{id}")
        if any(leg["destination"].endswith("-um") for leg in http.get(f"/reviews/{id}").json()["legs"]):
            http.post("/sandbox/decide", json={"review_id": id, "items": [{"sequence": 1, "action": "A1"}]})
    eventually(lambda: "event-notification" in {each.kind for each in subscriber.received}, "an event that is told")
    for kind in ("reroute", "redeliver"):
        replay(http, kind)
    for entry in http.get("/x12/mailbox").json()["waiting"]:
        http.get(entry["href"])
        http.post(f"{entry['href']}/ack")
    return found


def replay(http: httpx2.Client, kind: str) -> None:
    """Order that everything is sent or routed again, and wait until it is done."""
    order = {"kind": kind, "dry_run": False, "since": "2020-01-01T00:00:00Z"}
    ordered = http.post("/replays", json=order).headers["location"]
    eventually(lambda: http.get(ordered).json()["state"] == "done", "a replay that is done", patience=120)


def test_the_search_would_find_a_value() -> None:
    assert leaked("name=DELACROIX id=MEM0000001") == {"DELACROIX", "MEM0000001"}
    assert len(VALUES) > 100


def test_no_log_line_holds_a_value(served: Served, review_ids: Sequence[str]) -> None:
    text = served.log.read_text()

    assert review_ids
    assert "started" in text
    assert "notification_failed" in text
    assert leaked(text) == set()


def test_no_metric_holds_a_value(http: httpx2.Client, review_ids: Sequence[str]) -> None:
    text = http.get("/metrics").text

    assert review_ids
    assert 'priorauth_sets_total{outcome="accepted"}' in text
    assert leaked(text) == set()


def test_no_url_holds_a_value(http: httpx2.Client, review_ids: Sequence[str]) -> None:
    urls = list(review_ids)
    for id in review_ids:
        urls += http.get(f"/reviews/{id}").json()["links"].values()
        urls += [message["href"] for message in http.get(f"/reviews/{id}/messages").json()["messages"]]

    assert leaked("\n".join(urls)) == set()


def test_no_minimal_event_holds_a_value(http: httpx2.Client, review_ids: Sequence[str]) -> None:
    text = http.get("/events", params={"follow": "false"}).text

    assert all(id in text for id in review_ids)
    assert leaked(text) == set()


def test_what_is_not_asked_for_is_not_shown(http: httpx2.Client, review_ids: Sequence[str]) -> None:
    assert leaked(http.get("/reviews").text) == set()
    assert leaked(http.get("/health/ready").text) == set()
    assert leaked(http.get("/x12/mailbox").text) == set()
    assert leaked(http.get("/deadletters", params={"decided": "true"}).text) == set()
    assert leaked(http.get("/deliveries").text) == set()
    assert leaked(http.get("/unroutable").text) == set()
    assert leaked(http.get("/second-opinions").text) == set()
    for replay in http.get("/replays").json()["replays"]:
        assert replay["done"]
        assert leaked(http.get(f"/replays/{replay['id']}", params={"limit": 1000}).text) == set()
    assert review_ids


def test_no_key_or_column_of_the_database_holds_a_value(served: Served, review_ids: Sequence[str]) -> None:
    found = set()
    for text in columns(served):
        found |= leaked(text)

    assert review_ids
    assert found == set()


def columns(served: Served) -> Iterator[str]:
    """Every text in every table."""
    with sqlite3.connect(f"file:{served.folder / 'priorauth.db'}?mode=ro", uri=True) as database:
        tables = [row[0] for row in database.execute("select name from sqlite_master where type = 'table'")]
        assert "outbox" in tables
        for table in tables:
            for row in database.execute(f'select * from "{table}"'):  # noqa: S608 - names from the schema itself
                yield from (value for value in row if isinstance(value, str))


def test_at_rest_messages_are_sealed(served: Served, review_ids: Sequence[str]) -> None:
    files = [path for path in served.folder.iterdir() if path.is_file()]

    assert review_ids
    assert {"priorauth.db", "sandbox-cases"} <= {path.name for path in files}
    assert [path.name for path in files if ANYWHERE.search(path.read_bytes())] == []
