"""Names, addresses, roles and member ids as the resources of parties say them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from priorauth.domain.parties import Address, EntityKind, Name
from priorauth.translate.fhir_elements import NO_CONCEPT, NO_NAME, Concept, Coverage, HumanName, Patient
from priorauth.translate.fhir_elements import Address as AddressElement
from priorauth.translate.fhir_vocabulary import ABSENT, ENTITY_ROLE, IDENTIFIER_TYPE
from priorauth.translate.quick import builder

_ZIP_4 = re.compile(r"([0-9]{5})-([0-9]{4})")

_name = builder(Name)
_address = builder(Address)
_PERSON = EntityKind.PERSON


def human_name(names: Sequence[HumanName]) -> Name:
    """The name of a person: the official one, else the first."""
    name = names[0] if names else NO_NAME
    if len(names) > 1:
        name = next((each for each in names if each.use == "official"), name)
    given = name.given
    return _name(
        kind=_PERSON,
        last=name.family,
        first=given[0] if given else "",
        middle=" ".join(given[1:]) if len(given) > 1 else "",
        prefix=" ".join(name.prefix) if name.prefix else "",
        suffix=" ".join(name.suffix) if name.suffix else "",
    )


def read_address(address: AddressElement) -> Address | None:
    """An address; a ZIP+4 loses its dash (PAS prof-ben-1), None where it says nothing."""
    postal_code = address.postalCode
    if not (address.city or postal_code or address.state or address.line or address.country):
        return None
    zip_4 = _ZIP_4.fullmatch(postal_code) if "-" in postal_code else None
    return _address(
        lines=tuple(address.line),
        city=address.city,
        state=address.state,
        postal_code=zip_4[1] + zip_4[2] if zip_4 else postal_code,
        country=address.country,
    )


def contact_name(name: HumanName) -> str:
    return name.text or " ".join((*name.given, name.family)).strip()


def nm101_of(types: Sequence[Concept]) -> str:
    """NM101 as the type of an Organization says it, or empty."""
    for each in types:
        for coding in each.coding:
            if coding.system == ENTITY_ROLE:
                return coding.code
    return ""


def group_of(coverage: Coverage) -> str:
    for each in coverage.classes:
        if each.type.any() == "group":
            return each.value
    return ""


def covered_as(coverage: Coverage) -> str:
    """The member id of the coverage (PAS profile-coverage, slice memberid)."""
    own = ""
    for each in coverage.identifier:
        if each.type.of(IDENTIFIER_TYPE) == "MB":
            own = each.value
    return own or coverage.subscriberId


def own_member(patient: Patient) -> str:
    """The patient's own member id: the identifier of that type, else one of no type."""
    untyped = ""
    for each in patient.identifier:
        if each.value and each.system != ABSENT:
            if each.type.of(IDENTIFIER_TYPE) == "MB":
                return each.value
            if each.type is NO_CONCEPT:
                untyped = untyped or each.value
    return untyped
