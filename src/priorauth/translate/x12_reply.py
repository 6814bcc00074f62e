"""A reply to a 278 response (005010X217): the request's levels mirrored, with what was decided or rejected at each.

The requester's traces go back as TRN*2 and the decider's as TRN*1. A rejection at 2000A to 2010D ends the reply there;
one at the event or below keeps every level and trace. What the guide's response table does not allow is left out and
noted as a loss, so a reply always has the shape the table wants.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from priorauth.domain.determinations import (
    Authorized,
    CertificationAction,
    InformationRequest,
    ItemDecision,
    RejectionLevel,
    Reply,
)
from priorauth.domain.reviews import Purpose, ReviewItem, ServiceReview, Trace
from priorauth.translate.losses import Losses, LossReason
from priorauth.translate.x12_event import (
    admission_row,
    carried_loops,
    carried_rows,
    day_row,
    diagnosis_row,
    event_date_rows,
    event_review_row,
    item_review_row,
    period_row,
    service_date_row,
)
from priorauth.translate.x12_parties import (
    contact_rows,
    demographic_rows,
    name_row,
    patient_name_rows,
    reference_rows,
    specialty_rows,
    umo_rows,
)
from priorauth.translate.x12_rejections import RESPONSE, PlacedRejections
from priorauth.translate.x12_reply_parties import (
    answerable_requester,
    answerable_service_provider,
    contact_loops,
    has_city,
    provider_rows,
)
from priorauth.translate.x12_services import (
    attachment_rows,
    delivery_row,
    message_row,
    reference_row,
    service_rows,
    trace_rows,
)
from priorauth.translate.x12_spans import ServiceLevel, authorized_delivery, service_levels
from priorauth.translate.x12_values import write_date, write_time
from priorauth.translate.x12_writing import Row, SetWriter
from priorauth.x12.segments import Delimiters, Element

Value = TypeVar("Value")

STANDARD = Delimiters()
_TRACES = 3  # of a response, per level
_DIAGNOSES = 12


def reply_to_x12(
    review: ServiceReview, reply: Reply, *, delimiters: Delimiters = STANDARD, losses: Losses | None = None
) -> list[Sequence[Element]]:
    """The segments of the response, BHT first; ST and SE are the envelope's."""
    losses = Losses() if losses is None else losses
    writer = SetWriter(RESPONSE, losses, delimiters)
    answer = _Answer(review, reply, PlacedRejections(review, reply, losses), writer, losses)
    answer.writer.header([("BHT", _beginning(review, reply))])
    parent = 0
    for level, code, write in _UPPER_LEVELS:
        if level == "2000D" and review.dependent is None:
            continue
        ends = answer.rejections.ends_at == level
        rows = answer.rejections.rows(RejectionLevel.TRANSACTION) if level == "2000A" else ()
        parent = answer.writer.level(level, code, parent, has_children=not ends, rows=rows)
        write(answer)
        if ends:
            return answer.writer.segments
    _write_event(answer, parent)
    return answer.writer.segments


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the levels of one reply are written from."""

    review: ServiceReview
    reply: Reply
    rejections: PlacedRejections
    writer: SetWriter
    losses: Losses

    def decision(self, item: ReviewItem) -> ItemDecision | None:
        """The decision on an item."""
        return next((decision for decision in self.reply.items if decision.sequence == item.sequence), None)


def _beginning(review: ServiceReview, reply: Reply) -> Sequence[Element]:
    identifier = review.transaction.identifier
    return "BHT", "0007", "11", identifier, write_date(reply.made_at), write_time(reply.made_at), _kind(review, reply)


def _kind(review: ServiceReview, reply: Reply) -> str:
    """BHT06. That AT answers a cancellation is our reading: the sources list the code and attest no use of it."""
    if review.transaction.reservation:
        return "RU"
    if reply.more_to_come:
        return "19"
    is_cancellation = review.transaction.purpose is Purpose.CANCELLATION
    return "AT" if is_cancellation and reply.action is CertificationAction.CANCELLED else "18"


def _write_umo(answer: _Answer) -> None:
    contact = contact_rows(answer.reply.umo_contact)
    rejections = answer.rejections.rows(RejectionLevel.UMO)
    answer.writer.loop("2010A", [*umo_rows(answer.review.umo), *contact, *rejections])


def _write_requester(answer: _Answer) -> None:
    requester = answerable_requester(answer.review.requester, answer.losses)
    rows = [
        name_row(requester.role, requester.name, requester.identifier),
        *reference_rows(requester.supplemental),
        *answer.rejections.rows(RejectionLevel.REQUESTER),
        *specialty_rows(requester.specialty),
    ]
    answer.writer.loop("2010B", rows)


def _write_subscriber(answer: _Answer) -> None:
    subscriber = answer.review.subscriber
    rejections = answer.rejections.rows(RejectionLevel.SUBSCRIBER)
    answer.writer.loop("2010C", [*patient_name_rows(subscriber), *rejections, *demographic_rows(subscriber)])


def _write_dependent(answer: _Answer) -> None:
    dependent = answer.review.dependent
    if dependent:
        rejections = answer.rejections.rows(RejectionLevel.DEPENDENT)
        answer.writer.loop("2010D", [*patient_name_rows(dependent), *rejections, *demographic_rows(dependent)])


_UPPER_LEVELS = (
    ("2000A", "20", _write_umo),
    ("2000B", "21", _write_requester),
    ("2000C", "22", _write_subscriber),
    ("2000D", "23", _write_dependent),
)


def _write_event(answer: _Answer, parent: int) -> None:
    event = answer.review.event
    levels = [(item, level) for item in answer.review.items for level in _levels_of(answer, item)]
    rows = _event_rows(answer)
    level = answer.writer.level("2000E", "EV", parent, has_children=bool(levels), rows=rows)
    answer.writer.loops(
        "2010EA",
        [
            provider_rows(provider, answer.rejections.rows(RejectionLevel.EVENT_PROVIDER, place=place))
            for place, provider in enumerate(event.providers)
        ],
    )
    answer.writer.loops("2010EB", contact_loops(_information_of_event(answer)))
    answer.writer.loops(
        "2010EC",
        [
            [*location, *answer.rejections.rows(RejectionLevel.TRANSPORT, place=place)]
            for place, location in enumerate(carried_loops(event.carried, "2010EB"))
        ],
    )
    for item, service in levels:
        _write_service(answer, level, item, service)


def _levels_of(answer: _Answer, item: ReviewItem) -> list[ServiceLevel]:
    """The service levels of an item; the one that stands for the event has some only where spans were decided."""
    decision = answer.decision(item)
    if not item.stands_for_event:
        return service_levels(item, decision)
    if decision is None or not decision.spans:
        return []
    return [replace(level, is_extra=True) for level in service_levels(item, decision)]


def _event_rows(answer: _Answer) -> Iterator[Row]:
    event, reply = answer.review.event, answer.reply
    whole = _whole(answer)
    authorized = _authorized(whole)
    rejections = list(answer.rejections.rows(RejectionLevel.EVENT))
    yield from _traces(event.traces, tuple(dict.fromkeys((*reply.traces, *(whole.traces if whole else ())))))
    yield from rejections
    yield event_review_row(event)
    number = reply.certification_number or _shared(decision.certification_number for decision in reply.items) or ""
    if not rejections and reply.action:
        reasons = _shared(decision.reason_codes for decision in reply.items)
        opinion = _shared(decision.second_opinion for decision in reply.items)
        yield _decision_row(reply.action, number, reasons or (), opinion)
    administrative = reply.administrative_number or (whole.administrative_number if whole else "")
    yield _administrative_row(reply.action, administrative, number, event.previous_administrative)
    yield reference_row("BB", event.previous_authorization)
    yield from _event_dates(answer, authorized)
    yield from _certification_dates(authorized)
    information = reply.information or (whole.information if whole else None)
    codes = information.loinc_codes if information else ()
    yield diagnosis_row(event.diagnoses[: max(_DIAGNOSES - len(codes), 0)], codes)
    yield delivery_row(authorized_delivery(None, event.delivery, authorized) if authorized else event.delivery)
    yield admission_row(event.admission)
    yield from carried_rows(event.carried, "CR1", "CR2", "CR5", "CR6")
    yield from attachment_rows(information.attachments if information else ())
    yield message_row(reply.message or (whole.message if whole else ""))


def _event_dates(answer: _Answer, authorized: Authorized | None) -> Iterator[Row]:
    """The event's dates, with authorized ones in place of the admission's or, where there is none, of the event's."""
    event = answer.review.event
    dates, admission = event.event_dates, event.admission_dates
    if authorized and authorized.service_dates:
        if admission and not dates:
            admission = authorized.service_dates
        else:
            dates = authorized.service_dates
    return event_date_rows(event, dates, admission)


