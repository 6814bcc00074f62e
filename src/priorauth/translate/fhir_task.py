"""What a decision still needs, as CommunicationRequests (PWK, HI LOI) and as Tasks (PAS ainfo-1 to 7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from priorauth.domain.determinations import InformationRequest, Reply
from priorauth.domain.reviews import Attachment, Format, ServiceReview
from priorauth.fhir.elements import Value
from priorauth.translate.fhir_vocabulary import (
    LINE_NUMBER,
    LOINC,
    PA_LINE_NUMBER,
    PAS,
    PAS_CODES,
    REPORT_TRANSMISSION,
    REPORT_TYPE,
    Written,
    absent,
    compact,
    concept,
    valued,
)

QUESTIONNAIRE = "102089-0"
"""LOINC: asks to answer a questionnaire instead of sending a document (PAS ainfo-2)."""
BY_CODE, BY_QUESTIONNAIRE = "attachment-request-code", "attachment-request-questionnaire"
CONTROL_SYSTEM = "urn:priorauth:attachment"
_VOICE = "VO"
_QUESTIONNAIRES_NEEDED = concept(PAS_CODES, "questionnaires-needed")  # 2.0.1


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing asked for: a report (PWK01), or a document or questionnaire (LOINC). `sequence` 0 is the event."""

    sequence: int
    attachment: Attachment | None = None
    loinc_code: str = ""


def asked_for(reply: Reply) -> list[Asked]:
    """Everything that a reply asks for, of the event and of its items."""
    asked = list(_asked(0, reply.information))
    for decision in reply.items:
        asked.extend(_asked(decision.sequence, decision.information))
    return asked


def _asked(sequence: int, information: InformationRequest | None) -> Iterator[Asked]:
    if information:
        yield from (Asked(sequence, attachment=each) for each in information.attachments)
        yield from (Asked(sequence, loinc_code=each) for each in information.loinc_codes)


@dataclass(frozen=True, slots=True)
class Parties:
    """References and identifiers of who asks whom about whom."""

    patient: Written
    claim: Written
    insurer: Written | None
    requester: Written | None
    insurer_identifier: Value
    requester_identifier: Value
    recipient: Written | None  # the person or organization of the requester, where a role asks
    sender: Written | None  # the organization of the requester


def communication_request(
    asked: Asked, number: int, review: ServiceReview, parties: Parties, version: Format
) -> Written:
    """One thing asked for as profile-communicationrequest."""
    attachment = asked.attachment or Attachment(report_type="", transmission="")
    control = attachment.control_number.strip() or f"{review.id}-{number}"
    line: list[Value] = [valued(LINE_NUMBER, "PositiveInt", asked.sequence)] if asked.sequence else []
    is_2_0_1 = version is Format.PAS_2_0_1
    category = concept(REPORT_TYPE, attachment.report_type)
    payload: Written = {"contentString": asked.loinc_code} if asked.loinc_code else {}
    if is_2_0_1:
        payload = _payload_2_0_1(asked.loinc_code or attachment.description, line)
    elif attachment.description:
        category["text"] = attachment.description  # the content of a payload is a LOINC code
    return compact(
        {
            "resourceType": "CommunicationRequest",
            "id": f"{review.id}-{number}",
            "meta": {"profile": [f"{PAS}profile-communicationrequest"]},
            "extension": [] if is_2_0_1 else line,
            "identifier": [] if attachment.transmission == _VOICE else [{"system": CONTROL_SYSTEM, "value": control}],
            "status": "active",
            "category": [category] if attachment.report_type else [],
            "medium": [concept(REPORT_TRANSMISSION, attachment.transmission)] if attachment.transmission else [],
            "payload": [payload] if payload else [],
            "requester": parties.insurer,
            "recipient": [parties.recipient] if parties.recipient else [],
            "sender": parties.sender,
        }
    )


def _payload_2_0_1(content: str, line: list[Value]) -> Written:
    """The payload, which in 2.0.1 carries the line number as well, and must have a content."""
    if not content.strip():
        return {"extension": line, "_contentString": absent()} if line else {}
    return compact({"extension": line, "contentString": content})


def tasks(
    asked: Sequence[Asked],
    review: ServiceReview,
    parties: Parties,
    *,
    identifiers: Sequence[Value],
    payer_url: str,
    version: Format,
) -> list[Written]:
    """One Task per kind of thing asked for: reports, LOINC codes, questionnaires (PAS ainfo-4, 6 and 7)."""
    kinds = (
        ("reports", BY_CODE, [each for each in asked if each.attachment]),
        ("documents", BY_CODE, [each for each in asked if each.loinc_code not in ("", QUESTIONNAIRE)]),
        ("questionnaires", BY_QUESTIONNAIRE, [each for each in asked if each.loinc_code == QUESTIONNAIRE]),
    )
    written: list[Written] = []
    for name, code, wanted in kinds:
        if wanted:
            inputs = [part for each in wanted for part in _inputs(each, review, version)]
            written.append(_task(f"{review.id}-{name}", code, inputs, parties, identifiers, payer_url))
    return written


def _task(
    id: str, code: str, inputs: Sequence[Written], parties: Parties, identifiers: Sequence[Value], payer_url: str
) -> Written:
    url: Written = {"type": concept(PAS_CODES, "payer-url"), "valueUrl": payer_url}
    return compact(
        {
            "resourceType": "Task",
            "id": id,
            "meta": {"profile": [f"{PAS}profile-task"]},
            "identifier": list(identifiers[:1]),
            "status": "requested",
            "intent": "order",
            "code": concept(PAS_CODES, code),
            "for": parties.patient,
            "requester": {"identifier": parties.insurer_identifier},
            "owner": {"identifier": parties.requester_identifier},
            "reasonCode": concept(PAS_CODES, "priorAuthorization"),
            "reasonReference": parties.claim,
            "input": [url, *inputs],
        }
    )


def _inputs(asked: Asked, review: ServiceReview, version: Format) -> Iterator[Written]:
    """The inputs of one thing asked for; what is asked of the event is asked for each of its items."""
    sequences = [asked.sequence] if asked.sequence else [item.sequence for item in review.items]
    line_url, line_kind = (PA_LINE_NUMBER, "Integer") if version is Format.PAS_2_0_1 else (LINE_NUMBER, "PositiveInt")
    for sequence in sequences:
        line: list[Value] = [valued(line_url, line_kind, sequence)]
        if asked.loinc_code == QUESTIONNAIRE:
            context = _context(review, sequence)
            if version is Format.PAS_2_0_1:
                wanted_here: Written = {"type": _QUESTIONNAIRES_NEEDED, "valueIdentifier": {"value": context}}
            else:
                wanted_here = {"type": concept(PAS_CODES, "questionnaire-context"), "valueString": context}
            yield {"extension": line, **wanted_here}
            continue
        code = asked.attachment.report_type if asked.attachment else asked.loinc_code
        wanted = concept(REPORT_TYPE if asked.attachment else LOINC, code)
        yield {"extension": line, "type": concept(PAS_CODES, "attachments-needed"), "valueCodeableConcept": wanted}


def _context(review: ServiceReview, sequence: int) -> str:
    """The context of a questionnaire: the trace number of its item, else of the event (PAS ainfo-3)."""
    item = next((each for each in review.items if each.sequence == sequence), None)
    traces = (*(item.traces if item else ()), *review.event.traces)
    return traces[0].number if traces else review.id
