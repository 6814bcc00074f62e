"""One served gateway for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from served import Served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("gateway"), wait_seconds="8") as gateway:
        yield gateway


@pytest.fixture(scope="module")
def http(served: Served) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=served.url, timeout=30) as client:
        yield client
