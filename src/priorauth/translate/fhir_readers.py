"""Which types of R4 are read as which elements, so that strict types are made with the members that readers look at."""

from __future__ import annotations

from collections.abc import Mapping

from priorauth.translate.fhir_elements import (
    Accident,
    Address,
    CareTeam,
    Claim,
    Coding,
    Concept,
    ContactPoint,
    Coverage,
    CoverageClass,
    Diagnosis,
    DispenseRequest,
    Dosage,
    Encounter,
    EnteralFormula,
    Extension,
    Hospitalization,
    HumanName,
    Identifier,
    Insurance,
    Item,
    Location,
    OralDiet,
    Order,
    Organization,
    OrganizationContact,
    Part,
    Patient,
    Period,
    Practitioner,
    PractitionerRole,
    Quantity,
    Reference,
    Related,
    Repeat,
    SupportingInfo,
    Timing,
)

READERS: Mapping[str, type[Part]] = {
    **{
        each.__name__: each
        for each in (
            *(Address, Claim, Coding, ContactPoint, Coverage, CoverageClass, Dosage, Encounter, Extension, HumanName),
            *(Identifier, Location, Organization, OrganizationContact, Patient, Period, Practitioner, PractitionerRole),
            *(Quantity, Reference, Timing),
        )
    },
    **{f"Claim{each.__name__}": each for each in (Accident, CareTeam, Diagnosis, Insurance, Item, Related)},
    **dict.fromkeys(("DeviceRequest", "MedicationRequest", "NutritionOrder", "ServiceRequest"), Order),
    **dict.fromkeys(("Duration", "Money"), Quantity),
    "ClaimSupportingInfo": SupportingInfo,
    "CodeableConcept": Concept,
    "EncounterHospitalization": Hospitalization,
    "MedicationRequestDispenseRequest": DispenseRequest,
    "NutritionOrderEnteralFormula": EnteralFormula,
    "NutritionOrderOralDiet": OralDiet,
    "TimingRepeat": Repeat,
}
"""The types of R4 that the elements of a request are of, and as what each is read."""
