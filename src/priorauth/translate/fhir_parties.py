"""People, organizations and coverage of a PAS Bundle: insurer, requester, patient, subscriber and care team.

What a resource says that X217 has no element for stays in the received Bundle and is noted as a loss.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from priorauth.domain.carried import ResourceUrl
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
from priorauth.fhir.elements import Element
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_reading import (
    NOTHING,
    Resource,
    Resources,
    any_code,
    child,
    children,
    code,
    codings,
    count,
    day,
    extension_code,
    extensions,
    text,
    texts,
)
from priorauth.translate.fhir_vocabulary import (
    ABSENT,
    ENTITY_ROLE,
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
_ZIP_4 = re.compile(r"([0-9]{5})-([0-9]{4})")

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
_url = builder(ResourceUrl)


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
        self.name(resource, place)

    def name(self, resource: Resource, place: str) -> None:
        """Remember the url of a resource that travels with the review instead of being read into it."""
        if resource.url:
            self.urls.append(_url(place, resource.url))

    def umo(self, insurer: Resource) -> Umo:
        """The insurer as the UMO that is asked (2010A)."""
        self.take(insurer, "umo")
        organization = insurer.element
        role = _typed(organization)
        identifiers = self._identifiers(organization)
        found = next((each for each in identifiers if each.qualifier == Identifier.PAYER), None)
        return _umo(
            role=role if role in UMO_ROLES else "X3",
            name=_name(kind=EntityKind.ORGANIZATION, last=text(organization, "name")),
            identifier=found or (identifiers[0] if identifiers else _identifier("", "")),
            contact=self._contact(organization, children(organization, "telecom")),
        )

    def provider(self, resource: Resource, place: str, *, role: str = "", taxonomy: str = "") -> Provider:
        """An organization, a practitioner or a practitioner in a role; `role` is NM101 where the Claim says it."""
        self.take(resource, place)
        if resource.type == "PractitionerRole":
            return self._in_role(resource, place, role, taxonomy)
        is_person = resource.type == "Practitioner"
        element = resource.element
        identifier, supplemental = self._own_identifiers(element, place)
        own_role = role or _typed(element)
        return _provider(
            role=own_role,
            name=human_name(element) if is_person else _organization_name(element),
            identifier=identifier,
            supplemental=supplemental,
            address=read_address(child(element, "address")),
            contact=self._contact(element, children(element, "telecom")),
            specialty=self._specialty(own_role, taxonomy),
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
        held = coverage.element
        relationship = self._relationship(child(held, "relationship"))
        subscriber = self._resources.find(child(held, "subscriber"), coverage)
        is_self = relationship == SELF or (not relationship and not subscriber) or subscriber.url == patient.url != ""
        group = _group(held)
        if is_self:
            self.take(patient, "patient")
            member = _member(held, patient.element)
            return self._subscriber(patient.element, member, group), None
        self.take(patient, "patient")
        if subscriber:
            self.take(subscriber, "subscriber")
        member = text(held, "subscriberId") or _member(NOTHING, subscriber.element) or _member(held, NOTHING)
        return (
            self._subscriber(subscriber.element, member, group),
            self._dependent(patient.element, held, relationship or "G8", member),
        )

    def _subscriber(self, patient: Element, member: str, group: str) -> Subscriber:
        supplemental = self._references(patient, "subscriber", member)
        if group and all((each.qualifier, each.value) != (GROUP, group) for each in supplemental):
            supplemental = (*supplemental, _identifier(GROUP, group))
        return _subscriber(
            name=human_name(patient),
            identifier=_identifier(Identifier.MEMBER, member),
            supplemental=supplemental,
            address=read_address(child(patient, "address")),
            demographics=self._demographics(patient),
            military_status=extension_code(extensions(patient), MILITARY, MILITARY_STATUS),
        )

    def _dependent(self, patient: Element, coverage: Element, relationship: str, member: str) -> Dependent:
        own = _member(coverage, patient)
        return _dependent(
            name=human_name(patient),
            identifier=_identifier(Identifier.MEMBER, own) if own and own != member else None,
            supplemental=self._references(patient, "dependent", own),
            address=read_address(child(patient, "address")),
            demographics=self._demographics(patient),
            relationship=relationship,
            birth_sequence=count(patient, "multipleBirthInteger"),
        )

    def _in_role(self, role: Resource, place: str, nm101: str, taxonomy: str) -> Provider:
        element = role.element
        practitioner = self._resources.find(child(element, "practitioner"), role)
        organization = self._resources.find(child(element, "organization"), role)
        location = self._resources.find(child(element, "location"), role)
        for each, name in ((practitioner, "practitioner"), (organization, "organization"), (location, "location")):
            if each:
                self.take(each, f"{place}.{name}")
        who = practitioner or organization
        identifier, supplemental = self._own_identifiers(who.element, place)
        telecom = children(element, "telecom") or children(practitioner.element, "telecom")
        own_role = nm101 or _typed(element)
        specialty = taxonomy or next((code(each, TAXONOMY) for each in children(element, "specialty")), "")
        return _provider(
            role=own_role,
            name=human_name(practitioner.element)
            if practitioner or not organization
            else _organization_name(who.element),
            identifier=identifier,
            supplemental=supplemental,
            address=read_address(child(location.element, "address") or child(practitioner.element, "address")),
            contact=self._contact(element, telecom),
            specialty=self._specialty(own_role, specialty),
        )

    def _specialty(self, role: str, taxonomy: str) -> Specialty | None:
        """PRV; what part the provider plays follows from NM101."""
        return _specialty(self._walks.provider_role.x12(role) or "PE", "PXC", taxonomy) if taxonomy else None

    def _identifiers(self, element: Element) -> list[Identifier]:
        """The identifiers that NM108 and NM109 can say, the NPI first."""
        found: list[Identifier] = []
        for each in children(element, "identifier"):
            is_payer = code(child(each, "type"), PAYER_IDENTIFIER_TYPE) == "payerid"
            system = PAYER_SYSTEM if is_payer else text(each, "system")
            qualifier = self._walks.provider_identifier.x12(system)
            if qualifier and (value := text(each, "value")):
                at = 0 if qualifier == Identifier.NPI else len(found)
                found.insert(at, _identifier(qualifier, value))
        return found

    def _own_identifiers(self, element: Element, place: str) -> tuple[Identifier | None, tuple[Identifier, ...]]:
        """NM109, and the rest as REF."""
        identifiers = self._identifiers(element)
        main = identifiers[0] if identifiers else None
        supplemental: list[Identifier] = []
        for each in children(element, "identifier"):
            system, value = text(each, "system"), text(each, "value")
            if not value or system == ABSENT:
                continue
            if main and main.value == value and main.qualifier == self._walks.provider_identifier.x12(system):
                continue
            qualifier = self._walks.provider_reference.x12(system)
            if qualifier:
                state = extension_code(extensions(each), JURISDICTION, STATE)
                supplemental.append(_identifier(qualifier, value, state))
            else:
                self._losses.note(f"{place}.identifier", LossReason.NO_PLACE, parked="message")
        return main, tuple(supplemental)

    def _references(self, patient: Element, place: str, member: str) -> tuple[Identifier, ...]:
        """The identifiers of a patient other than the member id, as REF."""
        found: list[Identifier] = []
        for each in children(patient, "identifier"):
            system, value = text(each, "system"), text(each, "value")
            kind = code(child(each, "type"), IDENTIFIER_TYPE)
            if not value or value == member or system == ABSENT or kind == "MB":
                continue
            if system.startswith(REFERENCE_SYSTEM):
                qualifier = system.removeprefix(REFERENCE_SYSTEM)
            else:
                qualifier = self._walks.member_identifier.x12(kind) or self._walks.provider_reference.x12(system)
            if qualifier:
                found.append(_identifier(qualifier, value))
            else:
                self._losses.note(f"{place}.identifier", LossReason.NO_PLACE, parked="message")
        return tuple(found)

    def _demographics(self, patient: Element) -> Demographics | None:
        born = day(text(patient, "birthDate"))
        gender = text(patient, "gender")
        if born is None and gender in ("", "unknown"):
            return None
        if gender == "other":
            self._losses.note("Patient.gender", LossReason.REPLACED, parked="message")
        return _demographics(birth_date=born, gender=self._walks.gender.x12(gender))

    def _relationship(self, concept: Element) -> str:
        """INS02: the X12 code where it was sent, else the FHIR one's."""
        return code(concept, RELATIONSHIP) or self._walks.relationship.x12(code(concept, SUBSCRIBER_RELATIONSHIP))

    def _contact(self, element: Element, telecom: Sequence[Element]) -> Contact | None:
        numbers: list[ContactNumber] = []
        for each in telecom:
            value = text(each, "value")
            qualifier = self._walks.contact.x12(text(each, "system"))
            if not qualifier or not value:
                continue
            extended = _EXTENSION_NUMBER.fullmatch(value) if qualifier == "TE" else None
            numbers.append(_number(qualifier, extended[1] if extended else value))
            if extended:
                numbers.append(_number("EX", extended[2]))
        name = _contact_name(child(child(element, "contact"), "name"))
        return _contact(name=name, numbers=tuple(numbers)) if numbers or name else None


