"""The Claim as the patient event (X217 2000E): diagnoses, dates, admission, conditions, accident, care team."""

from __future__ import annotations

from dataclasses import dataclass

from priorauth.domain.carried import Transmission
from priorauth.domain.parties import Provider
from priorauth.domain.reviews import (
    Accident,
    Admission,
    CarriedSegment,
    Diagnosis,
    PriorRequest,
    Trace,
)
from priorauth.fhir.elements import Element
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_parties import PartyReader
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
    counts,
    day,
    extension_code,
    extension_text,
    extensions,
    text,
)
from priorauth.translate.fhir_values import plain_diagnosis, read_trace
from priorauth.translate.fhir_vocabulary import (
    ABSENT,
    ACCIDENT,
    CARE_TEAM_ROLE,
    CARE_TEAM_SCOPE,
    CONDITION,
    CONDITION_CATEGORY,
    CONDITION_CODE,
    DIAGNOSED,
    ENCOUNTER,
    ENTITY_ROLE,
    HOME_HEALTH,
    LEVEL_OF_SERVICE,
    LEVEL_OF_SERVICE_CODE,
    NURSING_HOME_STATUS,
    NURSING_STATUS,
    PAS_CODES,
    PATIENT_STATUS,
    PATIENT_STATUS_EXTENSION,
    PROCESS_PRIORITY,
    PROGNOSIS,
    TAXONOMY,
    TRANSMISSION,
)
from priorauth.translate.quick import builder

_FIRST = {"principal": 0, "admitting": 1}
"""X217 HI: the principal diagnosis stands first, the admitting one no later than second."""
_SERVICE_PROVIDER = "SJ"  # X217 NM101 of a care team member whose role the Claim does not say
_CONDITIONS = 5  # of a CRC

