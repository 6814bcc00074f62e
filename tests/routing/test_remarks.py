"""What is worth a look in a determination that stands, by the payers' documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from memory.gateway import TOOLS
from priorauth.domain.determinations import (
    Authorized,
    CertificationAction,
    DaySpan,
    Determination,
    ItemDecision,
    NextReview,
    Rationale,
)
from priorauth.domain.parties import DestinationId, Identifier, PayerId
from priorauth.domain.remarks import RemarkCode
from priorauth.domain.reviews import Admission, DatePeriod, LegId, Procedure, ReviewId, ServiceReview
from priorauth.domain.steps import StepKind
from priorauth.routing.adverse import is_adverse
from priorauth.routing.remarks import Known, readmission_remarks, remarks_on
from x12_sets import sample

NOON = datetime(2026, 11, 2, 17, tzinfo=UTC)
A1, A3, A6 = (CertificationAction(code) for code in ("A1", "A3", "A6"))
NICU, MRI = sample("nicu-admission"), sample("imaging-mri")
FIRST = date(2026, 11, 1)


def span(
    first: int, last: int, asked: str, given: str, action: CertificationAction = A1, days: int | None = None
) -> DaySpan:
    return DaySpan(
        start=FIRST + timedelta(days=first - 1),
        end=FIRST + timedelta(days=last - 1),
        action=action,
        requested_revenue_code=asked,
        authorized_revenue_code=given,
        days=None if days is None else Decimal(days),
    )


def remarked(review: ServiceReview, *items: ItemDecision, by: str = "progenyhealth", **known: Any) -> set[RemarkCode]:
    assert review.payer is not None
    said = Determination(
        id="d-1",
        review_id=review.id,
        leg_id=LegId("leg-1"),
        decided_by=DestinationId(by),
        decided_at=NOON,
        items=items,
    )
    directory = known.pop("directory", {})
    all_known = Known(facts=TOOLS.knowledge.facts(review, directory), **known)
    found = remarks_on(TOOLS.knowledge.determination_books[review.payer], review, said, all_known)
    return {remark.code for remark in found}


def of_spans(*spans: DaySpan, **said: Any) -> set[RemarkCode]:
    return remarked(NICU, ItemDecision(sequence=1, action=A1, spans=spans, **said))


@pytest.mark.parametrize(
    ("spans", "codes"),
    [
        pytest.param([span(1, 2, "0174", "0174", days=2)], set(), id="nothing"),
        pytest.param([span(1, 2, "", "0174", days=2)], set(), id="DET-BCMA-23: none asked for, one approved"),
        pytest.param([span(1, 3, "0174", "0174", days=2)], {RemarkCode.DAYS_DIFFER}, id="DET-BCMA-25"),
        pytest.param([span(1, 2, "0174", "0174"), span(3, 4, "0174", "0174")], set(), id="DET-BCMA-24: contiguous"),
        pytest.param([span(1, 2, "0174", "0174"), span(2, 3, "0174", "0174")], {RemarkCode.SPANS_OVERLAP},
                     id="DET-BCMA-24: overlap"),
        pytest.param([span(1, 2, "0174", "0174"), span(4, 5, "0174", "0174")], {RemarkCode.DAYS_NOT_REVIEWED},
                     id="DET-BCMA-24: gap"),
        pytest.param([span(1, 2, "0174", "0173")], {RemarkCode.DENIED_IN_PART}, id="DET-BCMA-22: downgrade"),
        pytest.param([span(1, 2, "0174", "0174"), span(3, 3, "0174", "", A3)], {RemarkCode.DENIED_IN_PART},
                     id="DET-MOHP-05: single days denied"),
        pytest.param([span(1, 2, "0174", "")], {RemarkCode.LEVEL_OF_CARE_MISSING}, id="no level named"),
    ],
)  # fmt: skip
def test_spans_that_do_not_fit_are_remarked(spans: list[DaySpan], codes: set[RemarkCode]) -> None:
    assert of_spans(*spans) == codes


def test_days_before_the_next_review_that_nobody_decided_are_remarked() -> None:
    """AMB-07."""
    early, late = (NextReview(day=FIRST + timedelta(days=days)) for days in (2, 5))

    assert of_spans(span(1, 2, "0174", "0174"), next_review=early) == set()
    assert of_spans(span(1, 2, "0174", "0174"), next_review=late) == {RemarkCode.DAYS_NOT_REVIEWED}


def test_an_admission_before_birth_is_remarked_and_left() -> None:
    early = replace(NICU, event=replace(NICU.event, admission_dates=DatePeriod(date(2025, 11, 1))))

    assert RemarkCode.ADMITTED_BEFORE_BIRTH in remarked(early, ItemDecision(sequence=1, action=A1))


@pytest.mark.parametrize(
    ("decision", "adverse"),
    [
        (ItemDecision(sequence=1, action=A1), False),
        (ItemDecision(sequence=1, action=A1, spans=(span(1, 2, "", "0174"),)), False),
        (ItemDecision(sequence=1, action=A1, spans=(span(1, 2, "0174", "0173"),)), True),
        (ItemDecision(sequence=1, action=A6), True),
        (ItemDecision(sequence=1, action=A3), True),
        (ItemDecision(sequence=1, action=A3, medical_necessity=False), True),
        (ItemDecision(sequence=1, action=CertificationAction.PENDED), False),
    ],
)
def test_less_than_was_asked_is_adverse_whatever_it_is_called(decision: ItemDecision, *, adverse: bool) -> None:
    """DET-BCMA-22, 23, DET-AWH-07."""
    assert is_adverse(decision, NICU.items[0]) is adverse


RATIONALE = Rationale(
    specific_information="a", condition_and_treatment="b", alternatives="c", criteria="d", reviewer_contact="e",
    appeal_rights="f",
)  # fmt: skip
DENIED = ItemDecision(sequence=1, action=A3, rationale=RATIONALE, medical_necessity=True)
OFFERED = frozenset({StepKind.DISCUSSION_OFFERED})


@pytest.mark.parametrize(
    ("decision", "steps", "codes"),
    [
        pytest.param(DENIED, OFFERED, set(), id="explained and talked over"),
        pytest.param(DENIED, frozenset(), {RemarkCode.DISCUSSION_NOT_OFFERED}, id="DET-AWH-15"),
        pytest.param(replace(DENIED, rationale=None), OFFERED, {RemarkCode.RATIONALE_INCOMPLETE}, id="DET-AWH-10"),
        pytest.param(replace(DENIED, medical_necessity=False, reason_codes=("AD-P2",)), frozenset(),
                     {RemarkCode.MEMBER_HELD_HARMLESS}, id="DET-AWH-12, 13: a provider's omission"),
        pytest.param(replace(DENIED, medical_necessity=False, reason_codes=("AD-M1",)), frozenset(), set(),
                     id="DET-AWH-11: an excluded benefit"),
    ],
)  # fmt: skip
def test_denials_are_held_to_the_document(
    decision: ItemDecision, steps: frozenset[StepKind], codes: set[RemarkCode]
) -> None:
    assert remarked(MRI, decision, by="evicore", steps=steps) == codes


def test_another_service_than_the_one_asked_for_is_remarked() -> None:
    """DET-AWH-19."""
    other = Authorized(procedure=Procedure(qualifier="HC", code="70551"))

    assert RemarkCode.SUBSTITUTED in remarked(
        MRI, ItemDecision(sequence=1, action=A6, authorized=other, rationale=RATIONALE), by="evicore", steps=OFFERED
    )


def test_an_approval_outside_the_network_waits_for_an_agreement() -> None:
    """DET-AWH-22."""
    certified = ItemDecision(sequence=1, action=A1)

    assert remarked(MRI, certified, by="evicore", directory={"network_status": "out"}) == {RemarkCode.AGREEMENT_NEEDED}
    assert remarked(MRI, certified, by="evicore", directory={"network_status": "in"}) == set()


def elsewhere(review: ServiceReview) -> ServiceReview:
    """The same request at another facility."""
    providers = tuple(
        replace(each, identifier=Identifier("XX", "1200000010")) if each.role == "FA" else each
        for each in review.event.providers
    )
    return replace(review, event=replace(review.event, providers=providers))


def with_procedure(review: ServiceReview, code: str) -> ServiceReview:
    service = review.items[0].service
    assert service is not None
    changed = replace(service, procedure=Procedure(qualifier="HC", code=code))
    return replace(review, items=(replace(review.items[0], service=changed),))


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        pytest.param(lambda review: review, set(), id="the same"),
        pytest.param(elsewhere, {RemarkCode.FACILITY_DIFFERS}, id="another facility"),
        pytest.param(lambda review: with_procedure(review, "70551"), {RemarkCode.PROCEDURE_DIFFERS}, id="another scan"),
    ],
)
def test_an_imaging_authorization_is_bound_to_facility_and_procedure(changed: Any, codes: set[RemarkCode]) -> None:
    """DET-AWH-08."""
    prior = replace(MRI, id=ReviewId("rev-before"))
    certified = ItemDecision(sequence=1, action=A1)

    assert remarked(changed(MRI), certified, by="evicore", prior=prior) == codes
    assert remarked(changed(MRI), certified, by="allways-um", prior=prior) == set()


def test_a_late_correction_stands_beside_the_first_decision() -> None:
    first = Determination(
        id="d-0",
        review_id=NICU.id,
        leg_id=LegId("leg-1"),
        decided_by=DestinationId("progenyhealth"),
        decided_at=NOON,
        items=(ItemDecision(sequence=1, action=A3),),
    )

    assert remarked(NICU, ItemDecision(sequence=1, action=A1), earlier=(first,)) == {RemarkCode.DECIDED_AGAIN}
    assert remarked(NICU, ItemDecision(sequence=1, action=A3), earlier=(first,)) == set()


# Readmissions

TAX_ID = Identifier("EI", "043000001")


def stay(payer: str, id: str, admitted: date, discharged: date | None = None, **said: Any) -> ServiceReview:
    requester = replace(NICU.requester, supplemental=(said.pop("tax_id", TAX_ID),))
    event = replace(
        NICU.event,
        admission_dates=DatePeriod(admitted),
        discharge_date=discharged,
        providers=(),
        admission=Admission(patient_status=said.pop("status", "01")),
    )
    return replace(NICU, id=ReviewId(id), payer=PayerId(payer), requester=requester, event=event)


@pytest.mark.parametrize(
    ("days", "said", "given", "codes"),
    [
        pytest.param(30, {}, {}, {RemarkCode.READMISSION_CANDIDATE}, id="thirty days, the same tax id"),
        pytest.param(31, {}, {}, set(), id="thirty-one days"),
        pytest.param(10, {"tax_id": Identifier("EI", "043000002")}, {}, set(), id="another tax id"),
        pytest.param(10, {"status": "07"}, {}, {RemarkCode.READMISSION_EXCLUDED}, id="left against advice"),
        pytest.param(10, {}, {"service_category": "oncology"}, {RemarkCode.READMISSION_EXCLUDED}, id="oncology"),
        pytest.param(10, {}, {"service_category": "behavioral"}, {RemarkCode.READMISSION_EXCLUDED}, id="behavioral"),
        pytest.param(10, {}, {"service_category": "transplant"}, {RemarkCode.READMISSION_EXCLUDED}, id="transplant"),
    ],
)
def test_a_stay_that_may_continue_an_earlier_one_is_proposed_and_never_linked(
    days: int, said: dict[str, Any], given: dict[str, Any], codes: set[RemarkCode]
) -> None:
    """DET-MOHP-08, 10 and 11."""
    before = stay("MERCYONE", "rev-before", date(2026, 9, 1), date(2026, 9, 10), **said)
    again = stay("MERCYONE", "rev-again", date(2026, 9, 10) + timedelta(days=days))
    facts = TOOLS.knowledge.facts(again, {}, given=given)

    found = readmission_remarks(TOOLS.knowledge.determination_books[PayerId("MERCYONE")], again, facts, [before, again])

    assert {remark.code for remark in found} == codes
    assert {remark.linked_to for remark in found} <= {"rev-before"}


def test_readmissions_of_another_payer_are_flagged_wherever_the_first_stay_was() -> None:
    """DET-FPL-06."""
    before = stay("FPLIC", "rev-before", date(2026, 9, 1), date(2026, 9, 10), tax_id=Identifier("EI", "9"))
    again = stay("FPLIC", "rev-again", date(2026, 9, 20))

    found = readmission_remarks(
        TOOLS.knowledge.determination_books[PayerId("FPLIC")], again, TOOLS.knowledge.facts(again, {}), [before]
    )

    assert [remark.code for remark in found] == [RemarkCode.READMISSION_CANDIDATE]


def test_a_stay_that_ends_on_its_first_day_is_remarked() -> None:
    """DET-FPL-09."""
    same_day = stay("FPLIC", "rev-1", date(2026, 9, 1), date(2026, 9, 1))

    assert RemarkCode.SAME_DAY_STAY in remarked(same_day, ItemDecision(sequence=1, action=A1), by="fplic-um")


@pytest.mark.parametrize(
    ("days", "elsewhere_before", "found"), [(0, True, True), (1, True, True), (2, True, False), (0, False, False)]
)
def test_a_stay_after_a_transfer_keeps_the_lineage(days: int, *, elsewhere_before: bool, found: bool) -> None:
    """DET-FPL-10."""
    before = stay("FPLIC", "rev-before", date(2026, 9, 1), date(2026, 9, 10))
    if elsewhere_before:
        before = replace(before, requester=replace(before.requester, identifier=Identifier("XX", "1200000028")))
    again = stay("FPLIC", "rev-again", date(2026, 9, 10) + timedelta(days=days))

    remarks = readmission_remarks(
        TOOLS.knowledge.determination_books[PayerId("FPLIC")], again, TOOLS.knowledge.facts(again, {}), [before]
    )

    assert (RemarkCode.CONTINUES_AFTER_TRANSFER in {remark.code for remark in remarks}) is found
