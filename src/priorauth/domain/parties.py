"""Who takes part in a review: payer's UMO, requester, subscriber, dependent, providers; and who we exchange with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import NewType

from priorauth.domain.findings import Severity

PartnerId = NewType("PartnerId", str)
"""A trading partner, as named in `mappings/partners`."""
PayerId = NewType("PayerId", str)
"""A payer, such as `BCBSMA`."""
DestinationId = NewType("DestinationId", str)
"""A delegate or a payer's desk, as named in `mappings/delegates`."""


class EntityKind(StrEnum):
    """Person or organization (X12 data element 1065)."""

    PERSON = "1"
    ORGANIZATION = "2"


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier with the qualifier that says whose (NM108/NM109, REF01/REF02)."""

    qualifier: str
    value: str = field(repr=False)
    description: str = field(default="", repr=False)  # REF03: the state of a license number

    NPI = "XX"
    MEMBER = "MI"
    PAYER = "PI"


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A person's or organization's name. `last` is the organization's name where the kind is ORGANIZATION."""

    kind: EntityKind
    last: str = field(default="", repr=False)
    first: str = field(default="", repr=False)
    middle: str = field(default="", repr=False)
    prefix: str = field(default="", repr=False)
    suffix: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address (N3, N4)."""

    lines: tuple[str, ...] = field(default=(), repr=False)
    city: str = field(default="", repr=False)
    state: str = field(default="", repr=False)
    postal_code: str = field(default="", repr=False)
    country: str = field(default="", repr=False)
    subdivision: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ContactNumber:
    """A telephone number, fax, extension, e-mail address or URL (data element 365: TE FX EX EM UR)."""

    qualifier: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to reach and how (PER)."""

    name: str = field(default="", repr=False)
    numbers: tuple[ContactNumber, ...] = ()


@dataclass(frozen=True, slots=True)
class Specialty:
    """What part a provider plays and its taxonomy code (PRV01, PRV02, PRV03)."""

    role: str
    qualifier: str = ""
    taxonomy: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Umo:
    """The utilization management organization that is asked (X217 2010A). `role` is NM101."""

    role: str
    name: Name
    identifier: Identifier
    contact: Contact | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A requester, or a provider of the event or of one service (X217 2010B, 2010EA, 2010F). `role` is NM101."""

    role: str
    name: Name
    identifier: Identifier | None = None
    supplemental: tuple[Identifier, ...] = ()
    address: Address | None = None
    contact: Contact | None = None
    specialty: Specialty | None = None

    @property
    def npi(self) -> str:
        """The NPI, or empty where the provider is known by another identifier."""
        return self.identifier.value if self.identifier and self.identifier.qualifier == Identifier.NPI else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demographics:
    """Birth date and gender (DMG). `gender` is F, M or U."""

    birth_date: date | None = field(default=None, repr=False)
    gender: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """The member whose coverage it is (X217 2010C). `military_status` is INS08."""

    name: Name
    identifier: Identifier
    supplemental: tuple[Identifier, ...] = ()
    address: Address | None = None
    demographics: Demographics | None = None
    military_status: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependent:
    """The patient where that is not the subscriber (X217 2010D). `relationship` is INS02, `birth_sequence` INS17."""

    name: Name
    identifier: Identifier | None = None
    supplemental: tuple[Identifier, ...] = ()
    address: Address | None = None
    demographics: Demographics | None = None
    relationship: str = field(default="", repr=False)
    birth_sequence: int | None = field(default=None, repr=False)


Patient = Subscriber | Dependent


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingPartner:
    """Who sends to us and how we agreed to exchange, as its file in `mappings/partners` says.

    `interchange_ids` are the (qualifier, id) pairs of ISA05/ISA06 that are theirs, `group_ids` those of GS02; a
    partner with `accepts_any_sender` takes every id that no other partner has (the sandbox's). `npis` are of its own
    providers: it may inquire about what others requested for services that those ordered or render (PAS spec-52).
    """

    id: PartnerId
    name: str
    interchange_ids: frozenset[tuple[str, str]] = frozenset()
    group_ids: frozenset[str] = frozenset()
    accepts_any_sender: bool = False
    npis: frozenset[str] = frozenset()
    wait: timedelta | None = None
    refuses_duplicates: bool = True
    tolerates_chained_services: bool = False
    echoes_bad_data: bool = False
    severities: Mapping[str, Severity] = field(default_factory=dict)  # by rule id, or `SNIP 5` for a whole type
    asks_second_opinion: bool = False  # of pyx12 or fhir.resources, on everything received

    def groups_as(self, group_id: str) -> bool:
        """Whether a GS02 is theirs: one of `group_ids` or, where those are not agreed, of their interchange ids."""
        return group_id in (self.group_ids or {id for _, id in self.interchange_ids})
