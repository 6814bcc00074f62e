"""What a request says reaches the review and goes out again."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from guide_examples import example_set
from guide_examples import interchange as example_interchange
from left_out import each_file
from priorauth.domain.reviews import (
    CertificationType,
    DatePeriod,
    FacilityLocation,
    Purpose,
    ServiceKind,
    Trace,
)
from priorauth.translate.losses import Losses
from priorauth.translate.narrowing import narrow
from priorauth.translate.x12_review import holds_review, review_to_x12
from priorauth.x12.guides.x217.request import X217_REQUEST
from priorauth.x12.loops import Tolerances
from x12_sets import REFUSED, SAMPLES, enclosed, interchange, read_review, read_sets, sample, written

ACCEPTED = [path for path in SAMPLES if path.stem not in REFUSED]


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.stem)
def test_a_request_goes_out_as_it_came_in(path: Path) -> None:
    (read,) = read_sets(path.read_bytes(), "request")
    losses = Losses()

    segments = review_to_x12(read_review(read), losses=losses)

    assert written(segments) == read.segments
    assert losses.found == []


@pytest.mark.parametrize("dependent", [False, True], ids=["subscriber", "dependent"])
def test_everything_a_request_can_say_goes_out_again(dependent: bool) -> None:
    data = example_interchange([(X217_REQUEST, example_set(X217_REQUEST, dependent=dependent))])
    (read,) = read_sets(data, "request")
    losses = Losses()

    segments = review_to_x12(read_review(read), losses=losses)

    assert written(segments) == read.segments
    assert losses.found == []


@each_file("path", "PRIORAUTH_SAMPLES", "*request*.edi", what="the collected 278 requests")
def test_a_collected_request_that_is_accepted_goes_out_as_it_came_in(path: Path) -> None:
    for read in read_sets(path.read_bytes(), "request", Tolerances(chained_services=True)):
        if read.structural_errors:
            continue

        segments = written(review_to_x12(read_review(read)))

        assert _below_event(segments) == _below_event(read.segments)


def _below_event(segments: list[str]) -> list[str]:
    """The segments with every service below the event, as we write those that a sender chained."""
    event = next(segment.split("*")[1] for segment in segments if "*EV*" in segment)
    return [re.sub(r"^(HL\*\d+)\*\d+\*SS", rf"\1*{event}*SS", segment) for segment in segments]


def test_the_request_of_a_nicu_stay_is_read_in_full() -> None:
    review = sample("nicu-admission")

    assert review.payer == "BCBSMA"
    assert review.transaction.purpose is Purpose.REQUEST
    assert review.transaction.created == "202611020915"
    assert review.requester.npi == "1200000010"
    assert review.patient is review.subscriber
    assert review.event.certification is CertificationType.INITIAL
    assert review.event.location == FacilityLocation("11", "A")
    assert review.event.admission_dates == DatePeriod(date(2026, 11, 1))
    assert [diagnosis.code for diagnosis in review.event.diagnoses] == ["P0726", "P220", "P590"]
    assert [item.service.revenue_code for item in review.items if item.service] == ["0174", "0173", "0172"]
    assert [item.service.quantity for item in review.items if item.service] == [Decimal(3), Decimal(5), Decimal(4)]
    assert review.items[1].service_dates == DatePeriod(date(2026, 11, 4), date(2026, 11, 8))


def test_a_dependent_is_the_patient() -> None:
    review = sample("nicu-newborn-dependent")

    assert review.dependent is not None
    assert review.patient is review.dependent
    assert review.dependent.birth_sequence == 2
    assert review.subscriber.name.last == "MARCHETTI"


def test_the_rest_of_a_dental_line_is_carried() -> None:
    (item,) = sample("dental").items

    assert item.service is not None
    assert item.service.kind is ServiceKind.DENTAL
    assert [segment.elements for segment in item.carried] == [
        ("SV3", "", "", "", "10:20", "I", "", "IMPACTED"),
        ("TOO", "JP", "17", "B:D"),
        ("TOO", "JP", "32"),
    ]


def test_transport_locations_are_carried_in_their_order() -> None:
    carried = sample("transport").event.carried

    locations = [segment for segment in carried if segment.loop == "2010EB"]

    assert [(segment.group, segment.elements[0]) for segment in locations[:4]] == [
        (1, "NM1"),
        (1, "N3"),
        (1, "N4"),
        (2, "NM1"),
    ]


def test_a_request_without_services_has_one_item_that_stands_for_the_event() -> None:
    review = sample("nicu-admission")
    event_only = written(review_to_x12(narrow(review, ())))
    (read,) = read_sets(enclosed(event_only), "request")

    (item,) = read_review(read).items

    assert item.stands_for_event
    assert written(review_to_x12(read_review(read))) == event_only


def test_composites_with_another_separator_are_read_the_same() -> None:
    data = next(path for path in SAMPLES if path.stem == "dental").read_bytes()
    (other,) = read_sets(data.replace(b":", b">"), "request")

    assert read_review(other) == sample("dental")


def test_a_leg_has_its_own_identity_and_our_trace_beside_the_requesters_first() -> None:
    review = narrow(sample("nicu-extension"), [1])
    ours = Trace("LEG-1", "9PRIORAUTH")

    segments = written(
        review_to_x12(review, identifier="LEG-1", created=datetime(2026, 11, 2, 9, 30, 5, tzinfo=UTC), extra_trace=ours)
    )

    assert segments[0] == "BHT*0007*13*LEG-1*20261102*093005"
    assert [segment for segment in segments if segment.startswith("TRN")][:2] == [
        "TRN*1*HG-NICU-0003*9HARBORGEN",
        "TRN*1*LEG-1*9PRIORAUTH",
    ]


def test_a_leg_holds_its_own_lines_only() -> None:
    review = narrow(sample("split-imaging-and-surgery"), [2])

    (read,) = read_sets(interchange(review_to_x12(review)), "request")

    assert read.errors == []
    assert [segment for segment in read.segments if segment.startswith("SV1")] == ["SV1*HC:74177**UN*1***1"]
    assert [item.sequence for item in review.items] == [2]
    assert review.event.diagnoses == sample("split-imaging-and-surgery").event.diagnoses


def test_a_tree_without_a_patient_event_holds_no_review() -> None:
    (read,) = read_sets(
        interchange([["BHT", "0007", "13", "1", "20261102", "1200"], ["HL", "1", "", "20", "1"]]), "request"
    )

    assert not holds_review(read.tree)
