"""A file of 20,000 transaction sets through the validator: how fast, and with how much memory.

The file is made while it is read, so that what is measured is the reading. Memory is the peak of the whole process: it
must be the same after 2,000 sets as after 20,000.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from priorauth.x12.validation import SetResult, validate_stream

SAMPLE = Path(__file__).parent.parent / "samples" / "x12" / "nicu-admission.edi"
SETS, WARM_UP = 20_000, 2_000
CHUNK = 64 * 1024
MOST_GROWTH_KB = 4 * 1024


def main() -> int:
    """Print sets per second and peak memory; 1 where memory grows with the file."""
    read(WARM_UP)
    before = peak_kb()
    started = perf_counter()
    count, size = read(SETS)
    taken = perf_counter() - started
    growth = peak_kb() - before
    print(
        f"{count} sets of {size / 1e6:.0f} MB in {taken:.1f} s: {count / taken:.0f} sets and "
        f"{size / 1e6 / taken:.1f} MB a second; peak memory {before / 1024:.0f} MB after {WARM_UP} sets, "
        f"{growth / 1024:.1f} MB more after {SETS}"
    )
    return 0 if growth <= MOST_GROWTH_KB and count == SETS else 1


def read(sets: int) -> tuple[int, int]:
    """Validate a file of so many sets: how many of them had no findings, and how many bytes it had."""
    size = 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        for chunk in chunks(file(sets)):
            size += len(chunk)
            yield chunk

    clean = sum(isinstance(part, SetResult) and not part.findings for part in validate_stream(counted()))
    return clean, size


def file(sets: int) -> Iterator[bytes]:
    """One interchange with one group of so many sets, each with its own number."""
    text = SAMPLE.read_text().replace("\n", "")
    start, end = text.index("ST*278*"), text.index("SE*")
    st, body = text[start:end].split("~", 1)
    count = body.count("~") + 2
    yield text[:start].encode()
    for number in range(1, sets + 1):
        yield f"ST*278*{number:09}*{st.split('*')[3]}~{body}SE*{count}*{number:09}~".encode()
    group = text[:start].split("GS*")[1].split("*")[5]
    yield f"GE*{sets}*{group}~IEA*1*{text.split('*')[13]}~".encode()


def chunks(parts: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes as a file is read."""
    held = b""
    for part in parts:
        held += part
        if len(held) >= CHUNK:
            yield held
            held = b""
    yield held


def peak_kb() -> int:
    """The most memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    sys.exit(main())
