"""Invented reviews for the tests of the sandbox and the directory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from priorauth.domain.parties import (
    DestinationId,
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
    CertificationType,
    DatePeriod,
    Format,
    LegId,
    PatientEvent,
    Procedure,
    Purpose,
    ReviewId,
    ReviewItem,
    Service,
    ServiceKind,
    ServiceReview,
    Trace,
    TransactionIdentity,
)
from priorauth.sandbox.cases import Case

NOW = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
REQUESTER_NPI = "1999999901"
FACILITY_NPI = "1999999919"


def organization(name: str) -> Name:
    return Name(kind=EntityKind.ORGANIZATION, last=name)


def provider(role: str, npi: str) -> Provider:
    return Provider(role=role, name=organization("Example Hospital"), identifier=Identifier(Identifier.NPI, npi))


def nicu_days(revenue_code: str, days: int, *, sequence: int = 1, start: date = date(2026, 3, 1)) -> ReviewItem:
    """Days of newborn care at one level."""
    service = Service(kind=ServiceKind.INSTITUTIONAL, revenue_code=revenue_code, unit="DA", quantity=Decimal(days))
    return ReviewItem(sequence=sequence, service=service, service_dates=DatePeriod(start))


def procedure(code: str, *, sequence: int = 1, units: int = 1) -> ReviewItem:
    """A professional service."""
    service = Service(
        kind=ServiceKind.PROFESSIONAL,
        procedure=Procedure(qualifier="HC", code=code),
        unit="UN",
        quantity=Decimal(units),
    )
    return ReviewItem(sequence=sequence, service=service)


def event_only() -> ReviewItem:
    """What stands for an event without services."""
    return ReviewItem(sequence=1, stands_for_event=True)


def review(
    *items: ReviewItem,
    trace: str = "EHR-0001",
    payer: str = "BCBSMA",
    member: str = "MEM0000001",
    certification: CertificationType = CertificationType.INITIAL,
    purpose: Purpose = Purpose.REQUEST,
    providers: Sequence[Provider] = (),
) -> ServiceReview:
    """A request for authorization of these items."""
    return ServiceReview(
        id=ReviewId("rev-1"),
        arrived_as=Format.X12_278,
        partner=PartnerId("sandbox"),
        received_at=NOW,
        transaction=TransactionIdentity(purpose=purpose, identifier="EHR-BHT-1"),
        umo=Umo(role="X3", name=organization("Example Payer"), identifier=Identifier(Identifier.PAYER, payer)),
        requester=provider("FA", REQUESTER_NPI),
        subscriber=Subscriber(
            name=Name(kind=EntityKind.PERSON, last="Sample", first="Alex"),
            identifier=Identifier(Identifier.MEMBER, member),
        ),
        event=PatientEvent(
            category="HS",
            certification=certification,
            traces=(Trace(trace, "9EXAMPLE00"),) if trace else (),
            providers=tuple(providers),
        ),
        items=items or (event_only(),),
        payer=PayerId(payer),
    )


def case(destination: str, asked: ServiceReview) -> Case:
    """The review as a leg of that destination."""
    return Case(destination=DestinationId(destination), leg_id=LegId("leg-1"), review=asked)


def without_payer(asked: ServiceReview) -> ServiceReview:
    return replace(asked, payer=None)
