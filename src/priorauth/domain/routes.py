"""Where each item of a review goes and why: what routing answers and events carry."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from priorauth.domain.parties import DestinationId, PayerId


class Outcome(StrEnum):
    """What routing can say of an item (um-catalogue G-02). There is no silent drop."""

    ROUTE = "route"
    NO_AUTH_REQUIRED = "no_auth_required"
    NOTIFY_REQUIRED = "notify_required"
    NOTIFY_REQUESTED = "notify_requested"
    REFERRAL_REQUIRED = "referral_required"
    REDIRECT = "redirect"
    INVALID = "invalid"
    MANUAL = "manual"


class Need(StrEnum):
    """What a payer asks of a request, beside who decides it."""

    AUTHORIZATION = "authorization"
    NOTICE_REQUIRED = "notice_required"  # a condition of payment
    NOTICE_REQUESTED = "notice_requested"
    REFERRAL = "referral"
    CONCURRENT_REVIEW = "concurrent_review"
    DOCUMENTS = "documents"
    CONDITION = "condition"  # of another kind, told to who asks
    NOTHING = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedRequirement:
    """A requirement that applies to an item, or may: `unknown` are the facts and lists that would decide it."""

    id: str
    need: Need
    says: str
    citation: str
    clock: str = ""
    before: str = ""
    valid: str = ""
    documents: tuple[str, ...] = ()
    if_missing: str = ""
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UsedFact:
    """A fact that a rule looked at: its name, its value as text (None where unknown) and where it came from.

    `source` is `2000F/SV201` or a canonical path for the message, `directory`, `given` or `default`.
    """

    name: str
    value: str | None = field(repr=False)
    source: str


@dataclass(frozen=True, slots=True)
class LosingRule:
    """A rule that did not win: the first condition that failed, or was undecided, in words."""

    rule: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRoute:
    """The routing of one item."""

    sequence: int
    outcome: Outcome
    destination: DestinationId | None
    queue: str | None
    rule: str
    reason: str
    citation: str = ""
    facts: tuple[UsedFact, ...] = ()
    losing: tuple[LosingRule, ...] = ()
    unknown: tuple[str, ...] = ()  # the facts that made it manual
    requirements: tuple[AppliedRequirement, ...] = ()
    desk: DestinationId | None = None  # the payer's desk for this item, which takes over what a delegate declines


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The routing of a whole review: the pack that answered and an answer per item."""

    payer: PayerId
    pack_version: str
    items: tuple[ItemRoute, ...]
