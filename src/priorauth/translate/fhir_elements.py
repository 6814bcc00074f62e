"""The elements that a request is read from, as values with types: only those members that the readers look at.

They are made of decoded JSON in one step, in which each member is found to be of its type; so the readers look nothing
up by name and ask no value what it is. That pays: this is on the path of every message. Names are FHIR's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

Number = Decimal | int


class Part(msgspec.Struct, frozen=True, gc=False):
    """Some element. A text that is absent is empty, a list is empty, an element is one of the `NO_` constants."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"  # PHI: the type, never the content


class Coding(Part, frozen=True, gc=False):
    """A code of a system."""

    system: str = ""
    code: str = ""


class Concept(Part, frozen=True, gc=False):
    """A CodeableConcept."""

    coding: tuple[Coding, ...] = ()
    text: str = ""

    def of(self, system: str) -> str:
        """The code in one system, or empty."""
        for each in self.coding:
            if each.system == system:
                return each.code
        return ""

    def any(self) -> str:
        """The first code, whatever its system, or empty."""
        for each in self.coding:
            if each.code:
                return each.code
        return ""


class Reference(Part, frozen=True, gc=False):
    """What is named by its url or, failing that, by an identifier."""

    reference: str = ""
    identifier: Identifier | None = None


NO_CONCEPT, NO_REFERENCE = Concept(), Reference()


class Quantity(Part, frozen=True, gc=False):
    """An amount, of money too."""

    value: Number | None = None
    unit: str = ""
    system: str = ""
    code: str = ""


class Period(Part, frozen=True, gc=False):
    """From one day to another."""

    start: str = ""
    end: str = ""


NO_QUANTITY, NO_PERIOD = Quantity(), Period()


class Extension(Part, frozen=True, gc=False):
    """An extension, with the datatypes that those of requests have."""

    url: str = ""
    extension: tuple[Extension, ...] = ()
    valueBoolean: bool | None = None
    valueCode: str = ""
    valueCodeableConcept: Concept = NO_CONCEPT
    valueDate: str = ""
    valueDecimal: Number | None = None
    valueIdentifier: Identifier | None = None
    valueReference: Reference = NO_REFERENCE
    valueString: str = ""


NO_EXTENSION = Extension()
Extensions = Mapping[str, Extension]
"""The first extension of every url."""


class Identifier(Part, frozen=True, gc=False):
    """An identifier, with who gave it."""

    system: str = ""
    value: str = ""
    type: Concept = NO_CONCEPT
    assigner: Reference = NO_REFERENCE
    extension: tuple[Extension, ...] = ()


NO_IDENTIFIER = Identifier()


class HumanName(Part, frozen=True, gc=False):
    """The name of a person."""

    use: str = ""
    text: str = ""
    family: str = ""
    given: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    suffix: tuple[str, ...] = ()


NO_NAME = HumanName()


class Address(Part, frozen=True, gc=False):
    """A postal address."""

    line: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postalCode: str = ""
    country: str = ""


class ContactPoint(Part, frozen=True, gc=False):
    """A number or address of some means of communication."""

    system: str = ""
    value: str = ""


class OrganizationContact(Part, frozen=True, gc=False):
    """Whom to contact."""

    name: HumanName = NO_NAME


class Organization(Part, frozen=True, gc=False):
    """An organization; and whatever else stands where a provider is looked for."""

    name: str = ""
    identifier: tuple[Identifier, ...] = ()
    type: tuple[Concept, ...] = ()
    telecom: tuple[ContactPoint, ...] = ()
    address: tuple[Address, ...] = ()
    contact: tuple[OrganizationContact, ...] = ()


class Practitioner(Part, frozen=True, gc=False):
    """A person who provides."""

    identifier: tuple[Identifier, ...] = ()
    name: tuple[HumanName, ...] = ()
    telecom: tuple[ContactPoint, ...] = ()
    address: tuple[Address, ...] = ()


class PractitionerRole(Part, frozen=True, gc=False):
    """A person at an organization."""

    practitioner: Reference = NO_REFERENCE
    organization: Reference = NO_REFERENCE
    location: tuple[Reference, ...] = ()
    specialty: tuple[Concept, ...] = ()
    telecom: tuple[ContactPoint, ...] = ()


class Location(Part, frozen=True, gc=False):
    """A place. Its address does not repeat."""

    address: Address | None = None


class Patient(Part, frozen=True, gc=False):
    """The patient, or the subscriber."""

    identifier: tuple[Identifier, ...] = ()
    name: tuple[HumanName, ...] = ()
    address: tuple[Address, ...] = ()
    birthDate: str = ""
    gender: str = ""
    multipleBirthInteger: int | None = None
    extension: tuple[Extension, ...] = ()


class CoverageClass(Part, frozen=True, gc=False):
    """What the coverage is of, such as a group."""

    type: Concept = NO_CONCEPT
    value: str = ""


class Coverage(Part, frozen=True, gc=False, rename={"classes": "class"}):
    """How the patient is covered."""

    identifier: tuple[Identifier, ...] = ()
    subscriberId: str = ""
    subscriber: Reference = NO_REFERENCE
    relationship: Concept = NO_CONCEPT
    classes: tuple[CoverageClass, ...] = ()


class Hospitalization(Part, frozen=True, gc=False):
    """How an encounter began."""

    admitSource: Concept = NO_CONCEPT


