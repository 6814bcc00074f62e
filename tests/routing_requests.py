"""Invented reviews, directory answers and the shipped packs for the tests of routing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TypedDict

from priorauth.domain.parties import (
    Demographics,
    Dependent,
    EntityKind,
    Identifier,
    Name,
    PartnerId,
    PayerId,
    Provider,
    Subscriber,
    Umo,
)
from priorauth.domain.reviews import (
    Admission,
    CertificationType,
    DatePeriod,
    FacilityLocation,
    Format,
    PatientEvent,
    Procedure,
    Purpose,
    ReviewId,
    ReviewItem,
    Service,
    ServiceKind,
    ServiceReview,
    TransactionIdentity,
)
from priorauth.domain.routes import Route
from priorauth.routing.fact_tables import TABLE_FILES, FactTables, load_fact_tables
from priorauth.routing.facts import facts_of
from priorauth.routing.packs import Pack, load_pack
from priorauth.routing.router import choose

MAPPINGS = Path(__file__).parent.parent / "mappings"
PAYERS = ("allways", "bcbsm", "bcbsma", "fplic", "mercyone")
RECEIVED = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)

COMMERCIAL: Mapping[str, object] = {
    "line_of_business": "commercial",
    "product": "ppo",
    "funding": "fully_insured",
    "employer_group": "other",
    "medicare_status": "non_medicare",
    "network_status": "in",
    "area": "in_area",
    "member_active": True,
    "birth_admission": False,
}
"""The directory's answer for a plain member at a contracted facility."""


def pack_files(payer: str) -> dict[str, str]:
    """The text of a shipped pack's files by relative name."""
    folder = MAPPINGS / "payers" / payer
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


@cache
def shipped_pack(payer: str) -> Pack:
    """A shipped pack."""
    return load_pack(pack_files(payer))


@cache
def tables() -> FactTables:
    """The shipped tables that facts are derived by."""
    return load_fact_tables({name: (MAPPINGS / "crosswalks" / name).read_text() for name in TABLE_FILES})


def cpt(code: str, **item: object) -> ReviewItem:
    """A professional line."""
    service = Service(kind=ServiceKind.PROFESSIONAL, procedure=Procedure(qualifier="HC", code=code))
    return replace(ReviewItem(sequence=1, service=service), **item)  # type: ignore[arg-type]


def revenue(code: str, **item: object) -> ReviewItem:
    """An institutional line without a procedure."""
    service = Service(kind=ServiceKind.INSTITUTIONAL, revenue_code=code)
    return replace(ReviewItem(sequence=1, service=service), **item)  # type: ignore[arg-type]


def whole_event() -> ReviewItem:
    """What stands for an event without services."""
    return ReviewItem(sequence=1, stands_for_event=True)


class Said(TypedDict, total=False):
    """What `request` can be told of a review."""

    payer: str
    born: date | None
    admitted: date | None
    admission_type: str
    category: str
    certification: str
    place: str
    bill: str
    level: str
    service_type: str
    dependent: bool
    arrived_as: Format


def request(
    *items: ReviewItem,
    payer: str = "BCBSMA",
    born: date | None = date(1980, 5, 17),
    admitted: date | None = None,
    admission_type: str = "",
    category: str = "HS",
    certification: str = "I",
    place: str = "22",
    bill: str = "",
    level: str = "E",
    service_type: str = "",
    dependent: bool = False,
    arrived_as: Format = Format.X12_278,
) -> ServiceReview:
    """A request for authorization; items are numbered in the order given."""
    person = Name(kind=EntityKind.PERSON, last="Sample", first="Alex")
    demographics = Demographics(birth_date=born) if born else None
    location = FacilityLocation(bill, "A") if bill else FacilityLocation(place, "B") if place else None
    return ServiceReview(
        id=ReviewId("rev-1"),
        arrived_as=arrived_as,
        partner=PartnerId("sandbox"),
        received_at=RECEIVED,
        transaction=TransactionIdentity(purpose=Purpose.REQUEST, identifier="EHR-BHT-1"),
        umo=Umo(role="X3", name=person, identifier=Identifier(Identifier.PAYER, payer)),
        requester=Provider(role="FA", name=person, identifier=Identifier(Identifier.NPI, "1999999901")),
        subscriber=Subscriber(
            name=person,
            identifier=Identifier(Identifier.MEMBER, "MEM0000001"),
            demographics=None if dependent else demographics,
        ),
        dependent=Dependent(name=person, demographics=demographics) if dependent else None,
        event=PatientEvent(
            category=category,
            certification=CertificationType(certification),
            location=location,
            level_of_service=level,
            service_type=service_type,
            admission_dates=DatePeriod(admitted) if admitted else None,
            admission=Admission(type=admission_type) if admission_type else None,
        ),
        items=tuple(replace(item, sequence=number) for number, item in enumerate(items or (whole_event(),), start=1)),
        payer=PayerId(payer),
    )


def routed(
    pack: Pack,
    review: ServiceReview,
    directory: Mapping[str, object] | None,
    given: Mapping[str, object] | None = None,
) -> Route:
    """The route of a review by a pack, with the directory's answer."""
    facts = {item.sequence: facts_of(review, item, tables(), directory=directory, given=given) for item in review.items}
    return choose(review, pack, facts)
