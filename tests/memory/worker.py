"""The worker over the use cases in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from memory.bus import MemoryBus, MemoryLog
from memory.gateway import MemoryGateway
from priorauth.domain.parties import DestinationId
from priorauth.observability import Metrics
from priorauth.wiring import replaying
from priorauth.worker import Worker


def worker_of(gateway: MemoryGateway, *, destinations: Sequence[str] = (), **dispatching: Any) -> Worker:
    """The worker of a gateway in memory, whose legs are sent as `dispatching` says."""
    return Worker(
        bus=MemoryBus(MemoryLog(), gateway.store, gateway.now),
        unit_of_work=gateway.store,
        route_review=gateway.route,
        dispatch_leg=replace(gateway.dispatch, **dispatching),
        record_determination=gateway.record,
        return_determination=gateway.return_determination,
        catch_up=gateway.catch_up,
        run_clocks=gateway.clocks,
        send_notifications=None,  # type: ignore[arg-type]  # nobody subscribes here
        forget_old=None,  # type: ignore[arg-type]  # nothing is old here
        replays=replaying(gateway.route, gateway.dispatch).run,
        destinations=tuple(map(DestinationId, destinations)),
        now=gateway.now,
        metrics=Metrics(),
    )
