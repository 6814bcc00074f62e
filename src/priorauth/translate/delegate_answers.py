"""What a delegate says in JSON: a determination or a decline of a leg, bare or as the data of a CloudEvent.

The schema is tolerant: members that are not known are passed over, an item is named by its sequence or by one of its
traces, an action by its code (`A1`) or its name (`certified_in_total`). What cannot be read is a finding that says
where, never the value.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import msgspec

from priorauth.domain.determinations import (
    Authorized,
    CertificationAction,
    DaySpan,
    Determination,
    InformationRequest,
    ItemDecision,
    NextReview,
    Rationale,
    Rejection,
    RejectionLevel,
    ReviewerRole,
)
from priorauth.domain.events import DeterminationRecorded, LegDeclined
from priorauth.domain.findings import Finding, FindingCode, Position, Severity, SnipType
from priorauth.domain.parties import Address, Contact, ContactNumber, EntityKind, Identifier, Name
from priorauth.domain.reviews import Attachment, DatePeriod, Delivery, Leg, Procedure, ReviewItem, ServiceReview, Trace
from priorauth.fhir.primitives import can_be_written_out
from priorauth.x12.guides.x217.codes import CODES

Number = Annotated[str, msgspec.Meta(max_length=50)]
"""An authorization, reference or trace number: longer ones have no place in a 278 (data element 127)."""
ReasonCodes = Annotated[tuple[Annotated[str, msgspec.Meta(max_length=30)], ...], msgspec.Meta(max_length=5)]
"""HCR03: up to five codes."""

_ACTIONS = {name: action for action in CertificationAction for name in (action.value, action.name)}


class PostedPeriod(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A day, or a period of days with its last day."""

    start: date
    end: date | None = None


