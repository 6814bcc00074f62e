"""The implementation guides we have, as literal tables; `guide_table` chooses by GS08 and direction."""

from __future__ import annotations

from .spec import Guide
from .x217.request import X217_REQUEST
from .x217.response import X217_RESPONSE
from .x231.acknowledgment import X231_999

__all__ = ["GUIDES", "X217_REQUEST", "X217_RESPONSE", "X231_999", "direction_of", "guide_table"]

GUIDES: tuple[Guide, ...] = (X217_REQUEST, X217_RESPONSE, X231_999)

_RESPONSE, _PURPOSES = "11", frozenset(("01", "11", "13", "36"))  # BHT02
_OF_REQUESTS = frozenset(("", "RU"))  # BHT06

_BY_VERSION: dict[str, dict[str, Guide]] = {
    "005010X217": {"request": X217_REQUEST, "response": X217_RESPONSE},
    "005010X231A1": {"": X231_999},
    "005010X231": {"": X231_999},  # before its errata; still sent
}


def guide_table(gs08: str, direction: str) -> Guide | None:
    """The table for a GS08 and a direction (`request` or `response`), or None for a guide we do not have."""
    directions = _BY_VERSION.get(gs08, {})
    return directions.get(direction) or directions.get("")


def direction_of(purpose: str, kind: str) -> str:
    """`request` or `response` by BHT02, as they share GS08 and ST03; where that is no purpose of a 278, by BHT06."""
    is_response = purpose == _RESPONSE if purpose in _PURPOSES else kind not in _OF_REQUESTS
    return "response" if is_response else "request"
