"""The stores that the contract suites run against: the one in memory, and the database on each engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from databases import ENGINES, database_url, open_store
from memory.store import MemoryStore
from priorauth.services.ports import UnitOfWork


@pytest.fixture(params=["memory", *ENGINES])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[UnitOfWork]:
    if request.param == "memory":
        yield MemoryStore()
        return
    async with database_url(request.param, tmp_path) as url, open_store(url) as unit_of_work:
        yield unit_of_work
