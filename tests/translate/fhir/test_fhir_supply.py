"""What a requester brings, read: the parameters of `$submit-attachment` and a Task with its outputs."""

from __future__ import annotations

import pytest

from priorauth.domain.information import TaskState
from priorauth.fhir.elements import Element, Value
from priorauth.translate.fhir_supply import Attachments, Fault, read_attachments, read_task
from priorauth.translate.fhir_vocabulary import LINE_NUMBER

DOCUMENT: Element = {"resourceType": "DocumentReference", "id": "d", "type": {"coding": [{"code": "OE"}]}}


def parameters(*attachment: Value, **replaced: Value) -> Element:
    named: dict[str, Value] = {
        "TrackingId": {"valueIdentifier": {"value": "TRACE-1"}},
        "AttachTo": {"valueCode": "preauthorization"},
        "MemberId": {"valueIdentifier": {"value": "MEM1"}},
        "ProviderId": {"valueIdentifier": {"value": "1200000036"}},
        "Attachment": {"part": list(attachment)},
        **replaced,
    }
    found: list[Value] = [{"name": name, **value} for name, value in named.items() if isinstance(value, dict)]
    return {"resourceType": "Parameters", "parameter": found}


def test_parameters_say_what_they_bring_for_what() -> None:
    said = read_attachments(
        parameters(
            {"name": "LineItem", "valueString": "2"},
            {"name": "LineItem", "valueString": "3"},
            {"name": "Code", "valueCodeableConcept": {"coding": [{"code": "34117-2"}]}},
            {"name": "Content", "resource": DOCUMENT},
        )
    )

    assert isinstance(said, Attachments)
    assert (said.tracking, said.member, said.final) == ("TRACE-1", "MEM1", True)
    [document] = said.documents
    assert (document.code, document.sequences, document.resource.type) == ("34117-2", (2, 3), "DocumentReference")


def test_a_document_without_a_code_is_what_it_says_it_is() -> None:
    said = read_attachments(parameters({"name": "Content", "resource": DOCUMENT}, Final={"valueBoolean": False}))

    assert isinstance(said, Attachments)
    assert (said.documents[0].code, said.final) == ("OE", False)


def test_the_same_document_has_the_same_url() -> None:
    first, second = (read_attachments(parameters({"name": "Content", "resource": DOCUMENT})) for _ in range(2))

    assert first == second


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"resourceType": "Bundle"}, "Parameters"),
        (parameters(TrackingId=None), "Parameters.parameter.where(name = 'TrackingId')"),
        (parameters(AttachTo={"valueCode": "claim"}), "Parameters.parameter.where(name = 'AttachTo')"),
        (parameters(MemberId={"valueIdentifier": {}}), "Parameters.parameter.where(name = 'MemberId')"),
        (parameters(ProviderId=None), "Parameters.parameter.where(name = 'OrganizationId')"),
        (parameters(Attachment=None), "Parameters.parameter.where(name = 'Attachment')"),
        (
            parameters({"name": "Content", "resource": {"resourceType": "Patient"}}),
            "Parameters.parameter.where(name = 'Attachment')[0].part.where(name = 'Content')",
        ),
    ],
)
def test_what_is_missing_is_told_by_its_place(body: Element, path: str) -> None:
    said = read_attachments(body)

    assert isinstance(said, Fault)
    assert said.path == path


def test_a_completed_task_puts_out_contained_documents_and_attachments_with_data() -> None:
    task: Element = {
        "resourceType": "Task",
        "status": "completed",
        "contained": [DOCUMENT],
        "output": [
            {"valueReference": {"reference": "#d"}, "extension": [{"url": LINE_NUMBER, "valuePositiveInt": 2}]},
            {"valueAttachment": {"data": "eA=="}},
        ],
    }

    said = read_task(task)

    assert not isinstance(said, Fault)
    state, (contained, attached) = said
    assert state is TaskState.COMPLETED
    assert (contained.code, contained.sequences) == ("OE", (2,))
    assert (attached.code, attached.resource.type) == ("", "DocumentReference")


@pytest.mark.parametrize(
    ("task", "path"),
    [
        ({"status": "completed"}, "Task.output"),
        ({"status": "cancelled"}, "Task.status"),
        ({"status": "requested"}, "Task.status"),
        ({"status": "finished"}, "Task.status"),
        ({"status": "completed", "output": [{"valueReference": {"reference": "#x"}}]}, "Task.output[0].value"),
        ({"status": "completed", "output": [{"valueAttachment": {"url": "https://x"}}]}, "Task.output[0].value"),
        ({"status": "in-progress", "output": [{"valueString": "text"}]}, "Task.output[0].value"),
    ],
)
def test_a_task_that_cannot_be_used_is_told_by_its_place(task: Element, path: str) -> None:
    said = read_task({"resourceType": "Task", **task})

    assert isinstance(said, Fault)
    assert said.path == path
