"""The Claim as the patient event (X217 2000E): diagnoses, dates, admission, conditions, accident, care team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

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
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_elements import (
    NO_EXTENSION,
    CareTeam,
    Claim,
    Encounter,
    Extension,
    Extensions,
    Identifier,
    by_url,
    first,
)
from priorauth.translate.fhir_elements import Accident as AccidentElement
from priorauth.translate.fhir_parties import PartyReader
from priorauth.translate.fhir_reading import Resource, Resources, day
from priorauth.translate.fhir_values import plain_diagnosis, trace_of
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
_transmission = builder(Transmission)
_segment = builder(CarriedSegment)


@dataclass(slots=True)
class Member:
    """A member of the care team: of the whole claim, or of the items that point to it."""

    sequence: int
    is_of_claim: bool
    element: CareTeam


def read_diagnoses(claim: Claim, walks: Crosswalks) -> tuple[tuple[Diagnosis, ...], dict[int, int]]:
    """The diagnoses in the order of HI, and the place (from 1) of each by its sequence."""
    read: list[tuple[int, int, Diagnosis]] = []
    is_late = False  # one stands later than X217 lets it
    for each in claim.diagnosis:
        kind = first(each.type).of(PAS_CODES)
        for coding in each.diagnosisCodeableConcept.coding:
            system, value = coding.system, coding.code
            qualifier = walks.diagnosis.x12(f"{system}|{kind}") or walks.diagnosis.x12(f"{system}|")
            if qualifier and value:
                recorded = (
                    day(by_url(each.extension).get(DIAGNOSED, NO_EXTENSION).valueDate) if each.extension else None
                )
                diagnosis = _diagnosis(qualifier, plain_diagnosis(value), recorded)
                rank = _FIRST.get(kind, 2)
                is_late = is_late or rank < len(read)
                read.append((rank, each.sequence, diagnosis))
                break
    if is_late:
        read.sort(key=itemgetter(0))
    places = {sequence: place for place, (_, sequence, _) in enumerate(read, start=1)}
    return tuple([diagnosis for _, _, diagnosis in read]), places


def read_level_of_service(claim: Claim, found: Extensions, walks: Crosswalks) -> str:
    """UM06: its own extension, else what the priority says of it."""
    own = found.get(LEVEL_OF_SERVICE_CODE, NO_EXTENSION).valueCodeableConcept.of(LEVEL_OF_SERVICE)
    return own or walks.priority.x12(claim.priority.of(PROCESS_PRIORITY))


def read_conditions(extensions: Sequence[Extension]) -> list[CarriedSegment]:
    """CRC: every condition code with its category and whether it applies."""
    carried: list[CarriedSegment] = []
    for each in extensions:
        if each.url != CONDITION_CODE:
            continue
        about = by_url(each.extension)
        applies = about.get("indicator", NO_EXTENSION).valueBoolean
        codes = [one.valueCodeableConcept.of(CONDITION) for one in each.extension if one.url == "code"]
        category = about.get("category", NO_EXTENSION).valueCodeableConcept.of(CONDITION_CATEGORY)
        head = ("CRC", category, "" if applies is None else "Y" if applies else "N")
        for start in range(0, max(len(codes), 1), _CONDITIONS):
            carried.append(_segment("2000E", 0, (*head, *codes[start : start + _CONDITIONS])))
    return carried


def read_home_health(found: Extensions, certification: str) -> list[CarriedSegment]:
    """CR6: prognosis and start of care. CR607 has one code only; CR608 repeats UM02 as far as its list goes."""
    if HOME_HEALTH not in found:
        return []
    about = by_url(found[HOME_HEALTH].extension)
    start = day(about.get("date", NO_EXTENSION).valueDate)
    prognosis = about.get("prognosis", NO_EXTENSION).valueCodeableConcept.of(PROGNOSIS)
    begins = start.isoformat().replace("-", "") if start else ""
    return [home_health(prognosis, begins, certification)]


def home_health(prognosis: str, begins: str, certification: str) -> CarriedSegment:
    """CR6 with all that PAS says of home health care, and what follows from that."""
    repeated = certification if certification in _CR608 else "I"
    return _segment("2000E", 0, ("CR6", prognosis, begins, "", "", "", "", "W", repeated))


_CR608 = frozenset("12346IRS")


def read_accident(accident: AccidentElement) -> Accident | None:
    """UM05, None where the Claim has no accident or only its date."""
    cause = accident.type.of(ACCIDENT) or accident.type.any()
    state, country = accident.locationAddress.state, accident.locationAddress.country
    return Accident((cause,) if cause else (), state, country) if cause or state or country else None


def read_encounter(claim: Resource, found: Extensions, resources: Resources) -> Resource:
    """The encounter of an admission."""
    return resources.at_reference(found.get(ENCOUNTER, NO_EXTENSION).valueReference.reference, claim)


def read_admission(encounter: Encounter) -> Admission | None:
    """CL1."""
    found = by_url(encounter.extension)
    status = found.get(PATIENT_STATUS_EXTENSION, NO_EXTENSION).valueCodeableConcept
    admission = _admission(
        type=first(encounter.type).any(),
        source=encounter.hospitalization.admitSource.any(),
        patient_status=status.of(PATIENT_STATUS) or status.any(),
        nursing_home_status=found.get(NURSING_STATUS, NO_EXTENSION).valueCodeableConcept.of(NURSING_HOME_STATUS),
    )
    return None if admission == _NO_ADMISSION else admission


_admission = builder(Admission)
_NO_ADMISSION = Admission()


def read_transmission(found: Extensions) -> Transmission | None:
    """GS02, GS03, ISA06 and ISA08."""
    if TRANSMISSION not in found:
        return None
    about = by_url(found[TRANSMISSION].extension)
    return _transmission(
        application_sender=about.get("applicationSenderCode", NO_EXTENSION).valueString,
        application_receiver=about.get("applicationReceiverCode", NO_EXTENSION).valueString,
        interchange_sender=about.get("interchangeSenderID", NO_EXTENSION).valueString,
        interchange_receiver=about.get("interchangeReceiverID", NO_EXTENSION).valueString,
    )


def read_traces(identifiers: Sequence[Identifier]) -> tuple[Trace, ...]:
    """The trace numbers of the event: every identifier of the Claim."""
    return tuple([trace_of(each) for each in identifiers if each.value and each.system != ABSENT])


def read_prior(claim: Claim, source: Resource, resources: Resources) -> PriorRequest | None:
    """The request that this one updates (PAS spec-65), whether or not it came along."""
    for related in claim.related:
        held = related.claim
        prior = resources.at_reference(held.reference, source)
        traces = read_traces(prior.read_as(Claim).identifier) if prior else ()
        if not traces and held.identifier and held.identifier.value:
            traces = (trace_of(held.identifier),)
        return PriorRequest(url=prior.url or held.reference, traces=traces)
    return None


def care_team(claim: Claim) -> list[Member]:
    """Who takes part. A member that is of an item and that no item points to is of the whole claim."""
    pointed: set[int] = set()
    for item in claim.item:
        pointed.update(item.careTeamSequence)
    members: list[Member] = []
    for each in claim.careTeam:
        scope = by_url(each.extension).get(CARE_TEAM_SCOPE, NO_EXTENSION).valueBoolean
        is_of_claim = scope is True or each.sequence not in pointed
        members.append(Member(each.sequence, is_of_claim, each))
    return members


def read_member(
    member: CareTeam, place: str, claim: Resource, resources: Resources, parties: PartyReader, walks: Crosswalks
) -> Provider:
    """A member of the care team as a provider of the event or of a service (2010EA, 2010F)."""
    role = member.role.of(ENTITY_ROLE) or walks.careteam_role.x12(member.role.of(CARE_TEAM_ROLE))
    taxonomy = member.qualification.of(TAXONOMY) or member.qualification.any()
    who = resources.at_reference(member.provider.reference, claim)
    return parties.provider(who, place, role=role or _SERVICE_PROVIDER, taxonomy=taxonomy)
