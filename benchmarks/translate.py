"""Decoding, validating and translating a 278 request, as a multiple of a bare split of the same text.

The three are timed in turn in one process, so that a busy machine slows all alike. Ratios are what count; microseconds
are printed for the curious and asserted nowhere.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import thread_time

from priorauth.domain.parties import PartnerId, PayerId
from priorauth.domain.reviews import ReviewId, ServiceReview
from priorauth.translate.x12_review import review_from_x12
from priorauth.x12.validation import SetResult, validate_interchange

SAMPLES = Path(__file__).parent.parent / "samples" / "x12"
MESSAGES = ("nicu-admission", "msk-spine-and-pain", "home-oxygen-and-equipment", "imaging-mri")
ROUNDS, REPEATS = 80, 20
LARGEST_MULTIPLE = 15
NOON = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)


def main() -> int:
    """Print the multiples per message; 1 where their median is above the limit."""
    totals = [measure(name, (SAMPLES / f"{name}.edi").read_bytes()) for name in MESSAGES]
    total = statistics.median(totals)
    print(f"median {total:.1f} times a bare split, wanted at most {LARGEST_MULTIPLE}")
    return 0 if total <= LARGEST_MULTIPLE else 1


def measure(name: str, data: bytes) -> float:
    """Decode, validate and translate one message: how many times as long as splitting its text."""
    text = data.decode()
    (read,) = validate_interchange(data).groups[0].sets

    def split() -> object:
        return [segment.split("*") for segment in text.split("~")]

    def validate() -> object:
        return validate_interchange(data)

    def translate() -> object:
        return read_review(read)

    splitting, validating, translating = medians(split, validate, translate)
    total = (validating + translating) / splitting
    print(
        f"{name:28} {len(read.transaction.rows):3} segments: split {splitting * 1e6:6.1f} us, "
        f"decode and validate {validating / splitting:5.1f} times, translate {translating / splitting:4.1f} times, "
        f"together {total:5.1f} times"
    )
    return total


def read_review(read: SetResult) -> ServiceReview:
    """The review of a validated set."""
    assert read.tree is not None
    return review_from_x12(
        read.tree,
        component=read.delimiters.component,
        review_id=ReviewId("rev-1"),
        partner=PartnerId("sandbox"),
        payer_of=PayerId,
        received_at=NOON,
    )


def medians(*works: Callable[[], object]) -> list[float]:
    """The median seconds of each, measured in turn."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, times in zip(works, taken, strict=True):
            started = thread_time()
            for _ in range(REPEATS):
                work()
            times.append((thread_time() - started) / REPEATS)
    return [statistics.median(times) for times in taken]


if __name__ == "__main__":
    sys.exit(main())
