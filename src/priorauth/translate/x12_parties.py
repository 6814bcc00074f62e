"""People, organizations and how to reach them, as segments: NM1, REF, N3, N4, PER, PRV, DMG and INS.

Request and response share these segments; what the response may not carry is left out when it is written.
"""

from __future__ import annotations

from collections.abc import Iterator

from priorauth.domain.parties import (
    Address,
    Contact,
    Dependent,
    Identifier,
    Name,
    Provider,
    Specialty,
    Subscriber,
    Umo,
)
from priorauth.translate.x12_values import DAY, write_date
from priorauth.translate.x12_writing import Row


def umo_rows(umo: Umo) -> Iterator[Row]:
    """The UMO's name, as the request sends it."""
    yield name_row(umo.role, umo.name, umo.identifier)


def provider_rows(provider: Provider) -> Iterator[Row]:
    """A provider's segments in the guide's order."""
    yield name_row(provider.role, provider.name, provider.identifier)
    yield from reference_rows(provider.supplemental)
    yield from address_rows(provider.address)
    yield from contact_rows(provider.contact)
    yield from specialty_rows(provider.specialty)


def patient_rows(patient: Subscriber | Dependent) -> Iterator[Row]:
    """The segments of a subscriber or dependent in the guide's order."""
    yield from patient_name_rows(patient)
    yield from demographic_rows(patient)


def patient_name_rows(patient: Subscriber | Dependent) -> Iterator[Row]:
    """Name, identifiers and address, after which a response may reject."""
    yield name_row("IL" if isinstance(patient, Subscriber) else "QC", patient.name, patient.identifier)
    yield from reference_rows(patient.supplemental)
    yield from address_rows(patient.address)


def demographic_rows(patient: Subscriber | Dependent) -> Iterator[Row]:
    """Birth date, gender and relationship."""
    if patient.demographics:
        born = write_date(patient.demographics.birth_date)
        yield "DMG", ("DMG", DAY if born else "", born, patient.demographics.gender)
    if isinstance(patient, Subscriber):
        if patient.military_status:
            yield "INS", ("INS", "Y", "18", "", "", "", "", "", patient.military_status)
    elif patient.relationship:
        order = "" if patient.birth_sequence is None else str(patient.birth_sequence)
        yield "INS", ("INS", "N", patient.relationship, *[""] * 14, order)


def name_row(role: str, name: Name, identifier: Identifier | None) -> Row:
    """NM1 for whoever plays the role."""
    named = (name.last, name.first, name.middle, name.prefix, name.suffix)
    identified = (identifier.qualifier, identifier.value) if identifier else ("", "")
    return "NM1", ("NM1", role, name.kind, *named, *identified)


def reference_rows(identifiers: tuple[Identifier, ...]) -> Iterator[Row]:
    """REF for each identifier."""
    for identifier in identifiers:
        yield "REF", ("REF", identifier.qualifier, identifier.value, identifier.description)


def address_rows(address: Address | None) -> Iterator[Row]:
    """N3 and N4."""
    if address:
        yield "N3", ("N3", *address.lines[:2])
        place = (address.city, address.state, address.postal_code, address.country)
        yield "N4", ("N4", *place, "", "", address.subdivision)


def contact_rows(contact: Contact | None) -> Iterator[Row]:
    """PER, with up to three numbers."""
    if contact:
        numbers = [part for number in contact.numbers[:3] for part in (number.qualifier, number.value)]
        yield "PER", ("PER", "IC", contact.name, *numbers)


def specialty_rows(specialty: Specialty | None) -> Iterator[Row]:
    """PRV."""
    if specialty:
        yield "PRV", ("PRV", specialty.role, specialty.qualifier, specialty.taxonomy)