_diagnosis = builder(Diagnosis)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the care team: of the whole claim, or of the items that point to it."""

    sequence: int
    is_of_claim: bool
    element: Element


def read_diagnoses(claim: Element, walks: Crosswalks) -> tuple[tuple[Diagnosis, ...], dict[int, int]]:
    """The diagnoses in the order of HI, and the place (from 1) of each by its sequence."""
    read: list[tuple[int, int, Diagnosis]] = []
    for each in children(claim, "diagnosis"):
        kind = code(child(each, "type"), PAS_CODES)
        found = extensions(each)
        for system, value in codings(child(each, "diagnosisCodeableConcept")):
            qualifier = walks.diagnosis.x12(f"{system}|{kind}") or walks.diagnosis.x12(f"{system}|")
            if qualifier and value:
                recorded = day(extension_text(found, DIAGNOSED, "Date"))
                diagnosis = _diagnosis(qualifier, plain_diagnosis(value), recorded)
                read.append((_FIRST.get(kind, 2), count(each, "sequence") or 0, diagnosis))
                break
    if any(rank < 2 for rank, _, _ in read):
        read.sort(key=lambda each: each[0])
    places = {sequence: place for place, (_, sequence, _) in enumerate(read, start=1)}
    return tuple([diagnosis for _, _, diagnosis in read]), places


def read_level_of_service(claim: Element, found: dict[str, Element], walks: Crosswalks) -> str:
    """UM06: its own extension, else what the priority says of it."""
    own = extension_code(found, LEVEL_OF_SERVICE_CODE, LEVEL_OF_SERVICE)
    return own or walks.priority.x12(code(child(claim, "priority"), PROCESS_PRIORITY))


def read_conditions(claim: Element) -> list[CarriedSegment]:
    """CRC: every condition code with its category and whether it applies."""
    carried: list[CarriedSegment] = []
    for each in children(claim, "extension"):
        if each.get("url") != CONDITION_CODE:
            continue
        about = extensions(each)
        applies = about["indicator"].get("valueBoolean") if "indicator" in about else None
        codes = [
            code(child(one, "valueCodeableConcept"), CONDITION)
            for one in children(each, "extension")
            if one.get("url") == "code"
        ]
        category = extension_code(about, "category", CONDITION_CATEGORY)
        head = ("CRC", category, "" if applies is None else "Y" if applies else "N")
        for start in range(0, max(len(codes), 1), _CONDITIONS):
            carried.append(CarriedSegment("2000E", 0, (*head, *codes[start : start + _CONDITIONS])))
    return carried


def read_home_health(found: dict[str, Element], certification: str) -> list[CarriedSegment]:
    """CR6: prognosis and start of care. CR607 has one code only; CR608 repeats UM02 as far as its list goes."""
    if HOME_HEALTH not in found:
        return []
    about = extensions(found[HOME_HEALTH])
    start = day(extension_text(about, "date", "Date"))
    prognosis = extension_code(about, "prognosis", PROGNOSIS)
    begins = f"{start:%Y%m%d}" if start else ""
    repeated = certification if certification in _CR608 else "I"
    return [CarriedSegment("2000E", 0, ("CR6", prognosis, begins, "", "", "", "", "W", repeated))]


_CR608 = frozenset("12346IRS")


def read_accident(claim: Element) -> Accident | None:
    """UM05, None where the Claim has no accident or only its date."""
    accident = child(claim, "accident")
    cause = code(child(accident, "type"), ACCIDENT) or any_code(child(accident, "type"))
    where = child(accident, "locationAddress")
    state, country = text(where, "state"), text(where, "country")
    return Accident((cause,) if cause else (), state, country) if cause or state or country else None


def read_encounter(claim: Resource, found: dict[str, Element], resources: Resources) -> Resource:
    """The encounter of an admission."""
    return resources.find(child(found.get(ENCOUNTER, NOTHING), "valueReference"), claim)


def read_admission(encounter: Element) -> Admission | None:
    """CL1."""
    found = extensions(encounter)
    admission = Admission(
        type=any_code(child(encounter, "type")),
        source=any_code(child(child(encounter, "hospitalization"), "admitSource")),
        patient_status=extension_code(found, PATIENT_STATUS_EXTENSION, PATIENT_STATUS)
        or any_code(child(found.get(PATIENT_STATUS_EXTENSION, NOTHING), "valueCodeableConcept")),
        nursing_home_status=extension_code(found, NURSING_STATUS, NURSING_HOME_STATUS),
    )
    return None if admission == _NO_ADMISSION else admission


_NO_ADMISSION = Admission()


def read_transmission(found: dict[str, Element]) -> Transmission | None:
    """GS02, GS03, ISA06 and ISA08."""
    if TRANSMISSION not in found:
        return None
    about = extensions(found[TRANSMISSION])
    return Transmission(
        application_sender=extension_text(about, "applicationSenderCode"),
        application_receiver=extension_text(about, "applicationReceiverCode"),
        interchange_sender=extension_text(about, "interchangeSenderID"),
        interchange_receiver=extension_text(about, "interchangeReceiverID"),
    )


def read_traces(claim: Element) -> tuple[Trace, ...]:
    """The trace numbers of the event: every identifier of the Claim."""
    return tuple(
        [
            read_trace(each)
            for each in children(claim, "identifier")
            if text(each, "value") and each.get("system") != ABSENT
        ]
    )


def read_prior(claim: Resource, resources: Resources) -> PriorRequest | None:
    """The request that this one updates (PAS spec-65), whether or not it came along."""
    for related in children(claim.element, "related"):
        held = child(related, "claim")
        prior = resources.find(held, claim)
        identifier = child(held, "identifier")
        traces = read_traces(prior.element) if prior else ()
        if not traces and text(identifier, "value"):
            traces = (read_trace(identifier),)
        return PriorRequest(url=prior.url or text(held, "reference"), traces=traces)
    return None


def care_team(claim: Element) -> list[Member]:
    """Who takes part. A member that is of an item and that no item points to is of the whole claim."""
    pointed = {sequence for item in children(claim, "item") for sequence in counts(item, "careTeamSequence")}
    members: list[Member] = []
    for each in children(claim, "careTeam"):
        sequence = count(each, "sequence") or 0
        scope = extensions(each).get(CARE_TEAM_SCOPE, NOTHING).get("valueBoolean")
        is_of_claim = scope is True or sequence not in pointed
        members.append(Member(sequence, is_of_claim, each))
    return members


def read_member(
    member: Member, place: str, claim: Resource, resources: Resources, parties: PartyReader, walks: Crosswalks
) -> Provider:
    """A member of the care team as a provider of the event or of a service (2010EA, 2010F)."""
    concept = child(member.element, "role")
    role = code(concept, ENTITY_ROLE) or walks.careteam_role.x12(code(concept, CARE_TEAM_ROLE))
    taxonomy = code(child(member.element, "qualification"), TAXONOMY) or any_code(
        child(member.element, "qualification")
    )
    who = resources.find(child(member.element, "provider"), claim)
    return parties.provider(who, place, role=role or _SERVICE_PROVIDER, taxonomy=taxonomy)
