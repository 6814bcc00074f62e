"""What a delegate's 278 response says of its leg."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from priorauth.domain.determinations import (
    Authorized,
    CertificationAction,
    DaySpan,
    Determination,
    InformationRequest,
    ItemDecision,
    Rejection,
    RejectionLevel,
    Reply,
)
from priorauth.domain.findings import Finding, FindingCode
from priorauth.domain.parties import Contact, ContactNumber, DestinationId, EntityKind, Name
from priorauth.domain.reviews import Attachment, DatePeriod, Leg, LegId, ServiceReview, Trace
from priorauth.translate.narrowing import narrow
from priorauth.translate.x12_determination import determination_from_x12, reply_to_x12
from replies import replies
from x12_sets import NOON, enclosed, interchange, read_sets, sample, written

A1, A3, A4, A6 = (CertificationAction(code) for code in ("A1", "A3", "A4", "A6"))
SPLIT = sample("split-imaging-and-surgery")


def leg_of(review: ServiceReview) -> Leg:
    return Leg(
        id=LegId("leg-1"),
        review_id=review.id,
        number=1,
        destination=DestinationId("evicore"),
        sequences=tuple(item.sequence for item in review.items),
    )


def said_in(review: ServiceReview, segments: Sequence[str]) -> Determination | tuple[Finding, ...]:
    (read,) = read_sets(enclosed(segments), "response")
    assert read.structural_errors == []
    return determination_from_x12(
        read.tree,
        component=read.delimiters.component,
        repetition=read.delimiters.repetition,
        leg=leg_of(review),
        review=review,
        determination_id="det-1",
        decided_at=NOON,
    )


def returned(review: ServiceReview, *items: ItemDecision, **whole: object) -> Determination:
    """The determination in the response that says these decisions."""
    reply = Reply(review_id=review.id, number=1, made_at=NOON, items=items, **whole)  # type: ignore[arg-type]
    said = said_in(review, written(reply_to_x12(review, reply)))
    assert isinstance(said, Determination)
    return said


def decided(sequence: int, action: CertificationAction | None = A1, **said: object) -> ItemDecision:
    return ItemDecision(sequence=sequence, action=action, **said)  # type: ignore[arg-type]


def test_a_response_is_read_item_by_item() -> None:
    determination = returned(
        SPLIT,
        decided(1, A3, reason_codes=("0B", "0F"), second_opinion=True, message="NOT NOW"),
        decided(2, certification_number="EV-2", administrative_number="CASE-2", traces=(Trace("OWN", "9EVICORE00"),)),
    )

    first, second = determination.items
    assert (first.action, first.reason_codes, first.second_opinion) == (A3, ("0B", "0F"), True)
    assert first.message == "NOT NOW"
    assert (second.action, second.certification_number, second.administrative_number) == (A1, "EV-2", "CASE-2")
    assert second.traces == (Trace("OWN", "9EVICORE00"),)
    assert second.decided_by == "evicore"
    assert determination.leg_id == "leg-1"


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_every_action_survives_a_response_and_the_reading_of_it(data: st.DataObject) -> None:
    review = data.draw(st.sampled_from([SPLIT, sample("nicu-admission"), sample("msk-knee-replacement")]))
    said = data.draw(replies(review))
    plain = tuple(replace(item, spans=(), rejections=()) for item in said.items if item.action)
    expected = {item.sequence: item.action for item in plain}

    segments = written(reply_to_x12(review, replace(said, items=plain, rejections=())))
    read = said_in(review, segments)

    if not expected:
        assert isinstance(read, tuple)
        return
    assert isinstance(read, Determination)
    found = {item.sequence: item.action for item in read.items if item.sequence in expected}
    assert {sequence: of_service(action) for sequence, action in found.items()} == {
        sequence: of_service(action) for sequence, action in expected.items()
    }


def of_service(action: CertificationAction | None) -> CertificationAction | None:
    """A2 is an event's; of a service the same is said by A6."""
    return A6 if action is CertificationAction.CERTIFIED_PARTIALLY else action


def test_an_item_of_a_leg_keeps_its_sequence() -> None:
    leg_review = narrow(SPLIT, [2])

    (item,) = returned(leg_review, decided(2, certification_number="EV-2")).items

    assert (item.sequence, item.action) == (2, A1)


def test_a_decision_of_the_event_holds_for_items_without_their_own() -> None:
    segments = written(reply_to_x12(SPLIT, Reply(review_id=SPLIT.id, number=1, made_at=NOON, items=())))
    event = next(place for place, segment in enumerate(segments) if segment.startswith("UM*"))
    segments.insert(event + 1, "HCR*A1*EV-77")

    determination = said_in(SPLIT, segments)

    assert isinstance(determination, Determination)
    assert [(item.action, item.certification_number) for item in determination.items] == [(A1, "EV-77"), (A1, "EV-77")]