def human_name(element: Element) -> Name:
    """The name of a person: the official one, else the first."""
    names = children(element, "name")
    name = next((each for each in names if each.get("use") == "official"), names[0] if names else NOTHING)
    given = texts(name, "given")
    return _name(
        kind=EntityKind.PERSON,
        last=text(name, "family"),
        first=given[0] if given else "",
        middle=" ".join(given[1:]),
        prefix=" ".join(texts(name, "prefix")),
        suffix=" ".join(texts(name, "suffix")),
    )


def read_address(address: Element) -> Address | None:
    """An address; a ZIP+4 loses its dash (PAS prof-ben-1), None where it says nothing."""
    if not address:
        return None
    postal_code = text(address, "postalCode")
    zip_4 = _ZIP_4.fullmatch(postal_code)
    return _address(
        lines=tuple(texts(address, "line")),
        city=text(address, "city"),
        state=text(address, "state"),
        postal_code=zip_4[1] + zip_4[2] if zip_4 else postal_code,
        country=text(address, "country"),
    )


def _organization_name(element: Element) -> Name:
    return _name(kind=EntityKind.ORGANIZATION, last=text(element, "name"))


def _contact_name(name: Element) -> str:
    return text(name, "text") or " ".join((*texts(name, "given"), text(name, "family"))).strip()


def _typed(element: Element) -> str:
    """NM101 as the type of an Organization says it, or empty."""
    return next(
        (code for each in children(element, "type") for system, code in codings(each) if system == ENTITY_ROLE), ""
    )


def _group(coverage: Element) -> str:
    for each in children(coverage, "class"):
        if any_code(child(each, "type")) == "group":
            return text(each, "value")
    return ""


def _member(coverage: Element, patient: Element) -> str:
    """The member id: of the coverage, else the patient's own (PAS profile-coverage, slice memberid)."""
    own = ""
    for identifier in children(coverage, "identifier"):
        if code(child(identifier, "type"), IDENTIFIER_TYPE) == "MB":
            own = text(identifier, "value")
    if own or (own := text(coverage, "subscriberId")):
        return own
    identifiers = [each for each in children(patient, "identifier") if each.get("system") != ABSENT]
    typed = (text(each, "value") for each in identifiers if code(child(each, "type"), IDENTIFIER_TYPE) == "MB")
    untyped = (text(each, "value") for each in identifiers if "type" not in each)
    return next((value for value in (*typed, *untyped) if value), "")
