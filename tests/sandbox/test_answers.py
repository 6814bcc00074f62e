"""What a simulated destination answers: each behaviour, at once and later, the same every time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from priorauth.domain.determinations import CertificationAction, Determination, RejectionLevel, ReviewerRole
from priorauth.domain.information import QUESTIONNAIRE
from priorauth.domain.reviews import Attachment, CertificationType, ReviewItem, ServiceReview
from priorauth.sandbox.answers import Decided, Declined, Garbage, Silent, answer_to, decide_what_is_due, redecide
from priorauth.sandbox.behaviours import Behaviour
from priorauth.sandbox.cases import OpenCase
from priorauth.sandbox.tables import read_behaviours
from sandbox_requests import NOW, case, event_only, nicu_days, procedure, review

TABLE = read_behaviours(Path(__file__).parents[2] / "mappings" / "sandbox")
A1, A2, A3, A4, A6 = (CertificationAction(code) for code in ("A1", "A2", "A3", "A4", "A6"))


def decided(asked: ServiceReview, destination: str = "turningpoint") -> Determination:
    answer = answer_to(case(destination, asked), TABLE, NOW)
    assert isinstance(answer, Decided)
    return answer.determination


def forced(behaviour: str, *items: ReviewItem, destination: str = "turningpoint") -> Determination:
    return decided(review(*items, trace=f"SBX-{behaviour}-1"), destination)


def opened(asked: ServiceReview, destination: str = "turningpoint") -> OpenCase:
    answer = answer_to(case(destination, asked), TABLE, NOW)
    assert isinstance(answer, Decided | Silent | Garbage)
    assert answer.opened is not None
    return answer.opened


def actions(said: Determination) -> list[CertificationAction | None]:
    return [item.action for item in said.items]


def test_a_certified_line_has_a_number_and_the_time_it_holds() -> None:
    (item,) = forced("CERTIFY", procedure("27447")).items

    assert item.action is A1
    assert item.certification_number.startswith("TPA")
    assert item.authorized is not None
    assert item.authorized.issued == date(2026, 3, 2)
    assert item.authorized.effective is not None


def test_of_several_lines_certified_partially_the_last_is_denied() -> None:
    said = forced("PARTIAL", procedure("27447"), procedure("27446", sequence=2), procedure("22612", sequence=3))

    assert actions(said) == [A1, A1, A3]


def test_a_lone_line_certified_partially_is_given_half_of_its_units() -> None:
    (item,) = forced("PARTIAL", procedure("62321", units=5)).items

    assert item.action is A2
    assert item.authorized is not None
    assert item.authorized.quantity == 3


def test_a_modified_line_gets_fewer_units_by_a_physician() -> None:
    (item,) = forced("MODIFY", procedure("62321", units=6)).items

    assert item.action is A6
    assert item.authorized is not None
    assert item.authorized.quantity == 3
    assert item.reviewer is ReviewerRole.PHYSICIAN


def test_a_modified_nicu_stay_keeps_two_days_and_is_lowered_by_one_level_from_the_third() -> None:
    said = decided(review(nicu_days("0174", 5, start=date(2026, 3, 1))), "progenyhealth")

    (item,) = said.items
    first, second = item.spans
    assert item.action is A6
    assert (first.action, first.start, first.end) == (A1, date(2026, 3, 1), date(2026, 3, 2))
    assert (first.requested_revenue_code, first.authorized_revenue_code) == ("0174", "0174")
    assert (second.action, second.start, second.end) == (A6, date(2026, 3, 3), date(2026, 3, 5))
    assert (second.requested_revenue_code, second.authorized_revenue_code) == ("0174", "0173")
    assert (first.days, second.days) == (Decimal(2), Decimal(3))
    assert item.reviewer is ReviewerRole.PHYSICIAN


@pytest.mark.parametrize("days", [1, 2, 3, 7, 30])
@pytest.mark.parametrize("revenue_code", ["0172", "173", "0174"])
def test_spans_of_a_modified_nicu_stay_cover_it_without_gap_or_overlap(revenue_code: str, days: int) -> None:
    (item,) = forced("MODIFY", nicu_days(revenue_code, days), destination="progenyhealth").items

    covered = [
        span.start + timedelta(days=day) for span in item.spans for day in range((span.end - span.start).days + 1)
    ]
    assert covered == [date(2026, 3, 1) + timedelta(days=day) for day in range(days)]
    assert sum((span.days or Decimal() for span in item.spans), Decimal()) == days


def test_a_denied_line_has_a_reason_in_code_and_words_and_the_physician_who_denied_it() -> None:
    said = decided(review(procedure("22612")))

    (item,) = said.items
    assert item.action is A3
    assert item.reason_codes == (TABLE.reasons["not_medically_necessary"].code,)
    assert item.message == TABLE.reasons["not_medically_necessary"].meaning
    assert (item.reviewer, item.medical_necessity) == (ReviewerRole.PHYSICIAN, True)
    assert said.reviewer_name
    assert not item.certification_number


def test_a_pended_line_has_a_case_number_and_waits_without_end() -> None:
    waiting = opened(review(procedure("27447"), trace="SBX-PEND-1"))

    assert actions(waiting.said) == [A4]
    assert waiting.said.administrative_number.startswith("TPC")
    assert waiting.due is None


def test_a_line_for_later_is_pended_and_certified_when_due() -> None:
    waiting = opened(review(procedure("70553")), "evicore")

    settled = decide_what_is_due(waiting, TABLE, NOW + timedelta(seconds=3))

    assert actions(waiting.said) == [A4]
    assert waiting.due == NOW + timedelta(seconds=3)
    assert actions(settled.said) == [A1]
    assert settled.due is None
    assert settled.said.id != waiting.said.id


def test_asking_for_information_says_which_and_whom_to_send_it_to() -> None:
    (item,) = forced("INFO", procedure("27447")).items

    assert item.action is A4
    assert item.information is not None
    assert [document.report_type for document in item.information.attachments] == list(TABLE.asks_for.report_types)
    assert item.information.loinc_codes == TABLE.asks_for.loinc_codes
    assert item.information.contact is not None


def test_a_questionnaire_is_all_that_is_asked_for_by_a_trace_that_each_line_has_of_its_own() -> None:
    said = forced("QUESTIONNAIRE", procedure("27447"), procedure("27446", sequence=2))

    contexts = {trace.number for item in said.items for trace in item.traces}
    assert actions(said) == [A4, A4]
    assert {item.information.loinc_codes for item in said.items if item.information} == {(QUESTIONNAIRE,)}
    assert not [item for item in said.items if item.information is None or item.information.attachments]
    assert len(contexts) == 2


@pytest.mark.parametrize("behaviour", ["INFO", "QUESTIONNAIRE"])
def test_an_event_without_services_is_asked_about_once(behaviour: str) -> None:
    said = forced(behaviour, event_only())

    assert said.items[0].information is not None
    assert said.information is None


@pytest.mark.parametrize("behaviour", ["INFO", "QUESTIONNAIRE"])
def test_what_was_asked_for_is_under_review_when_something_comes(behaviour: str) -> None:
    asked = review(procedure("27447"), trace=f"SBX-{behaviour}-1")
    brought = replace(
        asked,
        event=replace(
            asked.event,
            certification=CertificationType.REVISED,
            previous_administrative="TPC1",
            attachments=(Attachment(report_type="77", transmission="EL"),),
        ),
    )

    (item,) = decided(brought).items

    assert (item.action, item.information) == (A4, None)


def test_a_rejected_leg_rejects_each_line_and_decides_none() -> None:
    said = forced("REJECT", procedure("27447"), procedure("27446", sequence=2))

    assert actions(said) == [None, None]
    assert [item.rejections[0].sequence for item in said.items] == [1, 2]
    assert {item.rejections[0].level for item in said.items} == {RejectionLevel.SERVICE}
    assert all(item.is_final for item in said.items)


def test_a_rejected_event_without_services_is_rejected_at_the_event() -> None:
    (item,) = forced("REJECT", event_only()).items

    assert item.rejections[0].level is RejectionLevel.EVENT


def test_a_declined_leg_is_not_theirs() -> None:
    answer = answer_to(case("turningpoint", review(procedure("27447"), trace="SBX-DECLINE-1")), TABLE, NOW)

    assert isinstance(answer, Declined)


@pytest.mark.parametrize(("prefix", "kind"), [("SBX-TIMEOUT-1", Silent), ("SBX-GARBAGE-1", Garbage)])
def test_a_leg_without_a_usable_answer_can_still_be_decided_by_hand(prefix: str, kind: type[object]) -> None:
    asked = review(procedure("27447"), trace=prefix)

    answer = answer_to(case("turningpoint", asked), TABLE, NOW)
    settled = redecide(opened(asked), {1: Behaviour.CERTIFY}, TABLE, NOW)

    assert isinstance(answer, kind)
    assert actions(settled.said) == [A1]


def test_an_unforced_desk_says_nothing_until_people_decide() -> None:
    answer = answer_to(case("bcbsma-um", review(procedure("70553"))), TABLE, NOW)

    assert isinstance(answer, Silent)


def test_a_full_answer_leaves_no_field_of_a_decision_empty() -> None:
    said = forced("FULL", nicu_days("0174", 5), destination="progenyhealth")

    (item,) = said.items
    empty = {name for name in item.__slots__ if not getattr(item, name)}
    assert empty == {"rejections"}
    assert len(item.reason_codes) == 5
    assert item.authorized is not None
    assert {name for name in item.authorized.__slots__ if not getattr(item.authorized, name)} == {"procedure"}
    assert said.information is not None
    assert said.message


def test_a_cancellation_is_confirmed_under_the_number_it_names() -> None:
    asked = review(procedure("27447"), certification=CertificationType.CANCEL)
    asked = replace(asked, event=replace(asked.event, previous_authorization="AWA0000000001"))

    (item,) = decided(asked, "allways-um").items

    assert item.action is CertificationAction.CANCELLED
    assert item.certification_number == "AWA0000000001"


def test_the_same_leg_gets_the_same_answer_again() -> None:
    asked = review(nicu_days("0174", 5), procedure("22612", sequence=2))

    assert decided(asked, "progenyhealth") == decided(asked, "progenyhealth")


def test_lines_of_one_leg_may_be_answered_differently() -> None:
    asked = review(procedure("22612"), procedure("27447", sequence=2), procedure("23472", sequence=3))

    waiting = opened(asked)
    settled = decide_what_is_due(waiting, TABLE, NOW)

    assert actions(waiting.said) == [A3, A1, A4]
    assert actions(settled.said) == [A3, A1, A1]


def test_a_decision_by_hand_leaves_the_other_lines_as_they_were() -> None:
    waiting = opened(review(procedure("27447"), procedure("27446", sequence=2), trace="SBX-PEND-1"))

    once = redecide(waiting, {2: Behaviour.DENY}, TABLE, NOW)
    twice = redecide(once, {1: Behaviour.CERTIFY}, TABLE, NOW)

    assert actions(once.said) == [A4, A3]
    assert actions(twice.said) == [A1, A3]
    assert len({waiting.said.id, once.said.id, twice.said.id}) == 3


def test_a_line_decided_by_hand_is_not_decided_again_when_due() -> None:
    waiting = opened(review(procedure("70553"), procedure("70551", sequence=2)), "evicore")

    once = redecide(waiting, {1: Behaviour.DENY}, TABLE, NOW)
    due = decide_what_is_due(once, TABLE, NOW + timedelta(seconds=3))

    assert once.due == waiting.due
    assert actions(due.said) == [A3, A1]


def test_a_line_that_the_case_does_not_have_cannot_be_decided() -> None:
    waiting = opened(review(procedure("27447"), trace="SBX-PEND-1"))

    with pytest.raises(KeyError):
        redecide(waiting, {2: Behaviour.CERTIFY}, TABLE, NOW)
