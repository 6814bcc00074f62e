"""Routing a service line with full explanation, as a share of decoding and validating its message.

Both are timed in turn in one process, so that a busy machine slows both. Ratios are what count; microseconds are
printed for the curious and asserted nowhere. A pack remembers what it answers to lines of one kind; the time of a line
that is the first of its kind is printed beside, and not what is asserted: kinds are few, lines are many.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from priorauth.domain.parties import PartnerId, PayerId
from priorauth.domain.reviews import ReviewId, ServiceReview
from priorauth.domain.routes import Route
from priorauth.routing.fact_tables import TABLE_FILES, load_fact_tables
from priorauth.routing.facts import facts_of
from priorauth.routing.packs import Pack, load_pack
from priorauth.routing.router import choose
from priorauth.translate.x12_review import review_from_x12
from priorauth.x12.validation import validate_interchange

MAPPINGS = Path(__file__).parent.parent / "mappings"
ROUNDS, REPEATS = 60, 50
LARGEST_SHARE = 0.25
DIRECTORY = {
    "line_of_business": "commercial",
    "product": "bc_commercial",
    "funding": "fully_insured",
    "employer_group": "other",
    "medicare_status": "non_medicare",
    "network_status": "in",
    "area": "in_area",
    "facility_payment_type": "drg",
    "coordination_of_benefits": "primary",
    "birth_admission": False,
}
MESSAGE = (
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*{payer:15}*260101*1200*^*00501*000000001*0*T*:~"
    "GS*HI*SENDER*{payer}*20260101*1200*1*X*005010X217~ST*278*0001*005010X217~BHT*0007*13*A1*20260101*1200~"
    "HL*1**20*1~NM1*X3*2*EXAMPLE PAYER*****PI*{payer}~HL*2*1*21*1~NM1*1P*2*EXAMPLE CLINIC*****XX*1999999901~"
    "N3*1 EXAMPLE STREET~N4*BOSTON*MA*02101~PER*IC*A CONTACT*TE*6175550100*FX*6175550101~PRV*RF*PXC*207X00000X~"
    "HL*3*2*22*1~NM1*IL*1*SAMPLE*ALEX****MI*MEM0000001~N3*2 EXAMPLE STREET~N4*BOSTON*MA*02101~DMG*D8*19800517*F~"
    "HL*4*3*EV*1~TRN*1*EHR-1*9EXAMPLE00~UM*HS*I**22:B**E~DTP*AAH*D8*20260115~HI*ABK:M545*ABF:M4726~"
    "NM1*SJ*1*EXAMPLE*ROBIN****XX*1999999901~N3*1 EXAMPLE STREET~N4*BOSTON*MA*02101~PER*IC**TE*6175550100~"
    "HL*5*4*SS*0~TRN*1*EHR-2*9EXAMPLE00~DTP*472*D8*20260115~SV1*HC:{code}*100*UN*1~"
    "SE*29*0001~GE*1*1~IEA*1*000000001~"
)
LINES = {"ALLWAYS": "70551", "BCBSM": "22612", "BCBSMA": "70551", "FPLIC": "70551", "MERCYONE": "70551"}


def main() -> int:
    """Print the share per payer; 1 where one is a quarter or more."""
    tables = load_fact_tables({name: (MAPPINGS / "crosswalks" / name).read_text() for name in TABLE_FILES})
    packs = {folder.name.upper(): read_pack(folder) for folder in sorted((MAPPINGS / "payers").iterdir())}
    shares = []
    for payer, code in LINES.items():
        message = MESSAGE.format(payer=payer, code=code).encode()
        review = read_review(message)
        pack = packs[payer]

        def route(review: ServiceReview = review, pack: Pack = pack) -> Route:
            facts = {item.sequence: facts_of(review, item, tables, directory=DIRECTORY) for item in review.items}
            return choose(review, pack, facts)

        def decode(message: bytes = message) -> ServiceReview:
            return read_review(message)

        def first_of_its_kind(pack: Pack = pack, route: Callable[[], Route] = route) -> Route:
            pack.kinds.forget()
            return route()

        routing, decoding = medians(route, decode)
        first, _ = medians(first_of_its_kind, decode)
        shares.append(routing / decoding)
        (item,) = route().items
        print(
            f"{payer:8} {item.destination or item.outcome:14} {len(item.losing)} losing rules explained: "
            f"{routing * 1e6:6.1f} us a line, {decoding * 1e6:6.1f} us to decode and validate, {shares[-1]:.0%}; "
            f"first of its kind {first * 1e6:6.1f} us"
        )
    print(f"largest share {max(shares):.0%}, wanted less than {LARGEST_SHARE:.0%}")
    return 0 if max(shares) < LARGEST_SHARE else 1


def read_pack(folder: Path) -> Pack:
    """A pack of `mappings/payers`."""
    return load_pack(
        {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}
    )


def read_review(message: bytes) -> ServiceReview:
    """The review that the message asks for."""
    result = validate_interchange(message)
    read = result.groups[0].sets[0]
    if read.tree is None or read.findings:
        raise SystemExit("the message of this benchmark is not valid")
    return review_from_x12(
        read.tree,
        component=":",
        review_id=ReviewId("rev-1"),
        partner=PartnerId("benchmark"),
        payer_of=PayerId,
        received_at=datetime(2026, 1, 1, 12, tzinfo=UTC),
    )


def medians(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """Seconds a call of both, timed in turn."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for call, taken in zip((first, second), times, strict=True):
            start = perf_counter()
            for _ in range(REPEATS):
                call()
            taken.append((perf_counter() - start) / REPEATS)
    return statistics.median(times[0]), statistics.median(times[1])


if __name__ == "__main__":
    sys.exit(main())