def test_what_differs_from_the_request_is_what_was_authorized() -> None:
    review = sample("nicu-newborn-dependent")
    authorized = Authorized(
        revenue_code="0172",
        unit="DA",
        quantity=Decimal(4),
        service_dates=DatePeriod(date(2026, 10, 30), date(2026, 11, 2)),
        expires=date(2026, 12, 1),
    )

    (item,) = returned(review, decided(1, A6, authorized=authorized)).items

    assert item.authorized == authorized


def test_a_certified_line_that_comes_back_as_asked_states_nothing_more() -> None:
    (item,) = returned(sample("imaging-mri"), decided(1)).items

    assert item.authorized is None


def test_extra_levels_are_spans_of_the_line_before_them() -> None:
    days = (
        DaySpan(
            start=date(2026, 11, 1),
            end=date(2026, 11, 2),
            action=A6,
            requested_revenue_code="0174",
            authorized_revenue_code="0174",
            days=Decimal(2),
        ),
        DaySpan(
            start=date(2026, 11, 3),
            end=date(2026, 11, 3),
            action=A3,
            requested_revenue_code="0174",
            days=Decimal(1),
            reason_codes=("0B",),
        ),
    )

    first, second, third = returned(sample("nicu-admission"), decided(1, A6, spans=days), decided(2), decided(3)).items

    assert first.spans == days
    assert second.spans == third.spans == ()


def test_a_rejection_above_the_items_is_on_each_of_them() -> None:
    unknown = Rejection(level=RejectionLevel.SUBSCRIBER, reason="75", follow_up="C")

    determination = returned(SPLIT, rejections=(unknown,))

    assert [item.rejections for item in determination.items] == [(unknown,), (unknown,)]
    assert all(item.is_final for item in determination.items)


def test_a_rejection_of_one_service_leaves_the_other_decided() -> None:
    wrong = Rejection(level=RejectionLevel.SERVICE, reason="AG", follow_up="C", sequence=1)

    first, second = returned(SPLIT, decided(1, None, rejections=(wrong,)), decided(2)).items

    assert (first.action, first.rejections) == (None, (wrong,))
    assert (second.action, second.rejections) == (A1, ())


def test_a_request_for_information_is_read_with_its_contact() -> None:
    wanted = InformationRequest(
        attachments=(Attachment(report_type="RR", transmission="FX"),),
        loinc_codes=("18842-5", "11506-3"),
        contact_name=Name(kind=EntityKind.ORGANIZATION, last="CASE DESK"),
        contact=Contact(numbers=(ContactNumber("FX", "6175550199"),)),
    )

    determination = returned(sample("imaging-mri"), decided(1, A4), information=wanted)

    assert determination.information == wanted


def test_services_without_traces_are_told_apart_by_their_codes() -> None:
    review = sample("transport")
    segments = written(
        reply_to_x12(
            review,
            Reply(review_id=review.id, number=1, made_at=NOON, items=(decided(1, A1), decided(2, A3))),
        )
    )
    start = next(place for place, segment in enumerate(segments) if segment.endswith("*SS*0"))
    (own_level, *first), (other_level, *second) = segments[start : start + 3], segments[start + 3 :]
    swapped = [*segments[:start], own_level, *second, other_level, *first]

    determination = said_in(review, swapped)

    assert isinstance(determination, Determination)
    assert [(item.sequence, item.action) for item in determination.items] == [(1, A1), (2, A3)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(
            lambda segments: [one.replace("RIM-SPLIT-0001-2", "OTHER") for one in segments],
            FindingCode.DETERMINATION_TRACE_UNKNOWN,
            id="a trace of somebody else",
        ),
        pytest.param(
            lambda segments: [one for one in segments if not one.startswith("HCR")],
            FindingCode.DETERMINATION_MISSING,
            id="no decision at all",
        ),
    ],
)
def test_a_response_that_cannot_be_matched_is_a_finding(
    change: Callable[[Sequence[str]], list[str]], code: FindingCode
) -> None:
    reply = Reply(review_id=SPLIT.id, number=1, made_at=NOON, items=(decided(1), decided(2)))
    segments = change(written(reply_to_x12(SPLIT, reply)))
    (read,) = read_sets(enclosed(segments), "response")

    said = determination_from_x12(
        read.tree,
        component=":",
        repetition="^",
        leg=leg_of(SPLIT),
        review=SPLIT,
        determination_id="det-1",
        decided_at=NOON,
    )

    assert isinstance(said, tuple)
    assert [finding.code for finding in said] == [code]


def test_an_interchange_of_a_reply_is_read_by_the_same_rules() -> None:
    reply = Reply(review_id=SPLIT.id, number=1, made_at=NOON, items=(decided(1), decided(2)))

    (read,) = read_sets(interchange(reply_to_x12(SPLIT, reply)), "response")

    assert read.errors == []