class PostedAuthorized(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What is authorized, where that is not simply what was asked."""

    service_dates: PostedPeriod | None = None
    procedure_code: str = ""
    procedure_qualifier: str = "HC"
    revenue_code: str = ""
    unit: str = ""
    quantity: Decimal | None = None
    delivery: Delivery | None = None
    issued: date | None = None
    expires: date | None = None
    effective: PostedPeriod | None = None

    def __post_init__(self) -> None:
        _check_number(self.quantity)


class PostedSpan(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A span of days with the level of care that is authorized for it, as a revenue code."""

    start: date
    end: date
    action: str
    revenue_code: str = ""
    days: Decimal | None = None
    reason_codes: ReasonCodes = ()

    def __post_init__(self) -> None:
        _check_number(self.days)


class PostedAttachment(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A document that is asked for (report type and transmission as data elements 755 and 756 code them)."""

    report_type: str
    transmission: str = "EL"
    control_number: str = ""
    description: str = ""


class PostedContact(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Whom to send what is asked for to: an organization, by its name and identifier, and a person there."""

    name: str = ""
    person: str = ""
    identifier: Identifier | None = None
    address: Address | None = None
    telephone: str = ""
    extension: str = ""
    fax: str = ""
    email: str = ""


class PostedInformation(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What the decision still needs."""

    attachments: tuple[PostedAttachment, ...] = ()
    loinc_codes: tuple[str, ...] = ()
    contact: PostedContact | None = None


class PostedRejection(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Why an item could not be reviewed (AAA03) and what to do (AAA04). Never a clinical decision."""

    reason: str
    follow_up: str = "C"


class PostedReviewer(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Who decided. A medical-necessity denial needs the role physician."""

    role: ReviewerRole
    name: str = ""


class PostedNextReview(msgspec.Struct, kw_only=True, omit_defaults=True):
    """When a stay is reviewed next, and what the facility is to tell then."""

    day: date
    needed: tuple[str, ...] = ()


class PostedItem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The decision on one item, named by its sequence in the leg or by one of its traces.

    `own_trace` is the delegate's for this item.
    """

    sequence: int | None = None
    trace: Number = ""
    own_trace: str = ""
    action: str = ""
    certification_number: Number = ""
    administrative_number: Number = ""
    reason_codes: ReasonCodes = ()
    second_opinion: bool | None = None
    medical_necessity: bool | None = None
    reviewer: PostedReviewer | None = None
    authorized: PostedAuthorized | None = None
    spans: tuple[PostedSpan, ...] = ()
    information: PostedInformation | None = None
    rejections: tuple[PostedRejection, ...] = ()
    message: str = ""
    next_review: PostedNextReview | None = None
    rationale: Rationale | None = None


class PostedDetermination(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A determination as a delegate posts it."""

    leg_id: str
    items: tuple[PostedItem, ...]
    id: str = ""
    decided_at: datetime | None = None
    certification_number: Number = ""
    administrative_number: Number = ""
    trace: Number = ""
    reviewer: PostedReviewer | None = None
    information: PostedInformation | None = None
    message: str = ""


class PostedDecline(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A decline as a delegate posts it: this leg is not theirs."""

    leg_id: str
    reason: str


def read_answer(body: bytes) -> PostedDetermination | PostedDecline | tuple[Finding, ...]:
    """What a delegate posted, or the finding that says where it cannot be read."""
    try:
        posted = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return (unreadable(""),)
    if not isinstance(posted, dict):
        return (unreadable(""),)
    kind = posted.get("type")
    data = posted.get("data") if kind in (DeterminationRecorded.type, LegDeclined.type) else posted
    if isinstance(data, dict) and isinstance(data.get("determination"), dict):
        data = data["determination"]
    declines = kind == LegDeclined.type or (isinstance(data, dict) and "reason" in data and "items" not in data)
    try:
        return msgspec.convert(data, PostedDecline) if declines else msgspec.convert(data, PostedDetermination)
    except msgspec.ValidationError as error:
        return (unreadable(_path(error)),)


def _check_number(number: Decimal | None) -> None:
    if number is not None and not can_be_written_out(number):
        raise ValueError("no number that can be written out")


def determination_from_json(
    posted: PostedDetermination,
    *,
    leg: Leg,
    review: ServiceReview,
    determination_id: str,
    received_at: datetime,
) -> Determination | tuple[Finding, ...]:
    """The determination of a leg's items, or findings; `review` holds the leg's items only.

    An item that the delegate does not name stays undecided, which is pended.
    """
    by_sequence: dict[int, PostedItem] = {}
    findings: list[Finding] = []
    for place, item in enumerate(posted.items):
        path = f"$.items[{place}]"
        found = _item(review, item)
        if found is None:
            findings.append(_finding(FindingCode.DETERMINATION_TRACE_UNKNOWN, path))
            continue
        findings.extend(_unknown_codes(item, path))
        if found.sequence in by_sequence:
            findings.append(_finding(FindingCode.DETERMINATION_ITEM_TWICE, path))
        by_sequence[found.sequence] = item
    if findings:
        return tuple(findings)
    if not by_sequence:
        return (_finding(FindingCode.DETERMINATION_MISSING, "$.items"),)
    decided_at = posted.decided_at if posted.decided_at and posted.decided_at.tzinfo else received_at
    return Determination(
        id=determination_id,
        review_id=leg.review_id,
        leg_id=leg.id,
        decided_by=leg.destination,
        decided_at=decided_at,
        items=tuple(_decision(item, by_sequence.get(item.sequence), posted, leg) for item in review.items),
        certification_number=posted.certification_number,
        administrative_number=posted.administrative_number,
        information=_information(posted.information),
        message=posted.message,
        traces=(Trace(posted.trace, assigner_of(leg)),) if posted.trace else (),
        reviewer_name=_reviewer_name(posted),
    )


def _reviewer_name(posted: PostedDetermination) -> str:
    """The reviewer of the whole, else of the first item that names one."""
    reviewers = [posted.reviewer, *(item.reviewer for item in posted.items)]
    return next((reviewer.name for reviewer in reviewers if reviewer and reviewer.name), "")


def _item(review: ServiceReview, posted: PostedItem) -> ReviewItem | None:
    for item in review.items:
        if posted.sequence == item.sequence:
            return item
        if posted.sequence is None and posted.trace and any(trace.number == posted.trace for trace in item.traces):
            return item
    is_only = posted.sequence is None and not posted.trace and len(review.items) == 1
    return review.items[0] if is_only else None


def _unknown_codes(item: PostedItem, path: str) -> list[Finding]:
    unknown = [f"{path}.spans[{place}].action" for place, span in enumerate(item.spans) if not _action(span.action)]
    if not _action(item.action) and not item.rejections:
        unknown.append(f"{path}.action")
    for place, rejection in enumerate(item.rejections):
        unknown += [f"{path}.rejections[{place}].reason"] * (rejection.reason not in CODES["901"])
        unknown += [f"{path}.rejections[{place}].follow_up"] * (rejection.follow_up not in CODES["889"])
    return [_finding(FindingCode.CODE_UNKNOWN, where) for where in unknown]


def _decision(item: ReviewItem, posted: PostedItem | None, whole: PostedDetermination, leg: Leg) -> ItemDecision:
    if posted is None:
        return ItemDecision(sequence=item.sequence, action=CertificationAction.PENDED, decided_by=leg.destination)
    reviewer = posted.reviewer or whole.reviewer
    action = None if posted.rejections else _action(posted.action)
    number_of_whole = whole.certification_number if action and action.certifies else ""
    return ItemDecision(
        sequence=item.sequence,
        action=action,
        certification_number=posted.certification_number or number_of_whole,
        administrative_number=posted.administrative_number,
        reason_codes=posted.reason_codes,
        second_opinion=posted.second_opinion,
        authorized=_authorized(posted.authorized) if posted.authorized else None,
        spans=tuple(_span(item, span) for span in posted.spans),
        information=_information(posted.information),
        message=posted.message,
        traces=(Trace(posted.own_trace, assigner_of(leg)),) if posted.own_trace else (),
        rejections=tuple(
            Rejection(level=RejectionLevel.SERVICE, reason=one.reason, follow_up=one.follow_up, sequence=item.sequence)
            for one in posted.rejections
        ),
        reviewer=reviewer.role if reviewer else None,
        medical_necessity=posted.medical_necessity,
        decided_by=leg.destination,
        next_review=_next_review(posted.next_review),
        rationale=posted.rationale,
    )


def _next_review(posted: PostedNextReview | None) -> NextReview | None:
    return NextReview(day=posted.day, needed=posted.needed) if posted else None


def _authorized(posted: PostedAuthorized) -> Authorized:
    procedure = None
    if posted.procedure_code:
        procedure = Procedure(qualifier=posted.procedure_qualifier, code=posted.procedure_code)
    return Authorized(
        service_dates=_period(posted.service_dates),
        procedure=procedure,
        revenue_code=posted.revenue_code,
        unit=posted.unit,
        quantity=posted.quantity,
        delivery=posted.delivery,
        issued=posted.issued,
        expires=posted.expires,
        effective=_period(posted.effective),
    )


def _span(item: ReviewItem, posted: PostedSpan) -> DaySpan:
    return DaySpan(
        start=posted.start,
        end=posted.end,
        action=_ACTIONS[posted.action.upper()],
        requested_revenue_code=item.service.revenue_code if item.service else "",
        authorized_revenue_code=posted.revenue_code,
        days=posted.days,
        reason_codes=posted.reason_codes,
    )


def _period(posted: PostedPeriod | None) -> DatePeriod | None:
    return DatePeriod(posted.start, posted.end) if posted else None


def _information(posted: PostedInformation | None) -> InformationRequest | None:
    if posted is None:
        return None
    asked = InformationRequest(
        attachments=tuple(
            Attachment(
                report_type=one.report_type,
                transmission=one.transmission,
                control_number=one.control_number,
                description=one.description,
            )
            for one in posted.attachments
        ),
        loinc_codes=posted.loinc_codes,
    )
    contact = posted.contact
    if contact is None:
        return asked
    numbers = (
        ("TE", contact.telephone),
        ("EX", contact.extension),
        ("FX", contact.fax),
        ("EM", contact.email),
    )
    return InformationRequest(
        attachments=asked.attachments,
        loinc_codes=asked.loinc_codes,
        contact_name=Name(kind=EntityKind.ORGANIZATION, last=contact.name),
        contact_identifier=contact.identifier,
        contact_address=contact.address,
        contact=Contact(
            name=contact.person, numbers=tuple(ContactNumber(kind, number) for kind, number in numbers if number)
        ),
    )


def _action(text: str) -> CertificationAction | None:
    return _ACTIONS.get(text.upper())


def assigner_of(leg: Leg) -> str:
    """Who assigned the delegate's trace, in the ten characters that TRN03 wants: 9 and the delegate's name."""
    return f"9{leg.destination.upper().replace('-', ''):0<9.9}"


def _path(error: msgspec.ValidationError) -> str:
    """Where the error is. Its own text may quote the value, so nothing else of it is used."""
    _, found, path = str(error).rpartition(" - at `")
    return path.rstrip("`") if found else "$"


def unreadable(path: str = "") -> Finding:
    """The finding that an answer cannot be read, and where."""
    return _finding(FindingCode.DETERMINATION_UNREADABLE, path)


def _finding(code: FindingCode, path: str) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, snip=SnipType.SYNTAX, at=Position(path=path))
