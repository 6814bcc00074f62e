"""Facts: what the message, the directory and a facts file say, which of them wins, and where each came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import pytest

from priorauth.domain.reviews import (
    DatePeriod,
    Diagnosis,
    FacilityLocation,
    Format,
    Procedure,
    Service,
    ServiceKind,
    ServiceReview,
)
from priorauth.routing.fact import NOT_APPLICABLE, UNKNOWN, Absence
from priorauth.routing.fact_tables import TABLE_FILES, TableNotReadable, load_fact_tables
from priorauth.routing.facts import facts_given, facts_of, positions_of
from priorauth.routing.vocabulary import FACTS, faults_in
from routing_requests import COMMERCIAL, MAPPINGS, cpt, request, revenue, tables, whole_event


class Found(NamedTuple):
    """A fact as an explanation shows it."""

    value: object
    source: str


def fact(
    review: ServiceReview,
    name: str,
    directory: Mapping[str, object] | None = COMMERCIAL,
    given: Mapping[str, object] | None = None,
) -> Found:
    """A fact of a review's first item."""
    facts = facts_of(review, review.items[0], tables(), directory=directory, given=given)
    value, where = facts[name]
    return Found(value, positions_of(facts).get(where, where))


BORN = date(2024, 3, 1)


# fmt: off
@pytest.mark.parametrize(
    ("review", "name", "value", "source"),
    [
        (request(cpt("70551")), "procedure_code", "70551", "2000F/SV101-2"),
        (request(cpt("70551")), "procedure_system", "cpt", "2000F/SV101-1"),
        (request(cpt("e0601")), "procedure_code", "E0601", "2000F/SV101-2"),
        (request(cpt("E0601")), "procedure_system", "hcpcs", "2000F/SV101-1"),
        (request(cpt("E0601")), "service_category", "sleep", "2000F/SV101-2"),
        (request(cpt("70551")), "service_category", "imaging_hitech", "2000F/SV101-2"),
        (request(revenue("172")), "revenue_code", "0172", "2000F/SV201"),
        (request(revenue("172")), "service_category", "nicu", "2000F/SV201"),
        (request(revenue("0762")), "setting", "observation", "2000F/SV201"),
        (request(cpt("70551"), place="23"), "setting", "er", "2000E/UM04-1"),
        (request(cpt("70551"), place="21"), "setting", "inpatient", "2000E/UM04-1"),
        (request(cpt("70551"), place="19"), "setting", "outpatient_hospital", "2000E/UM04-1"),
        (request(cpt("70551"), place="24"), "setting", "asc", "2000E/UM04-1"),
        (request(cpt("70551"), place="11"), "setting", "office", "2000E/UM04-1"),
        (request(cpt("70551"), place="12"), "setting", "home", "2000E/UM04-1"),
        (request(cpt("70551"), place="31"), "setting", "snf", "2000E/UM04-1"),
        (request(cpt("70551"), place="52"), "setting", "partial_hosp", "2000E/UM04-1"),
        (request(cpt("70551"), bill="11"), "setting", "inpatient", "2000E/UM04-1"),
        (request(cpt("70551", location=FacilityLocation("21", "B"))), "setting", "inpatient", "2000F/UM04-1"),
        (request(level="03"), "urgency", "emergent", "2000E/UM06"),
        (request(level="U"), "urgency", "urgent", "2000E/UM06"),
        (request(level="", admission_type="1"), "urgency", "emergent", "2000E/CL101"),
        (request(level=""), "urgency", "elective", "default"),
        (request(category="AR"), "review_type", "admission", "2000E/UM02"),
        (request(category="HS"), "review_type", "preservice", "2000E/UM02"),
        (request(category="SC"), "review_type", "referral", "2000E/UM02"),
        (request(certification="4"), "review_type", "extension", "2000E/UM02"),
        (request(certification="N"), "review_type", "reconsideration", "2000E/UM02"),
        (request(service_type="62"), "service_category", "imaging_hitech", "2000E/UM03"),
        (request(born=BORN), "date_of_birth", BORN, "2010C/DMG02"),
        (request(born=BORN, dependent=True), "date_of_birth", BORN, "2010D/DMG02"),
        (request(admitted=BORN), "admission_date", BORN, "2000E/DTP03[435]"),
        (request(admitted=BORN), "service_date", BORN, "2000E/DTP03[435]"),
        (request(cpt("70551", service_dates=DatePeriod(BORN))), "service_date", BORN, "2000F/DTP03[472]"),
        (request(cpt("70551", service_dates=DatePeriod(BORN))), "procedure_date", BORN, "2000F/DTP03[472]"),
        (request(born=date(1980, 3, 3)), "age", 45, "2010C/DMG02"),
        (request(born=date(1980, 3, 2)), "age", 46, "2010C/DMG02"),
        (request(), "receipt_date", date(2026, 3, 2), "receipt"),
        (request(), "funding", "fully_insured", "directory"),
    ],
)
def test_a_fact_has_a_value_and_says_where_it_came_from(
    review: ServiceReview, name: str, value: object, source: str
) -> None:
    found = fact(review, name)

    assert (found.value, found.source) == (value, source)


