"""Acknowledgments that partners send us, read so that they can be matched with what we sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from finding_table import CODES
from priorauth.x12.acknowledgments import acknowledge
from priorauth.x12.envelope import read_interchange
from priorauth.x12.implementation_acknowledgment import DEFAULT_OPTIONS
from priorauth.x12.received_acknowledgments import (
    AcknowledgedGroup,
    AcknowledgedInterchange,
    AcknowledgedSet,
    ReceivedError,
    holds_acknowledgments_only,
    read_acknowledgments,
)
from priorauth.x12.validation import validate_interchange
from x12_acknowledging import IDENTITY
from x12_messages import ISA, SEGMENTS, VALID, group, interchange, replaced, transaction


def acknowledgment_of(received: bytes) -> bytes:
    answer = acknowledge(
        validate_interchange(received), CODES, IDENTITY, replace(DEFAULT_OPTIONS, copies_bad_values=True)
    )
    assert answer is not None
    return answer


def test_a_999_is_read_down_to_the_element_without_the_value_that_it_repeats() -> None:
    bad = transaction(replaced("UM*HS*I*2*22:B**E", "UM*HS*I*2*22:Q**E"), number="0002")
    missing = transaction([segment for segment in SEGMENTS if not segment.startswith("UM")], number="0003")
    answer = acknowledgment_of(interchange(group(transaction(), bad, missing)))

    assert read_acknowledgments(read_interchange(answer)) == (
        AcknowledgedGroup(
            functional="HI",
            control_number="14",
            version="005010X217",
            verdict="P",
            sets=(
                AcknowledgedSet(transaction="278", control_number="0001", verdict="A"),
                AcknowledgedSet(
                    transaction="278",
                    control_number="0002",
                    verdict="R",
                    codes=("5",),
                    errors=(
                        ReceivedError(
                            segment_id="UM",
                            segment=11,
                            loop="2000E",
                            code="8",
                            element=4,
                            component=2,
                            data_element="1332",
                            element_code="7",
                        ),
                    ),
                ),
                AcknowledgedSet(
                    transaction="278",
                    control_number="0003",
                    verdict="R",
                    codes=("5",),
                    errors=(ReceivedError(segment_id="UM", segment=11, loop="2000E", code="3"),),
                ),
            ),
        ),
    )


def test_a_ta1_is_read_alone_and_before_a_999() -> None:
    alone = acknowledgment_of(VALID.replace(b"IEA*1", b"IEA*2"))
    before = acknowledgment_of(VALID.replace(b"*0*T*", b"*1*T*"))

    assert read_acknowledgments(read_interchange(alone)) == (
        AcknowledgedInterchange(control_number="000000014", verdict="R", note="021"),
    )
    assert read_acknowledgments(read_interchange(before)) == (
        AcknowledgedInterchange(control_number="000000014", verdict="A", note="000"),
        AcknowledgedGroup(
            functional="HI",
            control_number="14",
            version="005010X217",
            verdict="A",
            sets=(AcknowledgedSet(transaction="278", control_number="0001", verdict="A"),),
        ),
    )


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        pytest.param([], AcknowledgedGroup(functional="", control_number="", version="", verdict=""), id="nothing"),
        pytest.param(
            ["AK1*HI*14", "AK2*278*0001", "IK3*UM*x*2000E", "IK4*a", "AK9*R*1*1*0*1**5"],
            AcknowledgedGroup(
                functional="HI",
                control_number="14",
                version="",
                verdict="R",
                codes=("1", "5"),
                sets=(
                    AcknowledgedSet(
                        transaction="278",
                        control_number="0001",
                        verdict="",
                        errors=(ReceivedError(segment_id="UM", segment=0, loop="2000E", code=""),),
                    ),
                ),
            ),
            id="elements missing or malformed",
        ),
    ],
)
def test_a_faulty_999_is_read_as_far_as_it_goes(segments: list[str], expected: AcknowledgedGroup) -> None:
    received = interchange(
        group(
            transaction(segments, st="ST*999*0001*005010X231A1"),
            gs="GS*FA*PRIORAUTH*HARBORGENERAL*20261102*0915*14*X*005010X231A1",
        )
    )

    assert read_acknowledgments(read_interchange(received)) == (expected,)


@pytest.mark.parametrize(
    ("received", "alone"),
    [
        pytest.param(VALID, False, id="a request"),
        pytest.param(acknowledgment_of(VALID), True, id="a 999"),
        pytest.param(acknowledgment_of(VALID.replace(b"IEA*1", b"IEA*2")), True, id="a TA1"),
        pytest.param(
            interchange(["TA1*000000001*261102*0915*A*000"], group(transaction())), False, id="a TA1 and a request"
        ),
        pytest.param(interchange(isa=ISA), False, id="nothing"),
    ],
)
def test_acknowledgments_are_told_from_what_is_to_be_acknowledged(received: bytes, alone: bool) -> None:
    assert holds_acknowledgments_only(read_interchange(received)) is alone
