"""One gateway outside the sandbox for all tests here, with two hospitals, two delegates, a payer and an operator."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

from access import ARCHIVE_KEY, System, bearer, new_key, write_mappings
from served import Served

CERTIFICATE = b"a certificate that the proxy in front has verified"
PROXY_HEADER = "Client-Cert"


@dataclass(frozen=True)
class Secured:
    """The gateway, and the systems that it knows."""

    served: Served
    hospital: System
    other_hospital: System
    delegate: System
    other_delegate: System
    payer: System
    operator: System

    @property
    def url(self) -> str:
        return self.served.url

    def http(self, system: System, scope: str = "") -> httpx2.Client:
        """A client of the gateway that sends a token of the system, for all that it may unless a scope is given."""
        every = "system/*.cruds reviews.submit reviews.read tools.use determinations.write events.read operate"
        token = system.token(self.url, scope or every)
        return httpx2.Client(base_url=self.url, headers=bearer(token), timeout=30)


@pytest.fixture(scope="session")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("secured")
    systems = {
        "hospital": System("harbor-ehr", "partner", "harbor", algorithm="RS384", key=new_key("RS384")),
        "other_hospital": System("lakeside-ehr", "partner", "lakeside"),
        "delegate": System("turningpoint-system", "delegate", "turningpoint"),
        "other_delegate": System("evicore-system", "delegate", "evicore"),
        "payer": System("bcbsm-warehouse", "payer", "BCBSM"),
        "operator": System("operations", "operator", certificates=(thumbprint(CERTIFICATE),)),
    }
    mappings = write_mappings(folder, tuple(systems.values()), {"harbor": "HARBORGENERAL", "lakeside": "LAKESIDE"})
    with Served(
        folder,
        sandbox=False,
        archive_key=ARCHIVE_KEY,
        mappings=str(mappings),
        wait_seconds="3",
        client_certificate_header=PROXY_HEADER,
        trusted_proxies="127.0.0.0/8",
    ) as served:
        yield Secured(served, **systems)


def thumbprint(certificate: bytes) -> str:
    return hashlib.sha256(certificate).hexdigest()
