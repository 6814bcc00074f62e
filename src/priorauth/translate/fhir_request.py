"""A service review to a PAS request Bundle: for destinations that speak PAS, and as a 278 in another form."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from priorauth.domain.reviews import (
    Accident,
    Admission,
    CarriedSegment,
    Diagnosis,
    Format,
    PatientEvent,
    Purpose,
    ServiceKind,
    ServiceReview,
    Trace,
)
from priorauth.fhir.elements import Value
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_claim import home_health
from priorauth.translate.fhir_entries import Entries, identified
from priorauth.translate.fhir_numbers import EntryNumbers
from priorauth.translate.fhir_request_items import ClaimParts, ItemWriter, is_cancellation, kind_of
from priorauth.translate.fhir_request_parties import NO_IDENTIFIER, PartyWriter, Patients
from priorauth.translate.fhir_values import (
    dotted_diagnosis,
    read_created,
    write_day,
    write_instant,
    write_period,
    write_trace,
)
from priorauth.translate.fhir_vocabulary import (
    ACCIDENT,
    ADMINISTRATION_NUMBER,
    ADMISSION_SOURCE,
    ADMISSION_TYPE,
    AUTHORIZATION_NUMBER,
    CERTIFICATION,
    CERTIFICATION_TYPE,
    CLAIM_TYPE,
    CONDITION,
    CONDITION_CATEGORY,
    CONDITION_CODE,
    DIAGNOSED,
    ENCOUNTER,
    HOME_HEALTH,
    LEVEL_OF_SERVICE,
    LEVEL_OF_SERVICE_CODE,
    NURSING_HOME_STATUS,
    NURSING_STATUS,
    PAS,
    PAS_CODES,
    PATIENT_STATUS,
    PATIENT_STATUS_EXTENSION,
    PROCESS_PRIORITY,
    PROGNOSIS,
    RELATED_CLAIM,
    TRANSMISSION,
    Written,
    absent,
    coded,
    compact,
    complex_extension,
    concept,
    reference,
    valued,
)
from priorauth.translate.losses import Losses, LossReason

TRANSACTION_SYSTEM = "urn:priorauth:transaction"
_TYPES = {
    ServiceKind.INSTITUTIONAL: "institutional",
    ServiceKind.DENTAL: "oral",
    ServiceKind.PROFESSIONAL: "professional",
}
_UNPLACED = (
    ("health_condition", "UM07"),
    ("prognosis", "UM08"),
    ("release", "UM09"),
    ("delay_reason", "UM10"),
    ("last_menstrual_period", "DTP"),
    ("estimated_birth", "DTP"),
    ("onset", "DTP"),
    ("delivery", "HSD"),
)
"""Fields of the event that PAS has no element for, and where X217 2000E has them."""


def review_to_fhir(
    review: ServiceReview,
    *,
    crosswalks: Crosswalks,
    version: Format = Format.PAS_2_2_1,
    identifier: str | None = None,
    created: datetime | None = None,
    extra_trace: Trace | None = None,
    losses: Losses | None = None,
) -> Written:
    """The request Bundle, its Claim first.

    For a leg: our own `identifier` and time of creation, and `extra_trace` of ours as the second identifier of the
    Claim, which 2.0.1 has no room for: there it stands alone.
    """
    writing = _Writing(review, crosswalks, version, Losses() if losses is None else losses)
    moment = created or _moment(review)
    transaction = review.transaction
    claim = writing.claim(moment, extra_trace)
    if created is None and len(transaction.created) > 8 and read_created(write_instant(moment)) != transaction.created:
        writing.losses.note("header/BHT05", LossReason.REPLACED)
    return {
        "resourceType": "Bundle",
        "meta": {"profile": [f"{PAS}profile-pas-request-bundle"]},
        "identifier": {"system": TRANSACTION_SYSTEM, "value": identifier or transaction.identifier or review.id},
        "type": "collection",
        "timestamp": write_instant(moment),
        "entry": [claim, *writing.entries.written()],
    }


def _moment(review: ServiceReview) -> datetime:
    """BHT04 and BHT05; X12 names no zone, and UTC is assumed."""
    created = review.transaction.created
    for length, form in ((14, "%Y%m%d%H%M%S"), (12, "%Y%m%d%H%M"), (8, "%Y%m%d")):
        if len(created) >= length:
            try:
                return datetime.strptime(created[:length], form).replace(tzinfo=UTC)
            except ValueError:
                break
    return review.received_at


class _Writing:
    """One request Bundle while it is written."""

    def __init__(self, review: ServiceReview, walks: Crosswalks, version: Format, losses: Losses) -> None:
        self.review = review
        self.walks = walks
        self.is_2_2_1 = version is not Format.PAS_2_0_1
        self.losses = losses
        self.entries = Entries(review)
        self.parties = PartyWriter(self.entries, walks, losses)

    def claim(self, moment: datetime, extra_trace: Trace | None) -> Written:
        """The entry of the Claim; what it refers to is added to the entries."""
        review, event = self.review, self.review.event
        self._note_losses()
        insurer = self.parties.insurer(review.umo)
        requester = self.parties.requester(review.requester)
        patients = self.parties.patients(review.subscriber, review.dependent, insurer)
        parts = ClaimParts(self.parties, EntryNumbers(review), with_document_information=self.is_2_2_1)
        for at, provider in enumerate(event.providers):
            parts.member(provider, f"event.providers[{at}]", of_claim=True)
        parts.event(review)
        kind = kind_of(review)
        items = ItemWriter(review, self.entries, parts, self.walks, self.losses, kind, patients.patient, self.is_2_2_1)
        written = [items.item(item, place) for place, item in enumerate(review.items)]
        claim = compact(
            {
                "resourceType": "Claim",
                "meta": {"profile": [f"{PAS}profile-claim-update" if review.prior else f"{PAS}profile-claim"]},
                "extension": self._extensions(patients),
                "identifier": self._identifiers(extra_trace),
                "status": "active",
                "type": concept(CLAIM_TYPE, _TYPES[kind]),
                "use": "preauthorization",
                "patient": reference(patients.patient),
                "created": write_instant(moment),
                "insurer": reference(insurer),
                "provider": reference(requester),
                "priority": concept(PROCESS_PRIORITY, self.walks.priority.fhir(event.level_of_service) or "normal"),
                "related": self._related(),
                "careTeam": parts.care_team,
                "supportingInfo": parts.information,
                "diagnosis": [self._diagnosis(each, at) for at, each in enumerate(event.diagnoses, start=1)],
                "insurance": [{"sequence": 1, "focal": True, "coverage": reference(patients.coverage)}],
                "accident": self._accident(event),
                "item": written,
            }
        )
        for each in review.resources:
            if self.is_2_2_1 or review.prior is None or each.url != review.prior.url:
                self.entries.carry(each.url, each.body)
        url = self.entries.url_of("claim") or self.entries.made("claim")
        return {"fullUrl": url, "resource": identified(claim, url)}

    def _extensions(self, patients: Patients) -> list[Value]:
        event, review = self.review.event, self.review
        level = event.level_of_service
        transmission = self._transmission() if self.is_2_2_1 else None
        encounter = self._encounter(patients)
        numbers = (
            (AUTHORIZATION_NUMBER, event.previous_authorization),
            (ADMINISTRATION_NUMBER, event.previous_administrative),
        )
        whole = is_cancellation(review) or (review.prior is not None)
        return [
            *([transmission] if transmission else []),
            *([coded(LEVEL_OF_SERVICE_CODE, LEVEL_OF_SERVICE, level)] if level else []),
            *_conditions(event.carried),
            *self._home_health(event.carried),
            *(valued(url, "String", number) for url, number in numbers if number),
            *([valued(ENCOUNTER, "Reference", reference(encounter))] if encounter else []),
            *([coded(CERTIFICATION_TYPE, CERTIFICATION, event.certification)] if whole else []),
        ]

    def _transmission(self) -> Written | None:
        found = self.review.transmission
        if found is None:
            return None
        parts = (
            ("applicationSenderCode", found.application_sender),
            ("applicationReceiverCode", found.application_receiver),
            ("interchangeSenderID", found.interchange_sender),
            ("interchangeReceiverID", found.interchange_receiver),
        )
        return complex_extension(TRANSMISSION, [valued(name, "String", value) for name, value in parts if value])

    def _identifiers(self, extra: Trace | None) -> list[Value]:
        own = self.review.event.traces
        room = 2 if self.is_2_2_1 else 1
        traces = (*own[: room - 1], extra) if extra else own
        if len(traces) > room:
            self.losses.note("2000E/TRN", LossReason.TOO_MANY, occurrence=room + 1)
        return [write_trace(each) for each in traces[:room]] or [NO_IDENTIFIER]

    def _related(self) -> list[Value]:
        prior = self.review.prior
        if prior is None:
            return []
        is_known = any(each.url == prior.url for each in self.review.resources)
        claim: Written = reference(prior.url) if is_known and self.is_2_2_1 else {}  # 2.0.1: a Bundle has one Claim
        if prior.traces:
            claim["identifier"] = write_trace(prior.traces[0])
        return [{"claim": claim or absent(), "relationship": concept(RELATED_CLAIM, "prior")}]

    def _diagnosis(self, diagnosis: Diagnosis, sequence: int) -> Written:
        system, _, kind = self.walks.diagnosis.fhir(diagnosis.qualifier).rpartition("|")
        recorded = write_day(diagnosis.diagnosed)
        return compact(
            {
                "extension": [valued(DIAGNOSED, "Date", recorded)] if recorded else [],
                "sequence": sequence,
                "diagnosisCodeableConcept": concept(system, dotted_diagnosis(system, diagnosis.code)),
                "type": [concept(PAS_CODES, kind)] if kind else [],
            }
        )

    def _accident(self, event: PatientEvent) -> Written | None:
        accident = event.accident or Accident(())
        if event.accident_date is None:
            if event.accident:
                self.losses.note("2000E/UM05", LossReason.INCOMPLETE)
            return None
        if len(accident.causes) > 1:
            self.losses.note("2000E/UM05-2", LossReason.NO_PLACE)
        where = compact({"state": accident.state, "country": accident.country})
        return compact(
            {
                "date": write_day(event.accident_date),
                "type": concept(ACCIDENT, accident.causes[0]) if accident.causes else None,
                "locationAddress": where,
            }
        )

    def _encounter(self, patients: Patients) -> str:
        """CL1 as profile-encounter, whose status is always `planned` (PAS)."""
        if known := self.entries.url_of("encounter"):
            return known
        admission, dates = self.review.event.admission, self.review.event.admission_dates
        if admission is None:
            return ""
        source = admission.source
        encounter = compact(
            {
                "resourceType": "Encounter",
                "meta": {"profile": [f"{PAS}profile-encounter"]},
                "extension": _admission_extensions(admission),
                "status": "planned",
                "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
                "type": [concept(ADMISSION_TYPE, admission.type) if admission.type else absent()],
                "subject": reference(patients.patient),
                "period": write_period(dates) if dates and dates.end else None,
                "hospitalization": {"admitSource": concept(ADMISSION_SOURCE, source)} if source else None,
            }
        )
        return self.entries.add("encounter", encounter)

    def _home_health(self, carried: Iterable[CarriedSegment]) -> list[Written]:
        """The prognosis and the start of care of CR6; the rest of it has no place."""
        for segment in carried:
            if segment.elements[0] == "CR6":
                _, prognosis, start, *_ = (*segment.elements, "", "")
                if segment != home_health(prognosis, start, self.review.event.certification):
                    self.losses.note("2000E/CR6", LossReason.NO_PLACE)
                day = f"{start[:4]}-{start[4:6]}-{start[6:8]}"
                parts = (coded("prognosis", PROGNOSIS, prognosis), valued("date", "Date", day))
                return [complex_extension(HOME_HEALTH, parts)]
        return []

    def _note_first_service(self, event: PatientEvent) -> None:
        """What the event says otherwise than its first service: the items say what the services do, and no more."""
        first = next(iter(self.review.items), None)
        for name, position in _SAID_BY_FIRST:
            own = getattr(first, name, None)
            is_said = (name == "category" and event.category == "AR") or (
                name == "certification" and (is_cancellation(self.review) or self.review.prior is not None)
            )
            if own and own != getattr(event, name) and not is_said:
                self.losses.note(f"2000E/{position}", LossReason.REPLACED)

    def _note_losses(self) -> None:
        event, transaction = self.review.event, self.review.transaction
        if transaction.reservation:
            self.losses.note("header/BHT06", LossReason.NO_PLACE)
        is_cancelled = transaction.purpose is Purpose.CANCELLATION
        if transaction.purpose is Purpose.AUTHORITY_TO_DEDUCT or is_cancelled != is_cancellation(self.review):
            self.losses.note("header/BHT02", LossReason.REPLACED)
        self._note_first_service(event)
        for name, position in _UNPLACED:
            if getattr(event, name):
                self.losses.note(f"2000E/{position}", LossReason.NO_PLACE)
        for segment in event.carried:
            if segment.elements[0] not in ("CRC", "CR6"):
                self.losses.note(
                    f"{segment.loop}/{segment.elements[0]}", LossReason.NO_PLACE, occurrence=max(segment.group, 1)
                )


_SAID_BY_FIRST = (("category", "UM01"), ("certification", "UM02"), ("service_type", "UM03"), ("location", "UM04"))
"""What the first item of a Claim says for its event when it is read."""


def _conditions(carried: Iterable[CarriedSegment]) -> list[Written]:
    """CRC: the IG's own text knows no place for it, yet its extension has its category, indicator and codes."""
    return [
        complex_extension(
            CONDITION_CODE,
            (
                coded("category", CONDITION_CATEGORY, segment.elements[1]),
                valued("indicator", "Boolean", segment.elements[2] == "Y"),
                *(coded("code", CONDITION, code) for code in segment.elements[3:] if code),
            ),
        )
        for segment in carried
        if segment.elements[0] == "CRC"
    ]


def _admission_extensions(admission: Admission) -> list[Value]:
    codes = (
        (PATIENT_STATUS_EXTENSION, PATIENT_STATUS, admission.patient_status),
        (NURSING_STATUS, NURSING_HOME_STATUS, admission.nursing_home_status),
    )
    return [coded(url, system, code) for url, system, code in codes if code]
