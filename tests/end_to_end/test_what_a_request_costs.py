"""What one decided request asks of the database: figures that only go down, unless somebody decides otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from counting import NOTED
from interchanges import forcing
from mortal import PATIENCE_SECONDS, SUBMIT
from pas_requests import FHIR, pas_forcing
from served import Served
from subscribers import eventually

LAST_STEP = "run_clocks.follow"
"""What is done of a request when everything else is done."""
LOOKS = "answer_message._without_reply"
"""Is asked once a second while a request waits: on a busy machine more often than twice."""
REQUESTS = {
    "a 278, decided by a delegate over events": ("/x12", "imaging-mri", 11, 72),
    "a 278, decided by a delegate over X12 and HTTP": ("/x12", "msk-knee-replacement", 11, 73),
    "a PAS request, decided by a delegate over events": (SUBMIT, "imaging-mri", 11, 70),
    "a PAS request, decided by a delegate over X12 and HTTP": (SUBMIT, "msk-spine-and-pain", 11, 72),
}
"""Where each is sent, its sample, and the most transactions and statements of one, measured on 2026-11-28."""


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("counted"), prepared_by="counting", wait_seconds="30") as served:
        yield served


@pytest.mark.parametrize("request_of", REQUESTS)
def test_a_decided_request_costs_no_more_than_it_did(counted: Served, request_of: str) -> None:
    path, sample, most_transactions, most_statements = REQUESTS[request_of]
    send(counted, path, sample)  # the first of its kind also keeps its pack

    transactions = send(counted, path, sample)

    statements = [each for transaction in transactions for each in transaction["statements"]]
    assert len(transactions) <= most_transactions, told(transactions)
    assert len(statements) <= most_statements, told(transactions)


def send(counted: Served, path: str, sample: str) -> list[dict[str, Any]]:
    """Send a request that is certified at once; the transactions of everything that it leads to."""
    journal = counted.folder / NOTED
    begun = len(lines_of(counted))
    body = forcing(sample, "CERTIFY") if path == "/x12" else pas_forcing(sample, "CERTIFY")
    headers = FHIR if path == SUBMIT else {}
    answer = httpx2.post(f"{counted.url}{path}", content=body, headers=headers, timeout=PATIENCE_SECONDS)
    assert answer.status_code == 200
    eventually(lambda: LAST_STEP in journal.read_text().split("\n", begun)[-1], "the last step", PATIENCE_SECONDS)
    noted: list[dict[str, Any]] = [json.loads(line) for line in lines_of(counted)[begun:]]
    looks = [each for each in noted if each["step"] == LOOKS]
    return [each for each in noted if each not in looks] + looks[:2]


def lines_of(counted: Served) -> list[str]:
    journal = counted.folder / NOTED
    return journal.read_text().splitlines() if journal.exists() else []


def told(transactions: list[dict[str, Any]]) -> str:
    """What to look at: each transaction with what it asked."""
    rows = [f"  {each['step']}: {', '.join(each['statements'])}" for each in transactions]
    count = sum(len(each["statements"]) for each in transactions)
    return "\n".join(
        [
            f"one request takes {count} statements in {len(transactions)} transactions, which is more than before.",
            "Is something read again that was read before? Does a loop ask where one statement would do? Has a step",
            "nothing to do? Where the cost is wanted, raise the figures in REQUESTS. What each use case asked:",
            *rows,
        ]
    )
