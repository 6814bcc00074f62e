"""Who is named in a 278 response: requester and providers under codes it may carry, and whom to send documents to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from priorauth.domain.determinations import InformationRequest
from priorauth.domain.parties import EntityKind, Identifier, Name, Provider
from priorauth.translate.losses import Losses, LossReason
from priorauth.translate.x12_parties import (
    address_rows,
    contact_rows,
    name_row,
    reference_rows,
    specialty_rows,
)
from priorauth.translate.x12_rejections import RESPONSE
from priorauth.translate.x12_writing import Row

_TRADING_PARTNER = "46"  # for a plan id (XV), which a response may not carry; NM109 is required there


def answerable_requester(requester: Provider, losses: Losses) -> Provider:
    """The requester under codes a response may carry: a payer or employer that asked is answered as 1P or FA."""
    if requester.role not in RESPONSE.codes("2010B", "NM1", 1):
        losses.note("2010B/NM101", LossReason.REPLACED)
        requester = replace(requester, role="1P" if requester.name.kind is EntityKind.PERSON else "FA")
    identifier = requester.identifier
    if identifier and identifier.qualifier not in RESPONSE.codes("2010B", "NM1", 8):
        losses.note("2010B/NM108", LossReason.REPLACED)
        requester = replace(requester, identifier=Identifier(_TRADING_PARTNER, identifier.value))
    return requester


def contact_loops(information: InformationRequest | None) -> list[list[Row]]:
    """NM1*L5: whom to send to what was asked for."""
    if information is None or not (information.contact_name or information.contact):
        return []
    name = information.contact_name or Name(kind=EntityKind.ORGANIZATION)
    rows = [name_row("L5", name, information.contact_identifier)]
    return [[*rows, *address_rows(information.contact_address), *contact_rows(information.contact)]]


def answerable_service_provider(provider: Provider, losses: Losses) -> Provider:
    """The provider of a service under a code a response may carry: 1T goes back as SJ."""
    if provider.role in RESPONSE.codes("2010FA", "NM1", 1):
        return provider
    losses.note("2010FA/NM101", LossReason.REPLACED)
    return replace(provider, role="SJ")


def provider_rows(provider: Provider, rejections: Iterable[Row]) -> list[Row]:
    """A provider's segments in the response's order, with why it was rejected."""
    return [
        name_row(provider.role, provider.name, provider.identifier),
        *reference_rows(provider.supplemental),
        *address_rows(provider.address),
        *contact_rows(provider.contact),
        *rejections,
        *specialty_rows(provider.specialty),
    ]


def has_city(information: InformationRequest) -> bool:
    """True where the contact's address has a city, which the loop of a service's contact (2010FB) requires."""
    return information.contact_address is not None and bool(information.contact_address.city)
