"""Endpoints of subscribers: https, agreed hosts, no redirects; of what they answer only whether they took it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

import httpx2

from priorauth.services.ports import Retryable
from priorauth.services.subscription_ports import Delivery


class HttpWebhooks:
    """Posts notifications. Satisfies `subscription_ports.Webhooks`.

    `hosts` are those outside that may be called; with `any_host`, as in the sandbox, every one may, over http as well.
    """

    def __init__(self, http: httpx2.AsyncClient, hosts: Sequence[str], *, any_host: bool = False) -> None:
        self._http = http
        self._hosts = frozenset(host.lower() for host in hosts)
        self._any_host = any_host

    def allows(self, endpoint: str) -> bool:
        """Whether notifications may go there."""
        try:
            parts = urlsplit(endpoint)
            host = parts.hostname or ""
            _ = parts.port  # reading it raises where it is none
        except ValueError:
            return False
        if not host or parts.username or parts.password:
            return False
        if self._any_host:
            return parts.scheme in ("http", "https")
        return parts.scheme == "https" and host in self._hosts

    def host(self, endpoint: str) -> str:
        return host_of(endpoint)

    async def post(self, delivery: Delivery) -> None:
        """Hand a notification over. Raises Retryable where the endpoint did not take it."""
        if not self.allows(delivery.endpoint):
            raise Retryable("notifications may not be sent to this endpoint")
        headers = [*delivery.headers, ("Content-Type", delivery.media_type)]
        seconds = delivery.timeout.total_seconds()
        try:
            async with (
                asyncio.timeout(seconds),
                self._http.stream(
                    "POST",
                    delivery.endpoint,
                    content=delivery.body,
                    headers=headers,
                    timeout=seconds,
                    follow_redirects=False,
                ) as response,
            ):
                status, took_it = response.status_code, response.is_success
        except (TimeoutError, httpx2.TimeoutException):
            raise Retryable("the endpoint did not answer in time") from None
        except (httpx2.HTTPError, httpx2.InvalidURL):
            raise Retryable("the endpoint could not be reached") from None
        if not took_it:
            raise Retryable(f"the endpoint answered {status}")


def host_of(endpoint: str) -> str:
    """What an endpoint's circuit is called: its host and port alone, for the path is the subscriber's."""
    try:
        parts = urlsplit(endpoint)
        return f"host {parts.hostname or '-'}:{parts.port or '-'}"
    except ValueError:
        return "host -"
