"""Where notifications may go, and what is made of what endpoints answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest

from priorauth.adapters.webhooks import HttpWebhooks
from priorauth.services.ports import Retryable
from priorauth.services.subscription_ports import Delivery
from subscribers import Subscriber

ALLOWED = "https://ehr.example/hook"


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient() as client:
        yield client


def delivery(endpoint: str, **changes: object) -> Delivery:
    given: dict[str, object] = {
        "endpoint": endpoint,
        "headers": (("X-Tenant", "north"), ("Accept", "text/plain")),
        "media_type": "application/fhir+json",
        "body": b"{}",
        "timeout": timedelta(seconds=5),
    }
    return Delivery(**{**given, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("endpoint", "outside", "sandbox"),
    [
        (ALLOWED, True, True),
        ("https://EHR.example:8443/hook?tenant=1", True, True),
        ("http://ehr.example/hook", False, True),
        ("https://other.example/hook", False, True),
        ("https://ehr.example.other.example/hook", False, True),
        ("https://127.0.0.1/hook", False, True),
        ("http://localhost:9000/hook", False, True),
        ("https://ehr.example@other.example/hook", False, False),
        ("https://user:word@ehr.example/hook", False, False),
        ("https://ehr.example:port/hook", False, False),
        ("https:///hook", False, False),
        ("file:///etc/passwd", False, False),
        ("ftp://ehr.example/hook", False, False),
        ("", False, False),
    ],
)
async def test_where_notifications_may_go(
    http: httpx2.AsyncClient, endpoint: str, outside: bool, sandbox: bool
) -> None:
    assert HttpWebhooks(http, ("Ehr.example",)).allows(endpoint) is outside
    assert HttpWebhooks(http, (), any_host=True).allows(endpoint) is sandbox


async def test_what_may_not_be_sent_to_is_not_sent_to(http: httpx2.AsyncClient) -> None:
    with Subscriber() as subscriber, pytest.raises(Retryable, match="may not be sent"):
        await HttpWebhooks(http, ("ehr.example",)).post(delivery(subscriber.url))

    assert subscriber.received == []


async def test_an_endpoint_gets_the_bytes_with_its_own_headers_and_their_type(http: httpx2.AsyncClient) -> None:
    with Subscriber() as subscriber:
        await HttpWebhooks(http, (), any_host=True).post(delivery(subscriber.url, body=b'{"a": 1.10}'))

    (received,) = subscriber.received
    assert received.body == b'{"a": 1.10}'
    assert received.headers["content-type"] == "application/fhir+json"
    assert (received.headers["x-tenant"], received.headers["accept"]) == ("north", "text/plain")


@pytest.mark.parametrize("status", [301, 307, 400, 401, 410, 429, 500, 503])
async def test_whatever_is_no_success_is_told_by_its_status_alone(http: httpx2.AsyncClient, status: int) -> None:
    refused = pytest.raises(Retryable, match=f"^the endpoint answered {status}$")
    with Subscriber(answers=[status], location="http://127.0.0.1:9/elsewhere") as subscriber, refused:
        await HttpWebhooks(http, (), any_host=True).post(delivery(subscriber.url))

    assert len(subscriber.received) == 1


async def test_an_endpoint_that_hangs_is_given_up_after_its_time(http: httpx2.AsyncClient) -> None:
    with Subscriber(delay=5) as subscriber, pytest.raises(Retryable, match="did not answer in time"):
        await HttpWebhooks(http, (), any_host=True).post(delivery(subscriber.url, timeout=timedelta(seconds=0.2)))


async def test_an_endpoint_that_is_not_there_cannot_be_reached(http: httpx2.AsyncClient) -> None:
    with Subscriber() as subscriber:
        url = subscriber.url

    with pytest.raises(Retryable, match="could not be reached"):
        await HttpWebhooks(http, (), any_host=True).post(delivery(url))
