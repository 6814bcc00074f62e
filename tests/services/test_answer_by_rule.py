"""What routing answers by itself: an answer for each outcome, with words that say which rule and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from priorauth.domain.routes import AppliedRequirement, ItemRoute, Need, Outcome
from priorauth.services.answer_by_rule import ANSWERS, TOLD_OF_NOTICE, answer_by_rule, words_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOTICE = AppliedRequirement(
    id="REQ-1", need=Need.NOTICE_REQUIRED, says="Tell the plan", citation="004:L60", before="2 hours before the service"
)
ITEM = ItemRoute(
    sequence=2, outcome=Outcome.NOTIFY_REQUIRED, destination=None, queue=None, rule="R-1", reason="unknown: a; b: c"
)


def test_there_is_an_answer_for_every_outcome() -> None:
    assert set(ANSWERS) == set(Outcome)


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.ROUTE])
def test_every_answer_names_the_rule_and_the_reason_in_words_that_cross_to_x12(outcome: Outcome) -> None:
    decision = answer_by_rule(replace(ITEM, outcome=outcome))

    assert decision.sequence == 2
    assert "R-1" in decision.message
    assert "unknown a; b c" in decision.message
    assert not set(decision.message) & set(":*~^")
    assert bool(decision.rejections) is (outcome is Outcome.INVALID)


def test_the_moment_of_a_clock_is_told_before_what_a_requirement_says() -> None:
    with_requirement = replace(ITEM, requirements=(NOTICE,))

    assert words_of(with_requirement, NOON).endswith("notice due by 2026-03-02 1200 UTC")
    assert words_of(with_requirement).endswith("notice due 2 hours before the service")
    assert words_of(ITEM).endswith("(rule R-1)")


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - TOLD_OF_NOTICE))
def test_nothing_is_due_where_no_notice_is_asked_for(outcome: Outcome) -> None:
    assert "notice" not in words_of(replace(ITEM, outcome=outcome, requirements=(NOTICE,)), NOON)
