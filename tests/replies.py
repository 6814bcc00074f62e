"""Replies and determinations of every kind, for laws that must hold whatever was decided."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from priorauth.domain.determinations import (
    Authorized,
    CertificationAction,
    DaySpan,
    InformationRequest,
    ItemDecision,
    Rejection,
    RejectionLevel,
    Reply,
)
from priorauth.domain.parties import Address, Contact, ContactNumber, EntityKind, Identifier, Name
from priorauth.domain.reviews import (
    Attachment,
    DatePeriod,
    Delivery,
    Procedure,
    ReviewItem,
    ServiceReview,
    Trace,
)
from x12_sets import NOON

texts = st.text(st.characters(min_codepoint=32, max_codepoint=126) | st.sampled_from("\n\t*~:^"), max_size=300)
numbers = st.just("") | st.text(st.sampled_from("ABCDEFGHIJ0123456789- *:"), max_size=60)
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
quantities = st.decimals(0, Decimal("99999999999999999"), allow_nan=True, places=2) | st.integers(0, 40).map(Decimal)
actions = st.sampled_from(CertificationAction)
reasons = st.lists(numbers, max_size=7).map(tuple)


@st.composite
def periods(draw: st.DrawFn) -> DatePeriod:
    """A day, or a period of days."""
    start = draw(days)
    return DatePeriod(start, draw(st.none() | st.integers(0, 60).map(lambda count: start + timedelta(days=count))))


traces = st.builds(Trace, numbers, st.sampled_from(["9PRIORAUTH", "SHORT", ""]), numbers)
procedures = st.builds(Procedure, qualifier=st.sampled_from(["HC", "AD", "ZZ"]), code=numbers, description=texts)
deliveries = st.builds(
    Delivery, quantity_qualifier=st.sampled_from(["", "DY", "VS", "QQ"]), quantity=st.none() | quantities
)
names = st.builds(Name, kind=st.sampled_from(EntityKind), last=texts, first=texts, prefix=texts)
contacts = st.builds(
    Contact,
    name=texts,
    numbers=st.lists(st.builds(ContactNumber, st.sampled_from(["TE", "EM", "EX"]), texts), max_size=4).map(tuple),
)
attachments = st.builds(
    Attachment,
    report_type=st.sampled_from(["AS", "RR", "??"]),
    transmission=st.sampled_from(["EL", "FX", "AA"]),
    control_number=numbers,
    description=texts,
)
requests_for_information = st.builds(
    InformationRequest,
    attachments=st.lists(attachments, max_size=12).map(tuple),
    loinc_codes=st.lists(st.sampled_from(["18842-5", "11506-3", ""]), max_size=14).map(tuple),
    contact_name=st.none() | names,
    contact_identifier=st.none() | st.builds(Identifier, st.sampled_from(["XX", "PI", "??"]), numbers),
    contact_address=st.none() | st.builds(Address, lines=st.lists(texts, max_size=3).map(tuple), city=texts),
    contact=st.none() | contacts,
)
authorizations = st.builds(
    Authorized,
    service_dates=st.none() | periods(),
    procedure=st.none() | procedures,
    revenue_code=st.sampled_from(["", "0172", "0" * 60]),
    unit=st.sampled_from(["", "DA", "UN", "ZZ"]),
    quantity=st.none() | quantities,
    delivery=st.none() | deliveries,
    issued=st.none() | days,
    expires=st.none() | days,
    effective=st.none() | periods(),
)
rejections = st.builds(
    Rejection,
    level=st.sampled_from(RejectionLevel),
    reason=st.sampled_from(["43", "33", "T4", "AM", "??"]),
    follow_up=st.sampled_from(["C", "N", "R", "?"]),
    sequence=st.none() | st.integers(1, 4),
    provider=st.none() | st.integers(0, 3),
)


@st.composite
def spans(draw: st.DrawFn) -> DaySpan:
    """Some days at a level of care."""
    start = draw(days)
    return DaySpan(
        start=start,
        end=start + timedelta(days=draw(st.integers(0, 20))),
        action=draw(actions),
        requested_revenue_code=draw(st.sampled_from(["", "0174"])),
        authorized_revenue_code=draw(st.sampled_from(["", "0173"])),
        days=draw(st.none() | quantities),
        reason_codes=draw(reasons),
    )


@st.composite
def decisions(draw: st.DrawFn, item: ReviewItem) -> ItemDecision:
    """A decision on an item, or its rejection."""
    is_rejected = draw(st.integers(0, 5)) == 0
    return ItemDecision(
        sequence=item.sequence,
        action=None if is_rejected else draw(actions),
        certification_number=draw(numbers),
        administrative_number=draw(numbers),
        reason_codes=draw(reasons),
        second_opinion=draw(st.none() | st.booleans()),
        authorized=draw(st.none() | authorizations),
        spans=draw(st.lists(spans(), max_size=3).map(tuple)),
        information=draw(st.none() | requests_for_information),
        message=draw(texts),
        traces=draw(st.lists(traces, max_size=3).map(tuple)),
        rejections=draw(st.lists(rejections, min_size=1, max_size=3).map(tuple)) if is_rejected else (),
    )


@st.composite
def replies(draw: st.DrawFn, review: ServiceReview) -> Reply:
    """A reply to a review."""
    return Reply(
        review_id=review.id,
        number=1,
        made_at=NOON,
        items=tuple(draw(decisions(item)) for item in review.items if draw(st.integers(0, 9))),
        rejections=draw(st.just(()) | st.lists(rejections, max_size=3).map(tuple)),
        certification_number=draw(numbers),
        administrative_number=draw(numbers),
        information=draw(st.none() | requests_for_information),
        message=draw(texts),
        traces=draw(st.lists(traces, max_size=3).map(tuple)),
        umo_contact=draw(st.none() | contacts),
    )
