"""The stay of the demonstration: its samples are requests of the days that the cases say, and its checks can fail."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from priorauth.adapters.mapping_files import shipped_folder
from priorauth.sandbox.demo.overdue_run import made_urgent
from priorauth.sandbox.demo.stay_cases import STAY_CASES, StayCase
from priorauth.sandbox.demo.stay_run import BIRTH, NUMBER, dated, decided, next_review, promised, record_of

SAMPLES = shipped_folder("samples")
each_case = pytest.mark.parametrize("case", STAY_CASES, ids=lambda case: case.format)


def bodies(case: StayCase) -> list[bytes]:
    return [(SAMPLES / case.format / "stay" / f"{step.sample}.{case.ending}").read_bytes() for step in case.steps]


@each_case
def test_every_request_after_the_first_names_the_authorization(case: StayCase) -> None:
    assert [NUMBER in body for body in bodies(case)] == [False, True, True, True]


@each_case
def test_every_request_has_the_number_by_which_the_log_knows_the_patient(case: StayCase) -> None:
    assert all(record_of(case.format).encode() in body for body in bodies(case))


@each_case
def test_a_stay_lasts_over_ten_days_and_each_request_comes_on_the_day_of_the_review(case: StayCase) -> None:
    last = [span[1] for step in case.steps for span in step.decided][-1]
    reviews = [step.next_review for step in case.steps]

    assert last > 10
    assert [step.sent_on for step in case.steps[1:3]] == reviews[:2]
    assert reviews[-1] is None


@each_case
def test_all_days_move_together(case: StayCase) -> None:
    for body in bodies(case):
        moved = dated(body, timedelta(days=20))
        assert BIRTH.isoformat().replace("-", "").encode() not in moved
        assert BIRTH.isoformat().encode() not in moved
        assert len(moved) == len(body)


@pytest.mark.parametrize(
    ("sample", "moved"),
    [
        (b"DTP*472*RD8*20261103-20261106~", b"DTP*472*RD8*20261203-20261206~"),
        (b'"start": "2026-11-03"', b'"start": "2026-12-03"'),
        (b"ISA*261101*0915", b"ISA*261101*0915"),
        (b"20261131000", b"20261131000"),
    ],
)
def test_a_day_is_known_however_it_is_written(sample: bytes, moved: bytes) -> None:
    assert dated(sample, timedelta(days=30)) == moved


def test_the_next_review_is_what_the_determination_says() -> None:
    said: list[dict[str, Any]] = [
        {"type": "priorauth.review.received.v1", "data": {}},
        {
            "type": "priorauth.determination.recorded.v1",
            "data": {"determination": {"items": [{"next_review": None}, {"next_review": {"day": "2026-11-06"}}]}},
        },
    ]

    assert next_review(said) == "2026-11-06"
    assert next_review(said[:1]) is None


def test_a_log_that_lacks_a_span_is_not_as_promised() -> None:
    steps = STAY_CASES[0].steps
    spans = [
        {"from": start, "to": end, "requested": asked, "approved": given}
        for start, end, asked, given in promised(date(2026, 11, 1), steps)
    ]
    rows = [{"record_number": "HG-20101", "spans": spans}, {"record_number": "HG-1", "spans": spans}]
    made = {"facilities": [{"day": "2026-11-01", "rows": rows}]}

    assert list(decided(made, "HG-20101")) == list(promised(date(2026, 11, 1), steps))
    spans.pop()
    assert list(decided(made, "HG-20101")) != list(promised(date(2026, 11, 1), steps))


def test_a_request_is_made_urgent_under_numbers_of_its_own() -> None:
    body = made_urgent((SAMPLES / "x12" / "imaging-mri.edi").read_bytes())

    events = [line.split(b"*") for line in body.split(b"\n") if line.startswith(b"UM*")]
    assert all(elements[6].startswith(b"U") for elements in events)
    assert b"TRN*1*SBX-PEND-OVERDUE*" in body
    assert body[90:91] == b"8"
