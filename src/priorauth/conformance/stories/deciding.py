"""What a person at the sandbox decides, in the middle of a story."""

from __future__ import annotations

from priorauth.conformance.calling import Run

TAKEN = (200, 202, 204)


async def decide(run: Run, review_id: str, *, sequence: int = 1, action: str = "A1") -> None:
    """Let the sandbox decide an item of a review. A mismatch ends the case where it does not."""
    decision = {"review_id": review_id, "items": [{"sequence": sequence, "action": action}]}
    answer = await run.request("POST", "/sandbox/decide", name="decide", json=decision)
    run.require("the decision is taken", True, answer.got.status in TAKEN)
