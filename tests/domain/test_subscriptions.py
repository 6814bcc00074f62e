"""Subscriptions as a table of states, and whose reviews they are for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.examples import a_review
from priorauth.domain.carried import Transmission
from priorauth.domain.parties import Identifier
from priorauth.domain.reviews import Format, ServiceReview
from priorauth.domain.subscriptions import (
    HANDSHAKES_ALLOWED,
    NotificationKind,
    Subscription,
    SubscriptionState,
)
from subscribing import NOON, a_subscription, some_terms

REQUESTED, ACTIVE, ERROR, OFF = SubscriptionState
MINUTE = timedelta(minutes=1)
FAULT = "the endpoint answered 503"


def fail(subscription: Subscription, times: int, allowed: int = 4) -> Subscription:
    for _ in range(times):
        subscription = subscription.failed(FAULT, NOON, attempts_allowed=allowed)
    return subscription


def test_an_endpoint_that_answers_its_handshake_makes_the_subscription_active() -> None:
    after = fail(a_subscription(), 1).answered(NOON + MINUTE)

    assert (after.state, after.failures, after.error) == (ACTIVE, 0, "")
    assert after.changed_at == NOON + MINUTE


@pytest.mark.parametrize(("state", "allowed"), [(REQUESTED, HANDSHAKES_ALLOWED), (ACTIVE, 4)])
def test_only_so_many_failures_in_a_row_are_forgiven(state: SubscriptionState, allowed: int) -> None:
    before = a_subscription(state=state)

    assert fail(before, allowed - 1).state is state
    assert fail(before, allowed - 1).error == FAULT
    assert fail(before, allowed).state is ERROR


def test_a_success_in_between_starts_the_count_anew() -> None:
    before = a_subscription(state=ACTIVE)

    assert fail(fail(before, 3).answered(NOON), 3).state is ACTIVE


@pytest.mark.parametrize("state", SubscriptionState)
def test_its_owner_may_ask_anew_from_every_state(state: SubscriptionState) -> None:
    before = a_subscription(state=state, failures=3, error=FAULT, was_active=True)

    again = before.asked_again(some_terms(), NOON + MINUTE)
    off = before.asked_again(some_terms(is_off=True), NOON + MINUTE)

    assert (again.state, again.failures, again.error, again.asked_at) == (REQUESTED, 0, "", NOON + MINUTE)
    assert off.state is OFF


def test_events_count_from_the_first_activation_on_and_also_while_in_error() -> None:
    fresh = a_subscription()
    active = fresh.answered(NOON)
    failed = fail(active, 4)

    told = [
        each.is_told for each in (fresh, active, failed, failed.asked_again(some_terms(), NOON), active.ended(NOON))
    ]

    assert told == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("state", "waiting", "heartbeat", "kind"),
    [
        (REQUESTED, False, None, NotificationKind.HANDSHAKE),
        (REQUESTED, True, MINUTE, NotificationKind.HANDSHAKE),
        (ACTIVE, True, MINUTE, NotificationKind.EVENT),
        (ACTIVE, False, MINUTE, NotificationKind.HEARTBEAT),
        (ACTIVE, False, None, None),
        (ERROR, True, MINUTE, None),
        (OFF, True, MINUTE, None),
    ],
)
def test_what_is_due(
    state: SubscriptionState, waiting: bool, heartbeat: timedelta | None, kind: NotificationKind | None
) -> None:
    subscription = a_subscription(state=state, terms=some_terms(heartbeat=heartbeat))

    assert subscription.due(waiting=waiting) is kind


def test_after_a_notification_the_next_is_due_at_once_or_the_heartbeat_a_period_later_or_the_end() -> None:
    active = a_subscription(state=ACTIVE)
    beating = replace(active, terms=some_terms(heartbeat=MINUTE))
    ending = replace(active, terms=some_terms(heartbeat=2 * MINUTE, end=NOON + MINUTE))

    assert active.due_next(NOON, waiting=False) is None
    assert beating.due_next(NOON, waiting=True) == NOON
    assert beating.due_next(NOON, waiting=False) == NOON + MINUTE
    assert ending.due_next(NOON, waiting=False) == NOON + MINUTE
    assert ending.is_over(NOON + MINUTE)
    assert ending.ended(NOON + MINUTE).due_next(NOON + MINUTE, waiting=True) is None


def test_an_end_that_is_over_already_is_none() -> None:
    terms = some_terms(end=NOON)

    assert terms.until(NOON).end is None
    assert terms.until(NOON - MINUTE).end == NOON


def submitted(**changes: object) -> ServiceReview:
    review = replace(a_review(), arrived_as=Format.PAS_2_2_1)
    return replace(review, **changes)  # type: ignore[arg-type]


def with_supplemental(review: ServiceReview) -> ServiceReview:
    return replace(review, requester=replace(review.requester, supplemental=(Identifier("G5", "SITE-7"),)))


@pytest.mark.parametrize(
    ("organizations", "wanted"),
    [
        ((), True),
        ((("1234567893",),), True),  # the NPI of the requester
        ((("0000000000", "1234567893"),), True),
        ((("SITE-7",),), True),
        ((("INTER-SND-0001",),), True),  # ISA06, in whatever padding
        ((("1234567893",), ("INTER-SND-0001",)), True),
        ((("1234567893",), ("0000000000",)), False),
        ((("0000000000",),), False),
        ((("",),), False),
    ],
)
def test_a_review_is_wanted_where_each_filter_names_its_requester(
    organizations: tuple[tuple[str, ...], ...], wanted: bool
) -> None:
    review = submitted(transmission=Transmission(interchange_sender="INTER-SND-0001  "))

    subscription = a_subscription(terms=some_terms(organizations=organizations))

    assert subscription.wants(with_supplemental(review)) is wanted


def test_a_review_of_another_partner_or_format_is_not_wanted() -> None:
    subscription = a_subscription()

    assert subscription.wants(submitted())
    assert not subscription.wants(submitted(partner="other-hospital"))
    assert not subscription.wants(submitted(arrived_as=Format.PAS_2_0_1))
    assert not subscription.wants(a_review())
