"""What a requester brings, read: CDex `$submit-attachment` and a completed PAS Task. Nothing raises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from priorauth.domain.carried import CarriedResource
from priorauth.domain.information import SuppliedDocument, TaskState
from priorauth.fhir.bundles import write_resource
from priorauth.fhir.elements import Element
from priorauth.translate.fhir_entries import url_of_content
from priorauth.translate.fhir_reading import any_code, child, children, extensions, text
from priorauth.translate.fhir_vocabulary import LINE_NUMBER, PA_LINE_NUMBER

_LONGEST_NUMBER = 9
PREAUTHORIZATION = "preauthorization"
DOCUMENTS = ("DocumentReference", "QuestionnaireResponse")


class Fault(NamedTuple):
    """What is wrong with a body, and its FHIRPath."""

    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachments:
    """The parameters of `$submit-attachment`."""

    tracking: str
    member: str
    documents: tuple[SuppliedDocument, ...]
    final: bool


def read_attachments(parameters: Element) -> Attachments | Fault:
    """The parameters, or the first thing that is wrong with them."""
    if text(parameters, "resourceType") != "Parameters":
        return Fault("Parameters", "the body is not Parameters")
    found = children(parameters, "parameter")
    named = {text(each, "name"): each for each in found}
    tracking = _identifier(named.get("TrackingId", {}))
    member = _identifier(named.get("MemberId", {}))
    attach_to = named.get("AttachTo", {})
    if not tracking:
        return Fault(_parameter("TrackingId"), "TrackingId is needed: the identifier of the Task or the Claim")
    if text(attach_to, "valueCode") != PREAUTHORIZATION:
        return Fault(_parameter("AttachTo"), "AttachTo needs to be preauthorization")
    if not member:
        return Fault(_parameter("MemberId"), "MemberId is needed")
    if "OrganizationId" not in named and "ProviderId" not in named:
        return Fault(_parameter("OrganizationId"), "OrganizationId or ProviderId is needed")
    documents: list[SuppliedDocument] = []
    attached = [each for each in found if text(each, "name") == "Attachment"]
    for place, each in enumerate(attached):
        document = _attached(each)
        if document is None:
            where = f"Parameters.parameter.where(name = 'Attachment')[{place}].part.where(name = 'Content')"
            return Fault(where, "Content needs to be a DocumentReference or a QuestionnaireResponse")
        documents.append(document)
    if not documents:
        return Fault(_parameter("Attachment"), "at least one Attachment is needed")
    final = named.get("Final", {}).get("valueBoolean") is not False
    return Attachments(tracking=tracking, member=member, documents=tuple(documents), final=final)


def _parameter(name: str) -> str:
    return f"Parameters.parameter.where(name = '{name}')"


def _identifier(parameter: Element) -> str:
    return text(child(parameter, "valueIdentifier"), "value") or text(parameter, "valueString")


def _attached(parameter: Element) -> SuppliedDocument | None:
    parts = children(parameter, "part")
    content = next((child(each, "resource") for each in parts if text(each, "name") == "Content"), {})
    if text(content, "resourceType") not in DOCUMENTS:
        return None
    code = next((any_code(child(each, "valueCodeableConcept")) for each in parts if text(each, "name") == "Code"), "")
    lines = tuple(line for each in parts if text(each, "name") == "LineItem" for line in _lines(each))
    return SuppliedDocument(code=code or _type(content), sequences=lines, resource=_resource(content))


def _lines(part: Element) -> Iterator[int]:
    for name in ("valueString", "valueInteger", "valuePositiveInt"):
        value = part.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            yield value
        elif isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= _LONGEST_NUMBER:
            yield int(value)


def read_task(task: Element) -> tuple[TaskState, Sequence[SuppliedDocument]] | Fault:
    """The state that a requester gives a Task and the documents that it puts out, or what is wrong with it."""
    try:
        state = TaskState(text(task, "status"))
    except ValueError:
        return Fault("Task.status", "status is not one that a requester gives")
    if state is TaskState.CANCELLED or state is TaskState.REQUESTED:
        return Fault("Task.status", "status is not one that a requester gives")
    documents: list[SuppliedDocument] = []
    for place, output in enumerate(children(task, "output")):
        document = _output(task, output)
        if document is None:
            return Fault(
                f"Task.output[{place}].value", "an output needs to be an attachment with data, or a contained document"
            )
        documents.append(document)
    if state is TaskState.COMPLETED and not documents:
        return Fault("Task.output", "a completed Task needs an output")
    return state, documents


def _output(task: Element, output: Element) -> SuppliedDocument | None:
    about = extensions(output)
    line = (about.get(LINE_NUMBER) or about.get(PA_LINE_NUMBER) or {}).values()
    lines = tuple(value for value in line if isinstance(value, int) and not isinstance(value, bool))
    attachment = child(output, "valueAttachment")
    if text(attachment, "data"):
        made: Element = {
            "resourceType": "DocumentReference",
            "status": "current",
            "content": [{"attachment": attachment}],
        }
        return SuppliedDocument(sequences=lines, resource=_resource(made))
    literal = text(child(output, "valueReference"), "reference")
    for held in children(task, "contained"):
        if literal == f"#{text(held, 'id')}" and text(held, "resourceType") in DOCUMENTS:
            return SuppliedDocument(code=_type(held), sequences=lines, resource=_resource(held))
    return None


def _type(document: Element) -> str:
    """What a document says it is."""
    return any_code(child(document, "type"))


def _resource(content: Element) -> CarriedResource:
    """The document under a url of its content, so that the same one brought again is the same one."""
    body = write_resource(content)
    return CarriedResource(text(content, "resourceType"), url_of_content(body), body.decode())