def _write_service(answer: _Answer, parent: int, item: ReviewItem, service: ServiceLevel) -> None:
    decision = answer.decision(item)
    rows = _service_rows(answer, service, decision)
    answer.writer.level("2000F", "SS", parent, has_children=False, rows=rows)
    if service.is_extra:
        return
    rejected = [
        answer.rejections.rows(RejectionLevel.SERVICE_PROVIDER, item.sequence, place)
        for place in range(len(item.providers))
    ]
    providers = [answerable_service_provider(provider, answer.losses) for provider in item.providers]
    answer.writer.loops("2010FA", [provider_rows(*both) for both in zip(providers, rejected, strict=True)])
    information = decision.information if decision else None
    if information and has_city(information):
        answer.writer.loops("2010FB", contact_loops(information))
    elif information and contact_loops(information):
        answer.losses.note("2010FB/N4", LossReason.INCOMPLETE, parked="2010EB")


def _service_rows(answer: _Answer, service: ServiceLevel, decision: ItemDecision | None) -> Iterator[Row]:
    item = service.item
    own = None if service.is_extra else decision
    rejections = list(answer.rejections.rows(RejectionLevel.SERVICE, item.sequence)) if not service.is_extra else []
    if not service.is_extra:
        yield from _traces(item.traces, own.traces if own else ())
    yield from rejections
    yield item_review_row(item)
    number = decision.certification_number if decision else ""
    if service.action and not rejections:
        opinion = own.second_opinion if own else None
        yield _decision_row(_of_service(service.action), number, service.reason_codes, opinion)
    administrative = own.administrative_number if own else ""
    yield _administrative_row(service.action, administrative, number, item.previous_administrative)
    yield reference_row("BB", item.previous_authorization)
    yield service_date_row("DTP/472", item.service_dates)
    yield from _certification_dates(_authorized(own))
    information = own.information if own else None
    yield diagnosis_row((), information.loinc_codes[:_DIAGNOSES] if information else ())
    yield from service_rows(item.service, item.carried)
    yield delivery_row(item.delivery)
    yield from attachment_rows(information.attachments if information else ())
    yield message_row(own.message if own else "")


