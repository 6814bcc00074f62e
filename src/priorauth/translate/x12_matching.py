"""Which item of a leg each service level of a 278 response is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from priorauth.domain.reviews import ReviewItem
from priorauth.translate.x12_reading import read_service
from priorauth.x12.tree import LoopNode


@dataclass(frozen=True, slots=True)
class UnknownTrace:
    """A service level returns a trace that no item of the leg has; `number` is the segment's."""

    number: int


def match_levels(
    levels: Sequence[LoopNode], items: Sequence[ReviewItem], separator: str
) -> Mapping[int, list[LoopNode]] | UnknownTrace:
    """The levels of each item by its sequence, in order.

    A returned trace (TRN*2) decides. A level without one is the next unmatched item of the same code, else the next
    unmatched item without traces, else a further span of the item before it.
    """
    matched: dict[int, list[LoopNode]] = {item.sequence: [] for item in items}
    last: ReviewItem | None = None
    for level in levels:
        returned = [trn[2] for trn in level.segments("TRN") if trn[1] == "2"]
        if returned:
            found = _traced(items, returned)
            if found is None:
                return UnknownTrace(level.number("TRN"))
        else:
            free = [item for item in items if not matched[item.sequence]]
            found = _resembling(level, free, separator) or _untraced(free) or last
        last = found or items[0]
        matched[last.sequence].append(level)
    return matched


def _traced(items: Sequence[ReviewItem], returned: Sequence[str]) -> ReviewItem | None:
    for item in items:
        if any(trace.number in returned for trace in item.traces):
            return item
    return None


def _resembling(level: LoopNode, items: Sequence[ReviewItem], separator: str) -> ReviewItem | None:
    """An item without traces and with the level's procedure, or else revenue code."""
    service = read_service(level, separator)
    if service is None:
        return None
    code = (service.procedure.code if service.procedure else "", service.revenue_code)
    for item in items:
        own = item.service
        if own and not item.traces and (own.procedure.code if own.procedure else "", own.revenue_code) == code:
            return item
    return None


def _untraced(items: Sequence[ReviewItem]) -> ReviewItem | None:
    return next((item for item in items if not item.traces), None)