@pytest.mark.parametrize(
    ("review", "name", "absence"),
    [
        (request(cpt("70551")), "revenue_code", NOT_APPLICABLE),
        (request(revenue("0120")), "procedure_code", NOT_APPLICABLE),
        (request(revenue("0610")), "procedure_code", UNKNOWN),
        (request(whole_event()), "procedure_code", UNKNOWN),
        (request(whole_event()), "revenue_code", UNKNOWN),
        (request(revenue("0171")), "service_category", NOT_APPLICABLE),
        (request(cpt("99213")), "service_category", NOT_APPLICABLE),
        (request(cpt("Q9999")), "service_category", UNKNOWN),
        (request(cpt("81211"), place="81"), "setting", NOT_APPLICABLE),
        (request(cpt("70551"), place="99"), "setting", UNKNOWN),
        (request(cpt("70551"), place=""), "setting", UNKNOWN),
        (request(born=None), "date_of_birth", UNKNOWN),
        (request(certification="3"), "review_type", NOT_APPLICABLE),
    ],
)
def test_what_cannot_be_said_is_unknown_and_what_cannot_be_is_not_applicable(
    review: ServiceReview, name: str, absence: Absence
) -> None:
    assert fact(review, name).value is absence
# fmt: on


def test_a_range_of_procedures_is_not_taken_for_its_first() -> None:
    procedure = Procedure(qualifier="HC", code="70551", last="70553")
    service = Service(kind=ServiceKind.PROFESSIONAL, procedure=procedure)

    found = fact(request(replace(cpt("70551"), service=service)), "procedure_code")

    assert found.value is UNKNOWN


def test_a_message_in_another_format_names_canonical_fields() -> None:
    review = request(cpt("70551"), arrived_as=Format.PAS_2_2_1)

    assert fact(review, "procedure_code").source == "item.service.SV1.procedure"
    assert fact(review, "setting").source == "event.location"


def test_diagnoses_are_read_by_role() -> None:
    review = request(cpt("70551"))
    diagnoses = (Diagnosis("ABK", "M54.5"), Diagnosis("ABJ", "R51"), Diagnosis("DR", "470"))
    review = replace(review, event=replace(review.event, diagnoses=diagnoses))

    assert fact(review, "principal_diagnosis").value == ("M545",)
    assert fact(review, "admitting_diagnosis").value == ("R51",)
    assert fact(review, "diagnosis_code").value == ("M545", "R51")
    assert fact(review, "diagnosis_system").value == "icd_10_cm"


@pytest.mark.parametrize(
    ("review", "directory", "value"),
    [
        pytest.param(request(admission_type="4"), {}, True, id="an admission of type newborn"),
        pytest.param(request(born=BORN, admitted=BORN), {}, True, id="admitted on the day of birth"),
        pytest.param(request(born=BORN, admitted=date(2024, 3, 2)), {}, UNKNOWN, id="admitted later"),
        pytest.param(request(admission_type="4"), {"birth_admission": False}, False, id="the directory knows better"),
    ],
)
def test_a_birth_admission_is_inferred_only_where_nobody_says(
    review: ServiceReview, directory: Mapping[str, object], value: object
) -> None:
    assert fact(review, "birth_admission", directory).value is value


def test_a_facts_file_is_the_directorys_whole_answer() -> None:
    review = request(cpt("70551"))

    assert fact(review, "funding", COMMERCIAL, {"product": "hmo"}) == Found(UNKNOWN, "given")
    assert fact(review, "product", COMMERCIAL, {"product": "hmo"}) == Found("hmo", "given")


@pytest.mark.parametrize(
    ("name", "value"),
    [("setting", "er"), ("urgency", "urgent"), ("review_type", "concurrent"), ("service_category", "sleep")],
)
def test_a_facts_file_overrides_what_was_derived(name: str, value: str) -> None:
    assert fact(request(cpt("70551")), name, None, {name: value}) == Found(value, "given")


def test_the_directory_does_not_override_what_was_derived() -> None:
    assert fact(request(cpt("70551"), place="21"), "setting", {"setting": "er"}).value == "inpatient"


def test_a_date_of_the_message_wins_over_a_facts_file_which_fills_in_others() -> None:
    given = {"date_of_birth": "1999-01-01", "admission_date": "2026-01-05"}

    assert fact(request(born=BORN), "date_of_birth", None, given).value == BORN
    assert fact(request(), "admission_date", None, given) == Found(date(2026, 1, 5), "given")


