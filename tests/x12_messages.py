"""Small 278 requests of our own, to be bent in tests: every name, number and date is invented."""

from __future__ import annotations

from collections.abc import Sequence

SEGMENTS = (
    "BHT*0007*13*ACKTEST0001*20261102*0915",
    "HL*1**20*1",
    "NM1*X3*2*EXAMPLE HEALTH PLAN*****PI*BCBSMA",
    "HL*2*1*21*1",
    "NM1*1P*1*OKAFOR*ADAEZE****XX*1200000028",
    "HL*3*2*22*1",
    "NM1*IL*1*VANDERBEEK*MARGUERITE****MI*MEM0000003",
    "HL*4*3*EV*1",
    "TRN*1*ACKTEST-1*9LANSINGSP",
    "UM*HS*I*2*22:B**E",
    "DTP*435*RD8*20261201-20261203",
    "HI*ABK:M4316",
    "HL*5*4*SS*0",
    "DTP*472*D8*20261201",
    "SV1*HC:22612**UN*1***1",
)
"""A valid request between ST and SE. In the set, the n-th of these is segment n + 1."""

ISA = "ISA*00*          *00*          *ZZ*HARBORGENERAL  *ZZ*PRIORAUTH      *261102*0915*^*00501*000000014*0*T*:"


def transaction(
    segments: Sequence[str] = SEGMENTS, *, number: str = "0001", st: str = "", se: str = ""
) -> tuple[str, ...]:
    """One set, with its ST and SE unless others are given."""
    st = st or f"ST*278*{number}*005010X217"
    return (st, *segments, se or f"SE*{len(segments) + 2}*{number}")


def group(*sets: Sequence[str], gs: str = "", ge: str = "", number: str = "14") -> tuple[str, ...]:
    """One functional group, with its GS and GE unless others are given."""
    gs = gs or f"GS*HI*HARBORGENERAL*PRIORAUTH*20261102*0915*{number}*X*005010X217"
    return (gs, *(segment for each in sets for segment in each), ge or f"GE*{len(sets)}*{number}")


def interchange(*groups: Sequence[str], isa: str = ISA, iea: str = "") -> bytes:
    """One interchange, with its ISA and IEA unless others are given."""
    segments = (isa, *(segment for each in groups for segment in each), iea or f"IEA*{len(groups)}*000000014")
    return "".join(f"{segment}~" for segment in segments).encode()


def replaced(segment: str, by: str) -> tuple[str, ...]:
    """The valid request with one segment written otherwise; with nothing in its place it is left out."""
    assert segment in SEGMENTS
    return tuple(by if each == segment else each for each in SEGMENTS if each != segment or by)


VALID = interchange(group(transaction()))
