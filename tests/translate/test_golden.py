"""Each sample beside what it becomes: its review, its leg for a delegate that speaks 278, and a certified response.

`PRIORAUTH_REGENERATE=1` writes the files anew, for the diff to be read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest

from priorauth.domain.determinations import CertificationAction, ItemDecision, Reply
from priorauth.domain.reviews import ServiceReview, Trace
from priorauth.translate.narrowing import narrow
from priorauth.translate.x12_reply import reply_to_x12
from priorauth.translate.x12_review import review_to_x12
from x12_sets import NOON, REFUSED, SAMPLES, read_review, read_sets, written

GOLDEN = Path(__file__).parents[1] / "golden"
ACCEPTED = [path for path in SAMPLES if path.stem not in REFUSED]
REGENERATES = os.environ.get("PRIORAUTH_REGENERATE") == "1"


def lines(segments: Sequence[str]) -> str:
    return "".join(f"{segment}~\n" for segment in segments)


def review_json(review: ServiceReview) -> str:
    return msgspec.json.format(msgspec.json.encode(review), indent=2).decode() + "\n"


def leg(review: ServiceReview) -> str:
    """The last item alone, as a delegate that speaks 278 gets it."""
    ours = Trace("LEG-1", "9PRIORAUTH")
    last = narrow(review, [review.items[-1].sequence])
    return lines(written(review_to_x12(last, identifier="LEG-1", created=NOON, extra_trace=ours)))


def response(review: ServiceReview) -> str:
    """Every item certified in total."""
    items = tuple(
        ItemDecision(
            sequence=item.sequence,
            action=CertificationAction.CERTIFIED_IN_TOTAL,
            certification_number=f"CERT-{item.sequence}",
        )
        for item in review.items
    )
    return lines(written(reply_to_x12(review, Reply(review_id=review.id, number=1, made_at=NOON, items=items))))


MADE: dict[str, Callable[[ServiceReview], str]] = {"review.json": review_json, "leg.edi": leg, "response.edi": response}


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.stem)
@pytest.mark.parametrize("name", MADE)
def test_a_sample_becomes_what_lies_beside_it(path: Path, name: str) -> None:
    golden = GOLDEN / path.stem / name
    (read,) = read_sets(path.read_bytes(), "request")
    made = MADE[name](read_review(read))

    if REGENERATES:
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(made)

    assert golden.read_text() == made


def test_nothing_lies_there_that_no_sample_becomes() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {path.stem for path in ACCEPTED}
