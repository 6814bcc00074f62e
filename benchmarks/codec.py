"""Decoding and validating a 278 request, against pyx12 with its maps cached and against a bare split of the same text.

The three are timed in turn in one process, so that a busy machine slows all alike. Ratios are what count; microseconds
are printed for the curious and asserted nowhere. pyx12 works by maps generated from the same guide tables.
"""

from __future__ import annotations

import io
import logging
import statistics
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from time import thread_time

import pyx12.map_if
import pyx12.map_index
import pyx12.params
import pyx12.x12n_document

from priorauth.x12.validation import validate_interchange

ROOT = Path(__file__).parent.parent
MAPS = str(ROOT / "schemas" / "x12" / "request")
MESSAGES = ("nicu-admission", "msk-spine-and-pain", "home-oxygen-and-equipment", "imaging-mri")
ROUNDS, REPEATS, PYX12_REPEATS = 60, 20, 1
LEAST_TIMES_FASTER = 25
PARAMS = pyx12.params.ParamsBase()  # one for all: maps are cached by it


def main() -> int:
    """Print the ratios per message; 1 where pyx12 is nearer than it should be."""
    cache_the_maps()
    faster = [measure(name, (ROOT / "samples" / "x12" / f"{name}.edi").read_bytes()) for name in MESSAGES]
    least = min(faster)
    print(f"at least {least:.0f} times as fast as pyx12 with its maps cached, wanted {LEAST_TIMES_FASTER}")
    return 0 if least >= LEAST_TIMES_FASTER else 1


def cache_the_maps() -> None:
    """Give pyx12 what it lacks: as shipped it parses its maps anew for each document."""
    logging.disable(logging.CRITICAL)
    pyx12.map_if.load_map_file = cache(pyx12.map_if.load_map_file)
    pyx12.map_index.map_index = cache(pyx12.map_index.map_index)


def measure(name: str, data: bytes) -> float:
    """How many times as fast as pyx12 one message is validated."""
    text = data.decode()

    def split() -> object:
        return [segment.split("*") for segment in text.split("~")]

    def validate() -> object:
        return validate_interchange(data)

    def second_opinion() -> object:
        return ask_pyx12(text)

    assert second_opinion(), f"pyx12 does not accept {name}"
    splitting, validating, second = medians((split, REPEATS), (validate, REPEATS), (second_opinion, PYX12_REPEATS))
    print(
        f"{name:28} {text.count('~'):3} segments: split {splitting * 1e6:6.1f} us, "
        f"decode and validate {validating * 1e6:6.1f} us ({validating / splitting:4.1f} times), "
        f"pyx12 {second * 1e6:7.0f} us ({second / validating:4.0f} times ours)"
    )
    return second / validating


def ask_pyx12(text: str) -> bool:
    """True where pyx12 accepts the message."""
    document = pyx12.x12n_document.x12n_document
    return bool(document(PARAMS, io.StringIO(text), io.StringIO(), None, map_path=MAPS))


def medians(*works: tuple[Callable[[], object], int]) -> list[float]:
    """The median seconds of each, measured in turn."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for (work, repeats), times in zip(works, taken, strict=True):
            started = thread_time()
            for _ in range(repeats):
                work()
            times.append((thread_time() - started) / repeats)
    return [statistics.median(times) for times in taken]


if __name__ == "__main__":
    sys.exit(main())
