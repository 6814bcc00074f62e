"""What services need of a store of second opinions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import ReviewId
from priorauth.domain.second_opinions import SecondOpinion


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOpinion:
    """An opinion, whose message it is on, and the reviews that the message was of; none where it was refused."""

    opinion: SecondOpinion
    partner: PartnerId
    reviews: tuple[ReviewId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionCount:
    """How many messages one engine was asked about, how often it could not say anything, and how often it differed."""

    asked: int
    not_given: int
    differing: int


class SecondOpinionStore(Protocol):
    """Opinions: rule ids only, one a message."""

    async def add_opinion(self, opinion: SecondOpinion) -> bool: ...
    async def differing_opinions(self, limit: int, *, partner: str = "") -> Sequence[KeptOpinion]: ...
    async def opinion_counts(self, *, partner: str = "") -> Mapping[tuple[str, PartnerId], OpinionCount]: ...
