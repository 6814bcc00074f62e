"""Synthetic domain values for the contract suites."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from priorauth.domain.determinations import (
    Authorized,
    CertificationAction,
    DaySpan,
    Determination,
    InformationRequest,
    ItemDecision,
    Rejection,
    RejectionLevel,
    Reply,
    ReviewerRole,
)
from priorauth.domain.events import ReviewReceived
from priorauth.domain.parties import (
    Address,
    Contact,
    ContactNumber,
    Demographics,
    Dependent,
    DestinationId,
    EntityKind,
    Identifier,
    Name,
    PartnerId,
    PayerId,
    Provider,
    Specialty,
    Subscriber,
    Umo,
)
from priorauth.domain.reviews import (
    Accident,
    Admission,
    Attachment,
    CarriedSegment,
    CertificationType,
    DatePeriod,
    Delivery,
    Diagnosis,
    FacilityLocation,
    Format,
    Leg,
    LegId,
    MessageId,
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
from priorauth.domain.routes import ItemRoute, LosingRule, Outcome, Route, UsedFact
from priorauth.services.ports import Direction, Message, ReviewRecord, UnitOfWork

NOON = datetime(2026, 1, 5, 12, 0, 0, 123456, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOSPITAL = PartnerId("demo-hospital")
OTHER_HOSPITAL = PartnerId("other-hospital")
DELEGATE = DestinationId("turningpoint")


def a_message(id: str = "msg-1", body: bytes = b"ISA*synthetic~", at: datetime = NOON) -> Message:
    return Message(id=MessageId(id), direction=Direction.RECEIVED, counterpart=HOSPITAL, format="x12", at=at, body=body)


def a_review(id: str = "rev-1", *, partner: PartnerId = HOSPITAL, at: datetime = NOON) -> ServiceReview:
    """A review with something in every kind of field, a dependent and all value types among them."""
    surgeon = Provider(
        role="SJ",
        name=Name(kind=EntityKind.PERSON, last="Example", first="Surgeon"),
        identifier=Identifier(Identifier.NPI, "1234567893"),
        supplemental=(Identifier("0B", "LIC1", "MI"),),
        address=Address(lines=("1 Sample Way",), city="Springfield", state="MI", postal_code="00000"),
        contact=Contact(name="Desk", numbers=(ContactNumber("TE", "5550100"),)),
        specialty=Specialty("PE", "PXC", "207X00000X"),
    )
    event = PatientEvent(
        category="HS",
        certification=CertificationType.INITIAL,
        service_type="2",
        location=FacilityLocation("21", "B"),
        accident=Accident(("AU",), "MI", "US"),
        traces=(Trace("TRACE-1", "9EXAMPLE"),),
        onset=date(2025, 12, 1),
        event_dates=DatePeriod(date(2026, 1, 10), date(2026, 1, 12)),
        admission_dates=DatePeriod(date(2026, 1, 10)),
        diagnoses=(Diagnosis("ABK", "M1711", date(2025, 11, 30)),),
        delivery=Delivery(quantity_qualifier="VS", quantity=Decimal("1.50"), period_count=3),
        admission=Admission(type="3", source="1"),
        attachments=(Attachment(report_type="OB", transmission="EL", control_number="ATT1"),),
        providers=(surgeon,),
        carried=(CarriedSegment("2000E", 0, ("CRC", "07", "Y", "01")),),
    )
    service = Service(
        kind=ServiceKind.PROFESSIONAL,
        procedure=Procedure(qualifier="HC", code="27447", modifiers=("RT",)),
        amount=Decimal("1200.00"),
        unit="UN",
        quantity=Decimal("1"),
        diagnosis_pointers=(1,),
    )
    return ServiceReview(
        id=ReviewId(id),
        arrived_as=Format.X12_278,
        partner=partner,
        received_at=at,
        transaction=TransactionIdentity(purpose=Purpose.REQUEST, identifier="A12345", created="20260105*1200"),
        umo=Umo(
            role="X3",
            name=Name(kind=EntityKind.ORGANIZATION, last="Example Payer"),
            identifier=Identifier(Identifier.PAYER, "BCBSM"),
        ),
        requester=surgeon,
        subscriber=Subscriber(
            name=Name(kind=EntityKind.PERSON, last="Synthetic", first="Pat"),
            identifier=Identifier(Identifier.MEMBER, "MEM0000001"),
            demographics=Demographics(birth_date=date(1980, 2, 29), gender="F"),
        ),
        dependent=Dependent(
            name=Name(kind=EntityKind.PERSON, last="Synthetic", first="Kim"), relationship="19", birth_sequence=2
        ),
        event=event,
        items=(
            ReviewItem(sequence=1, service=service, service_dates=DatePeriod(date(2026, 1, 10))),
            ReviewItem(sequence=2, message="two lines\nof text", traces=(Trace("TRACE-2", "9EXAMPLE"),)),
        ),
        payer=PayerId("BCBSM"),
    )


def a_record(
    review: ServiceReview | None = None, *, digest: str = "digest-1", answer_by: datetime = NOON
) -> ReviewRecord:
    return ReviewRecord(
        review=review or a_review(), message_id=MessageId("msg-1"), set_number=1, digest=digest, answer_by=answer_by
    )


def a_route() -> Route:
    item = ItemRoute(
        sequence=1,
        outcome=Outcome.ROUTE,
        destination=DELEGATE,
        queue=None,
        rule="BCBSM-MSK-01",
        reason="joint surgery of a commercial member",
        citation="um-catalogue",
        facts=(UsedFact("line_of_business", "commercial", "directory"), UsedFact("employer_group", None, "directory")),
        losing=(LosingRule("BCBSM-MSK-02", "employer_group is not MESSA"),),
        unknown=("employer_group",),
    )
    return Route(payer=PayerId("BCBSM"), pack_version="abc123", items=(item,))


def a_leg(id: str = "leg-1", *, number: int = 1, review_id: str = "rev-1") -> Leg:
    return Leg(
        id=LegId(id), review_id=ReviewId(review_id), number=number, destination=DELEGATE, sequences=(1, 2), queue="snf"
    )


def a_determination(id: str = "det-1") -> Determination:
    decision = ItemDecision(
        sequence=1,
        action=CertificationAction.MODIFIED,
        certification_number="AUTH1",
        reason_codes=("0V",),
        authorized=Authorized(quantity=Decimal("2"), issued=date(2026, 1, 6)),
        spans=(DaySpan(start=date(2026, 1, 10), end=date(2026, 1, 11), action=CertificationAction.MODIFIED),),
        information=InformationRequest(loinc_codes=("18842-5",)),
        reviewer=ReviewerRole.PHYSICIAN,
        medical_necessity=True,
        decided_by=DELEGATE,
    )
    rejection = Rejection(level=RejectionLevel.SERVICE, reason="33", follow_up="N", sequence=2)
    return Determination(
        id=id,
        review_id=ReviewId("rev-1"),
        leg_id=LegId("leg-1"),
        decided_by=DELEGATE,
        decided_at=NOON,
        items=(decision, ItemDecision(sequence=2, action=None, rejections=(rejection,))),
        certification_number="AUTH0",
    )


def a_reply(number: int = 1, *, review_id: str = "rev-1", at: datetime = NOON) -> Reply:
    return Reply(review_id=ReviewId(review_id), number=number, made_at=at, items=a_determination().items)


def an_event(id: str = "evt-1", *, payer: str | None = "BCBSM", at: datetime = NOON) -> ReviewReceived:
    return ReviewReceived(
        id=id,
        at=at,
        review_id=ReviewId("rev-1"),
        payer=PayerId(payer) if payer else None,
        review=a_review(),
        message_id=MessageId("msg-1"),
    )


REVIEW = ReviewId("rev-1")
MESSAGE = MessageId("msg-1")


async def save_a_review(store: UnitOfWork) -> None:
    async with store() as work:
        await work.archive(a_message())
        await work.add_review(a_record())


async def save_a_leg(store: UnitOfWork) -> None:
    await save_a_review(store)
    async with store() as work:
        await work.add_leg(a_leg())
