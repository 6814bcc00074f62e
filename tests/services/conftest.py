"""A gateway in memory with its replays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memory.gateway import MemoryGateway
from priorauth.wiring import Replaying, replaying
from replays import Directory


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
def gateway(directory: Directory) -> MemoryGateway:
    gateway = MemoryGateway()
    gateway.route = replace(gateway.route, directory=directory)
    return gateway


@pytest.fixture
def replays(gateway: MemoryGateway) -> Replaying:
    made = replaying(gateway.route, gateway.dispatch)
    run = replace(made.run, now=gateway.now)
    return Replaying(order=replace(made.order, now=gateway.now, new_id=gateway.new_id), run=run)
