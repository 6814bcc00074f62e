"""The second opinion: right about conformant messages, silent about values, never an exception."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guide_examples import example_set, interchange
from left_out import each_file
from priorauth.adapters.second_opinions import pyx12_check
from priorauth.adapters.second_opinions.pyx12_check import Level, Pyx12Error, second_opinion
from priorauth.x12.guides.spec import Guide
from priorauth.x12.guides.x217.request import X217_REQUEST
from priorauth.x12.guides.x217.response import X217_RESPONSE

REQUEST = interchange([(X217_REQUEST, example_set(X217_REQUEST, dependent=True))])
RESPONSE = interchange([(X217_RESPONSE, example_set(X217_RESPONSE, dependent=True))])


@pytest.mark.parametrize("guide", [X217_REQUEST, X217_RESPONSE], ids=["request", "response"])
@pytest.mark.parametrize("dependent", [True, False], ids=["dependent", "subscriber"])
def test_a_message_of_every_row_is_accepted(guide: Guide, dependent: bool) -> None:
    opinion = second_opinion(interchange([(guide, example_set(guide, dependent=dependent))]))

    assert opinion.accepted


def test_requests_and_responses_of_one_group_are_each_judged_by_their_own_map() -> None:
    sets = [(guide, example_set(guide, dependent=False)) for guide in (X217_REQUEST, X217_RESPONSE, X217_REQUEST)]

    opinion = second_opinion(interchange(sets))

    assert [(one.group, one.number, one.accepted) for one in opinion.sets] == [(1, 1, True), (1, 2, True), (1, 3, True)]


@each_file("sample", "PRIORAUTH_SAMPLES", "x12org-*.edi", what="the second opinion on X12's published examples")
def test_published_examples_are_accepted_but_for_a_wrong_segment_count(sample: Path) -> None:
    opinion = second_opinion(sample.read_bytes())

    (only,) = opinion.sets
    if sample.stem.startswith("x12org-2a"):
        assert only.errors == [Pyx12Error(Level.SET, "4", 26, "SE")]
    else:
        assert opinion.accepted


@pytest.mark.parametrize(
    ("sent", "instead", "error"),
    [
        pytest.param("UM*AR*1*", "UM*AR*Z*", Pyx12Error(Level.ELEMENT, "7", 28, "UM", 2), id="a code"),
        pytest.param("*21:A*AA", "*21:Z*AA", Pyx12Error(Level.ELEMENT, "7", 28, "UM", 4, 2), id="in a composite"),
        pytest.param("TRN*1*EX", "TRN*1**", Pyx12Error(Level.ELEMENT, "1", 27, "TRN", 2), id="a missing element"),
        pytest.param("N3*EXAMPLE", "N3*" + "X" * 56, Pyx12Error(Level.ELEMENT, "5", 8, "N3", 1), id="a long element"),
        pytest.param("435*D8*20260105", "435*D8*20261305", Pyx12Error(Level.ELEMENT, "8", 36, "DTP", 3), id="a date"),
        pytest.param("UM*AR*", "ZZ*AR*", Pyx12Error(Level.SEGMENT, "3", 29, "UM"), id="a missing segment"),
        pytest.param("SE*", "SE*9", Pyx12Error(Level.SET, "4", 85, "SE"), id="a wrong count"),
    ],
)
def test_an_error_comes_with_code_and_place(sent: str, instead: str, error: Pyx12Error) -> None:
    opinion = second_opinion(REQUEST.decode().replace(sent, instead, 1).encode())

    assert error in opinion.sets[0].errors
    assert not opinion.accepted


def test_a_group_without_a_map_has_no_opinion() -> None:
    opinion = second_opinion(REQUEST.replace(b"005010X217", b"005010X999"))

    assert [one.given for one in opinion.sets] == [False]
    assert not opinion.accepted


def test_a_set_in_which_pyx12_crashes_has_no_opinion_and_those_before_it_have() -> None:
    sound = example_set(X217_REQUEST, dependent=False)
    too_many_components = [["UM", "AR", "1", "1", "21:A:1:1"] if row[0] == "UM" else row for row in sound]

    opinion = second_opinion(interchange([(X217_REQUEST, sound), (X217_REQUEST, too_many_components)]))

    assert [one.accepted for one in opinion.sets] == [True, False]
    assert [one.given for one in opinion.sets] == [True, False]
    assert opinion.reason == "pyx12 stopped with IndexError"


def test_an_interchange_over_the_size_limit_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyx12_check, "MAX_BYTES", len(REQUEST) - 1)

    opinion = second_opinion(REQUEST)

    assert (opinion.sets, opinion.accepted, opinion.reason) == ([], False, "larger than the limit")


def test_reading_stops_when_its_time_is_over() -> None:
    ticks = iter(range(0, 10_000, 5))

    opinion = second_opinion(REQUEST, monotonic=lambda: float(next(ticks)))

    assert opinion.reason == "slower than the limit"
    assert [one.given for one in opinion.sets] == [False]


def test_neither_opinion_nor_log_quotes_a_value(caplog: pytest.LogCaptureFixture) -> None:
    secret = "KOWALSKI"
    message = REQUEST.decode().replace("EXAMPLE", secret).replace("UM*AR*1*", f"UM*{secret}*{secret}*{secret}").encode()

    with caplog.at_level(logging.DEBUG):
        opinion = second_opinion(message + b"IEA*" + secret.encode() + b"~")

    assert not opinion.accepted
    assert secret not in repr(opinion)
    assert secret not in caplog.text


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.integers(0, len(RESPONSE)), st.integers(0, 40))
def test_no_bytes_make_it_raise(noise: bytes, at: int, dropped: int) -> None:
    opinion = second_opinion(RESPONSE[:at] + noise + RESPONSE[at + dropped :])

    assert re.fullmatch(r"(pyx12 stopped with \w+)?", opinion.reason)
