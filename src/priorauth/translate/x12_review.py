"""A 278 request (005010X217) to a service review and back. Nothing a request can say is dropped on the way in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from priorauth.domain.parties import PartnerId, PayerId
from priorauth.domain.reviews import (
    Format,
    Purpose,
    ReviewId,
    ReviewItem,
    ServiceReview,
    Trace,
    TransactionIdentity,
)
from priorauth.translate.losses import Losses
from priorauth.translate.quick import builder
from priorauth.translate.x12_event import (
    carried_loops,
    event_rows,
    item_rows,
)
from priorauth.translate.x12_fitting import fitted
from priorauth.translate.x12_parties import (
    patient_rows,
    provider_rows,
    umo_rows,
)
from priorauth.translate.x12_reading import DEPENDENT, PROVIDER, SUBSCRIBER, UMO, read_event, read_item
from priorauth.translate.x12_services import trace_rows
from priorauth.translate.x12_values import PAD, write_date, write_time
from priorauth.translate.x12_writing import SetWriter, WritableGuide
from priorauth.x12.guides.x217.request import X217_REQUEST
from priorauth.x12.segments import Delimiters, Element
from priorauth.x12.tree import LoopNode

_REQUEST = WritableGuide(X217_REQUEST)
STANDARD = Delimiters()
_PURPOSES = {purpose.value: purpose for purpose in Purpose}
_X12_278, _REQUESTED = Format.X12_278, Purpose.REQUEST
_review = builder(ServiceReview)
_transaction = builder(TransactionIdentity)
_TRACES = 2  # of a request, per level


def review_from_x12(
    tree: LoopNode,
    *,
    component: str,
    review_id: ReviewId,
    partner: PartnerId,
    payer_of: Callable[[str], PayerId | None],
    received_at: datetime,
) -> ServiceReview:
    """The service review that a request's loop tree says; `payer_of` knows our payers by their identifier (PI).

    The tree may have findings, as long as it `holds_review`: a value that cannot be read is left out.
    """
    umo_level = _level(tree, "2000A")
    requester_level = _level(umo_level, "2000B")
    subscriber_level = _level(requester_level, "2000C")
    dependent_level = subscriber_level.level("2000D")
    event_level = _level(dependent_level or subscriber_level, "2000E")
    umo = umo_level.read_first("2010A", UMO, component)
    services = event_level.loops("2000F")
    items = [read_item(node, sequence, component) for sequence, node in enumerate(services, start=1)]
    return _review(
        id=review_id,
        arrived_as=_X12_278,
        partner=partner,
        received_at=received_at,
        transaction=_read_transaction(tree.row("BHT") + PAD),
        umo=umo,
        requester=requester_level.read_first("2010B", PROVIDER, component),
        subscriber=subscriber_level.read_first("2010C", SUBSCRIBER, component),
        event=read_event(event_level, component),
        items=tuple(items) or (ReviewItem(sequence=1, stands_for_event=True),),
        dependent=dependent_level.read_first("2010D", DEPENDENT, component) if dependent_level else None,
        payer=payer_of(umo.identifier.value) if umo.identifier.qualifier == "PI" else None,
    )


def review_to_x12(
    review: ServiceReview,
    *,
    identifier: str | None = None,
    created: datetime | None = None,
    extra_trace: Trace | None = None,
    delimiters: Delimiters = STANDARD,
    losses: Losses | None = None,
) -> list[Sequence[Element]]:
    """The segments of a request, BHT first; ST and SE are the envelope's.

    For a leg: our own `identifier` (BHT03) and time of creation, and `extra_trace` of ours after the first trace of the
    requester at every level, since a request has room for two.
    """
    losses = Losses() if losses is None else losses
    if review.arrived_as is not Format.X12_278:
        review = fitted(review, losses)
    writer = SetWriter(_REQUEST, losses, delimiters)
    writer.header([("BHT", _beginning(review.transaction, identifier, created))])
    umo = writer.level("2000A", "20", 0, has_children=True)
    writer.loop("2010A", umo_rows(review.umo))
    requester = writer.level("2000B", "21", umo, has_children=True)
    writer.loop("2010B", provider_rows(review.requester))
    parent = writer.level("2000C", "22", requester, has_children=True)
    writer.loop("2010C", patient_rows(review.subscriber))
    if review.dependent:
        parent = writer.level("2000D", "23", parent, has_children=True)
        writer.loop("2010D", patient_rows(replace(review.dependent, identifier=None)))
    _write_event(writer, review, parent, extra_trace)
    return writer.segments


def holds_review(tree: LoopNode) -> bool:
    """True where the tree has every loop that `review_from_x12` needs, whatever a partner's severities let pass."""
    above = tree
    for level, inner in (("2000A", "2010A"), ("2000B", "2010B"), ("2000C", "2010C")):
        levels = above.loops(level)
        if not levels or not levels[0].loops(inner):
            return False
        above = levels[0]
    dependents = above.loops("2000D")
    if dependents and not dependents[0].loops("2010D"):
        return False
    return bool((dependents[0] if dependents else above).loops("2000E"))


def _level(node: LoopNode, loop: str) -> LoopNode:
    level = node.level(loop)
    assert level is not None  # as the tree `holds_review`
    return level


def _read_transaction(bht: Sequence[str]) -> TransactionIdentity:
    return _transaction(
        purpose=_PURPOSES.get(bht[2], _REQUESTED),
        identifier=bht[3],
        created=bht[4] + bht[5],
        reservation=bht[6] == "RU",
    )


def _beginning(transaction: TransactionIdentity, identifier: str | None, created: datetime | None) -> Sequence[Element]:
    day = write_date(created) if created else transaction.created[:8]
    time = write_time(created) if created else transaction.created[8:]
    kind = "RU" if transaction.reservation else ""
    return "BHT", "0007", transaction.purpose, identifier or transaction.identifier, day, time, kind


def _write_event(writer: SetWriter, review: ServiceReview, parent: int, extra_trace: Trace | None) -> None:
    event = review.event
    services = [item for item in review.items if not item.stands_for_event]
    traces = list(trace_rows(_traces(event.traces, extra_trace), "1"))
    level = writer.level("2000E", "EV", parent, has_children=bool(services), rows=event_rows(event, traces))
    writer.loops("2010EA", [provider_rows(provider) for provider in event.providers])
    writer.loops("2010EB", carried_loops(event.carried, "2010EB"))
    writer.loops("2010EC", carried_loops(event.carried, "2010EC"))
    for item in services:
        traces = list(trace_rows(_traces(item.traces, None), "1"))
        writer.level("2000F", "SS", level, has_children=False, rows=item_rows(item, traces))
        writer.loops("2010F", [provider_rows(provider) for provider in item.providers])


def _traces(own: tuple[Trace, ...], extra: Trace | None) -> tuple[Trace, ...]:
    return (*own[: _TRACES - 1], extra) if extra else own
