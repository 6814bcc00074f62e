"""Which steps people may take about a decision: by whom, after what, until when; and the payer's letters."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from memory.gateway import TOOLS
from priorauth.domain.clocks import Occurrence
from priorauth.domain.determinations import CertificationAction, ItemDecision
from priorauth.domain.parties import PayerId
from priorauth.domain.steps import Channel, Party, Step, StepKind, StepOutcome
from priorauth.routing.clock_rules import RequestClass
from priorauth.routing.disputes import Dispute, why_not
from priorauth.routing.status_letters import action_of, letter_of
from x12_sets import sample

NOON = datetime(2026, 11, 2, 17, tzinfo=UTC)
NICU = sample("nicu-admission")
DENIED = ItemDecision(sequence=1, action=CertificationAction.NOT_CERTIFIED)
ADMINISTRATIVE = replace(DENIED, medical_necessity=False)
CERTIFIED = ItemDecision(sequence=1, action=CertificationAction.CERTIFIED_IN_TOTAL)
NOTIFIED = {Occurrence.VERBAL_NOTICE: NOON, Occurrence.DECISION: NOON, Occurrence.DISCHARGE: NOON}


def step(kind: StepKind, by: Party | None = None, after: timedelta = timedelta(hours=1), **said: Any) -> Step:
    return Step(kind=kind, by=by, happened_at=NOON + after, **said)


def refused(
    payer: str,
    taken: Step,
    *before: Step,
    decision: ItemDecision = DENIED,
    kind: RequestClass = RequestClass.CONCURRENT_URGENT,
) -> str:
    id = PayerId(payer)
    dispute = Dispute(
        review=replace(NICU, payer=id),
        decisions={1: decision},
        steps=before,
        classes={kind},
        happened=NOTIFIED,
    )
    return why_not(taken, dispute, TOOLS.knowledge.determination_books[id], TOOLS.knowledge.clock_books[id])


ASKED_TO_TALK = step(StepKind.PEER_TO_PEER_REQUESTED, Party.ATTENDING_PHYSICIAN)
ASKED_AGAIN = step(StepKind.RECONSIDERATION_REQUESTED, Party.TREATING_PHYSICIAN)
APPEALED = step(StepKind.APPEAL_REQUESTED, Party.FACILITY)
WEEKS = timedelta(weeks=20)


@pytest.mark.parametrize(
    ("payer", "taken", "before"),
    [
        pytest.param("BCBSMA", ASKED_TO_TALK, (), id="peer-to-peer within the window"),
        pytest.param("BCBSMA", ASKED_AGAIN, (), id="the treating physician calls (ACC-BCMA-02)"),
        pytest.param("BCBSMA", step(StepKind.PEER_TO_PEER_HELD, outcome=StepOutcome.OVERTURNED), (ASKED_TO_TALK,),
                     id="held after it was asked for"),
        pytest.param("MERCYONE", step(StepKind.PEER_TO_PEER_REQUESTED, Party.PHYSICIAN_ADVISOR), (), id="an advisor"),
        pytest.param("MERCYONE", APPEALED, (), id="final review in writing"),
        pytest.param("MERCYONE", step(StepKind.READMISSION_LINKED, Party.NURSE, linked_to="rev-1"), (),
                     id="a clinician links (DET-MOHP-09)"),
        pytest.param("FPLIC", step(StepKind.RECONSIDERATION_REQUESTED, Party.ATTENDING_PHYSICIAN), (), id="phone"),
        pytest.param("ALLWAYS", step(StepKind.RECONSIDERATION_DECIDED, Party.PHYSICIAN_REVIEWER,
                                     outcome=StepOutcome.UPHELD), (ASKED_AGAIN,), id="decided by a physician"),
        pytest.param("BCBSM", ASKED_TO_TALK, (), id="a document that says nothing forbids nothing"),
        pytest.param("BCBSMA", step(StepKind.DISCUSSION_OFFERED, channel=Channel.VOICEMAIL), (), id="voicemail"),
    ],
)  # fmt: skip
def test_a_step_may_be_taken(payer: str, taken: Step, before: tuple[Step, ...]) -> None:
    assert refused(payer, taken, *before) == ""


@pytest.mark.parametrize(
    ("payer", "taken", "before", "why"),
    [
        ("BCBSMA", step(StepKind.PEER_TO_PEER_REQUESTED, Party.ATTENDING_PHYSICIAN, WEEKS), (),
         "the time for this step is over"),
        ("BCBSMA", step(StepKind.RECONSIDERATION_REQUESTED, Party.MEMBER), (), "this step is not theirs to take"),
        ("MERCYONE", step(StepKind.PEER_TO_PEER_REQUESTED, Party.MEMBER), (), "this step is not theirs to take"),
        ("MERCYONE", step(StepKind.PEER_TO_PEER_REQUESTED, Party.ATTENDING_PHYSICIAN, timedelta(days=7)), (),
         "the time for this step is over"),
        ("MERCYONE", step(StepKind.APPEAL_REQUESTED, Party.FACILITY, WEEKS), (), "the time for this step is over"),
        ("MERCYONE", step(StepKind.READMISSION_LINKED, Party.FACILITY), (), "this step is not theirs to take"),
        ("MERCYONE", ASKED_TO_TALK, (APPEALED, step(StepKind.APPEAL_DECIDED, outcome=StepOutcome.UPHELD)),
         "the last step of the dispute was decided: it is final"),
        ("FPLIC", step(StepKind.RECONSIDERATION_REQUESTED, Party.MEMBER), (), "this step is not theirs to take"),
        ("ALLWAYS", step(StepKind.RECONSIDERATION_DECIDED, Party.NURSE, outcome=StepOutcome.UPHELD), (ASKED_AGAIN,),
         "this step is not theirs to take"),
        ("BCBSMA", step(StepKind.PEER_TO_PEER_HELD, outcome=StepOutcome.UPHELD), (), "nobody asked for this before"),
        ("BCBSMA", step(StepKind.PEER_TO_PEER_HELD), (ASKED_TO_TALK,),
         "a step that ends a dispute says what became of the decision"),
        ("BCBSMA", step(StepKind.VERBAL_NOTICE, channel=Channel.VOICEMAIL), (),
         "a voicemail counts for the offer of a discussion only"),
        ("BCBSMA", step(StepKind.VERBAL_NOTICE, sequences=(9,)), (), "the review has no such item"),
    ],
)  # fmt: skip
def test_a_step_may_not_be_taken(payer: str, taken: Step, before: tuple[Step, ...], why: str) -> None:
    assert refused(payer, taken, *before) == why


def test_only_adverse_decisions_are_disputed() -> None:
    assert refused("BCBSMA", ASKED_TO_TALK, decision=CERTIFIED) == "no decision on these items is adverse"


@pytest.mark.parametrize(
    ("kind", "decision", "why"),
    [
        (RequestClass.STANDARD, DENIED, ""),
        (RequestClass.CONCURRENT_URGENT, DENIED, ""),
        (RequestClass.RETROSPECTIVE, DENIED, "this step is not there for such a request"),
        (RequestClass.STANDARD, ADMINISTRATIVE, "this step is there for denials for medical necessity only"),
    ],
)
def test_what_may_be_reconsidered(kind: RequestClass, decision: ItemDecision, why: str) -> None:
    """DET-AWH-16."""
    assert refused("ALLWAYS", ASKED_AGAIN, decision=decision, kind=kind) == why


ALLWAYS = TOOLS.knowledge.determination_books[PayerId("ALLWAYS")]


@pytest.mark.parametrize(
    ("letter", "action", "in_medical_review"),
    [("A", "A1", False), ("C", "C", False), ("D", "A3", False), ("P", "A4", False), ("M", "A4", True)],
)
def test_each_status_letter_comes_back_as_it_was(letter: str, action: str, *, in_medical_review: bool) -> None:
    """DET-AWH-01: P and M stay apart."""
    assert action_of(ALLWAYS, letter) == (CertificationAction(action), in_medical_review)
    assert letter_of(ALLWAYS, CertificationAction(action), in_medical_review=in_medical_review) == letter


def test_a_letter_that_the_payer_does_not_have_is_none() -> None:
    with pytest.raises(KeyError):
        action_of(ALLWAYS, "X")
    assert letter_of(TOOLS.knowledge.determination_books[PayerId("BCBSMA")], CertificationAction.PENDED) == ""
    assert letter_of(ALLWAYS, CertificationAction.CONTACT_PAYER) == ""


def test_a_case_is_closed_for_a_change_of_level_of_care_or_an_error() -> None:
    """DET-AWH-02."""
    assert ALLWAYS.said.statuses is not None
    [closed] = [status for status in ALLWAYS.said.statuses.letters if status.letter == "C"]

    assert closed.reasons == ("level_of_care_change", "administrative_error")
