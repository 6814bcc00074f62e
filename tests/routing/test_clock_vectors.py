"""The clocks of the catalogue: the AllWays table cell by cell, its worked vectors, the other payers', and the law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clock_cases import binding, book, due, local, weighed
from priorauth.domain.clocks import ClockKind, ClockState, Decided, History, Occurrence, OnBreach, Wait
from priorauth.routing.clock_rules import RequestClass
from priorauth.routing.deadlines import ClockItem, Where, class_of, clocks_on, weigh
from priorauth.routing.facts import facts_given
from routing_requests import COMMERCIAL, PAYERS

A, N = Decided.APPROVAL, Decided.DENIAL
STANDARD = {**COMMERCIAL, "setting": "office", "review_type": "preservice", "urgency": "elective"}
URGENT = {**STANDARD, "urgency": "urgent"}
STAY = {**STANDARD, "setting": "inpatient", "review_type": "concurrent"}
CONTINUED = {**STANDARD, "review_type": "extension"}
RETRO = {**STANDARD, "review_type": "retrospective"}
RECON = {**STANDARD, "review_type": "reconsideration"}
RECON_STAY = {**RECON, "setting": "inpatient"}
RECON_URGENT = {**RECON, "urgency": "urgent"}
R = {"receipt": "2026-10-16T15:00"}
RI = {**R, "information": "2026-10-16T15:00"}
D = {**RI, "decision": "2026-10-20T09:30"}
V = {**D, "verbal_notice": "2026-10-21T10:00"}

# fmt: off
ALLWAYS = [
    ("V-01", "CLK-AWH-01", STANDARD, None, RI, "2026-10-20"),
    ("V-02", "CLK-AWH-01", STANDARD, None, {**R, "information": "2026-10-29T10:00"}, "2026-10-30"),
    ("V-03", "CLK-AWH-01", STANDARD, None, R, "2026-10-30"),
    ("V-04", "CLK-AWH-02", STANDARD, None, D, "2026-10-21T09:30"),
    ("V-05 in time", "CLK-AWH-02", STANDARD, None, {**RI, "decision": "2026-10-29T20:00"}, "2026-10-30T20:00"),
    ("V-05 capped", "CLK-AWH-02", STANDARD, None, {**RI, "decision": "2026-10-30T12:00"}, "2026-10-30"),
    ("V-06", "CLK-AWH-03", STANDARD, A, V, "2026-10-23"),
    ("V-07", "CLK-AWH-04", STANDARD, N, V, "2026-10-22"),
    ("04 capped", "CLK-AWH-04", STANDARD, N, {**D, "verbal_notice": "2026-10-30T10:00"}, "2026-10-30"),
    ("V-08 decision", "CLK-AWH-05", URGENT, None, R, "2026-10-19T15:00"),
    ("V-08 verbal", "CLK-AWH-06", URGENT, None, {**R, "decision": "2026-10-19T10:00"}, "2026-10-19T15:00"),
    ("06 a day after", "CLK-AWH-06", URGENT, None, {**R, "decision": "2026-10-17T10:00"}, "2026-10-18T10:00"),
    ("07", "CLK-AWH-07", URGENT, A, V, "2026-10-23"),
    ("V-09", "CLK-AWH-08", URGENT, N, {**D, "verbal_notice": "2026-10-16T18:00"}, "2026-10-19"),
    ("V-10", "CLK-AWH-08", URGENT, N, {**D, "verbal_notice": "2026-11-25T12:00"}, "2026-11-28"),
    ("V-11 decision", "CLK-AWH-09", STAY, None, {"receipt": "2026-10-17T22:00"}, "2026-10-18T22:00"),
    ("V-11 verbal", "CLK-AWH-10", STAY, None,
     {"receipt": "2026-10-17T22:00", "decision": "2026-10-18T20:00"}, "2026-10-18T22:00"),
    ("11", "CLK-AWH-11", STAY, A, V, "2026-10-22"),
    ("12", "CLK-AWH-12", STAY, N, V, "2026-10-22"),
    ("13", "CLK-AWH-13", CONTINUED, None, RI, "2026-10-19"),
    ("13 capped", "CLK-AWH-13", CONTINUED, None, {**R, "information": "2026-10-30T10:00"}, "2026-10-30"),
    ("14", "CLK-AWH-14", CONTINUED, A, D, "2026-10-21"),
    ("15", "CLK-AWH-15", CONTINUED, N, D, "2026-10-21T09:30"),
    ("16", "CLK-AWH-16", CONTINUED, A, V, "2026-10-22"),
    ("17", "CLK-AWH-17", CONTINUED, N, V, "2026-10-22"),
    ("V-13 decision", "CLK-AWH-18", RETRO, None, RI, "2026-10-20"),
    ("V-13 approval", "CLK-AWH-20", RETRO, A, D, "2026-10-30"),
    ("V-13 denial", "CLK-AWH-21", RETRO, N, D, "2026-10-30"),
    ("V-12 decision", "CLK-AWH-22", RECON, None, {"receipt": "2026-10-16T16:00"}, "2026-10-19"),
    ("V-12 verbal", "CLK-AWH-23", RECON, None,
     {"receipt": "2026-10-16T16:00", "decision": "2026-10-19T09:00"}, "2026-10-19"),
    ("24 initial", "CLK-AWH-24", RECON, A, V, "2026-10-23"),
    ("24 stay", "CLK-AWH-24", RECON_STAY, A, V, "2026-10-22"),
    ("25 standard", "CLK-AWH-25", RECON, N, {**D, "verbal_notice": "2026-10-30T10:00"}, "2026-10-30"),
    ("25 urgent", "CLK-AWH-25", RECON_URGENT, N, {**D, "verbal_notice": "2026-10-30T10:00"}, "2026-11-02"),
    ("25 stay", "CLK-AWH-25", RECON_STAY, N, {**D, "verbal_notice": "2026-10-30T10:00"}, "2026-11-02"),
    ("28 observation", "CLK-AWH-28", {**STANDARD, "setting": "observation"}, None,
     {**R, "service": "2026-10-16T08:00"}, "2026-10-19"),
    ("28 emergency admission", "CLK-AWH-28", {**STAY, "urgency": "emergent"}, None,
     {**R, "admission": "2026-10-16T00:00"}, "2026-10-19"),
    ("29", "CLK-AWH-29", {**STANDARD, "review_type": "notification"}, None,
     {**R, "service": "2026-10-16T00:00"}, "2026-10-19"),
    ("30", "CLK-AWH-30", {**STAY, "review_type": "admission"}, None,
     {**R, "admission": "2026-10-30T00:00"}, "2026-10-23"),
    ("31", "CLK-AWH-31", {**STANDARD, "review_type": "referral"}, None,
     {**R, "service": "2026-10-01T00:00"}, "2026-12-30"),
]

NICU = {**STAY, "urgency": "urgent", "service_category": "nicu"}
MA = {**STANDARD, "line_of_business": "medicare_advantage", "service_category": "surgery_other"}
DRUG = {**MA, "service_category": "pharmacy"}
SNF = {**MA, "setting": "snf", "review_type": "admission"}
MA_STAY = {**MA, "setting": "inpatient", "review_type": "admission", "urgency": "urgent"}
ADMITTED = {**STANDARD, "setting": "inpatient", "review_type": "admission"}
OTHERS = [
    ("bcbsma", "CLK-BCMA-01", NICU, N, {**R, "verbal_notice": "2026-11-20T12:00"}, "2026-12-02"),
    ("bcbsma", "CLK-BCMA-03", NICU, A, D, "2026-10-20"),
    ("bcbsma", "CLK-BCMA-04", NICU, None, {**R, "next_review": "2026-10-19T00:00"}, "2026-10-19"),
    ("bcbsma", "CLK-BCMA-05", NICU, None, {**R, "birth": "2026-10-10T00:00"}, "2027-10-10"),
    ("mercyone", "CLK-MOHP-01", MA, None, R, "2026-10-30"),
    ("mercyone", "CLK-MOHP-02", MA, None, R, "2026-10-21"),
    ("mercyone", "CLK-MOHP-03", DRUG, None, R, "2026-10-19T15:00"),
    ("mercyone", "CLK-MOHP-04", {**MA, "urgency": "urgent"}, None, R, "2026-10-19T15:00"),
    ("mercyone", "CLK-MOHP-05", {**DRUG, "urgency": "urgent"}, None, R, "2026-10-17T15:00"),
    ("mercyone", "CLK-MOHP-06", MA_STAY, None, {**R, "admission": "2026-10-16T08:00"}, "2026-10-20"),
    ("mercyone", "CLK-MOHP-07", {**MA, "review_type": "discharge"}, None,
     {**R, "discharge": "2026-10-16T08:00"}, "2026-10-20"),
    ("mercyone", "CLK-MOHP-08", SNF, None, {**R, "admission": "2026-10-16T08:00"}, "2026-10-16"),
    ("mercyone", "CLK-MOHP-09", {**SNF, "review_type": "concurrent"}, None,
     {**R, "admission": "2026-10-16T08:00"}, "2026-10-20"),
    ("mercyone", "CLK-MOHP-10", SNF, None, {**R, "next_review": "2026-10-19T08:00"}, "2026-10-19"),
    ("mercyone", "CLK-MOHP-11", MA, N, {**R, "verbal_notice": "2026-10-16T08:00"}, "2026-10-20"),
    ("mercyone", "CLK-MOHP-13", MA_STAY, None, {**R, "discharge": "2026-10-16T08:00"}, "2027-01-14"),
    ("mercyone", "CLK-MOHP-14", {**MA, "review_type": "reconsideration"}, None, R, "2026-10-30"),
    ("mercyone", "CLK-MOHP-15", MA_STAY, None, {**R, "prior_discharge": "2026-10-01T08:00"}, "2026-10-31"),
    ("mercyone", "CLK-MOHP-16", {**MA, "setting": "er", "network_status": "out"}, None,
     {**R, "service": "2026-10-16T08:00"}, "2026-10-18T08:00"),
    ("mercyone", "CLK-MOHP-17", {**MA, "setting": "observation"}, None,
     {**R, "service": "2026-10-16T08:00"}, "2026-10-17T20:00"),
    ("mercyone", "CLK-MOHP-18", MA_STAY, None, {**R, "admission": "2026-10-16T08:00"}, "2026-10-18"),
    ("mercyone", "CLK-MOHP-19", MA_STAY, None, {**R, "discharge": "2026-10-16T08:00"}, "2026-10-16"),
    ("mercyone", "CLK-MOHP-20", SNF, None, {**R, "last_covered_day": "2026-10-30T12:00"}, "2026-10-27"),
    ("mercyone", "CLK-MOHP-21", SNF, None, {**R, "last_covered_day": "2026-10-30T12:00"}, "2026-10-28"),
    ("mercyone", "CLK-MOHP-22", MA, None, {**R, "review_organization_notice": "2026-10-16T16:00"}, "2026-10-16"),
    ("mercyone", "CLK-MOHP-23", MA, None, {**R, "mailing": "2026-10-16T12:00"}, "2026-10-20"),
    ("mercyone", "CLK-MOHP-24", SNF, None, {**R, "discharge": "2026-10-01T12:00"}, "2026-11-30"),
    ("fplic", "CLK-FPL-01", ADMITTED, None, {**R, "admission": "2026-10-16T12:00"}, "2026-10-19"),
    ("fplic", "CLK-FPL-01", ADMITTED, None, {**R, "admission": "2026-10-13T12:00"}, "2026-10-15T12:00"),
    ("fplic", "CLK-FPL-02", {**ADMITTED, "urgency": "urgent"}, None,
     {**R, "admission": "2026-10-16T12:00"}, "2026-10-19"),
    ("fplic", "CLK-FPL-03", STANDARD, None, {**R, "mailing": "2026-10-16T20:00"}, "2026-10-19"),
    ("fplic", "CLK-FPL-04", STANDARD, None, {**R, "request": "2026-10-16T20:00"}, "2026-10-17T20:00"),
    ("fplic", "CLK-FPL-05", {**ADMITTED, "setting": "snf"}, None,
     {**R, "admission": "2026-10-30T12:00"}, "2026-10-28T12:00"),
    ("fplic", "CLK-FPL-06", {**STANDARD, "network_status": "out"}, A, {"receipt": "2026-10-01T10:00"}, "2026-11-30"),
    ("fplic", "CLK-FPL-07", {**STANDARD, "service_category": "home_health"}, None,
     {**R, "service": "2026-10-01T00:00"}, "2026-10-31"),
    ("fplic", "CLK-FPL-08", STANDARD, N, {**R, "verbal_notice": "2026-10-16T20:00"}, "2026-10-17T20:00"),
    ("fplic", "CLK-FPL-09", STANDARD, N, {**R, "written_notice": "2026-10-16T20:00"}, "2026-12-15"),
    ("fplic", "CLK-FPL-10", RECON, None, {**R, "appeal": "2026-01-02T10:00"}, "2026-05-12"),
    ("fplic", "CLK-FPL-11", ADMITTED, None, {**R, "prior_discharge": "2026-10-01T08:00"}, "2026-10-31"),
    ("fplic", "CLK-FPL-12", {**ADMITTED, "birth_admission": True}, None,
     {**R, "birth": "2026-10-10T00:00"}, "2026-11-10"),
]
# fmt: on


@pytest.mark.parametrize(
    ("clock", "facts", "decided", "happened", "expected"),
    [row[1:] for row in ALLWAYS],
    ids=[f"{row[1]} {row[0]}" for row in ALLWAYS],
)
def test_the_allways_table_is_due_when_its_cell_says(
    clock: str, facts: Mapping[str, object], decided: Decided | None, happened: Mapping[str, str], expected: str
) -> None:
    shipped = book("allways")
    days_off = replace(shipped, calendar=replace(shipped.calendar, extra_holidays=frozenset({date(2026, 11, 27)})))

    assert due(weighed(days_off, facts, happened, decided=decided), clock) == {local(expected)}


@pytest.mark.parametrize(
    ("payer", "clock", "facts", "decided", "happened", "expected"), OTHERS, ids=[f"{row[1]} {row[5]}" for row in OTHERS]
)
def test_a_payers_clock_is_due_when_its_document_says(
    payer: str,
    clock: str,
    facts: Mapping[str, object],
    decided: Decided | None,
    happened: Mapping[str, str],
    expected: str,
) -> None:
    eastern = replace(book(payer), calendar=book("allways").calendar)  # the vectors are in Eastern time

    assert due(weighed(eastern, facts, happened, decided=decided), clock) == {local(expected)}


def test_every_clock_of_the_packs_has_a_vector() -> None:
    own = {rule.clock.id for payer in PAYERS for rule in book(payer).rules if not rule.is_law}

    assert own == {row[1] for row in (*ALLWAYS, *((row[0], *row[1:]) for row in OTHERS))}


def test_a_retrospective_decision_has_no_verbal_clock() -> None:
    found = weighed(book("allways"), RETRO, D, decided=A)

    assert binding(found, ClockKind.VERBAL_NOTICE) is None
    assert binding(found) is not None


def test_an_inpatient_stay_is_urgent_whatever_the_request_says() -> None:
    assert class_of(book("allways"), facts_given(STAY)) == (frozenset({RequestClass.CONCURRENT_URGENT}), True)


def test_information_that_comes_late_is_capped_and_says_so() -> None:
    found = weighed(book("allways"), STANDARD, R)

    capped = next(one for one in found if one.running.clock.id == "CLK-AWH-01")
    assert capped.standing.state is ClockState.CAPPED


FI, SF = {"funding": "fully_insured"}, {"funding": "self_funded"}
PLUS_BLUE = {**MA, "product": "medicare_plus_blue"}
FEP = {**STANDARD, "line_of_business": "fep"}
# fmt: off
MATRIX = [
    ("bcbsma", {**STANDARD, **FI}, "REG-ST-01", "2026-10-20"),
    ("bcbsma", {**URGENT, **FI}, "REG-ST-01", "2026-10-19T15:00"),
    ("bcbsma", {**STAY, **FI}, "REG-ST-01", "2026-10-19"),
    ("bcbsma", {**STANDARD, **SF}, "REG-ERISA-01", "2026-10-31"),
    ("bcbsma", {**URGENT, **SF}, "REG-ERISA-01", "2026-10-19T15:00"),
    ("bcbsma", {**STAY, **SF}, "REG-ERISA-01", "2026-10-17T15:00"),
    ("bcbsm", {**STANDARD, **SF}, "REG-ERISA-01", "2026-10-31"),
    ("bcbsm", {**STANDARD, **FI}, "REG-ST-02", "2026-10-23"),
    ("bcbsm", {**URGENT, **FI}, "REG-ST-02", "2026-10-19T15:00"),
    ("bcbsm", {**STAY, **FI}, "REG-ST-02", "2026-10-19T15:00"),
    ("bcbsm", PLUS_BLUE, "REG-CMS-01", "2026-10-23"),
    ("bcbsm", {**PLUS_BLUE, "product": "bcn_advantage", "urgency": "urgent"}, "REG-CMS-02", "2026-10-19T15:00"),
    ("mercyone", MA, "REG-CMS-01", "2026-10-23"),
    ("mercyone", {**MA, "review_type": "retrospective"}, "CLK-MOHP-01", "2026-10-30"),
    ("mercyone", {**MA, "urgency": "urgent"}, "CLK-MOHP-04", "2026-10-19T15:00"),
    ("mercyone", DRUG, "CLK-MOHP-03", "2026-10-19T15:00"),
    ("mercyone", {**DRUG, "urgency": "urgent"}, "CLK-MOHP-05", "2026-10-17T15:00"),
    ("fplic", {**STANDARD, **FI, "service_category": "surgery_other"}, "REG-ST-03", "2026-10-31"),
    ("fplic", {**URGENT, **FI, "service_category": "surgery_other"}, "REG-ST-03", "2026-10-19T15:00"),
    ("fplic", {**STAY, **FI, "service_category": "surgery_other"}, "REG-ST-03", "2026-10-17T15:00"),
    ("fplic", {**STANDARD, **FI, "service_category": "pharmacy"}, "REG-ST-03", "2026-10-19T15:00"),
    ("allways", {**STANDARD, **FI}, "CLK-AWH-01", "2026-10-20"),
    ("allways", {**URGENT, **FI}, "CLK-AWH-05", "2026-10-19T15:00"),
    ("allways", {**STAY, **FI}, "CLK-AWH-09", "2026-10-17T15:00"),
]
# fmt: on


@pytest.mark.parametrize(("payer", "facts", "clock", "expected"), MATRIX, ids=[f"{r[0]} {r[2]} {r[3]}" for r in MATRIX])
def test_the_clock_that_binds_is_that_of_the_matrix(
    payer: str, facts: Mapping[str, object], clock: str, expected: str
) -> None:
    eastern = replace(book(payer), calendar=book("allways").calendar)

    found = binding(weighed(eastern, facts, RI))

    assert found is not None
    assert (found.running.clock.id, found.standing.due_at) == (clock, local(expected))
    deemed = found.running.clock.on_breach is OnBreach.DEEMED_GRANTED
    assert deemed == (clock == "REG-ST-02")


def test_federal_employees_have_no_deadline_until_their_contract_is_loaded() -> None:
    found = weighed(book("bcbsm"), FEP, RI)

    assert binding(found) is None
    assert [one.because for one in found if one.running.clock.id == "REG-OPM-01"] == [
        "the contract's time limits are not loaded"
    ]


@pytest.mark.parametrize(
    ("payer", "facts", "bound"),
    [
        ("mercyone", MA, True),
        ("mercyone", {**MA, "line_of_business": None}, True),  # all its members are
        ("bcbsm", PLUS_BLUE, True),
        ("bcbsm", FEP, False),
        ("bcbsm", {**STANDARD, **SF}, False),
        ("allways", {**STANDARD, "line_of_business": "qhp"}, False),
    ],
)
def test_the_seven_days_of_cms_bind_medicare_advantage_alone(
    payer: str, facts: Mapping[str, object], bound: bool
) -> None:
    found = weighed(book(payer), facts, RI)

    assert any(one.running.clock.id.startswith("REG-CMS") for one in found) is bound


def test_cms_gives_seven_days_since_2026_and_gave_fourteen_before() -> None:
    eastern = replace(book("mercyone"), calendar=book("allways").calendar)

    assert due(weighed(eastern, MA, {"receipt": "2026-11-02T10:00"}), "REG-CMS-01") == {local("2026-11-09")}
    assert due(weighed(eastern, MA, {"receipt": "2025-11-03T10:00"}), "REG-CMS-01") == {local("2025-11-17")}


def test_what_does_not_bind_says_what_does() -> None:
    found = weighed(book("allways"), {**STANDARD, **SF}, RI)

    losing = next(one for one in found if one.running.clock.id == "REG-ERISA-01")
    assert not losing.binds
    assert losing.because == "CLK-AWH-01 is due first"


def test_a_clock_that_may_apply_binds_only_where_none_is_sure_to() -> None:
    unknown = {**URGENT, "funding": None}

    alone, beside = binding(weighed(book("bcbsma"), unknown, RI)), binding(weighed(book("allways"), unknown, RI))

    assert alone is not None
    assert not alone.running.sure
    assert alone.because == "not sure to apply: funding unknown"
    assert beside is not None
    assert beside.running.clock.id == "CLK-AWH-05"


def test_items_that_nobody_decides_have_no_decision_clocks() -> None:
    assert binding(weighed(book("allways"), STANDARD, RI, where=Where.ANSWERED)) is None


def test_a_clock_stands_still_while_information_is_awaited_and_no_longer_than_the_law_says() -> None:
    asked = local("2026-10-17T12:00")
    for until, days, state in (
        (None, 3, ClockState.PAUSED),
        (asked + timedelta(days=10), 10, ClockState.STARTED),
        (asked + timedelta(days=90), 45, ClockState.STARTED),
    ):
        waits = (Wait(asked, until),)
        found = weighed(book("bcbsma"), {**STANDARD, **SF}, R, waits=waits, now="2026-10-20T12:00")

        (erisa,) = [one for one in found if one.running.clock.id == "REG-ERISA-01"]
        assert erisa.standing.due_at == local("2026-10-31").astimezone(UTC) + timedelta(days=days)
        assert erisa.standing.state is state


ENUMERATED = st.fixed_dictionaries(
    {
        "setting": st.sampled_from(["inpatient", "office", "snf", "observation", "er", None]),
        "review_type": st.sampled_from(
            ["preservice", "concurrent", "admission", "retrospective", "reconsideration", None]
        ),
        "urgency": st.sampled_from(["elective", "urgent", "emergent", None]),
        "line_of_business": st.sampled_from(["commercial", "medicare_advantage", "qhp", "fep", "medicaid", None]),
        "funding": st.sampled_from(["fully_insured", "self_funded", "individual", None]),
        "service_category": st.sampled_from(["pharmacy", "nicu", "surgery_other", None]),
    }
)
MOMENTS = st.datetimes(datetime(2023, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
OFFSETS = st.dictionaries(st.sampled_from(Occurrence), st.timedeltas(timedelta(), timedelta(days=30)))


@given(st.sampled_from(PAYERS), ENUMERATED, MOMENTS, OFFSETS)
def test_the_clock_that_binds_is_never_due_after_one_that_surely_applies(
    payer: str, facts: Mapping[str, object], received: datetime, offsets: Mapping[Occurrence, timedelta]
) -> None:
    happened = {**{name: received + offset for name, offset in offsets.items()}, Occurrence.RECEIPT: received}
    clocks = book(payer)
    item = ClockItem(sequence=1, facts=facts_given(facts), group="desk")
    running = clocks_on(clocks, [item], clocks.calendar.day_of(received))

    found = weigh(running, [History(happened=happened)] * len(running), clocks.calendar, received)

    for one in found:
        if one.running.sure and one.standing.due_at and one.running.clock.kind is not ClockKind.WINDOW:
            winner = binding(found, one.running.clock.kind)
            assert winner is not None
            assert winner.standing.due_at is not None
            assert winner.standing.due_at <= one.standing.due_at
            assert one.binds or one.because


@given(st.sampled_from(PAYERS), ENUMERATED, MOMENTS)
def test_funding_changes_only_the_clocks_of_law(payer: str, facts: Mapping[str, object], received: datetime) -> None:
    clocks = book(payer)
    law = {rule.clock.id for rule in clocks.rules if rule.is_law}

    def own(funding: str) -> list[tuple[str, bool]]:
        item = ClockItem(sequence=1, facts=facts_given({**facts, "funding": funding}), group="desk")
        running = clocks_on(clocks, [item], clocks.calendar.day_of(received))
        return [(one.clock.id, one.sure) for one in running if one.clock.id not in law]

    assert own("fully_insured") == own("self_funded")
