"""A 278 response by itself, its request not at hand: what it mirrors of the request, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from priorauth.domain.determinations import Determination, Rejection, RejectionLevel, Reply
from priorauth.domain.findings import Finding
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
    CarriedSegment,
    CertificationType,
    Format,
    Leg,
    LegId,
    PatientEvent,
    Purpose,
    ReviewId,
    ReviewItem,
    ServiceReview,
    Trace,
    TransactionIdentity,
)
from priorauth.translate.losses import Losses, LossReason
from priorauth.translate.x12_determination import determination_from_x12
from priorauth.translate.x12_reading import DEPENDENT, PROVIDER, SUBSCRIBER, UMO, read_event, read_item
from priorauth.translate.x12_values import PAD
from priorauth.x12.tree import LoopNode

_NOBODY = Name(kind=EntityKind.ORGANIZATION)
_NO_IDENTIFIER = Identifier("", "")
_OF_ITEMS = (RejectionLevel.SERVICE, RejectionLevel.SERVICE_PROVIDER)
_UNTIMED = datetime(1970, 1, 1, tzinfo=UTC)


def answer_from_x12(
    tree: LoopNode,
    *,
    component: str,
    repetition: str,
    review_id: ReviewId,
    partner: PartnerId,
    payer_of: Callable[[str], PayerId | None],
    made_at: datetime = _UNTIMED,
) -> tuple[ServiceReview, Reply] | tuple[Finding, ...]:
    """The review that a response mirrors and the reply that it is, or the findings that keep it from being read."""
    review = _mirrored(tree, component, review_id, partner, payer_of, made_at)
    leg = Leg(
        id=LegId("answer"),
        review_id=review_id,
        number=1,
        destination=DestinationId("answer"),
        sequences=tuple(item.sequence for item in review.items),
    )
    said = determination_from_x12(
        tree,
        component=component,
        repetition=repetition,
        leg=leg,
        review=review,
        determination_id="answer",
        decided_at=made_at,
    )
    return (review, reply_of(said)) if isinstance(said, Determination) else said


def note_summed_up(tree: LoopNode, reply: Reply, losses: Losses) -> None:
    """Note where a reply says decisions at other levels: each item has its own, and the event's sums them up."""
    for event in _events(tree):
        if event.segment("HCR")[1] != (reply.action or "") or reply.rejections:
            losses.note("2000E/HCR", LossReason.REPLACED, parked="message")
        for sequence, service in enumerate(event.loops("2000F"), start=1):
            own, whole = service.segment("HCR"), event.segment("HCR")
            if not own[1] or not own[2] or own[2] != whole[2]:
                losses.note("2000F/HCR", LossReason.REPLACED, occurrence=sequence, parked="message")


def _events(tree: LoopNode) -> Iterable[LoopNode]:
    for umo in tree.loops("2000A"):
        for requester in umo.loops("2000B"):
            for subscriber in requester.loops("2000C"):
                for patient in (subscriber, *subscriber.loops("2000D")):
                    yield from patient.loops("2000E")


def reply_of(said: Determination) -> Reply:
    """A determination of everything as the whole reply: what is said of the request is said once."""
    shared = [each for item in said.items for each in item.rejections if each.level not in _OF_ITEMS]
    items = tuple(
        replace(item, decided_by=None, rejections=tuple(each for each in item.rejections if each.level in _OF_ITEMS))
        for item in said.items
    )
    return Reply(
        review_id=said.review_id,
        number=1,
        made_at=said.decided_at,
        items=items,
        rejections=tuple(_once([*said.rejections, *shared])),
        certification_number=said.certification_number,
        administrative_number=said.administrative_number,
        information=said.information,
        message=said.message,
        traces=said.traces,
    )


def _once(rejections: Iterable[Rejection]) -> Iterable[Rejection]:
    return dict.fromkeys(replace(each, sequence=None) for each in rejections)


def _mirrored(
    tree: LoopNode,
    component: str,
    review_id: ReviewId,
    partner: PartnerId,
    payer_of: Callable[[str], PayerId | None],
    made_at: datetime,
) -> ServiceReview:
    bht = tree.row("BHT") + PAD
    umo_level = tree.level("2000A")
    requester_level = umo_level.level("2000B") if umo_level else None
    subscriber_level = requester_level.level("2000C") if requester_level else None
    dependent_level = subscriber_level.level("2000D") if subscriber_level else None
    patient_level = dependent_level or subscriber_level
    event_level = patient_level.level("2000E") if patient_level else None
    has_umo = umo_level is not None and umo_level.loops("2010A")
    has_requester = requester_level is not None and requester_level.loops("2010B")
    has_subscriber = subscriber_level is not None and subscriber_level.loops("2010C")
    umo = (
        umo_level.read_first("2010A", UMO, component)
        if umo_level and has_umo
        else Umo(role="X3", name=_NOBODY, identifier=_NO_IDENTIFIER)
    )
    services = event_level.loops("2000F") if event_level else []
    items = tuple(_item(node, sequence, component) for sequence, node in enumerate(services, start=1))
    return ServiceReview(
        id=review_id,
        arrived_as=Format.X12_278,
        partner=partner,
        received_at=made_at,
        transaction=TransactionIdentity(
            purpose=Purpose.CANCELLATION if bht[6] == "AT" else Purpose.REQUEST,
            identifier=bht[3],
            created=bht[4] + bht[5],
            reservation=bht[6] == "RU",
        ),
        umo=umo,
        requester=requester_level.read_first("2010B", PROVIDER, component)
        if requester_level and has_requester
        else Provider(role="1P", name=_NOBODY),
        subscriber=subscriber_level.read_first("2010C", SUBSCRIBER, component)
        if subscriber_level and has_subscriber
        else Subscriber(name=Name(kind=EntityKind.PERSON), identifier=_NO_IDENTIFIER),
        dependent=dependent_level.read_first("2010D", DEPENDENT, component)
        if dependent_level and dependent_level.loops("2010D")
        else None,
        event=_event(event_level, component)
        if event_level
        else PatientEvent(category="", certification=CertificationType.INITIAL),
        items=items or (ReviewItem(sequence=1, stands_for_event=True),),
        payer=payer_of(umo.identifier.value) if umo.identifier.qualifier == "PI" else None,
    )


def _event(level: LoopNode, component: str) -> PatientEvent:
    """The event as mirrored: what is asked for, assigned or said stands in the reply and not in it."""
    read = read_event(level, component)
    carried = [each for each in read.carried if each.loop == "2000E"]
    for group, place in enumerate(level.loops("2010EC"), start=1):
        for key in ("NM1", "N3", "N4"):
            carried += [CarriedSegment("2010EB", group, tuple(row)) for row in place.segments(key)]
    return replace(
        read,
        traces=_returned(level),
        diagnoses=tuple(each for each in read.diagnoses if each.qualifier != "LOI"),
        previous_administrative="",
        attachments=(),
        message="",
        carried=tuple(carried),
    )


def _item(level: LoopNode, sequence: int, component: str) -> ReviewItem:
    read = read_item(level, sequence, component)
    providers = tuple(each.read(PROVIDER, component) for each in level.loops("2010FA"))
    return replace(
        read, traces=_returned(level), previous_administrative="", attachments=(), message="", providers=providers
    )


def _returned(level: LoopNode) -> tuple[Trace, ...]:
    """The requester's traces, which a response returns as TRN*2."""
    return tuple(Trace(trn[2], trn[3], trn[4]) for trn in level.segments("TRN") if trn[1] == "2")
