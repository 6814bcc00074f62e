"""The whole story of subscriptions over real HTTP: a system subscribes, is told, changes its mind, and goes away."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fhir.resources.R4B.bundle import Bundle as ReferenceBundle

from pas_requests import FHIR, actions_in, claim_in, pas_forcing, response_in
from priorauth.adapters.fhir_profiles import load_checker
from priorauth.fhir.bundles import Bundle, write_resource
from priorauth.fhir.profiles import BundleProfile
from served import Served
from subscribers import Subscriber, events_in, eventually, value_of
from subscribing import subscription_resource

VERSIONS = ["2.2.1", "2.0.1"]
SAMPLE = "imaging-mri"
OTHER = {"url": "http://example.org/extension", "valueCode": "full-resource"}


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    with Subscriber() as endpoint:
        yield endpoint


def create(http: httpx2.Client, endpoint: str, *, version: str = "2.2.1", **resource: Any) -> Any:
    """Subscribe; the resource as the gateway answers it."""
    response = http.post(
        f"/fhir/{version}/Subscription",
        json=subscription_resource(endpoint, **{"filters": (), **resource}),
        headers=FHIR,
    )
    assert response.status_code == 201, response.text
    return response.json()


def subscribe(http: httpx2.Client, subscriber: Subscriber, *, version: str = "2.2.1", **resource: Any) -> Any:
    """Subscribe and wait until the subscription is active."""
    created = create(http, subscriber.url, version=version, **resource)
    wait_until(http, created["id"], "active", version=version)
    return created


def wait_until(http: httpx2.Client, id: str, state: str, *, version: str = "2.2.1") -> None:
    path = f"/fhir/{version}/Subscription/{id}"
    eventually(lambda: http.get(path).json()["status"] == state, f"a subscription that is {state}")


def status_of(http: httpx2.Client, id: str, *, version: str = "2.2.1") -> dict[str, Any]:
    """The answer to `$status` as its parameters by name."""
    bundle = http.get(f"/fhir/{version}/Subscription/{id}/$status").json()
    (entry,) = bundle["entry"]
    return {each["name"]: value_of(each) for each in entry["resource"]["parameter"]}


def submit(http: httpx2.Client, body: bytes, version: str = "2.2.1") -> httpx2.Response:
    response = http.post(f"/fhir/{version}/Claim/$submit", content=body, headers=FHIR)
    assert response.status_code == 200, response.text
    return response


def pend(http: httpx2.Client, version: str = "2.2.1") -> str:
    """A review that waits for `decide`."""
    response = submit(http, pas_forcing(SAMPLE, "PEND"), version)
    assert actions_in(response.json()) == ["A4"]
    return response.headers["x-review-id"]


def decide(http: httpx2.Client, review_id: str, action: str = "A1") -> None:
    response = http.post("/sandbox/decide", json={"review_id": review_id, "items": [{"sequence": 1, "action": action}]})
    assert response.is_success, response.text


# From the beginning to the end


@pytest.mark.parametrize("version", VERSIONS)
def test_the_story(http: httpx2.Client, subscriber: Subscriber, version: str) -> None:
    base = str(http.base_url).rstrip("/") + f"/fhir/{version}"
    asked = subscription_resource(
        subscriber.url,
        filters=("orgIdentifier=" + requester_npi(),),
        channel={"header": ["Authorization: Bearer of-the-ehr", "X-Tenant: north"]},
    )
    sent = http.post(f"/fhir/{version}/Subscription", json=asked, headers=FHIR)
    created = sent.json()

    assert sent.status_code == 201
    assert sent.headers["location"] == f"{base}/Subscription/{created['id']}"
    assert created["status"] == "requested"
    assert {name: created[name] for name in asked if name != "status"} == {
        name: asked[name] for name in asked if name != "status"
    }

    (handshake,) = subscriber.wait_for("handshake")
    wait_until(http, created["id"], "active", version=version)
    assert handshake.headers["authorization"] == "Bearer of-the-ehr"
    assert handshake.headers["x-tenant"] == "north"
    assert handshake.headers["content-type"] == "application/fhir+json"
    assert (handshake.status["status"], handshake.status["events-since-subscription-start"]) == ("requested", "0")
    assert handshake.status["subscription"]["reference"] == f"{base}/Subscription/{created['id']}"

    review_id = pend(http, version)
    decided_at = time.monotonic()
    decide(http, review_id)
    (first,) = subscriber.wait_for("event-notification")
    assert first.at - decided_at < 5
    assert_notification(first.bundle, version)
    assert (first.event["event-number"], first.status["events-since-subscription-start"]) == ("1", "1")
    assert first.status["status"] == "active"
    answer = first.bundle["entry"][1]["resource"]
    assert (answer["resourceType"], answer["type"], actions_in(answer)) == ("Bundle", "collection", ["A1"])
    assert response_in(answer)["id"] == review_id
    assert first.event["focus"]["reference"] == first.bundle["entry"][1]["fullUrl"] == f"{base}/Bundle/{answer['id']}"
    assert http.get(f"/fhir/{version}/Bundle/{answer['id']}").json() == answer

    submit(http, pas_forcing(SAMPLE, "LATER"), version)
    second = subscriber.wait_for("event-notification", 2)[1]
    assert (second.event["event-number"], second.bundle["id"] != first.bundle["id"]) == ("2", True)
    assert status_of(http, created["id"], version=version)["events-since-subscription-start"] == "2"

    moved = {**created, "channel": {**created["channel"], "endpoint": f"{subscriber.url}/moved"}}
    updated = http.put(f"/fhir/{version}/Subscription/{created['id']}", json=moved, headers=FHIR)
    assert (updated.status_code, updated.json()["status"]) == (200, "requested")
    assert subscriber.wait_for("handshake", 2)[1].path == "/hook/moved"
    wait_until(http, created["id"], "active", version=version)
    decide(http, pend(http, version), "A3")
    third = subscriber.wait_for("event-notification", 3)[2]
    assert (third.path, third.event["event-number"]) == ("/hook/moved", "3")

    waiting = pend(http, version)
    path = f"/fhir/{version}/Subscription/{created['id']}"
    assert http.delete(path).status_code == 204
    assert [http.request(method, path).status_code for method in ("GET", "DELETE")] == [404, 404]
    decide(http, waiting)
    time.sleep(1.5)
    assert len(subscriber.of_kind("event-notification")) == 3


def requester_npi() -> str:
    """The identifier of the organization that asks in the sample."""
    bundle = json.loads(pas_forcing(SAMPLE, "PEND"))
    provider = claim_in(bundle)["provider"]["reference"]
    found = [each["resource"] for each in bundle["entry"] if each["fullUrl"].endswith(provider.rpartition("/")[2])]
    return str(found[0]["identifier"][0]["value"])


def assert_notification(bundle: Any, version: str) -> None:
    """A history Bundle by R4, whose answer the profile of the response Bundle allows."""
    assert bundle["type"] == "history"
    assert [each["response"]["status"] for each in bundle["entry"]] == ["200"] * len(bundle["entry"])
    assert bundle["entry"][0]["resource"]["resourceType"] == "Parameters"
    ReferenceBundle.model_validate(bundle)
    checker = load_checker(version)
    assert checker.check_resource(bundle) == ()
    answer = Bundle(bundle["entry"][1]["resource"])
    found = checker.check_bundle(answer, BundleProfile.RESPONSE)
    assert [each for each in found if each.rejects] == []
    assert write_resource(answer.root.element)


# Who is told what


def test_a_review_of_another_organization_is_not_told(http: httpx2.Client, subscriber: Subscriber) -> None:
    subscribe(http, subscriber, filters=("org-identifier=0000000000",))
    with Subscriber() as other:
        subscribe(http, other, filters=("org-identifier=0000000000," + requester_npi(),))

        decide(http, pend(http))
        other.wait_for("event-notification")

    time.sleep(0.5)
    assert subscriber.of_kind("event-notification") == []


def test_each_version_is_told_of_its_own(http: httpx2.Client, subscriber: Subscriber) -> None:
    old = subscribe(http, subscriber, version="2.0.1")

    decide(http, pend(http, "2.2.1"))
    decide(http, pend(http, "2.0.1"))

    subscriber.wait_for("event-notification")
    time.sleep(0.5)
    assert len(subscriber.of_kind("event-notification")) == 1
    assert http.get(f"/fhir/2.2.1/Subscription/{old['id']}").status_code == 404


def test_what_was_told_can_be_had_again(http: httpx2.Client, subscriber: Subscriber) -> None:
    created = subscribe(http, subscriber)
    for count in (1, 2, 3):
        decide(http, pend(http))
        told = subscriber.wait_for("event-notification", count)
    path = f"/fhir/2.2.1/Subscription/{created['id']}/$events"

    some = http.get(path, params={"eventsSinceNumber": "2", "eventsUntilNumber": "3"}).json()
    asked = {"resourceType": "Parameters", "parameter": [{"name": "eventsSinceNumber", "valueString": "2"}]}
    posted = http.post(path, json=asked, headers=FHIR).json()

    assert [each["event-number"] for each in events_in(some)] == ["2", "3"]
    assert some["entry"][1:] == posted["entry"][1:] == [each.bundle["entry"][1] for each in told[1:]]
    assert load_checker("2.2.1").check_resource(some) == ()
    assert http.get(path, params={"eventsSinceNumber": "first"}).status_code == 400
    assert len(events_in(http.get(path).json())) == 3


# Endpoints that fail


def test_an_endpoint_that_cannot_be_reached_is_an_error_until_its_owner_updates(http: httpx2.Client) -> None:
    with Subscriber() as gone:
        url = gone.url
    created = create(http, url)
    wait_until(http, created["id"], "error")

    status = status_of(http, created["id"])
    assert (status["status"], status["error"]["text"]) == ("error", "the endpoint could not be reached")
    assert http.get(f"/fhir/2.2.1/Subscription/{created['id']}").json()["error"] == status["error"]["text"]

    with Subscriber() as back:
        again = {**created, "channel": {**created["channel"], "endpoint": back.url}}
        assert http.put(f"/fhir/2.2.1/Subscription/{created['id']}", json=again, headers=FHIR).status_code == 200
        wait_until(http, created["id"], "active")
    assert "error" not in status_of(http, created["id"])


def test_a_redirect_is_not_followed(http: httpx2.Client, subscriber: Subscriber) -> None:
    with Subscriber() as elsewhere:
        subscriber.location = elsewhere.url
        subscriber.answers = [307] * 3

        created = create(http, subscriber.url)

        wait_until(http, created["id"], "error")
        assert status_of(http, created["id"])["error"]["text"] == "the endpoint answered 307"
        assert elsewhere.received == []


def test_a_notification_that_was_not_taken_comes_again_as_it_was(http: httpx2.Client, subscriber: Subscriber) -> None:
    created = subscribe(http, subscriber)
    subscriber.answers = [503, 200]

    decide(http, pend(http))

    first, again = subscriber.wait_for("event-notification", 2)
    assert (first.body, first.answered, again.answered) == (again.body, 503, 200)
    assert again.at - first.at > 0.8
    eventually(lambda: "error" not in status_of(http, created["id"]), "the error to be forgotten")
    metrics = http.get("/metrics").text
    assert 'priorauth_notifications_total{kind="event-notification",outcome="failed"}' in metrics


def test_a_quiet_subscription_gets_heartbeats_in_its_period(http: httpx2.Client, subscriber: Subscriber) -> None:
    created = subscribe(http, subscriber, channel_extensions={"heartbeat-period": 1})

    beats = subscriber.wait_for("heartbeat", 3)

    assert all(0.9 < later.at - earlier.at < 3 for earlier, later in pairwise(beats))
    assert len({each.bundle["id"] for each in beats}) == len(beats)
    assert {each.status["events-since-subscription-start"] for each in beats} == {"0"}
    http.delete(f"/fhir/2.2.1/Subscription/{created['id']}")


def test_what_was_being_sent_when_the_gateway_was_killed_is_sent_again_with_the_same_id(tmp_path: Path) -> None:
    with Subscriber() as subscriber, Served(tmp_path, wait_seconds="6") as served:
        with httpx2.Client(base_url=served.url, timeout=30) as http:
            created = subscribe(http, subscriber, channel_extensions={"timeout": 1})
            review_id = pend(http)
            subscriber.delay = 30.0
            decide(http, review_id)
            subscriber.wait_for("event-notification")
        served.kill()
        subscriber.delay = 0.0
        killed_with = len(subscriber.received)

        served.start()

        eventually(lambda: len(subscriber.received) > killed_with, "the notification once more", patience=30)
        first, *_, last = subscriber.of_kind("event-notification")
        assert (first.body, last.event["event-number"]) == (last.body, "1")
        with httpx2.Client(base_url=served.url, timeout=30) as http:
            assert status_of(http, created["id"])["status"] == "active"


# What can be asked for


def test_what_is_off_is_left_alone_until_it_is_asked_for(http: httpx2.Client, subscriber: Subscriber) -> None:
    created = create(http, subscriber.url, status="off")
    assert created["status"] == "off"
    time.sleep(0.6)
    assert subscriber.received == []

    asked = {**created, "status": "requested"}
    assert (
        http.put(f"/fhir/2.2.1/Subscription/{created['id']}", json=asked, headers=FHIR).json()["status"] == "requested"
    )
    wait_until(http, created["id"], "active")


def test_an_end_in_the_past_is_none_and_one_that_comes_ends_it(http: httpx2.Client, subscriber: Subscriber) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=2)).isoformat(timespec="seconds")
    past = subscribe(http, subscriber, end="2020-01-01T00:00:00Z")
    ending = create(http, subscriber.url, end=soon)

    assert "end" not in past
    assert ending["end"] == soon
    wait_until(http, ending["id"], "off")
    assert http.get(f"/fhir/2.2.1/Subscription/{past['id']}").json()["status"] == "active"


def test_own_subscriptions_are_found(http: httpx2.Client, subscriber: Subscriber) -> None:
    created = subscribe(http, subscriber)

    found = http.get("/fhir/2.2.1/Subscription", params={"url": subscriber.url}).json()
    none = http.get("/fhir/2.2.1/Subscription", params={"url": subscriber.url, "status": "error,off"}).json()
    statuses = http.get("/fhir/2.2.1/Subscription/$status", params={"id": created["id"]}).json()

    assert [each["resource"]["id"] for each in found["entry"]] == [created["id"]]
    assert (found["type"], found["total"], none["total"]) == ("searchset", 1, 0)
    assert len(statuses["entry"]) == 1
    ReferenceBundle.model_validate(found)
    assert load_checker("2.2.1").check_resource(statuses) == ()


def test_a_change_to_a_version_that_is_no_longer_there_is_refused(http: httpx2.Client, subscriber: Subscriber) -> None:
    created = subscribe(http, subscriber)
    path = f"/fhir/2.2.1/Subscription/{created['id']}"

    stale = http.put(path, json=created, headers={**FHIR, "If-Match": 'W/"1"'})
    current = http.put(path, json=created, headers={**FHIR, "If-Match": http.get(path).headers["etag"]})

    assert (stale.status_code, current.status_code) == (412, 200)


@pytest.mark.parametrize(
    ("changes", "status", "expression"),
    [
        ({"criteria": "http://example.org/topic"}, 422, "Subscription.criteria"),
        ({"channel": {"type": "email"}}, 422, "Subscription.channel.type"),
        ({"channel": {"type": "fax"}}, 400, "Subscription.channel.type"),
        ({"channel": {"endpoint": "http://user:word@127.0.0.1/x"}}, 422, "Subscription.channel.endpoint"),
        ({"channel": {"endpoint": "ftp://127.0.0.1/x"}}, 400, "Subscription.channel.endpoint"),
        ({"channel": {"endpoint": "hook"}}, 400, "Subscription.channel.endpoint"),
        ({"channel": {"payload": "application/fhir+xml"}}, 422, "Subscription.channel.payload"),
        ({"content": "id-only"}, 422, "Subscription.channel.payload.extension[0].value"),
        ({"content": "empty"}, 422, "Subscription.channel.payload.extension[0].value"),
        ({"channel": {"_payload": {"extension": [OTHER]}}}, 422, "Subscription.channel.payload.extension"),
        ({"filters": ("patient=Patient/1",)}, 422, "Subscription.criteria.extension[0]"),
        ({"filters": ("org-identifier=",)}, 422, "Subscription.criteria.extension[0]"),
        ({"channel": {"header": ["Fine: yes", "no header"]}}, 422, "Subscription.channel.header[1]"),
        ({"channel": {"header": ["Host: elsewhere"]}}, 422, "Subscription.channel.header[0]"),
        ({"status": "wanted"}, 400, "Subscription.status"),
        ({"reason": None}, 400, "Subscription.reason"),
        ({"resourceType": "Patient"}, 400, None),
    ],
)
def test_what_there_is_not_is_refused_with_one_outcome(
    http: httpx2.Client, changes: dict[str, Any], status: int, expression: str | None
) -> None:
    body = subscription_resource("http://127.0.0.1:9/hook", **changes)

    response = http.post("/fhir/2.2.1/Subscription", json=body, headers=FHIR)

    outcome = response.json()
    assert (response.status_code, outcome["resourceType"]) == (status, "OperationOutcome")
    assert outcome["issue"][0].get("expression") == (expression and [expression])


def test_the_capability_statement_says_what_can_be_done(http: httpx2.Client) -> None:
    resources = http.get("/fhir/2.2.1/metadata").json()["rest"][0]["resource"]
    (subscription,) = [each for each in resources if each["type"] == "Subscription"]

    interactions = {each["code"] for each in subscription["interaction"]}
    assert interactions == {"create", "read", "update", "delete", "search-type"}
    assert {each["name"] for each in subscription["operation"]} == {"status", "events"}
    assert subscription["extension"][0]["valueCanonical"].endswith("PASSubscriptionTopic")
