"""Decoding, validating and translating a 278 request, against a bare split of the same bytes and against pyx12.

All are timed in turn in one process, and each round gives ratios of its own, so that a busy machine slows all alike.
The median of all rounds counts, and a machine that was too busy is asked again. Microseconds are printed for the
curious and asserted nowhere. pyx12 has its maps cached, and only validates.
"""

from __future__ import annotations

import gc
import statistics
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from time import thread_time
from typing import NamedTuple

from benchmarks.codec import MESSAGES, ROOT, ask_pyx12, cache_the_maps
from priorauth.domain.parties import PartnerId, PayerId
from priorauth.domain.reviews import ReviewId, ServiceReview
from priorauth.translate.x12_review import review_from_x12
from priorauth.x12.validation import SetResult, validate_interchange

ROUNDS, REPEATS, ATTEMPTS = 60, 20, 3
LARGEST_MULTIPLE = 15  # of a bare split
LEAST_TIMES_FASTER = 25  # than pyx12
NOON = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)


class Ratios(NamedTuple):
    """The whole as a multiple of a bare split, and pyx12 as a multiple of the whole."""

    of_split: float
    of_pyx12: float

    @property
    def are_wanted(self) -> bool:
        return self.of_split <= LARGEST_MULTIPLE and self.of_pyx12 >= LEAST_TIMES_FASTER


def main() -> int:
    """Print the ratios per message; 1 where their median is not what is wanted, however often it is measured."""
    cache_the_maps()
    warm_up()
    for _ in range(ATTEMPTS):
        ratios = median([measure(name, (ROOT / "samples" / "x12" / f"{name}.edi").read_bytes()) for name in MESSAGES])
        print(
            f"median {ratios.of_split:.1f} times a bare split, wanted at most {LARGEST_MULTIPLE}; "
            f"{ratios.of_pyx12:.0f} times as fast as pyx12, wanted at least {LEAST_TIMES_FASTER}"
        )
        if ratios.are_wanted:
            return 0
    return 1


def warm_up() -> None:
    """Read each message once, and keep the maps of pyx12 out of the collector's way, so that they weigh on no one."""
    for name in MESSAGES:
        message = (ROOT / "samples" / "x12" / f"{name}.edi").read_bytes()
        assert ask_pyx12(message.decode()), f"pyx12 does not accept {name}"
        validate_interchange(message)
    gc.freeze()


def measure(name: str, data: bytes) -> Ratios:
    """Decode, validate and translate one message."""
    (read,) = validate_interchange(data).groups[0].sets

    def split() -> object:
        return [segment.split("*") for segment in data.decode().split("~")]

    def validate() -> object:
        return validate_interchange(data)

    def translate() -> object:
        return read_review(read)

    def second() -> object:
        return ask_pyx12(data.decode())

    rounds = [
        (time(split, REPEATS), time(validate, REPEATS), time(translate, REPEATS), time(second, 1))
        for _ in range(ROUNDS)
    ]
    splitting, validating, translating, _ = (statistics.median(times) for times in zip(*rounds, strict=True))
    ratios = median([Ratios((ours + more) / bare, peer / (ours + more)) for bare, ours, more, peer in rounds])
    print(
        f"{name:28} {len(read.transaction.rows):3} segments: split {splitting * 1e6:6.1f} us, "
        f"decode and validate {validating / splitting:5.1f} times, translate {translating / splitting:4.1f} times, "
        f"together {ratios.of_split:5.1f} times; {ratios.of_pyx12:3.0f} times as fast as pyx12"
    )
    return ratios


def median(ratios: list[Ratios]) -> Ratios:
    """The median of each ratio."""
    return Ratios(*(statistics.median(each) for each in zip(*ratios, strict=True)))


def time(work: Callable[[], object], repeats: int) -> float:
    """The seconds that this process needs to do it once."""
    started = thread_time()
    for _ in range(repeats):
        work()
    return (thread_time() - started) / repeats


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


if __name__ == "__main__":
    sys.exit(main())
