"""Which notices are due after what, by the payers' documents: to whom, by when, and what is missing in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from memory.gateway import TOOLS
from priorauth.domain.clocks import Occurrence
from priorauth.domain.determinations import (
    Authorized,
    CertificationAction,
    DaySpan,
    ItemDecision,
    Rationale,
)
from priorauth.domain.notices import Content, DueNotice, NoticeTrigger
from priorauth.domain.parties import PayerId
from priorauth.domain.reviews import ReviewItem, Service, ServiceKind
from priorauth.domain.steps import Channel, Party, StepKind
from priorauth.routing.facts import facts_given
from priorauth.routing.notices import Happening, due_notices, triggers_of

NOON = datetime(2026, 11, 2, 17, tzinfo=UTC)
A1, A3, A6 = (CertificationAction(code) for code in ("A1", "A3", "A6"))
ASKED = ReviewItem(
    sequence=1, service=Service(kind=ServiceKind.INSTITUTIONAL, revenue_code="0174", unit="DA", quantity=Decimal(4))
)
RATIONALE = Rationale(
    specific_information="a", condition_and_treatment="b", alternatives="c", criteria="d", reviewer_contact="e",
    appeal_rights="f",
)  # fmt: skip
CERTIFIED = ItemDecision(sequence=1, action=A1, certification_number="N-1")
DENIED = ItemDecision(sequence=1, action=A3, reason_codes=("X1",), message="not shown", rationale=RATIONALE)
REDUCED = ItemDecision(
    sequence=1, action=A6, reason_codes=("X1",), message="less", authorized=Authorized(unit="DA", quantity=Decimal(2))
)
NICU = {"service_category": "nicu", "setting": "inpatient"}
STAY = {"setting": "inpatient", "review_type": "extension"}
NURSING = {"setting": "snf", "review_type": "extension", "service_category": "snf"}


def due(payer: str, decision: ItemDecision | None, given: dict[str, Any], **said: Any) -> dict[str, DueNotice]:
    """The notices that are due, by id."""
    facts = facts_given(given)
    triggers = said.pop("triggers", None)
    if triggers is None:
        triggers = triggers_of(decision, ASKED, facts) if decision else frozenset()
    happening = Happening(
        item=ASKED,
        facts=facts,
        triggers=triggers,
        decision=decision,
        happened={
            Occurrence.RECEIPT: NOON,
            Occurrence.DECISION: NOON,
            Occurrence.VERBAL_NOTICE: NOON,
            Occurrence.ADMISSION: NOON,
            Occurrence.LAST_COVERED_DAY: NOON + timedelta(days=5),
            Occurrence.REVIEW_ORGANIZATION_NOTICE: NOON,
        },
        **said,
    )
    id = PayerId(payer)
    book, clocks = TOOLS.knowledge.determination_books[id], TOOLS.knowledge.clock_books[id]
    return {notice.notice: notice for notice in due_notices(book, clocks, [happening])}


ADMISSION = frozenset({NoticeTrigger.ADMISSION})
OBSERVATION = frozenset({NoticeTrigger.OBSERVATION})
STEP = frozenset({NoticeTrigger.STEP})


@pytest.mark.parametrize(
    ("payer", "notice", "decision", "facts", "said"),
    [
        pytest.param("BCBSMA", "NTC-01", DENIED, NICU | {"review_type": "extension"}, {}, id="care ends"),
        pytest.param("BCBSMA", "NTC-02", REDUCED, NICU, {}, id="a lower level of care is a denial in part"),
        pytest.param("BCBSMA", "NTC-21", None, NICU, {"triggers": ADMISSION}, id="a NICU admission"),
        pytest.param("MERCYONE", "NTC-03", REDUCED, STAY, {}, id="reduction of a course"),
        pytest.param("MERCYONE", "NTC-04", None, {"setting": "observation"}, {"triggers": OBSERVATION}, id="seen"),
        pytest.param("MERCYONE", "NTC-05", DENIED, NURSING, {}, id="nursing care ends"),
        pytest.param("MERCYONE", "NTC-05", CERTIFIED, NURSING | {"discharge_date": date(2026, 11, 7)}, {},
                     id="a discharge is stated"),
        pytest.param("MERCYONE", "NTC-07", DENIED, NURSING, {}, id="to a representative"),
        pytest.param("MERCYONE", "NTC-08", None, NURSING, {"triggers": STEP, "step": StepKind.APPEAL_REQUESTED},
                     id="the review organization tells of an appeal"),
        pytest.param("MERCYONE", "NTC-09", None, NURSING, {"triggers": STEP, "step": StepKind.APPEAL_REQUESTED},
                     id="the member appeals"),
        pytest.param("MERCYONE", "NTC-10", None, {"setting": "inpatient"}, {"triggers": ADMISSION}, id="inpatient"),
        pytest.param("MERCYONE", "NTC-11", DENIED, STAY, {}, id="peer-to-peer is offered"),
        pytest.param("FPLIC", "NTC-12", CERTIFIED, STAY, {}, id="an approval"),
        pytest.param("FPLIC", "NTC-12D", DENIED, STAY, {}, id="a denial"),
        pytest.param("FPLIC", "NTC-13", DENIED, STAY, {}, id="how to appeal"),
        pytest.param("FPLIC", "NTC-14", DENIED, STAY, {}, id="admitted after a denial"),
        pytest.param("ALLWAYS", "NTC-16", DENIED, STAY, {}, id="by voice"),
        pytest.param("ALLWAYS", "NTC-17", CERTIFIED, STAY, {}, id="written approval"),
        pytest.param("ALLWAYS", "NTC-18", REDUCED, STAY, {}, id="a modified approval is adverse (DET-AWH-07)"),
        pytest.param("ALLWAYS", "NTC-20", CERTIFIED, {"network_status": "out"}, {}, id="outside the network"),
        pytest.param("ALLWAYS", "NTC-21", None, {"setting": "inpatient"}, {"triggers": ADMISSION}, id="outreach"),
        pytest.param("ALLWAYS", "NTC-23", None, {"setting": "er"}, {"triggers": ADMISSION}, id="an emergency visit"),
    ],
)  # fmt: skip
def test_a_notice_is_due(
    payer: str, notice: str, decision: ItemDecision | None, facts: dict[str, Any], said: dict[str, Any]
) -> None:
    found = due(payer, decision, facts, **said)

    assert found[notice].sequences == (1,)
    assert not found[notice].suppressed_because


@pytest.mark.parametrize(
    ("payer", "notice", "decision", "facts"),
    [
        pytest.param("BCBSMA", "NTC-01", DENIED, NICU | {"review_type": "admission"}, id="nothing before"),
        pytest.param("BCBSMA", "NTC-02", CERTIFIED, NICU, id="an approval"),
        pytest.param("MERCYONE", "NTC-03", CERTIFIED, STAY, id="an approval is no denial"),
        pytest.param("MERCYONE", "NTC-05", DENIED, STAY | {"service_category": "imaging_hitech"}, id="no nursing care"),
        pytest.param("MERCYONE", "NTC-11", DENIED, {"setting": "office"}, id="no inpatient stay"),
        pytest.param("FPLIC", "NTC-12", DENIED, STAY, id="a denial is no approval"),
        pytest.param("FPLIC", "NTC-13", CERTIFIED, STAY, id="nothing to appeal"),
        pytest.param("ALLWAYS", "NTC-16", DENIED, STAY | {"review_type": "retrospective"}, id="CLK-AWH-19"),
        pytest.param("ALLWAYS", "NTC-17", DENIED, STAY, id="a denial"),
        pytest.param("ALLWAYS", "NTC-20", CERTIFIED, {"network_status": "in"}, id="in the network"),
        pytest.param("BCBSM", "NTC-22", DENIED, {}, id="the plan's own, never from here"),
    ],
)  # fmt: skip
def test_a_notice_is_not_due(payer: str, notice: str, decision: ItemDecision, facts: dict[str, Any]) -> None:
    assert notice not in due(payer, decision, facts)


def test_a_fact_that_nobody_knows_keeps_no_notice_back() -> None:
    assert "NTC-20" not in due("ALLWAYS", CERTIFIED, {})  # what triggers it is the fact itself
    assert "NTC-11" in due("MERCYONE", DENIED, {})


@pytest.mark.parametrize(
    ("electronic", "decision", "notice", "written_to"),
    [
        (True, CERTIFIED, "NTC-12", {Party.ATTENDING_PHYSICIAN, Party.MEMBER}),
        (False, CERTIFIED, "NTC-12", {Party.ATTENDING_PHYSICIAN, Party.MEMBER, Party.FACILITY}),
        (None, CERTIFIED, "NTC-12", {Party.ATTENDING_PHYSICIAN, Party.MEMBER, Party.FACILITY}),
        (True, DENIED, "NTC-12D", {Party.ATTENDING_PHYSICIAN, Party.MEMBER, Party.FACILITY}),
        (False, DENIED, "NTC-12D", {Party.ATTENDING_PHYSICIAN, Party.MEMBER, Party.FACILITY}),
    ],
)
def test_who_gets_a_confirmation_in_writing_turns_on_the_hospital(
    electronic: bool | None, decision: ItemDecision, notice: str, written_to: set[Party]
) -> None:
    """DET-FPL-03."""
    given = STAY if electronic is None else STAY | {"facility_electronic": electronic}

    assert set(due("FPLIC", decision, given)[notice].audience) == written_to


def test_an_adverse_decision_is_told_by_phone_and_in_writing() -> None:
    """DET-AWH-14."""
    found = due("ALLWAYS", DENIED, STAY)

    assert {channel for notice in found.values() for channel in notice.channels} == {Channel.PHONE, Channel.MAIL}


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("specific_information", Content.EVIDENCE),
        ("condition_and_treatment", Content.CONDITION),
        ("alternatives", Content.ALTERNATIVES),
        ("criteria", Content.CRITERIA),
        ("reviewer_contact", Content.REVIEWER_CONTACT),
        ("appeal_rights", Content.APPEAL_RIGHTS),
    ],
)
def test_a_written_denial_that_lacks_one_of_its_six_contents_is_incomplete(part: str, content: Content) -> None:
    """DET-AWH-10."""
    whole = due("ALLWAYS", DENIED, STAY)["NTC-18"]
    lacking = due("ALLWAYS", replace(DENIED, rationale=replace(RATIONALE, **{part: ""})), STAY)["NTC-18"]

    assert whole.is_complete
    assert lacking.missing == (content,)


def test_a_confirmation_has_number_decision_quantity_and_duration() -> None:
    """DET-AWH-03."""
    bare = ItemDecision(sequence=1, action=A1)
    said = replace(CERTIFIED, authorized=Authorized(quantity=Decimal(4), expires=date(2026, 12, 1)))

    assert due("ALLWAYS", said, STAY)["NTC-17"].is_complete
    assert due("ALLWAYS", bare, STAY)["NTC-17"].missing == (Content.AUTHORIZATION_NUMBER, Content.DURATION)


@pytest.mark.parametrize(
    ("decision", "code"),
    [
        (replace(REDUCED, spans=(DaySpan(start=date(2026, 11, 1), end=date(2026, 11, 2), action=A3),)), "NX1"),
        *((replace(DENIED, reason_codes=(code,)), code) for code in ("NX2", "NX3", "NX4", "NX5", "NX6")),
        (DENIED, ""),
    ],
)
def test_a_notice_of_non_coverage_is_held_back_for_its_exceptions_with_the_code(
    decision: ItemDecision, code: str
) -> None:
    """NTC-06."""
    assert due("MERCYONE", decision, NURSING)["NTC-05"].suppressed_because == code


@pytest.mark.parametrize(
    ("payer", "notice", "decision", "facts"),
    [
        ("BCBSMA", "NTC-02", DENIED, NICU),
        ("MERCYONE", "NTC-11", DENIED, STAY),
        ("ALLWAYS", "NTC-17", CERTIFIED, STAY),
        ("ALLWAYS", "NTC-18", DENIED, STAY),
        ("FPLIC", "NTC-13", DENIED, STAY),
    ],
)
def test_a_notice_with_a_clock_says_by_when(
    payer: str, notice: str, decision: ItemDecision, facts: dict[str, Any]
) -> None:
    found = due(payer, decision, facts)[notice]

    assert found.clock
    assert found.due_at is None or found.due_at >= NOON


def test_the_order_of_a_denial_is_voice_then_fax_then_letter() -> None:
    assert due("BCBSMA", DENIED, NICU)["NTC-02"].channels == (Channel.PHONE, Channel.FAX, Channel.MAIL)
