"""What a destination that speaks PAS asks for by Tasks, as the gateway reads it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crosswalk_tables import CROSSWALKS
from fhir_bundles import BASE, NOON, bundle, sample
from priorauth.domain.determinations import CertificationAction, Determination, InformationRequest, ItemDecision, Reply
from priorauth.domain.exchange import Answer
from priorauth.domain.information import QUESTIONNAIRE, Asked, InformationTask, TaskId, TaskKind
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import Attachment, Format, Leg, LegId, Trace
from priorauth.fhir.bundles import Bundle, read_resource, write_resource
from priorauth.translate.fhir_legs import PasLegCodec
from priorauth.translate.fhir_reading import children
from priorauth.translate.fhir_request import review_to_fhir
from priorauth.translate.fhir_response import ResponseOptions, reply_to_fhir
from priorauth.translate.fhir_task import tasks_of

REVIEW = sample("imaging-mri")
LEG = Leg(id=LegId("leg-1"), review_id=REVIEW.id, number=1, destination=DestinationId("sleep"), sequences=(1,))
PENDED = ItemDecision(sequence=1, action=CertificationAction.PENDED)


def task(kind: TaskKind, *asked: Asked, context: str = "") -> InformationTask:
    return InformationTask(
        id=TaskId(f"t-{kind}"),
        review_id=REVIEW.id,
        leg_id=LEG.id,
        kind=kind,
        asked=asked,
        requested_at=NOON,
        changed_at=NOON,
        contexts=((1, context),) if context else (),
    )


def read(reply: Reply, version: Format) -> Determination:
    """What the gateway reads in the Bundle of a delegate that says this."""
    options = ResponseOptions(version=version, base=BASE)
    body = write_resource(reply_to_fhir(bundle("imaging-mri"), REVIEW, reply, crosswalks=CROSSWALKS, options=options))
    codec = PasLegCodec(version=version, crosswalks=CROSSWALKS)
    trace = REVIEW.event.traces[0].number
    answer = Answer(destination=LEG.destination, format=version.value, body=body, at=NOON)
    said = codec.read(answer, trace, LEG, REVIEW)
    assert isinstance(said, Determination)
    return said


each_version = pytest.mark.parametrize("version", [Format.PAS_2_2_1, Format.PAS_2_0_1])
REPLY = Reply(review_id=REVIEW.id, number=1, made_at=NOON, items=(PENDED,))
REPORT = Attachment(report_type="AS", transmission="EL")


@each_version
def test_what_only_tasks_ask_for_is_asked_for(version: Format) -> None:
    reports = task(TaskKind.REPORTS, Asked(1, REPORT))
    documents = task(TaskKind.DOCUMENTS, Asked(1, None, "34117-2"))
    questionnaires = task(TaskKind.QUESTIONNAIRES, Asked(1, None, QUESTIONNAIRE), context="DTR-1")

    [item] = read(replace(REPLY, tasks=(reports, documents, questionnaires)), version).items

    assert item.information == InformationRequest(attachments=(REPORT,), loinc_codes=("34117-2", QUESTIONNAIRE))
    assert [(trace.number, trace.assigner) for trace in item.traces] == [("DTR-1", "9SLEEP0000")]


@each_version
@pytest.mark.parametrize("of_event", [True, False])
def test_what_both_ask_for_is_asked_for_once(version: Format, *, of_event: bool) -> None:
    asked = InformationRequest(attachments=(replace(REPORT, control_number="C-1"),), loinc_codes=("34117-2",))
    items = (PENDED if of_event else replace(PENDED, information=asked),)

    said = read(replace(REPLY, items=items, information=asked if of_event else None), version)

    found = [each for each in (said.information, said.items[0].information) if each]
    assert [[each.report_type for each in one.attachments] for one in found] == [["AS"]]
    assert [one.loinc_codes for one in found] == [("34117-2",)]


@each_version
@pytest.mark.parametrize("of_event", [True, False])
def test_a_task_says_the_context_of_a_questionnaire_that_a_communication_request_asks_for_too(
    version: Format, *, of_event: bool
) -> None:
    asked = InformationRequest(loinc_codes=(QUESTIONNAIRE,))
    items = (PENDED if of_event else replace(PENDED, information=asked),)
    tasks = (task(TaskKind.QUESTIONNAIRES, Asked(1, None, QUESTIONNAIRE), context="DTR-1"),)

    said = read(replace(REPLY, items=items, information=asked if of_event else None, tasks=tasks), version)

    assert [each for each in (said.information, said.items[0].information) if each] == [asked]
    assert [trace.number for trace in said.items[0].traces] == ["DTR-1"]


@each_version
def test_a_trace_that_is_a_context_is_read_once_with_who_assigned_it(version: Format) -> None:
    given = (Trace("CASE-1", "9SLEEP"), Trace("DTR-1", "9SLEEP", "FORMS"))
    tasks = (task(TaskKind.QUESTIONNAIRES, Asked(1, None, QUESTIONNAIRE), context="DTR-1"),)

    [item] = read(replace(REPLY, items=(replace(PENDED, traces=given),), tasks=tasks), version).items

    assert item.traces == (given[1], given[0])


def test_a_context_follows_from_what_is_said_where_nobody_keeps_tasks() -> None:
    asked = InformationRequest(loinc_codes=(QUESTIONNAIRE,))
    items = (replace(PENDED, information=asked, traces=(Trace("DTR-1", "9SLEEP"),)),)

    found = tasks_of(replace(REPLY, items=items), REVIEW)

    assert [each.context(1) for each in found] == ["DTR-1"]


def test_our_own_trace_that_comes_back_is_none_that_the_destination_gave() -> None:
    ours = Trace("trace-1", "9PRIORAUTH")
    event = replace(REVIEW.event, traces=(*REVIEW.event.traces, ours))
    sent = review_to_fhir(replace(REVIEW, event=event), crosswalks=CROSSWALKS, version=Format.PAS_2_2_1)
    options = ResponseOptions(version=Format.PAS_2_2_1, base=BASE)
    answered = reply_to_fhir(
        Bundle(read_resource(write_resource(sent))), REVIEW, REPLY, crosswalks=CROSSWALKS, options=options
    )
    answer = Answer(destination=LEG.destination, format="pas-2.2.1", body=write_resource(answered), at=NOON)

    said = PasLegCodec(version=Format.PAS_2_2_1, crosswalks=CROSSWALKS).read(answer, ours.number, LEG, REVIEW)

    assert isinstance(said, Determination)
    assert said.traces == ()


@each_version
def test_what_is_asked_of_an_item_and_of_all_of_them_is_one_input(version: Format) -> None:
    twice = task(TaskKind.QUESTIONNAIRES, Asked(0, None, QUESTIONNAIRE), Asked(1, None, QUESTIONNAIRE), context="DTR-1")
    options = ResponseOptions(version=version, base=BASE)

    reply = replace(REPLY, tasks=(twice,))
    written = reply_to_fhir(bundle("imaging-mri"), REVIEW, reply, crosswalks=CROSSWALKS, options=options)

    [found] = Bundle(read_resource(write_resource(written))).of_type("Task")
    assert len(children(found.element, "input")) == 2
