"""The stores that the contract suites run against: the one in memory, and the database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from databases import open_store
from memory.store import MemoryStore
from priorauth.services.ports import UnitOfWork


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[UnitOfWork]:
    if request.param == "memory":
        yield MemoryStore()
        return
    async with open_store(f"sqlite:///{tmp_path}/priorauth.db") as unit_of_work:
        yield unit_of_work
