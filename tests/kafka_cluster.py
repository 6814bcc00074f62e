"""The broker of the test run, with topics and groups that nobody else has."""

from __future__ import annotations

import os
import uuid
from datetime import timedelta

import left_out
from priorauth.adapters.kafka.cluster import Cluster


def broker() -> str:
    """Where the broker of the test run is; leaves the test out where there is none."""
    address = os.environ.get("PRIORAUTH_TEST_KAFKA", "")
    return address or left_out.skip("a real Kafka broker", "PRIORAUTH_TEST_KAFKA is not set")


def a_cluster(instance: str = "test", **said: object) -> Cluster:
    """The test run's broker as one test sees it."""
    prefix = f"test-{uuid.uuid4().hex[:8]}."
    settings = {"prefix": prefix, "partitions": 3, "session": timedelta(seconds=3), **said}
    return Cluster(bootstrap=broker(), instance=instance, **settings)  # type: ignore[arg-type]
