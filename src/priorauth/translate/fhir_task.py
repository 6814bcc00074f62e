"""What a decision still needs, as CommunicationRequests (PWK, HI LOI) and as Tasks (PAS ainfo-1 to 7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from priorauth.domain.determinations import Reply
from priorauth.domain.information import (
    QUESTIONNAIRE,
    Asked,
    InformationTask,
    SuppliedDocument,
    TaskId,
    TaskKind,
    TaskState,
    asks,
    by_kind,
    context_of,
    contexts,
)
from priorauth.domain.reviews import Attachment, Format, LegId, ServiceReview
from priorauth.fhir.elements import Value
from priorauth.translate.fhir_values import write_instant
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
    reference,
    valued,
)

BY_CODE, BY_QUESTIONNAIRE = "attachment-request-code", "attachment-request-questionnaire"
NOT_NEEDED = "the information is no longer needed"
CONTROL_SYSTEM = "urn:priorauth:attachment"
_VOICE = "VO"
_QUESTIONNAIRES_NEEDED = concept(PAS_CODES, "questionnaires-needed")  # 2.0.1


def asked_for(reply: Reply) -> list[Asked]:
    """Everything that a reply asks for, of the event and of its items."""
    return asks(reply.information, {decision.sequence: decision.information for decision in reply.items})


def tasks_of(reply: Reply, review: ServiceReview) -> Sequence[InformationTask]:
    """The tasks of a reply; where nobody keeps any, those that what it asks for would be."""
    if reply.tasks:
        return reply.tasks
    return [
        InformationTask(
            id=TaskId(f"{review.id}-{kind}"),
            review_id=review.id,
            leg_id=LegId(""),
            kind=kind,
            asked=asked,
            requested_at=reply.made_at,
            changed_at=reply.made_at,
            contexts=contexts(review, asked, {item.sequence: item.traces for item in reply.items}, reply.traces),
        )
        for kind, asked in by_kind(asked_for(reply)).items()
    ]


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
    asked: Asked,
    number: int,
    review: ServiceReview,
    parties: Parties,
    diagnoses: Sequence[Written],
    version: Format,
) -> Written:
    """One thing asked for as profile-communicationrequest; `diagnoses` are the extensions of what it is about."""
    attachment = asked.attachment or Attachment(report_type="", transmission="")
    control = attachment.control_number.strip() or f"{review.id}-{number}"
    line: list[Value] = [valued(LINE_NUMBER, "PositiveInt", asked.sequence)] if asked.sequence else []
    is_2_0_1 = version is Format.PAS_2_0_1
    category = concept(REPORT_TYPE, attachment.report_type)
    payload: Written = {"extension": [*diagnoses], "contentString": asked.loinc_code} if asked.loinc_code else {}
    if is_2_0_1:
        payload = _payload_2_0_1(asked.loinc_code or attachment.description, [*line, *diagnoses])
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
            "payload": [compact(payload)] if payload else [],
            "requester": parties.insurer,
            "recipient": [parties.recipient] if parties.recipient else [],
            "sender": parties.sender,
        }
    )


def _payload_2_0_1(content: str, about: list[Value]) -> Written:
    """The payload, which in 2.0.1 carries the line number as well, and must have a content."""
    if not content.strip():
        return {"extension": about, "_contentString": absent()} if about else {}
    return compact({"extension": about, "contentString": content})


def task_to_fhir(
    task: InformationTask,
    review: ServiceReview,
    parties: Parties,
    *,
    identifiers: Sequence[Value],
    payer_url: str,
    version: Format,
) -> Written:
    """One Task: what is asked for of one kind (PAS ainfo-4, 6 and 7)."""
    url: Written = {"type": concept(PAS_CODES, "payer-url"), "valueUrl": payer_url}
    inputs: list[Value] = []
    for part in (part for each in task.asked for part in _inputs(each, task, review, version)):
        if part not in inputs:  # of an item and of all of them
            inputs.append(part)
    code = BY_QUESTIONNAIRE if task.kind is TaskKind.QUESTIONNAIRES else BY_CODE
    return compact(
        {
            "resourceType": "Task",
            "id": task.id,
            "meta": {"profile": [f"{PAS}profile-task"]},
            "identifier": list(identifiers[:1]),
            "status": task.state,
            "statusReason": {"text": NOT_NEEDED} if task.state is TaskState.CANCELLED else {},
            "intent": "order",
            "code": concept(PAS_CODES, code),
            "for": parties.patient,
            "authoredOn": write_instant(task.requested_at),
            "lastModified": write_instant(task.changed_at),
            "requester": {"identifier": parties.insurer_identifier},
            "owner": {"identifier": parties.requester_identifier},
            "reasonCode": concept(PAS_CODES, "priorAuthorization"),
            "reasonReference": parties.claim,
            "input": [url, *inputs],
            "output": [_output(each) for each in task.documents],
        }
    )


def _output(document: SuppliedDocument) -> Written:
    """What was brought, by the url under which it came."""
    return {"type": concept(PAS_CODES, "attachments-needed"), "valueReference": reference(document.resource.url)}


def _inputs(asked: Asked, task: InformationTask, review: ServiceReview, version: Format) -> Iterator[Written]:
    """The inputs of one thing asked for; what is asked of the event is asked for each of its items."""
    sequences = [asked.sequence] if asked.sequence else [item.sequence for item in review.items]
    line_url, line_kind = (PA_LINE_NUMBER, "Integer") if version is Format.PAS_2_0_1 else (LINE_NUMBER, "PositiveInt")
    for sequence in sequences:
        line: list[Value] = [valued(line_url, line_kind, sequence)]
        if asked.loinc_code == QUESTIONNAIRE:
            context = task.context(sequence) or context_of(review, sequence)
            if version is Format.PAS_2_0_1:
                wanted_here: Written = {"type": _QUESTIONNAIRES_NEEDED, "valueIdentifier": {"value": context}}
            else:
                wanted_here = {"type": concept(PAS_CODES, "questionnaire-context"), "valueString": context}
            yield {"extension": line, **wanted_here}
            continue
        code = asked.attachment.report_type if asked.attachment else asked.loinc_code
        wanted = concept(REPORT_TYPE if asked.attachment else LOINC, code)
        yield {"extension": line, "type": concept(PAS_CODES, "attachments-needed"), "valueCodeableConcept": wanted}
