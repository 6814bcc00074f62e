"""People, organizations and how to reach them: NM1, REF, N3, N4, PER, PRV, DMG and INS, both ways.

Request and response share these segments; what the response may not carry is left out when it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from priorauth.domain.parties import (
    Address,
    Contact,
    ContactNumber,
    Demographics,
    Dependent,
    EntityKind,
    Identifier,
    Name,
    Provider,
    Specialty,
    Subscriber,
    Umo,
)
from priorauth.translate.quick import builder
from priorauth.translate.x12_values import DAY, read_count, read_date, write_date
from priorauth.translate.x12_writing import Row
from priorauth.x12.shape import Selection
from priorauth.x12.tree import LoopNode

ORGANIZATION = EntityKind.ORGANIZATION
_KINDS = {kind.value: kind for kind in EntityKind}


# Reading. A row is padded, so that every element answers; one that is not there is not looked at.

PAD = [""] * 20

_PROVIDER = Selection("NM1", "REF", "N3", "N4", "PER", "PRV")
_PATIENT = Selection("NM1", "REF", "N3", "N4", "DMG", "INS")

_umo = builder(Umo)
_provider = builder(Provider)
_subscriber = builder(Subscriber)
_dependent = builder(Dependent)
_name = builder(Name)
_identifier = builder(Identifier)
_address = builder(Address)
_contact = builder(Contact)
_number = builder(ContactNumber)
_specialty = builder(Specialty)
_demographics = builder(Demographics)


def read_umo(node: LoopNode) -> Umo:
    """The UMO (2010A)."""
    nm1 = node.row("NM1")
    if len(nm1) < 10:
        nm1 = nm1 + PAD
    return _umo(role=nm1[1], name=read_name(nm1), identifier=_identifier(nm1[8], nm1[9]))


def read_provider(node: LoopNode) -> Provider:
    """A requester or a provider of the event or of one service (2010B, 2010EA, 2010F)."""
    nm1, ref, n3, n4, per, prv = node.pick(_PROVIDER)
    if len(nm1) < 10:
        nm1 = nm1 + PAD
    return _provider(
        role=nm1[1],
        name=read_name(nm1),
        identifier=_identifier(nm1[8], nm1[9]) if nm1[9] else None,
        supplemental=_read_references(node) if ref else (),
        address=read_address(n3, n4) if n4 or n3 else None,
        contact=read_contact(per) if per else None,
        specialty=_read_specialty(prv) if prv else None,
    )


def read_subscriber(node: LoopNode) -> Subscriber:
    """The subscriber (2010C)."""
    nm1, ref, n3, n4, dmg, ins = node.pick(_PATIENT)
    if len(nm1) < 10:
        nm1 = nm1 + PAD
    return _subscriber(
        name=read_name(nm1),
        identifier=_identifier(nm1[8], nm1[9]),
        supplemental=_read_references(node) if ref else (),
        address=read_address(n3, n4) if n4 or n3 else None,
        demographics=_read_demographics(dmg) if dmg else None,
        military_status=(ins + PAD)[8] if ins else "",
    )


def read_dependent(node: LoopNode) -> Dependent:
    """The dependent (2010D)."""
    nm1, ref, n3, n4, dmg, ins = node.pick(_PATIENT)
    if len(nm1) < 10:
        nm1 = nm1 + PAD
    ins = ins + PAD
    return _dependent(
        name=read_name(nm1),
        identifier=_identifier(nm1[8], nm1[9]) if nm1[9] else None,
        supplemental=_read_references(node) if ref else (),
        address=read_address(n3, n4) if n4 or n3 else None,
        demographics=_read_demographics(dmg) if dmg else None,
        relationship=ins[2],
        birth_sequence=read_count(ins[17]),
    )


def read_name(nm1: Sequence[str]) -> Name:
    """The name of NM1, whoever it names."""
    return _name(
        kind=_KINDS.get(nm1[2], ORGANIZATION),
        last=nm1[3],
        first=nm1[4],
        middle=nm1[5],
        prefix=nm1[6],
        suffix=nm1[7],
    )


def read_identifier(nm1: Sequence[str]) -> Identifier | None:
    """The identifier of NM1, None where none was sent."""
    return Identifier(nm1[8], nm1[9]) if nm1[9] else None


def read_address(n3: list[str], n4: list[str]) -> Address:
    """The address (N3, N4), of which one may be absent."""
    if len(n4) < 8:
        n4 = n4 + PAD
    return _address(lines=tuple(n3[1:3]), city=n4[1], state=n4[2], postal_code=n4[3], country=n4[4], subdivision=n4[7])


def read_contact(per: list[str]) -> Contact:
    """The contact (PER) with its numbers."""
    if len(per) == 5:
        return _contact(name=per[2], numbers=(_number(per[3], per[4]),))
    per = per + PAD
    numbers = [_number(per[place], per[place + 1]) for place in (3, 5, 7) if per[place + 1]]
    return _contact(name=per[2], numbers=tuple(numbers))


def _read_references(node: LoopNode) -> tuple[Identifier, ...]:
    return tuple([_identifier(*(ref + PAD)[1:4]) for ref in node.rows("REF")])


def _read_specialty(prv: list[str]) -> Specialty:
    return _specialty(*(prv + PAD)[1:4])


def _read_demographics(dmg: list[str]) -> Demographics:
    dmg = dmg + PAD
    return _demographics(birth_date=read_date(dmg[2]), gender=dmg[3])


# Writing


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
