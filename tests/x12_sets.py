"""Reads and writes single transaction sets for tests of what is made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from priorauth.domain.findings import Finding, FindingCode
from priorauth.domain.parties import PartnerId, PayerId
from priorauth.domain.reviews import ReviewId, ServiceReview
from priorauth.translate.x12_review import review_from_x12
from priorauth.x12.envelope import read_interchange
from priorauth.x12.loops import STRICT, Tolerances, read_loops
from priorauth.x12.segments import Delimiters, Element, write_segments
from priorauth.x12.structure import find_guide
from priorauth.x12.tree import LoopNode

NOON = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)
VERSION = "005010X217"
SAMPLES = sorted((Path(__file__).parent.parent / "samples" / "x12").glob("*.edi"))
REFUSED = frozenset({"missing-review-segment"})
"""Samples that a 999 refuses."""

ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261102*1200*^*00501*000000001*0*T*:~"

CONTENT = (
    FindingCode.BIRTH_AFTER_SERVICE,
    FindingCode.DATE_RANGE,
    FindingCode.DETERMINATION_MISSING,
    FindingCode.DIAGNOSIS_SHAPE,
    FindingCode.NPI_INVALID,
    FindingCode.PROCEDURE_SHAPE,
    FindingCode.REVENUE_CODE_SHAPE,
)
"""What is wrong with values and not with the set: answered by an AAA, never by a 999."""


@dataclass(frozen=True, slots=True)
class ReadSet:
    """One transaction set: its loop tree, its segments between ST and SE, and what is wrong with it."""

    tree: LoopNode
    segments: list[str]
    findings: tuple[Finding, ...]
    delimiters: Delimiters

    @property
    def errors(self) -> list[str]:
        """What rejects the set, as rule and place."""
        return [f"{finding.code} {finding.at.path}" for finding in self.findings if finding.rejects]

    @property
    def structural_errors(self) -> list[str]:
        """What a 999 refuses the set for."""
        return [error for error in self.errors if not error.startswith(CONTENT)]


def read_sets(data: bytes, direction: str, tolerances: Tolerances = STRICT) -> list[ReadSet]:
    """Every set of an interchange, read by one direction of X217."""
    guide = find_guide(VERSION, direction)
    assert guide is not None
    interchange = read_interchange(data)
    found = []
    for group in interchange.groups:
        for transaction in group.sets:
            tree = read_loops(transaction, guide, delimiters=interchange.delimiters, tolerances=tolerances)
            segments = ["*".join(row).rstrip("*") for row in transaction.rows[1:-1]]
            found.append(ReadSet(tree.root, segments, tree.findings, interchange.delimiters))
    return found


def read_review(read: ReadSet) -> ServiceReview:
    """The review of a request."""
    return review_from_x12(
        read.tree,
        component=read.delimiters.component,
        review_id=ReviewId("rev-1"),
        partner=PartnerId("sandbox"),
        payer_of=PayerId,
        received_at=NOON,
    )


def sample(name: str) -> ServiceReview:
    """The review of one of our samples."""
    path = next(path for path in SAMPLES if path.stem == name)
    return read_review(read_sets(path.read_bytes(), "request")[0])


def written(segments: Iterable[Sequence[Element]]) -> list[str]:
    """The segments as text, without terminators."""
    return write_segments(segments, Delimiters()).split("~")[:-1]


def interchange(segments: Iterable[Sequence[Element]]) -> bytes:
    """An interchange with one set of these segments."""
    return enclosed(written(segments))


def enclosed(body: Sequence[str]) -> bytes:
    """An interchange with one set of these segments, which are text already."""
    parts = [
        f"GS*HI*SENDER*RECEIVER*20261102*1200*1*X*{VERSION}",
        f"ST*278*0001*{VERSION}",
        *body,
        f"SE*{len(body) + 2}*0001",
        "GE*1*1",
        "IEA*1*000000001",
    ]
    return (ISA + "".join(part + "~" for part in parts)).encode()