class Encounter(Part, frozen=True, gc=False):
    """A stay."""

    type: tuple[Concept, ...] = ()
    period: Period = NO_PERIOD
    hospitalization: Hospitalization = Hospitalization()
    extension: tuple[Extension, ...] = ()


class Repeat(Part, frozen=True, gc=False):
    """How often."""

    boundsDuration: Quantity = NO_QUANTITY
    count: int | None = None
    frequency: int | None = None
    period: Number | None = None
    periodUnit: str = ""


class Timing(Part, frozen=True, gc=False):
    """When and how often."""

    repeat: Repeat = Repeat()
    extension: tuple[Extension, ...] = ()


class Dosage(Part, frozen=True, gc=False):
    """How a medication is taken."""

    timing: Timing | None = None


class DispenseRequest(Part, frozen=True, gc=False):
    """How much of a medication is asked for."""

    quantity: Quantity = NO_QUANTITY


class OralDiet(Part, frozen=True, gc=False):
    """What is eaten."""

    type: tuple[Concept, ...] = ()


class EnteralFormula(Part, frozen=True, gc=False):
    """What is given by tube."""

    baseFormulaType: Concept = NO_CONCEPT


class Order(Part, frozen=True, gc=False):
    """A ServiceRequest, DeviceRequest, MedicationRequest or NutritionOrder."""

    code: Concept = NO_CONCEPT
    codeCodeableConcept: Concept = NO_CONCEPT
    medicationCodeableConcept: Concept = NO_CONCEPT
    oralDiet: OralDiet = OralDiet()
    enteralFormula: EnteralFormula = EnteralFormula()
    quantityQuantity: Quantity = NO_QUANTITY
    dispenseRequest: DispenseRequest = DispenseRequest()
    occurrenceTiming: Timing | None = None
    dosageInstruction: tuple[Dosage, ...] = ()


class Diagnosis(Part, frozen=True, gc=False):
    """A diagnosis of the Claim."""

    sequence: int = 0
    diagnosisCodeableConcept: Concept = NO_CONCEPT
    type: tuple[Concept, ...] = ()
    extension: tuple[Extension, ...] = ()


class CareTeam(Part, frozen=True, gc=False):
    """Who takes part."""

    sequence: int = 0
    provider: Reference = NO_REFERENCE
    role: Concept = NO_CONCEPT
    qualification: Concept = NO_CONCEPT
    extension: tuple[Extension, ...] = ()


class SupportingInfo(Part, frozen=True, gc=False):
    """A date, document or message."""

    sequence: int = 0
    category: Concept = NO_CONCEPT
    timingDate: str = ""
    timingPeriod: Period = NO_PERIOD
    valueString: str = ""
    valueReference: Reference = NO_REFERENCE
    extension: tuple[Extension, ...] = ()
    modifierExtension: tuple[Extension, ...] = ()


class Insurance(Part, frozen=True, gc=False):
    """A coverage of the Claim."""

    focal: bool | None = None
    coverage: Reference = NO_REFERENCE


class Related(Part, frozen=True, gc=False):
    """A Claim that this one updates."""

    claim: Reference = NO_REFERENCE


class Accident(Part, frozen=True, gc=False):
    """What happened, when and where."""

    date: str = ""
    type: Concept = NO_CONCEPT
    locationAddress: Address = Address()


class Item(Part, frozen=True, gc=False):
    """What is asked for."""

    sequence: int | None = None
    extension: tuple[Extension, ...] = ()
    modifierExtension: tuple[Extension, ...] = ()
    careTeamSequence: tuple[int, ...] = ()
    diagnosisSequence: tuple[int, ...] = ()
    informationSequence: tuple[int, ...] = ()
    revenue: Concept = NO_CONCEPT
    category: Concept = NO_CONCEPT
    productOrService: Concept = NO_CONCEPT
    modifier: tuple[Concept, ...] = ()
    servicedDate: str = ""
    servicedPeriod: Period = NO_PERIOD
    locationCodeableConcept: Concept = NO_CONCEPT
    quantity: Quantity = NO_QUANTITY
    unitPrice: Quantity = NO_QUANTITY


class Claim(Part, frozen=True, gc=False):
    """A request."""

    identifier: tuple[Identifier, ...] = ()
    created: str = ""
    type: Concept = NO_CONCEPT
    priority: Concept = NO_CONCEPT
    insurer: Reference = NO_REFERENCE
    provider: Reference = NO_REFERENCE
    patient: Reference = NO_REFERENCE
    insurance: tuple[Insurance, ...] = ()
    related: tuple[Related, ...] = ()
    careTeam: tuple[CareTeam, ...] = ()
    supportingInfo: tuple[SupportingInfo, ...] = ()
    diagnosis: tuple[Diagnosis, ...] = ()
    accident: Accident | None = None
    item: tuple[Item, ...] = ()
    extension: tuple[Extension, ...] = ()


_NO_EXTENSIONS: Extensions = {}


def by_url(extensions: Sequence[Extension]) -> Extensions:
    """The first extension of every url."""
    if not extensions:
        return _NO_EXTENSIONS
    if len(extensions) == 1:
        return {extensions[0].url: extensions[0]}
    return {each.url: each for each in reversed(extensions)}


def first(concepts: Sequence[Concept]) -> Concept:
    """The first of several, or none."""
    return concepts[0] if concepts else NO_CONCEPT
