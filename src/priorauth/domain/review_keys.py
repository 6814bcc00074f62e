"""What a review can be looked up by beside its id: as values, of which a store keeps keyed hashes only."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from priorauth.domain.parties import PayerId
from priorauth.domain.reviews import ServiceReview

CLAIM = "claim"
"""The place of the Claim among the urls of a review."""


class KeyKind(StrEnum):
    """What a key is."""

    MEMBER = "member"  # the payer's identifier of the member
    TRACE = "trace"  # a number that the requester gave the event (TRN02, Claim.identifier)
    URL = "url"  # the fullUrl of the Claim


def member_key(payer: PayerId | None, identifier: str) -> str:
    """The key of a payer's member, or empty where either is not told."""
    return f"{payer}|{identifier.strip().upper()}" if payer and identifier.strip() else ""


def keys_of(review: ServiceReview) -> Iterator[tuple[KeyKind, str]]:
    """Every key of a review, each once."""
    found = [(KeyKind.MEMBER, member_key(review.payer, review.subscriber.identifier.value))]
    found += [(KeyKind.TRACE, trace.number) for trace in review.event.traces]
    found.append((KeyKind.URL, review.url(CLAIM)))
    yield from dict.fromkeys((kind, key) for kind, key in found if key)