def test_without_the_directory_every_fact_of_it_is_unFound() -> None:
    review = request(cpt("70551"))
    facts = facts_of(review, review.items[0], tables(), directory=None)

    outside = {name for name, definition in FACTS.items() if definition.outside} - {"date_of_birth"}

    assert {facts[name][0] for name in outside} == {UNKNOWN}
    assert not facts.member_known


def test_a_value_that_a_fact_cannot_have_is_no_answer() -> None:
    assert fact(request(), "funding", {"funding": "gold"}).value is UNKNOWN


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({"line_of_business": "fep"}, "FEP"),
        ({"funding": "individual"}, NOT_APPLICABLE),
        ({"line_of_business": "fep", "employer_group": "other"}, "other"),
        ({}, UNKNOWN),
    ],
)
def test_the_employer_group_follows_from_the_coverage(given: Mapping[str, object], value: object) -> None:
    assert facts_given(given)["employer_group"][0] == value


def test_facts_keep_their_values_out_of_their_representation() -> None:
    facts = facts_given({"date_of_birth": "1980-05-17"})

    assert facts["date_of_birth"][0] == date(1980, 5, 17)
    assert repr(facts) == "Facts(date_of_birth)"


def test_faults_of_outside_facts_are_told_without_their_values() -> None:
    faults = faults_in({"funding": "gold", "colour": "red", "date_of_birth": "1980-02-30", "age": None})

    assert faults == [
        "funding takes one of fully_insured, self_funded, individual",
        "colour is not a fact",
        "date_of_birth takes a date YYYY-MM-DD",
    ]


@pytest.mark.parametrize(
    ("file", "row", "message"),
    [
        ("setting.csv", "B,23,er,x", "the code has a row already"),
        ("setting.csv", "B,96,nowhere,x", "the setting is one of"),
        ("urgency.csv", "UM06,X", "2 cells instead of 4"),
        ("service-category.csv", "hcpcs,10005,09999,lab,x,x", "does not run forward"),
        ("service-category.csv", "hcpcs,69000,70020,lab,x,x", "overlaps another"),
    ],
)
def test_a_table_with_a_bad_row_is_refused(file: str, row: str, message: str) -> None:
    files = {name: (MAPPINGS / "crosswalks" / name).read_text() for name in TABLE_FILES}
    files[file] += f"{row}\n"

    with pytest.raises(TableNotReadable, match=f"{file}:[0-9]+: .*{message}"):
        load_fact_tables(files)


def test_a_narrow_range_of_categories_refines_the_one_around_it() -> None:
    categories = tables().categories["hcpcs"]

    assert [categories.category(code) for code in ("22509", "22510", "22899", "22900")] == [
        "surgery_other",
        "msk_spine",
        "msk_spine",
        "surgery_other",
    ]


@pytest.mark.parametrize(
    ("review", "name", "value", "source"),
    [
        (request(cpt("70551", service_dates=DatePeriod(date(2026, 3, 4))), admitted=date(2026, 3, 1)),
         "procedure_day", 3, "2000F/DTP03[472]"),
        (request(cpt("70551"), admitted=date(2026, 3, 1)), "procedure_day", UNKNOWN, "2000F/DTP03[472]"),
        (request(cpt("70551", service_dates=DatePeriod(date(2026, 2, 28)))), "days_ahead", -2, "2000F/DTP03[472]"),
        (request(cpt("70551")), "days_ahead", NOT_APPLICABLE, "2000F/DTP03[472]"),
        (request(admitted=date(2026, 3, 1)), "days_since_discharge", 29, "2000E/DTP03[435]"),
    ],
)  # fmt: skip
def test_days_between_two_facts_are_counted(review: ServiceReview, name: str, value: object, source: str) -> None:
    found = fact(review, name, {**COMMERCIAL, "prior_discharge_date": date(2026, 1, 31)})

    assert (found.value, found.source) == (value, source)


def test_modifiers_and_leading_diagnoses_are_read() -> None:
    procedure = Procedure(qualifier="HC", code="A0428", modifiers=("nn", "QN"))
    review = request(replace(cpt("A0428"), service=Service(kind=ServiceKind.PROFESSIONAL, procedure=procedure)))
    diagnoses = (Diagnosis("ABK", "M54.5"), Diagnosis("ABJ", "R51"), Diagnosis("ABF", "I10"))
    review = replace(review, event=replace(review.event, diagnoses=diagnoses))

    assert fact(review, "procedure_modifier") == (("NN", "QN"), "2000F/SV101-3")
    assert fact(review, "leading_diagnosis").value == ("M545", "R51")
    assert fact(request(cpt("A0428")), "procedure_modifier").value is NOT_APPLICABLE
