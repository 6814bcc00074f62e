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
from priorauth.domain.reviews import Attachment, Format, Leg, LegId
from priorauth.fhir.bundles import write_resource
from priorauth.translate.fhir_legs import PasLegCodec
from priorauth.translate.fhir_response import ResponseOptions, reply_to_fhir

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
