"""A simulated delegate's determination or decline as the JSON that delegates post, in a CloudEvent."""

from __future__ import annotations

from datetime import datetime

import msgspec

from priorauth.domain.determinations import (
    Authorized,
    DaySpan,
    Determination,
    InformationRequest,
    ItemDecision,
    NextReview,
)
from priorauth.domain.events import DeterminationRecorded, LegDeclined
from priorauth.domain.reviews import DatePeriod
from priorauth.sandbox.cases import Case
from priorauth.translate.delegate_answers import (
    PostedAttachment,
    PostedAuthorized,
    PostedContact,
    PostedDecline,
    PostedDetermination,
    PostedInformation,
    PostedItem,
    PostedNextReview,
    PostedPeriod,
    PostedRejection,
    PostedReviewer,
    PostedSpan,
)


class _CloudEvent(msgspec.Struct, kw_only=True):
    specversion: str = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str = "application/json"
    data: PostedDetermination | PostedDecline


def post_determination(case: Case, said: Determination) -> bytes:
    """The determination as a CloudEvent of its type. The same determination gives the same bytes."""
    return _post(case, said.id, DeterminationRecorded.type, said.decided_at, posted(said))


def post_decline(case: Case, reason: str, at: datetime) -> bytes:
    """The decline of a case as a CloudEvent of its type."""
    return _post(case, decline_id(case), LegDeclined.type, at, PostedDecline(leg_id=case.leg_id, reason=reason))


def decline_id(case: Case) -> str:
    """The id of the one decline that a case can get."""
    return f"{case.destination}-{case.leg_id}-declined"


def _post(case: Case, id: str, type: str, at: datetime, data: PostedDetermination | PostedDecline) -> bytes:
    source = f"urn:priorauth:sandbox:{case.destination}"
    return msgspec.json.encode(_CloudEvent(id=id, source=source, type=type, subject=case.leg_id, time=at, data=data))


def posted(said: Determination) -> PostedDetermination:
    """The determination in the words of what delegates post."""
    name = said.reviewer_name
    return PostedDetermination(
        leg_id=said.leg_id,
        id=said.id,
        decided_at=said.decided_at,
        items=tuple(_item(item, name) for item in said.items),
        certification_number=said.certification_number,
        administrative_number=said.administrative_number,
        trace=said.traces[0].number if said.traces else "",
        information=_information(said.information),
        message=said.message,
    )


def _item(item: ItemDecision, reviewer_name: str) -> PostedItem:
    return PostedItem(
        sequence=item.sequence,
        own_trace=item.traces[0].number if item.traces else "",
        action=item.action or "",
        certification_number=item.certification_number,
        administrative_number=item.administrative_number,
        reason_codes=item.reason_codes,
        second_opinion=item.second_opinion,
        medical_necessity=item.medical_necessity,
        reviewer=PostedReviewer(role=item.reviewer, name=reviewer_name) if item.reviewer else None,
        authorized=_authorized(item.authorized),
        spans=tuple(_span(span) for span in item.spans),
        information=_information(item.information),
        rejections=tuple(PostedRejection(reason=one.reason, follow_up=one.follow_up) for one in item.rejections),
        message=item.message,
        next_review=_next_review(item.next_review),
        rationale=item.rationale,
    )


def _next_review(review: NextReview | None) -> PostedNextReview | None:
    return PostedNextReview(day=review.day, needed=review.needed) if review else None


def _authorized(authorized: Authorized | None) -> PostedAuthorized | None:
    if authorized is None:
        return None
    procedure = authorized.procedure
    return PostedAuthorized(
        service_dates=_period(authorized.service_dates),
        procedure_code=procedure.code if procedure else "",
        procedure_qualifier=procedure.qualifier if procedure else "HC",
        revenue_code=authorized.revenue_code,
        unit=authorized.unit,
        quantity=authorized.quantity,
        delivery=authorized.delivery,
        issued=authorized.issued,
        expires=authorized.expires,
        effective=_period(authorized.effective),
    )


def _span(span: DaySpan) -> PostedSpan:
    return PostedSpan(
        start=span.start,
        end=span.end,
        action=span.action,
        revenue_code=span.authorized_revenue_code,
        days=span.days,
        reason_codes=span.reason_codes,
    )


def _period(period: DatePeriod | None) -> PostedPeriod | None:
    return PostedPeriod(start=period.start, end=period.end) if period else None


def _information(asked: InformationRequest | None) -> PostedInformation | None:
    if asked is None:
        return None
    numbers = {number.qualifier: number.value for number in asked.contact.numbers} if asked.contact else {}
    return PostedInformation(
        attachments=tuple(
            PostedAttachment(
                report_type=document.report_type,
                transmission=document.transmission,
                control_number=document.control_number,
                description=document.description,
            )
            for document in asked.attachments
        ),
        loinc_codes=asked.loinc_codes,
        contact=PostedContact(
            name=asked.contact_name.last if asked.contact_name else "",
            person=asked.contact.name if asked.contact else "",
            identifier=asked.contact_identifier,
            address=asked.contact_address,
            telephone=numbers.get("TE", ""),
            extension=numbers.get("EX", ""),
            fax=numbers.get("FX", ""),
            email=numbers.get("EM", ""),
        ),
    )
