"""The parties of a service review as resources of a PAS Bundle: insurer, requester, patients, coverage, care team."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from priorauth.domain.parties import (
    Address,
    Contact,
    Demographics,
    Dependent,
    EntityKind,
    Identifier,
    Name,
    Provider,
    Subscriber,
    Umo,
)
from priorauth.fhir.elements import Value
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_entries import Entries
from priorauth.translate.fhir_parties import GROUP, SELF
from priorauth.translate.fhir_values import dashed_zip, write_day
from priorauth.translate.fhir_vocabulary import (
    ABSENT,
    COVERAGE_CLASS,
    ENTITY_ROLE,
    IDENTIFIER_TYPE,
    JURISDICTION,
    MEMBER_SYSTEM,
    MILITARY,
    MILITARY_STATUS,
    PAS,
    PAYER_IDENTIFIER_TYPE,
    PAYER_SYSTEM,
    REFERENCE_SYSTEM,
    RELATIONSHIP,
    STATE,
    SUBSCRIBER_RELATIONSHIP,
    TAXONOMY,
    Written,
    absent,
    coded,
    compact,
    concept,
    reference,
)
from priorauth.translate.losses import Losses, LossReason

NO_IDENTIFIER: Written = {"system": ABSENT, "value": "unknown"}
"""Where a profile wants an identifier and there is none. It is not read back as one."""


@dataclass(frozen=True, slots=True)
class Patients:
    """The urls of the patient, the coverage and the subscriber."""

    patient: str
    coverage: str
    subscriber: str


@dataclass(slots=True)
class PartyWriter:
    """Writes parties as entries and answers their urls."""

    entries: Entries
    walks: Crosswalks
    losses: Losses

    def insurer(self, umo: Umo) -> str:
        """2010A as profile-insurer."""
        if umo.name.kind is EntityKind.PERSON:
            self.losses.note("2010A/NM102", LossReason.REPLACED)
        organization = self._organization("profile-insurer", umo.name, [umo.identifier], (), umo.role)
        organization["telecom"] = self._telecom(umo.contact, "2010A")
        return self.entries.add("umo", compact(organization))

    def requester(self, provider: Provider) -> str:
        """2010B as profile-requestor, or a practitioner in a role."""
        if provider.name.kind is EntityKind.PERSON:
            if provider.role != "1P":
                self.losses.note("2010B/NM101", LossReason.REPLACED)
            return self._in_role(provider, "requester", "2010B")
        if provider.specialty:
            self.losses.note("2010B/PRV", LossReason.NO_PLACE)
        return self._provider_organization(provider, "requester", "profile-requestor", "2010B", provider.role)

    def member(self, provider: Provider, place: str, loop: str) -> str:
        """A provider of the event or of a service, as a care team refers to it."""
        if provider.name.kind is EntityKind.PERSON:
            return self._in_role(provider, place, loop)
        self._note_part(provider, loop)
        return self._provider_organization(provider, place, "profile-requestor", loop, "")

    def _note_part(self, provider: Provider, loop: str) -> None:
        """PRV01 follows from NM101 and stands beside a taxonomy when it is read back: another one is lost."""
        if provider.specialty and not provider.specialty.taxonomy:
            self.losses.note(f"{loop}/PRV", LossReason.NO_PLACE)
        elif provider.specialty and (self.walks.provider_role.x12(provider.role) or "PE") != provider.specialty.role:
            self.losses.note(f"{loop}/PRV01", LossReason.REPLACED)

    def patients(self, subscriber: Subscriber, dependent: Dependent | None, insurer: str) -> Patients:
        """2010C and 2010D as beneficiary, subscriber and coverage."""
        if dependent is None:
            patient = self.entries.add(
                "patient", self._patient("profile-beneficiary", subscriber, subscriber.identifier, "2010C")
            )
            held = patient
        else:
            patient = self.entries.add("patient", self._dependent(dependent))
            held = self.entries.add(
                "subscriber", self._patient("profile-subscriber", subscriber, subscriber.identifier, "2010C")
            )
        coverage = self._coverage(subscriber, dependent, insurer, patient, held)
        return Patients(patient, self.entries.add("coverage", coverage), held)

    def _dependent(self, dependent: Dependent) -> Written:
        patient = self._patient("profile-beneficiary", dependent, dependent.identifier, "2010D")
        if dependent.birth_sequence is not None:
            patient["multipleBirthInteger"] = dependent.birth_sequence
        return patient

    def _patient(self, profile: str, person: Subscriber | Dependent, member: Identifier | None, loop: str) -> Written:
        self._note_names(person.name, loop)
        identifiers: list[Value] = []
        if member and member.value:
            identifiers.append({"type": concept(IDENTIFIER_TYPE, "MB"), "system": MEMBER_SYSTEM, "value": member.value})
            if member.qualifier != Identifier.MEMBER:
                self.losses.note(f"{loop}/NM108", LossReason.REPLACED)
        identifiers.extend(self._patient_reference(each) for each in person.supplemental)
        demographics = person.demographics or Demographics()
        if not demographics.gender and demographics.birth_date:
            self.losses.note(f"{loop}/DMG03", LossReason.REPLACED)
        military = person.military_status if isinstance(person, Subscriber) else ""
        return compact(
            {
                "resourceType": "Patient",
                "meta": {"profile": [PAS + profile]},
                "extension": [coded(MILITARY, MILITARY_STATUS, military)] if military else [],
                "identifier": identifiers or [NO_IDENTIFIER],
                "name": [_human_name(person.name)],
                "gender": self.walks.gender.fhir(demographics.gender) or "unknown",
                "birthDate": write_day(demographics.birth_date),
                "address": self._address(person.address, loop),
            }
        )

    def _patient_reference(self, identifier: Identifier) -> Written:
        kind = self.walks.member_identifier.fhir(identifier.qualifier)
        found: Written = {"type": concept(IDENTIFIER_TYPE, kind)} if kind else {}
        system = self.walks.provider_reference.fhir(identifier.qualifier) or REFERENCE_SYSTEM + identifier.qualifier
        return {**found, "system": system, "value": identifier.value}

    def _coverage(
        self, subscriber: Subscriber, dependent: Dependent | None, insurer: str, patient: str, held: str
    ) -> Written:
        code = (dependent.relationship or "G8") if dependent else SELF
        if dependent and not dependent.relationship:
            self.losses.note("2010D/INS02", LossReason.REPLACED)
        group = next((each.value for each in subscriber.supplemental if each.qualifier == GROUP), "")
        member: Written = {"type": concept(IDENTIFIER_TYPE, "MB"), "system": MEMBER_SYSTEM}
        codings: list[Value] = [{"system": RELATIONSHIP, "code": code}]
        if known := self.walks.relationship.fhir(code):
            codings.insert(0, {"system": SUBSCRIBER_RELATIONSHIP, "code": known})
        return compact(
            {
                "resourceType": "Coverage",
                "meta": {"profile": [f"{PAS}profile-coverage"]},
                "identifier": [compact({**member, "value": subscriber.identifier.value})],
                "status": "active",
                "subscriber": reference(held),
                "subscriberId": subscriber.identifier.value,
                "beneficiary": reference(patient),
                "relationship": {"coding": codings},
                "payor": [reference(insurer)],
                "class": [{"type": concept(COVERAGE_CLASS, "group"), "value": group}] if group else [],
            }
        )

    def _note_names(self, name: Name, loop: str) -> None:
        """Of given names the first is the first name when it is read back, and an organization has one name."""
        if name.kind is EntityKind.PERSON and name.middle and not name.first:
            self.losses.note(f"{loop}/NM105", LossReason.REPLACED)
        if name.kind is not EntityKind.PERSON and name.first:
            self.losses.note(f"{loop}/NM104", LossReason.REPLACED)

    def _note_identifiers(self, provider: Provider, loop: str) -> None:
        """Without NM109 the first number that could stand there is read as it."""
        if provider.identifier is None:
            numbers = self.walks.provider_identifier, self.walks.provider_reference
            if any(numbers[0].x12(numbers[1].fhir(each.qualifier)) for each in provider.supplemental):
                self.losses.note(f"{loop}/REF01", LossReason.REPLACED)

    def _provider_organization(self, provider: Provider, place: str, profile: str, loop: str, role: str) -> str:
        self._note_names(provider.name, loop)
        self._note_identifiers(provider, loop)
        organization = self._organization(profile, provider.name, [provider.identifier], provider.supplemental, role)
        organization["telecom"] = self._telecom(provider.contact, loop)
        organization["address"] = self._address(provider.address, loop)
        if provider.contact and provider.contact.name:
            organization["contact"] = [{"name": {"text": provider.contact.name}}]
        return self.entries.add(place, compact(organization))

    def _organization(
        self,
        profile: str,
        name: Name,
        identifiers: Iterable[Identifier | None],
        supplemental: Iterable[Identifier],
        role: str,
    ) -> Written:
        named = " ".join(each for each in (name.first, name.last) if each)
        return {
            "resourceType": "Organization",
            "meta": {"profile": [PAS + profile]},
            "identifier": self._identifiers(identifiers, supplemental),
            "active": True,
            "type": [concept(ENTITY_ROLE, role)] if role else [],
            **({"name": named} if named else {"_name": absent()}),
        }

    def _in_role(self, provider: Provider, place: str, loop: str) -> str:
        """A person as profile-practitionerrole with the practitioner and, for an address, the location."""
        self._note_names(provider.name, loop)
        self._note_identifiers(provider, loop)
        practitioner = self.entries.add(
            f"{place}.practitioner",
            compact(
                {
                    "resourceType": "Practitioner",
                    "meta": {"profile": [f"{PAS}profile-practitioner"]},
                    "identifier": self._identifiers([provider.identifier], provider.supplemental) or [NO_IDENTIFIER],
                    "name": [_human_name(provider.name)],
                    "address": self._address(provider.address, loop),
                }
            ),
        )
        if provider.contact and provider.contact.name:
            self.losses.note(f"{loop}/PER02", LossReason.NO_PLACE)
        self._note_part(provider, loop)
        taxonomy = provider.specialty.taxonomy if provider.specialty else ""
        role: Written = {
            "resourceType": "PractitionerRole",
            "meta": {"profile": [f"{PAS}profile-practitionerrole"]},
            "practitioner": reference(practitioner),
            "specialty": [concept(TAXONOMY, taxonomy)] if taxonomy else [],
            "telecom": self._telecom(provider.contact, loop) or [_NO_TELECOM],
        }
        return self.entries.add(place, compact(role))

    def _identifiers(self, main: Iterable[Identifier | None], supplemental: Iterable[Identifier]) -> list[Value]:
        written: list[Value] = []
        for each in main:
            system = self.walks.provider_identifier.fhir(each.qualifier) if each else ""
            if each is None or not each.value or not system:
                continue
            kind: Written = {"type": concept(PAYER_IDENTIFIER_TYPE, "payerid")} if system == PAYER_SYSTEM else {}
            written.append({**kind, "system": system, "value": each.value})
        for each in supplemental:
            system = self.walks.provider_reference.fhir(each.qualifier) or REFERENCE_SYSTEM + each.qualifier
            state = [coded(JURISDICTION, STATE, each.description)] if each.description else []
            written.append(compact({"extension": state, "system": system, "value": each.value}))
        return written

    def _telecom(self, contact: Contact | None, loop: str) -> list[Value]:
        """PER03 to PER08; an extension follows its telephone number."""
        written: list[Written] = []
        for number in contact.numbers if contact else ():
            system = self.walks.contact.fhir(number.qualifier)
            if system:
                written.append({"system": system, "value": number.value})
            elif number.qualifier == "EX" and written and written[-1]["system"] == "phone":
                written[-1]["value"] = f"{written[-1]['value']} ext. {number.value}"
            else:
                self.losses.note(f"{loop}/PER", LossReason.NO_PLACE)
        return list(written)

    def _address(self, address: Address | None, loop: str) -> list[Value]:
        if address is None:
            return []
        if address.subdivision:
            self.losses.note(f"{loop}/N407", LossReason.REPLACED)
        written = compact(
            {
                "line": list(address.lines),
                "city": address.city,
                "state": address.state or address.subdivision,
                "postalCode": dashed_zip(address.postal_code),
                "country": address.country,
            }
        )
        return [written] if written else []


_NO_TELECOM: Written = {"system": "phone", "_value": absent()}
"""US Core pd-1 wants a telecom of every role, and the required binding of its system a code."""


def _human_name(name: Name) -> Written:
    written = compact(
        {
            "family": name.last,
            "given": [each for each in (name.first, name.middle) if each],
            "prefix": [name.prefix] if name.prefix else [],
            "suffix": [name.suffix] if name.suffix else [],
        }
    )
    return written if name.last else {"_family": absent(), **written}  # PAS wants a family name of every name