def _traces(received: Sequence[Trace], assigned: Sequence[Trace]) -> Iterator[Row]:
    """The requester's traces as TRN*2, then as many of the decider's own as there is room for."""
    yield from trace_rows(received, "2")
    yield from trace_rows(assigned[: max(_TRACES - len(received), 0)], "1")


def _of_service(action: CertificationAction) -> CertificationAction:
    """A2 is an event's action; of one service the same is said by A6."""
    return CertificationAction.MODIFIED if action is CertificationAction.CERTIFIED_PARTIALLY else action


def _decision_row(action: CertificationAction, number: str, reasons: Sequence[str], second_opinion: bool | None) -> Row:
    """HCR. A pended review has no certification number yet; its number goes into REF NT."""
    certified = "" if action is CertificationAction.PENDED else number
    opinion = "" if second_opinion is None else "Y" if second_opinion else "N"
    return "HCR", ("HCR", action, certified, list(reasons), opinion)


def _administrative_row(action: CertificationAction | None, assigned: str, number: str, previous: str) -> Row:
    pended = number if action is CertificationAction.PENDED else ""
    return reference_row("NT", assigned or pended or previous)


def _certification_dates(authorized: Authorized | None) -> Iterator[Row]:
    if authorized:
        yield day_row("102", authorized.issued)
        yield day_row("036", authorized.expires)
        yield period_row("007", authorized.effective)


def _whole(answer: _Answer) -> ItemDecision | None:
    """The decision on the event itself, where the request has no service."""
    item = answer.review.items[0] if answer.review.items else None
    return answer.decision(item) if item and item.stands_for_event else None


def _information_of_event(answer: _Answer) -> InformationRequest | None:
    """What is asked for at the event; else, for its contact, a service's, whose own loop needs a city (2010FB)."""
    whole = _whole(answer)
    own = answer.reply.information or (whole.information if whole else None)
    if own:
        return own
    asked = [decision.information for decision in answer.reply.items if decision.information]
    return next((one for one in asked if not has_city(one)), None)


def _authorized(decision: ItemDecision | None) -> Authorized | None:
    """What was authorized, where the decision certifies."""
    certifies = decision is not None and decision.action is not None and decision.action.certifies
    return decision.authorized if decision and certifies else None


def _shared(values: Iterable[Value]) -> Value | None:
    """The value, where all agree."""
    found = list(dict.fromkeys(values))
    return found[0] if len(found) == 1 else None
