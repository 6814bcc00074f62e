"""The implementation guides we have, as literal tables; `guide_table` chooses by GS08 and direction."""

from __future__ import annotations

from .spec import Guide
from .x217.request import X217_REQUEST
from .x217.response import X217_RESPONSE
from .x231.acknowledgment import X231_999

__all__ = ["GUIDES", "PURPOSES", "RESPONSE_PURPOSE", "X217_REQUEST", "X217_RESPONSE", "X231_999", "guide_table"]

GUIDES: tuple[Guide, ...] = (X217_REQUEST, X217_RESPONSE, X231_999)

RESPONSE_PURPOSE = "11"
"""BHT02 of a 278 response: request and response share GS08 and ST03, and only this tells them apart."""
PURPOSES = frozenset(("01", "13", "36", RESPONSE_PURPOSE))
"""BHT02 of all 278s."""

_BY_VERSION: dict[str, dict[str, Guide]] = {
    "005010X217": {"request": X217_REQUEST, "response": X217_RESPONSE},
    "005010X231A1": {"": X231_999},
    "005010X231": {"": X231_999},  # before its errata; still sent
}


def guide_table(gs08: str, direction: str) -> Guide | None:
    """The table for a GS08 and a direction (`request` or `response`), or None for a guide we do not have."""
    directions = _BY_VERSION.get(gs08, {})
    return directions.get(direction) or directions.get("")
