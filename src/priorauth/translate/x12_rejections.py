"""Rejections (AAA): where each stands in a 278 response, which codes may stand there, and how they are read back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from priorauth.domain.determinations import Rejection, RejectionLevel, Reply
from priorauth.domain.reviews import ServiceReview
from priorauth.translate.losses import Losses, LossReason
from priorauth.translate.x12_writing import Row, WritableGuide
from priorauth.x12.guides.x217.response import X217_RESPONSE
from priorauth.x12.tree import LoopNode

RESPONSE = WritableGuide(X217_RESPONSE)

_HIERARCHICAL = {
    RejectionLevel.TRANSACTION: "2000A",
    RejectionLevel.UMO: "2000A",
    RejectionLevel.REQUESTER: "2000B",
    RejectionLevel.SUBSCRIBER: "2000C",
    RejectionLevel.DEPENDENT: "2000D",
}
"""The level at which a rejection ends the reply; its own loop is the level's or stands just below."""

_GENERAL_REASONS = ("33", "15", "42", "79")  # input errors, data missing, unable to respond, participant id
_GENERAL_FOLLOW_UPS = ("C", "N")

_AT_ITEM = (
    RejectionLevel.EVENT_PROVIDER,
    RejectionLevel.TRANSPORT,
    RejectionLevel.SERVICE,
    RejectionLevel.SERVICE_PROVIDER,
)

_Place = tuple[RejectionLevel, int | None, int | None]


class PlacedRejections:
    """All rejections of one reply, by the loop that carries them; `ends_at` is the level where the reply stops."""

    def __init__(self, review: ServiceReview, reply: Reply, losses: Losses) -> None:
        self._losses = losses
        self._placed: dict[_Place, list[Rejection]] = {}
        for rejection in _all(reply):
            found = _at_home(review, _below_decisions(reply, rejection))
            place = (found.level, found.sequence, found.provider)
            self._placed.setdefault(place, []).append(found)
        levels = [_HIERARCHICAL[level] for level, _, _ in self._placed if level.ends_reply]
        self.ends_at = min(levels, default="")
        if self.ends_at:
            self._note_unreached()

    def rows(self, level: RejectionLevel, sequence: int | None = None, place: int | None = None) -> list[Row]:
        """The AAA segments of one loop."""
        rows = [self._row(level, rejection) for rejection in self._placed.get((level, sequence, place), ())]
        return list(dict.fromkeys(rows))

    def _row(self, level: RejectionLevel, rejection: Rejection) -> Row:
        reason = self._allowed(level, 3, rejection.reason, _GENERAL_REASONS)
        follow_up = self._allowed(level, 4, rejection.follow_up, _GENERAL_FOLLOW_UPS)
        return "AAA", ("AAA", "N", "", reason, follow_up)

    def _allowed(self, level: RejectionLevel, element: int, code: str, general: tuple[str, ...]) -> str:
        allowed = RESPONSE.codes(level, "AAA", element)
        if code in allowed:
            return code
        self._losses.note(f"{level}/AAA{element:02d}", LossReason.REPLACED)
        return next(instead for instead in (*general, *sorted(allowed)) if instead in allowed)

    def _note_unreached(self) -> None:
        for level, _, _ in self._placed:
            if _HIERARCHICAL.get(level, "2000E") > self.ends_at:
                self._losses.note(f"{level}/AAA", LossReason.NOT_REACHED)


def read_rejections(node: LoopNode, level: RejectionLevel, *, provider: int | None = None) -> Iterator[Rejection]:
    """The rejections that one loop of a response carries."""
    for aaa in node.segments("AAA"):
        yield Rejection(level=level, reason=aaa[3], follow_up=aaa[4], provider=provider)


def _all(reply: Reply) -> Iterator[Rejection]:
    yield from reply.rejections
    for decision in reply.items:
        for rejection in decision.rejections:
            yield rejection if rejection.sequence is not None else replace(rejection, sequence=decision.sequence)


def _below_decisions(reply: Reply, rejection: Rejection) -> Rejection:
    """Where another leg decided its items, a rejection above the items speaks for the rejected item only."""
    if rejection.level in _AT_ITEM or all(decision.action is None for decision in reply.items):
        return rejection
    level = RejectionLevel.EVENT if rejection.sequence is None else RejectionLevel.SERVICE
    return replace(rejection, level=level)


def _at_home(review: ServiceReview, rejection: Rejection) -> Rejection:
    """The rejection at a loop that the reply has: one of an absent provider, item or dependent moves up."""
    level = rejection.level
    if level is RejectionLevel.DEPENDENT and review.dependent is None:
        level = RejectionLevel.SUBSCRIBER
    item = next((item for item in review.items if item.sequence == rejection.sequence), None)
    if level is RejectionLevel.SERVICE_PROVIDER and (item is None or not _has(item.providers, rejection.provider)):
        level = RejectionLevel.SERVICE
    if level in (RejectionLevel.SERVICE, RejectionLevel.SERVICE_PROVIDER) and (item is None or item.stands_for_event):
        level = RejectionLevel.EVENT
    if level is RejectionLevel.EVENT_PROVIDER and not _has(review.event.providers, rejection.provider):
        level = RejectionLevel.EVENT
    if level is RejectionLevel.TRANSPORT and not _has(_locations(review), rejection.provider):
        level = RejectionLevel.EVENT
    at_service = level in (RejectionLevel.SERVICE, RejectionLevel.SERVICE_PROVIDER)
    at_place = level in (RejectionLevel.EVENT_PROVIDER, RejectionLevel.SERVICE_PROVIDER, RejectionLevel.TRANSPORT)
    return replace(
        rejection,
        level=level,
        sequence=rejection.sequence if at_service else None,
        provider=(rejection.provider or 0) if at_place else None,
    )


def _locations(review: ServiceReview) -> tuple[object, ...]:
    carried = review.event.carried
    return tuple(one for one in carried if one.loop == "2010EB" and one.elements[0] == "NM1")


def _has(providers: tuple[object, ...], place: int | None) -> bool:
    return (place or 0) < len(providers)
