"""People, organizations and coverage of a PAS Bundle: insurer, requester, patient, subscriber and care team.

What a resource says that X217 has no element for stays in the received Bundle and is noted as a loss.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from priorauth.domain.carried import ResourceUrl
from priorauth.domain.parties import (
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
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_elements import (
    NO_CONCEPT,
    NO_EXTENSION,
    NO_REFERENCE,
    Concept,
    ContactPoint,
    Coverage,
    Location,
    Organization,
    OrganizationContact,
    Patient,
    Practitioner,
    PractitionerRole,
    by_url,
)
from priorauth.translate.fhir_elements import Identifier as IdentifierElement
from priorauth.translate.fhir_party_values import (
    contact_name,
    covered_as,
    group_of,
    human_name,
    nm101_of,
    own_member,
    read_address,
)
from priorauth.translate.fhir_reading import Resource, Resources, day
from priorauth.translate.fhir_vocabulary import (
    ABSENT,
    IDENTIFIER_TYPE,
    JURISDICTION,
    MILITARY,
    MILITARY_STATUS,
    PAYER_IDENTIFIER_TYPE,
    PAYER_SYSTEM,
    REFERENCE_SYSTEM,
    RELATIONSHIP,
    STATE,
    SUBSCRIBER_RELATIONSHIP,
    TAXONOMY,
)
from priorauth.translate.losses import Losses, LossReason
from priorauth.translate.quick import builder

UMO_ROLES = frozenset(("2B", "36", "PR", "X3"))  # X217 2010A NM101
REQUESTER_ROLES = frozenset(("1P", "2B", "36", "FA", "PR"))  # X217 2010B NM101
GROUP = "6P"
SELF = "18"
_EXTENSION_NUMBER = re.compile(r"(.*?) ?(?:ext\.?|x) ?([0-9]+)", re.IGNORECASE)

_umo = builder(Umo)
_provider = builder(Provider)
_subscriber = builder(Subscriber)
_dependent = builder(Dependent)
_name = builder(Name)
_identifier = builder(Identifier)
_contact = builder(Contact)
_number = builder(ContactNumber)
_specialty = builder(Specialty)
_demographics = builder(Demographics)
_url = builder(ResourceUrl)
_ORGANIZATION = EntityKind.ORGANIZATION


class PartyReader:
    """Reads the parties of one Bundle and remembers under which url each came."""

    __slots__ = ("_losses", "_resources", "_walks", "urls")

    def __init__(self, resources: Resources, walks: Crosswalks, losses: Losses) -> None:
        self._resources = resources
        self._walks = walks
        self._losses = losses
        self.urls: list[ResourceUrl] = []

    def take(self, resource: Resource, place: str) -> None:
        """Remember that what stands at a place was read from this resource."""
        self._resources.read.add(resource.entry)
        if resource.url:
            self.urls.append(_url(place, resource.url))

    def name(self, resource: Resource, place: str) -> None:
        """Remember the url of a resource that travels with the review instead of being read into it."""
        if resource.url:
            self.urls.append(_url(place, resource.url))

    def umo(self, insurer: Resource) -> Umo:
        """The insurer as the UMO that is asked (2010A)."""
        self.take(insurer, "umo")
        organization = insurer.read_as(Organization)
        role = nm101_of(organization.type)
        identifiers = self._identifiers(organization.identifier)
        found = None
        for each in identifiers:
            if each.qualifier == Identifier.PAYER:
                found = each
                break
        if len(organization.identifier) > 1:
            self._losses.note("umo.identifier", LossReason.TOO_MANY, parked="message")
        if organization.address:
            self._losses.note("umo.address", LossReason.NO_PLACE, parked="message")
        return _umo(
            role=role if role in UMO_ROLES else "X3",
            name=_name(kind=_ORGANIZATION, last=organization.name),
            identifier=found or (identifiers[0] if identifiers else _identifier("", "")),
            contact=self._contact(organization.contact, organization.telecom),
        )

    def provider(self, resource: Resource, place: str, *, role: str = "", taxonomy: str = "") -> Provider:
        """An organization, a practitioner or a practitioner in a role; `role` is NM101 where the Claim says it."""
        self.take(resource, place)
        type = resource.type
        if type == "PractitionerRole":
            return self._in_role(resource, place, role, taxonomy)
        if type == "Practitioner":
            person = resource.read_as(Practitioner)
            return self._provider(person, human_name(person.name), place, role, taxonomy, ())
        organization = resource.read_as(Organization)
        name = _name(kind=_ORGANIZATION, last=organization.name)
        own_role = role or nm101_of(organization.type)
        return self._provider(organization, name, place, own_role, taxonomy, organization.contact)

    def _provider(
        self,
        element: Organization | Practitioner,
        name: Name,
        place: str,
        role: str,
        taxonomy: str,
        contacts: Sequence[OrganizationContact],
    ) -> Provider:
        identifier, supplemental = self._own_identifiers(element.identifier, place)
        return _provider(
            role=role,
            name=name,
            identifier=identifier,
            supplemental=supplemental,
            address=read_address(element.address[0]) if element.address else None,
            contact=self._contact(contacts, element.telecom),
            specialty=self._specialty(role, taxonomy),
        )

    def requester(self, resource: Resource) -> Provider:
        """Who asks (2010B), under a code that a request may carry: the IG's own examples type requesters as X3."""
        found = self.provider(resource, "requester")
        if found.role in REQUESTER_ROLES:
            return found
        role = "1P"
        taxonomy = found.specialty.taxonomy if found.specialty else ""
        return _provider(
            role=role,
            name=found.name,
            identifier=found.identifier,
            supplemental=found.supplemental,
            address=found.address,
            contact=found.contact,
            specialty=self._specialty(role, taxonomy),
        )

    def patients(self, patient: Resource, coverage: Resource) -> tuple[Subscriber, Dependent | None]:
        """The subscriber and, where the patient is not the subscriber, the dependent (2010C, 2010D)."""
        if coverage:
            self.take(coverage, "coverage")
        held, person = coverage.read_as(Coverage), patient.read_as(Patient)
        relationship = self._relationship(held.relationship)
        subscriber = self._resources.at_reference(held.subscriber.reference, coverage)
        is_self = relationship == SELF or (not relationship and not subscriber) or subscriber.url == patient.url != ""
        group = group_of(held)
        self.take(patient, "patient")
        if is_self:
            if relationship not in ("", SELF):
                self._losses.note("Coverage.relationship", LossReason.REPLACED, parked="message")
            return self._subscriber(person, covered_as(held) or own_member(person), group), None
        if subscriber:
            self.take(subscriber, "subscriber")
        other = subscriber.read_as(Patient)
        member = held.subscriberId or own_member(other) or covered_as(held)
        return (
            self._subscriber(other, member, group),
            self._dependent(person, covered_as(held) or own_member(person), relationship or "G8", member),
        )

    def _subscriber(self, patient: Patient, member: str, group: str) -> Subscriber:
        supplemental = self._references(patient, "subscriber", member)
        if group and all((each.qualifier, each.value) != (GROUP, group) for each in supplemental):
            supplemental = (*supplemental, _identifier(GROUP, group))
        military = by_url(patient.extension).get(MILITARY, NO_EXTENSION).valueCodeableConcept
        return _subscriber(
            name=human_name(patient.name),
            identifier=_identifier(Identifier.MEMBER, member),
            supplemental=supplemental,
            address=read_address(patient.address[0]) if patient.address else None,
            demographics=self._demographics(patient),
            military_status=military.of(MILITARY_STATUS),
        )

    def _dependent(self, patient: Patient, own: str, relationship: str, member: str) -> Dependent:
        return _dependent(
            name=human_name(patient.name),
            identifier=_identifier(Identifier.MEMBER, own) if own and own != member else None,
            supplemental=self._references(patient, "dependent", own),
            address=read_address(patient.address[0]) if patient.address else None,
            demographics=self._demographics(patient),
            relationship=relationship,
            birth_sequence=patient.multipleBirthInteger,
        )

    def _in_role(self, source: Resource, place: str, nm101: str, taxonomy: str) -> Provider:
        role = source.read_as(PractitionerRole)
        found = [
            self._part(role.practitioner.reference, source, place, "practitioner"),
            self._part(role.organization.reference, source, place, "organization"),
            self._part(role.location[0].reference if role.location else "", source, place, "location"),
        ]
        practitioner, organization = found[0].read_as(Practitioner), found[1].read_as(Organization)
        is_person = bool(found[0]) or not found[1]
        identifiers = practitioner.identifier if found[0] else organization.identifier
        identifier, supplemental = self._own_identifiers(identifiers, place)
        address = found[2].read_as(Location).address
        if address is None and practitioner.address:
            address = practitioner.address[0]
        elif address is not None:
            self._losses.note(f"{place}.location", LossReason.REPLACED, parked=f"{place}.address")
        if role.telecom and practitioner.telecom:
            self._losses.note(f"{place}.telecom", LossReason.TOO_MANY, parked="message")
        if found[0] and role.organization is not NO_REFERENCE:
            self._losses.note(f"{place}.organization", LossReason.NO_PLACE, parked="message")
        specialty = taxonomy or next((each.of(TAXONOMY) for each in role.specialty), "")
        return _provider(
            role=nm101,
            name=human_name(practitioner.name) if is_person else _name(kind=_ORGANIZATION, last=organization.name),
            identifier=identifier,
            supplemental=supplemental,
            address=read_address(address) if address else None,
            contact=self._contact((), role.telecom or practitioner.telecom),
            specialty=self._specialty(nm101, specialty),
        )

    def _part(self, literal: str, source: Resource, place: str, name: str) -> Resource:
        """What a role is made of: the practitioner, the organization or the location that it names."""
        found = self._resources.at_reference(literal, source)
        if literal and found:
            self.take(found, f"{place}.{name}")
        return found

    def _specialty(self, role: str, taxonomy: str) -> Specialty | None:
        """PRV; what part the provider plays follows from NM101."""
        return _specialty(self._walks.provider_role.x12(role) or "PE", "PXC", taxonomy) if taxonomy else None

    def _identifiers(self, elements: Sequence[IdentifierElement]) -> list[Identifier]:
        """The identifiers that NM108 and NM109 can say, the NPI first."""
        found: list[Identifier] = []
        for each in elements:
            is_payer = each.type is not NO_CONCEPT and each.type.of(PAYER_IDENTIFIER_TYPE) == "payerid"
            qualifier = self._walks.provider_identifier.x12(PAYER_SYSTEM if is_payer else each.system)
            if qualifier and each.value:
                at = 0 if qualifier == Identifier.NPI else len(found)
                found.insert(at, _identifier(qualifier, each.value))
        return found

    def _own_identifiers(
        self, elements: Sequence[IdentifierElement], place: str
    ) -> tuple[Identifier | None, tuple[Identifier, ...]]:
        """NM109, and the rest as REF."""
        if len(elements) == 1 and elements[0].type is NO_CONCEPT:  # as nearly all have it
            value, qualifier = elements[0].value, self._walks.provider_identifier.x12(elements[0].system)
            if qualifier and value:
                return _identifier(qualifier, value), ()
        identifiers = self._identifiers(elements)
        main = identifiers[0] if identifiers else None
        supplemental: list[Identifier] = []
        is_met = False
        for each in elements:
            system, value = each.system, each.value
            if not value or system == ABSENT:
                continue
            is_main = main and main.value == value and main.qualifier == self._walks.provider_identifier.x12(system)
            if is_main and not is_met:
                is_met = True
                continue
            qualifier = self._walks.provider_reference.x12(system)
            if qualifier:
                state = by_url(each.extension).get(JURISDICTION, NO_EXTENSION).valueCodeableConcept.of(STATE)
                supplemental.append(_identifier(qualifier, value, state))
            else:
                self._losses.note(f"{place}.identifier", LossReason.NO_PLACE, parked="message")
        return main, tuple(supplemental)

    def _references(self, patient: Patient, place: str, member: str) -> tuple[Identifier, ...]:
        """The identifiers of a patient other than the member id, as REF."""
        found: list[Identifier] = []
        for each in patient.identifier:
            system, value, kind = each.system, each.value, each.type.of(IDENTIFIER_TYPE)
            if not value or system == ABSENT or kind == "MB":
                continue
            if system.startswith(REFERENCE_SYSTEM):
                qualifier = system.removeprefix(REFERENCE_SYSTEM)
            elif value == member:
                continue
            else:
                qualifier = self._walks.member_identifier.x12(kind) or self._walks.provider_reference.x12(system)
            if qualifier:
                found.append(_identifier(qualifier, value))
            else:
                self._losses.note(f"{place}.identifier", LossReason.NO_PLACE, parked="message")
        return tuple(found)

    def _demographics(self, patient: Patient) -> Demographics | None:
        born, gender = day(patient.birthDate), patient.gender
        if born is None and gender in ("", "unknown"):
            return None
        if gender == "other":
            self._losses.note("Patient.gender", LossReason.REPLACED, parked="message")
        return _demographics(birth_date=born, gender=self._walks.gender.x12(gender))

    def _relationship(self, concept: Concept) -> str:
        """INS02: the X12 code where it was sent, else the FHIR one's."""
        return concept.of(RELATIONSHIP) or self._walks.relationship.x12(concept.of(SUBSCRIBER_RELATIONSHIP))

    def _contact(self, contacts: Sequence[OrganizationContact], telecom: Sequence[ContactPoint]) -> Contact | None:
        numbers: list[ContactNumber] = []
        for each in telecom:
            qualifier = self._walks.contact.x12(each.system)
            if not qualifier or not each.value:
                continue
            extended = None
            if qualifier == "TE" and ("x" in each.value or "X" in each.value):
                extended = _EXTENSION_NUMBER.fullmatch(each.value)
            numbers.append(_number(qualifier, extended[1] if extended else each.value))
            if extended:
                numbers.append(_number("EX", extended[2]))
        name = contact_name(contacts[0].name) if contacts else ""
        return _contact(name=name, numbers=tuple(numbers)) if numbers or name else None
