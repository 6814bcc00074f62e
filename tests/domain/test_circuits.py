"""When a circuit opens, for how long, and what closes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from priorauth.domain.circuits import (
    FAILURES_ALLOWED,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    PROBE_PAUSE,
    PROBE_TIME,
    Circuit,
    CircuitState,
)

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
ERROR = "the destination could not be reached"


def after_failures(count: int, subjects: int = 3) -> Circuit:
    circuit = Circuit()
    for number in range(count):
        circuit = circuit.begun(NOON).failing(f"leg-{number % subjects}", ERROR, NOON)
    return circuit


def test_it_opens_after_so_many_failures_in_a_row_and_says_why() -> None:
    assert after_failures(FAILURES_ALLOWED - 1).state is CircuitState.CLOSED

    opened = after_failures(FAILURES_ALLOWED)

    assert opened.state is CircuitState.OPEN
    assert opened.wait_until(NOON) == NOON + FIRST_PAUSE
    assert opened.error == ERROR


@given(st.integers(1, 50), st.integers(1, 2))
def test_failures_of_one_or_two_messages_alone_never_open_it(count: int, subjects: int) -> None:
    assert after_failures(count, subjects).wait_until(NOON) is None


def test_when_the_pause_is_over_one_call_is_let_through_and_others_wait_for_what_comes_of_it() -> None:
    opened = after_failures(FAILURES_ALLOWED)
    then = NOON + FIRST_PAUSE
    assert opened.wait_until(then) is None

    probing = opened.begun(then)

    assert probing.state is CircuitState.HALF_OPEN
    assert probing.wait_until(then) == then + PROBE_PAUSE
    assert probing.gave_up(then).wait_until(then) is None
    assert probing.wait_until(then + PROBE_TIME) is None


@given(st.integers(1, 30))
def test_each_probe_that_fails_doubles_the_pause_up_to_the_longest(probes: int) -> None:
    circuit, now, pauses = after_failures(FAILURES_ALLOWED), NOON, []
    for _ in range(probes):
        assert circuit.try_at is not None
        pauses.append(circuit.try_at - now)
        now = circuit.try_at
        circuit = circuit.begun(now).failing("leg", ERROR, now)

    assert pauses == [min(FIRST_PAUSE * 2**number, LONGEST_PAUSE) for number in range(probes)]


def test_a_call_that_began_before_it_opened_does_not_prolong_the_pause() -> None:
    opened = after_failures(FAILURES_ALLOWED)

    late = opened.failing("leg-late", ERROR, NOON + timedelta(seconds=1))

    assert late.wait_until(NOON) == opened.wait_until(NOON)
