"""Events as CloudEvents: the full form comes back whole, the minimal one says nothing of the patient."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from priorauth.domain.clocks import ClockKind, OnBreach
from priorauth.domain.determinations import (
    Authorized,
    CertificationAction,
    DaySpan,
    Determination,
    ItemDecision,
    Reply,
    ReviewerRole,
)
from priorauth.domain.events import (
    ClockBreached,
    ClockWarned,
    DeterminationRecorded,
    DeterminationRemarked,
    DeterminationReturned,
    Event,
    InformationRequested,
    InformationSupplied,
    LegDeclined,
    LegDispatched,
    MessageRejected,
    NoticeDue,
    ReviewReceived,
    ReviewRouted,
    StepRecorded,
)
from priorauth.domain.findings import Finding, FindingCode, Position, Severity, SnipType
from priorauth.domain.information import Asked, InformationTask, TaskId, TaskKind
from priorauth.domain.notices import Content, DueNotice, Duty, NoticeTrigger
from priorauth.domain.parties import DestinationId, PartnerId, PayerId
from priorauth.domain.remarks import Remark, RemarkCode
from priorauth.domain.reviews import Attachment, Format, Leg, LegId, MessageId, ReviewId
from priorauth.domain.routes import ItemRoute, LosingRule, Outcome, Route, UsedFact
from priorauth.domain.steps import Channel, Party, Step, StepKind, StepOutcome
from priorauth.translate.dead_letters import DEAD_LETTER_TYPE
from priorauth.translate.event_schemas import POSTED, schemas
from priorauth.translate.events import (
    EVENT_TYPES,
    determinations_topic,
    payer_topic,
    read_event,
    requests_topic,
    schema_uri,
    write_full,
    write_minimal,
)
from replies import replies
from x12_sets import NOON, sample

SCHEMAS = Path(__file__).parents[2] / "schemas" / "events"
SOURCE = "urn:priorauth:gateway"
REGENERATES = os.environ.get("PRIORAUTH_REGENERATE") == "1"

REVIEW = sample("nicu-newborn-dependent")
LEG = Leg(
    id=LegId("leg-1"),
    review_id=REVIEW.id,
    number=1,
    destination=DestinationId("progenyhealth"),
    sequences=(1,),
)
DECISION = ItemDecision(
    sequence=1,
    action=CertificationAction.MODIFIED,
    certification_number="PH-2026-000417",
    authorized=Authorized(revenue_code="0172", quantity=Decimal(7), expires=date(2026, 11, 30)),
    spans=(
        DaySpan(
            start=date(2026, 10, 30),
            end=date(2026, 11, 5),
            action=CertificationAction.MODIFIED,
            requested_revenue_code="0173",
            authorized_revenue_code="0172",
            days=Decimal(7),
        ),
    ),
    reviewer=ReviewerRole.PHYSICIAN,
    medical_necessity=True,
    decided_by=LEG.destination,
)
ROUTE = Route(
    payer=PayerId("BCBSMA"),
    pack_version="bcbsma-2026-01",
    items=(
        ItemRoute(
            sequence=1,
            outcome=Outcome.ROUTE,
            destination=LEG.destination,
            queue=None,
            rule="RTE-BCMA-01",
            reason="level of care in a birth admission",
            citation="000:L48",
            facts=(UsedFact("date_of_birth", "2026-10-30", "2010D/DMG02"),),
            losing=(LosingRule("RTE-BCMA-06", "the line of business is not FEP"),),
        ),
    ),
)


TASK = InformationTask(
    id=TaskId(f"{REVIEW.id}-1-reports"),
    review_id=REVIEW.id,
    leg_id=LEG.id,
    kind=TaskKind.REPORTS,
    asked=(
        Asked(1, Attachment(report_type="AS", transmission="EL", control_number="PH-D-1", description="Day 3 record")),
    ),
    requested_at=NOON,
    changed_at=NOON,
)


def make(kind: type[Event], number: int, /, **said: object) -> Event:
    return kind(id=f"evt-{number}", at=NOON, review_id=REVIEW.id, payer=REVIEW.payer, **said)


CLOCK = {
    "clock": "REG-ST-01",
    "title": "Urgent determination",
    "citation": "M.G.L. c. 176O s. 12",
    "kind": ClockKind.DECISION,
    "sequences": (1,),
    "started_at": NOON,
    "due_at": NOON + timedelta(hours=72),
    "on_breach": OnBreach.ALERT,
}

EVENTS: list[Event] = [
    make(ReviewReceived, 1, review=REVIEW, message_id=MessageId("msg-1")),
    make(ReviewRouted, 2, route=ROUTE, legs=(LEG,)),
    make(LegDispatched, 3, leg=LEG, review=REVIEW, format=Format.EVENT),
    make(
        LegDeclined,
        4,
        leg_id=LEG.id,
        declined_by=LEG.destination,
        reason="not a birth admission",
        taken_over_by=replace(
            LEG, id=LegId("leg-2"), number=2, destination=DestinationId("bcbsma-um"), awaited=False, took_over=LEG.id
        ),
    ),
    make(
        DeterminationRecorded,
        5,
        determination=Determination(
            id="det-1",
            review_id=REVIEW.id,
            leg_id=LEG.id,
            decided_by=LEG.destination,
            decided_at=NOON,
            items=(DECISION,),
        ),
    ),
    make(
        DeterminationReturned,
        6,
        reply=Reply(review_id=REVIEW.id, number=1, made_at=NOON, items=(DECISION,)),
        format=Format.X12_278,
        channel="response",
    ),
    make(InformationRequested, 9, leg_id=LEG.id, requested_by=LEG.destination, tasks=(TASK,)),
    make(
        InformationSupplied,
        10,
        leg=replace(LEG, id=LegId("leg-3"), number=3, awaited=False, adds_to=LEG.id),
        tasks=(TASK.id,),
        message_id=MessageId("msg-3"),
    ),
    make(ClockWarned, 11, **CLOCK),
    make(ClockBreached, 12, **CLOCK),
    make(
        StepRecorded,
        13,
        step=Step(
            kind=StepKind.PEER_TO_PEER_HELD,
            happened_at=NOON,
            sequences=(1,),
            by=Party.ATTENDING_PHYSICIAN,
            channel=Channel.PHONE,
            outcome=StepOutcome.OVERTURNED,
            person="MARCHETTI",
            reason="born 2026-10-30",
            recorded_by="progenyhealth",
        ),
    ),
    make(
        NoticeDue,
        14,
        notice=DueNotice(
            notice="NTC-02",
            title="Denial with the offer of a peer-to-peer discussion",
            citation="000:L94",
            duty=Duty.RECORD,
            trigger=NoticeTrigger.ADVERSE,
            audience=(Party.FACILITY, Party.MEMBER),
            channels=(Channel.PHONE, Channel.MAIL),
            sequences=(1,),
            clock="CLK-BCMA-01",
            due_at=NOON + timedelta(days=9),
            contents=(Content.REASON, Content.PEER_TO_PEER),
            missing=(Content.PEER_TO_PEER,),
        ),
    ),
    make(
        DeterminationRemarked,
        15,
        determination_id="det-1",
        decided_by=LEG.destination,
        remarks=(Remark(code=RemarkCode.DAYS_DIFFER, sequence=1, rule="DET-BCMA-25"),),
    ),
    MessageRejected(
        id="evt-7",
        at=NOON,
        review_id=ReviewId(""),
        payer=None,
        partner=PartnerId("sandbox"),
        format=Format.X12_278,
        message_id=MessageId("msg-2"),
        findings=(
            Finding(
                code=FindingCode.SEGMENT_REQUIRED,
                severity=Severity.ERROR,
                snip=SnipType.REQUIREMENT,
                at=Position(segment=15, offset=604, line=15, column=1, loop="2000E", segment_id="UM", path="2000E/UM"),
            ),
        ),
    ),
]
each_event = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
FORMS = {"full": write_full, "minimal": write_minimal}


def test_every_event_has_an_example() -> None:
    assert {event.type for event in EVENTS} == set(EVENT_TYPES)


@each_event
def test_the_full_form_comes_back_whole(event: Event) -> None:
    assert read_event(write_full(event, source=SOURCE)) == event


@settings(max_examples=25, deadline=None)
@given(replies(sample("split-imaging-and-surgery")))
def test_a_reply_of_any_kind_comes_back_whole(reply: Reply) -> None:
    event = make(DeterminationReturned, 8, reply=reply, format=Format.X12_278, channel="mailbox")

    body = write_full(event, source=SOURCE)

    assert write_full(read_event(body), source=SOURCE) == body


@each_event
def test_an_event_is_a_cloud_event(event: Event) -> None:
    body = json.loads(write_minimal(event, source=SOURCE))

    assert body["specversion"] == "1.0"
    assert body["id"] == event.id
    assert body["type"] == event.type
    assert body.get("subject", "") == event.review_id
    assert body["time"] == "2026-11-02T17:00:00Z"
    assert body["dataschema"] == schema_uri(event.type)


@each_event
@pytest.mark.parametrize("form", FORMS)
def test_an_event_follows_its_schema(event: Event, form: str) -> None:
    body = json.loads(FORMS[form](event, source=SOURCE))

    jsonschema.Draft202012Validator(schemas()[event.type]).validate(body["data"])


@each_event
def test_the_minimal_form_says_nothing_of_the_patient_or_the_service(event: Event) -> None:
    body = write_minimal(event, source=SOURCE).decode()

    for value in (
        "MARCHETTI",
        "MEM0000002",
        "1994",
        "2026-10-30",
        "0173",
        "0172",
        "P0718",
        "PH-2026",
        "HG-NICU",
        "HG-2",
    ):
        assert value not in body


@each_event
@pytest.mark.parametrize("form", FORMS)
def test_the_examples_are_what_we_write(event: Event, form: str) -> None:
    example = SCHEMAS / "examples" / f"{event.type}.{form}.json"
    body = json.loads(FORMS[form](event, source=SOURCE))

    if REGENERATES:
        example.write_text(json.dumps(body, indent=2) + "\n")

    assert json.loads(example.read_text()) == body


@pytest.mark.parametrize("name", [*EVENT_TYPES, DEAD_LETTER_TYPE, *POSTED])
def test_the_published_schemas_are_those_of_the_types(name: str) -> None:
    published = SCHEMAS / f"{name}.json"
    generated = json.loads(json.dumps(schemas()[name]))
    jsonschema.Draft202012Validator.check_schema(generated)

    if REGENERATES:
        published.write_text(json.dumps(generated, indent=2) + "\n")

    assert json.loads(published.read_text()) == generated


def test_no_schema_is_published_that_nothing_is_written_by() -> None:
    assert {path.stem for path in SCHEMAS.glob("*.json")} == {*EVENT_TYPES, DEAD_LETTER_TYPE, *POSTED}


@given(st.from_regex(r"[A-Za-z0-9-]{1,20}", fullmatch=True))
def test_topics_are_in_lower_case(name: str) -> None:
    topics = [
        payer_topic(PayerId(name)),
        requests_topic(DestinationId(name)),
        determinations_topic(DestinationId(name)),
    ]

    assert topics == [topic.lower() for topic in topics]
