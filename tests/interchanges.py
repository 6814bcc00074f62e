"""Interchanges to send: our samples under fresh numbers and traces, and what comes back, taken apart."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "samples" / "x12"
ISA13 = slice(90, 99)
NUMBERS = itertools.count(100_000_000)
"""Interchange control numbers that no sample has: one more each time, so that no message is a duplicate."""

FORCED = (
    "CERTIFY", "PARTIAL", "MODIFY", "DENY", "PEND", "LATER", "INFO", "REJECT", "DECLINE", "TIMEOUT", "GARBAGE", "FULL"
)  # fmt: skip
"""The behaviours that the prefixes `SBX-...-` of a trace force."""


def sample(name: str) -> bytes:
    """One of our samples."""
    return (SAMPLES / f"{name}.edi").read_bytes()


def renumbered(interchange: bytes, number: int | None = None) -> bytes:
    """The interchange under another control number, in ISA13 and IEA02; a fresh one unless it is given."""
    fresh = b"%09d" % (next(NUMBERS) if number is None else number)
    header, rest = interchange[: ISA13.start] + fresh, interchange[ISA13.stop :]
    return header + re.sub(rb"(IEA.\d+.)\d{9}", rb"\g<1>" + fresh, rest)


def with_trace(interchange: bytes, trace: str) -> bytes:
    """The interchange with another first trace number of the event (TRN02 of 2000E)."""
    return re.sub(rb"TRN\*1\*[^*~]+", b"TRN*1*" + trace.encode(), interchange, count=1)


def forcing(name: str, behaviour: str, unique: str = "") -> bytes:
    """A sample, renumbered, that forces a behaviour of the sandbox."""
    return renumbered(with_trace(sample(name), f"SBX-{behaviour}-{unique or next(NUMBERS)}"))


def with_sets(*interchanges: bytes) -> bytes:
    """One interchange with the first transaction set of each, numbered from 0001."""
    envelope = [segment for segment in text_of(interchanges[0]).split("~") if segment.strip()]
    sets = [
        set_numbered(between(text_of(interchange), "ST", "SE"), place)
        for place, interchange in enumerate(interchanges, start=1)
    ]
    trailer = f"GE*{len(sets)}*{envelope[1].split('*')[6]}"
    return "".join(
        f"{segment}~" for segment in (*envelope[:2], *itertools.chain(*sets), trailer, envelope[-1])
    ).encode()


def set_numbered(segments: Sequence[str], number: int) -> list[str]:
    """A transaction set with that number in ST02 and SE02."""
    first, last = segments[0].split("*"), segments[-1].split("*")
    first[2] = last[2] = f"{number:04d}"
    return ["*".join(first), *segments[1:-1], "*".join(last)]


def text_of(interchange: bytes) -> str:
    """The interchange as text, its segments on one line."""
    return interchange.decode().replace("\r", "").replace("\n", "")


def between(text: str, first: str, last: str) -> list[str]:
    """The segments from the first of one id to the next of another."""
    segments = text.split("~")
    ids = [segment.split("*")[0] for segment in segments]
    start = ids.index(first)
    return segments[start : ids.index(last, start) + 1]


def segments_of(interchange: bytes, *ids: str) -> list[str]:
    """The segments of these ids, or all, of an interchange with our usual delimiters."""
    found = [segment for segment in text_of(interchange).split("~") if segment]
    return [segment for segment in found if segment.split("*")[0] in ids] if ids else found


def kinds_of(interchange: bytes) -> set[str]:
    """What an interchange holds: 278, 999, TA1. The delimiters are read from its own ISA."""
    element, terminator = interchange[3:4], interchange[105:106]
    found = set()
    for segment in interchange.split(terminator):
        id, *elements = segment.strip(b"\r\n").split(element)
        if id == b"TA1":
            found.add("TA1")
        if id == b"ST" and elements:
            found.add(elements[0].decode())
    return found


def elements_of(segments: Iterable[str], position: int) -> list[str]:
    """One element of each segment; empty where it ends before."""
    return [(segment.split("*") + [""] * position)[position] for segment in segments]
