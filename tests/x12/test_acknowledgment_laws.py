"""Whatever comes in, what we send back is itself valid: by our guide of the 999, and by pyx12's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finding_table import CODES
from left_out import each_file
from priorauth.adapters.second_opinions.pyx12_check import second_opinion
from priorauth.x12.acknowledgments import acknowledge
from priorauth.x12.faults import X12SyntaxError
from priorauth.x12.implementation_acknowledgment import DEFAULT_OPTIONS
from priorauth.x12.validation import InterchangeResult, validate_interchange
from priorauth.x12.verdicts import Verdict, judge
from x12_acknowledging import IDENTITY
from x12_messages import SEGMENTS, VALID, group, interchange, replaced, transaction

TWO_GROUPS = interchange(
    group(transaction(), transaction(number="0002")), group(transaction(number="0003"), number="15")
)

oddities = st.sampled_from(
    [
        "",
        " ",
        "*",
        "**",
        ":",
        "^",
        "~",
        "~~",
        "\r\n",
        "ZZZ",
        "0",
        "-1",
        "9" * 40,
        "é",
        "\x00",
        "\x7f",
        "NM1",
        "GS*",
        "ISA",
    ]
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A valid message with one to three changes: segments lost, doubled or moved, elements or stretches replaced."""
    text = draw(st.sampled_from([VALID, TWO_GROUPS])).decode()
    for _ in range(draw(st.integers(1, 3))):
        text = draw(st.sampled_from(MUTATIONS))(draw, text)
    return text.encode("utf-8", "replace")


def _without_segment(draw: st.DrawFn, text: str) -> str:
    segments = text.split("~")
    del segments[draw(st.integers(0, len(segments) - 1))]
    return "~".join(segments)


def _segment_twice(draw: st.DrawFn, text: str) -> str:
    segments = text.split("~")
    at, to = (draw(st.integers(0, len(segments) - 1)) for _ in range(2))
    segments.insert(to, segments[at])
    return "~".join(segments)


def _element_replaced(draw: st.DrawFn, text: str) -> str:
    segments = text.split("~")
    at = draw(st.integers(0, len(segments) - 1))
    elements = segments[at].split("*")
    elements[draw(st.integers(0, len(elements) - 1))] = draw(oddities | st.text(max_size=12))
    segments[at] = "*".join(elements)
    return "~".join(segments)


def _stretch_replaced(draw: st.DrawFn, text: str) -> str:
    start = draw(st.integers(0, len(text)))
    end = min(len(text), start + draw(st.integers(0, 12)))
    return text[:start] + draw(oddities) + text[end:]


def _cut_off(draw: st.DrawFn, text: str) -> str:
    return text[: draw(st.integers(0, len(text)))]


MUTATIONS: Sequence[Callable[[st.DrawFn, str], str]] = (
    _without_segment,
    _segment_twice,
    _element_replaced,
    _stretch_replaced,
    _cut_off,
)


def acknowledged(data: bytes) -> tuple[InterchangeResult, bytes | None] | None:
    """What was read and its answer; None where no interchange can be read."""
    try:
        result = validate_interchange(data)
    except X12SyntaxError:
        return None
    return result, acknowledge(result, CODES, IDENTITY, replace(DEFAULT_OPTIONS, copies_bad_values=True))


def everything_wrong_with(data: bytes) -> list[str]:
    result = validate_interchange(data)
    findings = [*result.findings]
    for received in result.groups:
        findings += [*received.findings, *(finding for each in received.sets for finding in each.findings)]
    return [f"{finding.code} {finding.at.path}" for finding in findings]


@given(mutated())
def test_a_bent_message_gets_an_acknowledgment_that_is_valid_itself(data: bytes) -> None:
    read = acknowledged(data)

    if read is not None and read[1] is not None:
        assert everything_wrong_with(read[1]) == []


@given(mutated())
def test_only_acknowledgments_are_met_with_silence(data: bytes) -> None:
    read = acknowledged(data)

    if read is not None and read[1] is None:
        received = read[0].interchange
        functional = {each.header[1] for each in received.groups}
        assert functional == {"FA"} or (received.acknowledgments and not functional)


@given(mutated())
def test_what_is_answered_agrees_with_what_is_worked_with(data: bytes) -> None:
    read = acknowledged(data)
    if read is None or read[1] is None:
        return
    verdict = judge(read[0], CODES)

    answer = read[1].decode()

    if verdict.verdict is Verdict.REJECTED:
        assert "~AK1*" not in answer
    else:
        accepted = [sum(each.accepted) for each in verdict.groups]
        said = [int(segment.split("*")[4]) for segment in answer.split("~") if segment.startswith("AK9*")]
        assert said == accepted


@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda tail: VALID[:106] + tail))
def test_any_bytes_are_answered_or_no_interchange(data: bytes) -> None:
    read = acknowledged(data)

    if read is not None and read[1] is not None:
        assert everything_wrong_with(read[1]) == []


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(VALID, id="accepted"),
        pytest.param(
            interchange(group(transaction(replaced("UM*HS*I*2*22:B**E", "UM*HS*I*2*22:Q**")))), id="a bad code"
        ),
        pytest.param(interchange(group(transaction(replaced("HL*4*3*EV*1", "HL*4*9*EV*1")))), id="a CTX"),
        pytest.param(interchange(group(transaction(SEGMENTS[:3]))), id="most is missing"),
        pytest.param(interchange(group(transaction(), transaction(se="SE*1*0002", number="0002"))), id="partially"),
        pytest.param(interchange(group(transaction(), gs="GS*HI*A1*B1*20261102*0915*14*X*005010X999")), id="no guide"),
    ],
)
def test_pyx12_accepts_our_acknowledgments_by_its_own_map(data: bytes) -> None:
    four_characters = replace(DEFAULT_OPTIONS, loop_id_length=4)  # as pyx12's dictionary has data element 447

    answer = acknowledge(validate_interchange(data), CODES, IDENTITY, four_characters)

    assert answer is not None
    opinion = second_opinion(answer)
    assert (opinion.errors, opinion.reason) == ([], "")
    assert [(each.given, each.errors) for each in opinion.sets] == [(True, [])]


@each_file("sample", "PRIORAUTH_SAMPLES", "*.edi", what="acknowledgments of X12 samples")
def test_samples_get_acknowledgments_that_are_valid_themselves(sample: Path) -> None:
    read = acknowledged(sample.read_bytes())

    assert read is not None
    assert read[1] is None or everything_wrong_with(read[1]) == []


@each_file("sample", "PRIORAUTH_SAMPLES", "x12org-2a-*.edi", what="the X12 example with a wrong SE01")
def test_the_example_with_a_wrong_count_is_refused_for_the_count_alone(sample: Path) -> None:
    read = acknowledged(sample.read_bytes())

    assert read is not None
    assert read[1] is not None
    said = read[1].decode().split("~")
    assert [segment for segment in said if segment.startswith(("IK", "AK9"))] == ["IK5*R*4", "AK9*R*1*1*0"]
