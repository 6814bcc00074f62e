"""Every routing vector of the catalogue for FPLIC, from the message to the route; the Focus lists code by code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Unpack

import pytest

from priorauth.domain.reviews import (
    Admission,
    DatePeriod,
    Diagnosis,
    Procedure,
    ReviewItem,
    Service,
    ServiceKind,
    ServiceReview,
)
from priorauth.routing.packs import Pack, load_pack
from routing_requests import COMMERCIAL, Said, cpt, pack_files, request, revenue, routed, shipped_pack

MEMBER: Mapping[str, object] = {
    **COMMERCIAL,
    "product": "bluecare_ppo",
    "coordination_of_benefits": "primary",
    "facility_payment_type": "drg",
}
SECONDARY = {**MEMBER, "coordination_of_benefits": "secondary_group_health"}
FAR = {**MEMBER, "area": "out_of_area"}
OUTSIDE = {**MEMBER, "network_status": "out"}
NON_DRG = {**MEMBER, "facility_payment_type": "non_drg"}
NEWBORN = {**MEMBER, "birth_admission": True}
DAY, TODAY = date(2010, 3, 1), date(2026, 3, 1)
APPENDICITIS = (Diagnosis("BK", "540.9"),)


def icd9(code: str, on: date = DAY) -> ReviewItem:
    """A line of a hospital that names a procedure of ICD-9."""
    service = Service(
        kind=ServiceKind.INSTITUTIONAL, revenue_code="0360", procedure=Procedure(qualifier="ID", code=code)
    )
    return ReviewItem(sequence=1, service=service, service_dates=DatePeriod(on))


def asked(*items: ReviewItem, diagnoses: tuple[Diagnosis, ...] = APPENDICITIS, **event: Unpack[Said]) -> ServiceReview:
    """A planned stay of 2010, unless said otherwise."""
    review = request(*items, **({"payer": "FPLIC", "category": "AR", "bill": "11", "admitted": DAY} | event))
    return replace(review, event=replace(review.event, diagnoses=diagnoses))


def outpatient(code: str, **event: Unpack[Said]) -> ServiceReview:
    return asked(cpt(code), **({"category": "HS", "bill": "", "place": "22"} | event))


def dental(code: str, place: str) -> ServiceReview:
    service = Service(kind=ServiceKind.DENTAL, procedure=Procedure(qualifier="AD", code=code))
    return asked(ReviewItem(sequence=1, service=service), category="HS", bill="", place=place)


def sick(*diagnoses: tuple[str, str]) -> ServiceReview:
    return asked(revenue("0120"), diagnoses=tuple(Diagnosis(*one) for one in diagnoses))


SURGERY, STAY = asked(icd9("51.23")), asked(revenue("0120"))
PSYCHIATRIC = asked(revenue("0124"))
BABY: Said = {"born": DAY, "admission_type": "4"}

# fmt: off
VECTORS = [
    ("RTE-FPL-01 + secondary gallbladder surgery", SURGERY, SECONDARY, "RTE-FPL-01", None),
    ("RTE-FPL-01 - secondary to Medicare", SURGERY, {**MEMBER, "coordination_of_benefits": "secondary_medicare"},
     "RTE-FPL-10", "fplic-um"),
    ("RTE-FPL-01 - psychiatric", PSYCHIATRIC, SECONDARY, "RTE-FPL-04", "cbhnp"),
    ("RTE-FPL-01 - mental disorder", sick(("BK", "296.33")), SECONDARY, "RTE-FPL-06", "cbhnp"),
    ("RTE-FPL-02 + delivery", asked(revenue("0722")), MEMBER, "RTE-FPL-02", None),
    ("RTE-FPL-02 + delivery out of the area", asked(revenue("0722")), FAR, "RTE-FPL-02", None),
    ("RTE-FPL-02 + newborn", asked(revenue("0170"), **BABY), {**NEWBORN, "detained_baby": False}, "RTE-FPL-02", None),
    ("RTE-FPL-03 + hospice", asked(revenue("0651"), bill="34"), MEMBER, "RTE-FPL-03", None),
    ("RTE-FPL-03 + MRI", outpatient("70551"), MEMBER, "RTE-FPL-03", None),
    ("RTE-FPL-03 + MRI of 2026", outpatient("73721", admitted=TODAY), MEMBER, "RTE-FPL-03", None),
    ("RTE-FPL-03 - CT", outpatient("70450"), MEMBER, "RTE-FPL-28-OUT", None),
    ("RTE-FPL-03 + equipment", outpatient("K0001", place="12"), MEMBER, "RTE-FPL-03", None),
    ("RTE-FPL-03 + prosthesis", outpatient("L5301", place="12"), MEMBER, "RTE-FPL-03", None),
    ("RTE-FPL-03 + ambulance", outpatient("A0428", place="41"), MEMBER, "RTE-FPL-03", None),
    ("RTE-FPL-03 + independent laboratory", outpatient("85025", place="81"), MEMBER, "RTE-FPL-03", None),
    ("RTE-FPL-03 + gene test there", outpatient("81211", place="81"), MEMBER, "RTE-FPL-03", None),
    ("RTE-FPL-03 + early-discharge visit", outpatient("99501", place="12"), MEMBER, "RTE-FPL-03", None),
    ("RTE-FPL-04 + psychiatric admission", PSYCHIATRIC, MEMBER, "RTE-FPL-04", "cbhnp"),
    ("RTE-FPL-04 + psychiatric admission of 2026",
     asked(revenue("0124"), admitted=TODAY, diagnoses=(Diagnosis("ABK", "F33.2"),)), MEMBER, "RTE-FPL-04", "cbhnp"),
    ("RTE-FPL-04 + partial hospitalization", asked(revenue("0912"), bill="13"), MEMBER, "RTE-FPL-04", "cbhnp"),
    ("RTE-FPL-05 + inpatient detoxification", asked(revenue("0126"), service_type="AI"), MEMBER, "RTE-FPL-04", "cbhnp"),
    ("RTE-FPL-05 + outpatient", outpatient("H0005", place="11"), MEMBER, "RTE-FPL-05", "cbhnp"),
    ("RTE-FPL-05 + outpatient by service type", outpatient("90837", service_type="AK"), MEMBER, "RTE-FPL-05", "cbhnp"),
    ("RTE-FPL-06 + 296.33", sick(("BK", "296.33")), MEMBER, "RTE-FPL-06", "cbhnp"),
    ("RTE-FPL-06 - 320.0", sick(("BK", "320.0")), MEMBER, "RTE-FPL-28", None),
    ("RTE-FPL-06 + 307.81, on both lists", sick(("BK", "307.81")), MEMBER, "RTE-FPL-06", "cbhnp"),
    ("RTE-FPL-07 list not loaded", outpatient("S9330", place="12"), MEMBER, "list_not_loaded", "fplic-pharmacy"),
    ("RTE-FPL-08 + out of the area", STAY, FAR, "RTE-FPL-08", "fplic-um"),
    ("RTE-FPL-08 + out of the area in 2026",
     asked(revenue("0120"), admitted=TODAY, diagnoses=(Diagnosis("ABK", "K35.80"),)), FAR, "RTE-FPL-08", "fplic-um"),
    ("RTE-FPL-09 + outside the network", STAY, OUTSIDE, "RTE-FPL-09", "fplic-um"),
    ("RTE-FPL-10 + 51.23 on the day", SURGERY, MEMBER, "RTE-FPL-10", "fplic-um"),
    ("RTE-FPL-10 - 51.23 a day later", asked(icd9("51.23", DAY + timedelta(1))), MEMBER, "RTE-FPL-28", None),
    ("RTE-FPL-10 + knee arthroscopy on the day", asked(icd9("80.26")), MEMBER, "RTE-FPL-10", "fplic-um"),
    ("RTE-FPL-10 - knee arthroscopy a day later", asked(icd9("80.26", DAY + timedelta(1))), MEMBER, "RTE-FPL-28", None),
    ("RTE-FPL-10 knee arthroscopy of 2026",
     asked(icd9("80.26", TODAY), admitted=TODAY, diagnoses=(Diagnosis("ABK", "M23.91"),)), MEMBER,
     "list_not_loaded", "fplic-um"),
    ("RTE-FPL-10 by a CPT code cannot be said", asked(cpt("47562", service_dates=DatePeriod(DAY))), MEMBER,
     "unknown_facts", "fplic-um"),
    ("RTE-FPL-11 + 682.6 principal", sick(("BK", "682.6")), MEMBER, "RTE-FPL-11", "fplic-um"),
    ("RTE-FPL-11 + 682.6 admitting", sick(("BK", "540.9"), ("BJ", "682.6")), MEMBER, "RTE-FPL-11", "fplic-um"),
    ("RTE-FPL-11 - 682.6 beside another", sick(("BK", "540.9"), ("BF", "682.6")), MEMBER, "RTE-FPL-28", None),
    ("RTE-FPL-11 principal not said", sick(("BF", "682.6")), MEMBER, "unknown_facts", "fplic-um"),
    ("RTE-FPL-11 cellulitis of 2026",
     asked(revenue("0120"), admitted=TODAY, diagnoses=(Diagnosis("ABK", "L03.115"),)), MEMBER,
     "list_not_loaded", "fplic-um"),
    ("RTE-FPL-12 - 51.23 of an outpatient", asked(icd9("51.23"), bill="13", category="HS"), MEMBER, "RTE-FPL-12", None),
    ("RTE-FPL-13 + gastric bypass", outpatient("43644", place="21"), MEMBER, "RTE-FPL-13", "fplic-um"),
    ("RTE-FPL-13 + by ICD-9", asked(icd9("44.38")), MEMBER, "RTE-FPL-13", "fplic-um"),
    ("RTE-FPL-14 + kidney transplant", outpatient("50360", place="21"), MEMBER, "RTE-FPL-14", "fplic-um"),
    ("RTE-FPL-14 + by ICD-9", asked(icd9("55.69")), MEMBER, "RTE-FPL-14", "fplic-um"),
    *((f"RTE-FPL-15 + {place}", outpatient("15830", place=place), MEMBER, "RTE-FPL-15", "fplic-um")
      for place in ("11", "22", "21")),
    ("RTE-FPL-16 + at a surgery center", dental("D7240", "24"), MEMBER, "RTE-FPL-16", "fplic-um"),
    ("RTE-FPL-16 - in an office", dental("D7240", "11"), MEMBER, "RTE-FPL-28-OUT", None),
    ("RTE-FPL-16 + as HCPCS", outpatient("D7240", place="24"), MEMBER, "RTE-FPL-16", "fplic-um"),
    ("RTE-FPL-17 + outpatient department", outpatient("0144T"), MEMBER, "RTE-FPL-17", "fplic-um"),
    ("RTE-FPL-17 - emergency room", outpatient("0144T", place="23"), MEMBER, "RTE-FPL-17-ELSEWHERE", None),
    ("RTE-FPL-17 - inpatient", outpatient("0144T", place="21"), MEMBER, "RTE-FPL-17-ELSEWHERE", None),
    ("RTE-FPL-17 today's code", outpatient("75574", admitted=TODAY), MEMBER, "RTE-FPL-17-LATER", "fplic-um"),
    ("RTE-FPL-19 + nursing facility", asked(revenue("0191"), bill="21"), MEMBER, "RTE-FPL-19", "fplic-um"),
    ("RTE-FPL-20 + nursing at home", outpatient("S9123", place="12"), MEMBER, "RTE-FPL-20", "fplic-um"),
    ("RTE-FPL-21 + rehabilitation hospital", asked(revenue("0128"), bill="", place="61"), MEMBER,
     "RTE-FPL-21", "fplic-um"),
    ("RTE-FPL-21 + rehabilitation unit", asked(revenue("0128")), MEMBER, "RTE-FPL-21", "fplic-um"),
    ("RTE-FPL-22 + after the emergency room", asked(revenue("0120"), level="03"), MEMBER, "RTE-FPL-22", "fplic-um"),
    ("RTE-FPL-23 + group certifies", asked(revenue("0170"), **BABY),
     {**NEWBORN, "detained_baby": True, "detained_baby_group": True}, "RTE-FPL-23", "fplic-um"),
    ("RTE-FPL-23 - group does not", asked(revenue("0170"), **BABY),
     {**NEWBORN, "detained_baby": True, "detained_baby_group": False}, "RTE-FPL-23-NONE", None),
    ("RTE-FPL-23 group not known", asked(revenue("0170"), **BABY), {**NEWBORN, "detained_baby": True},
     "unknown_facts", "fplic-um"),
    ("RTE-FPL-24 + third day at a non-DRG hospital", asked(revenue("0120"), certification="4"), NON_DRG,
     "RTE-FPL-24", "fplic-um"),
    ("RTE-FPL-24 - at a DRG hospital", asked(revenue("0120"), certification="4"), MEMBER, "RTE-FPL-28", None),
    ("RTE-FPL-25 + psychiatric days go on", asked(revenue("0124"), certification="4"), MEMBER, "RTE-FPL-25", "cbhnp"),
    ("RTE-FPL-28 + appendectomy", asked(icd9("47.01")), MEMBER, "RTE-FPL-28", None),
]
# fmt: on


@pytest.mark.parametrize(
    ("review", "directory", "rule", "destination"), [pytest.param(*vector, id=name) for name, *vector in VECTORS]
)
def test_the_catalogue_vector_is_routed_as_it_says(
    review: ServiceReview, directory: Mapping[str, object], rule: str, destination: str | None
) -> None:
    [item] = routed(shipped_pack("fplic"), review, directory).items

    assert (item.rule, item.destination) == (rule, destination)


def rule_of(review: ServiceReview, pack: Pack | None = None, directory: Mapping[str, object] = MEMBER) -> str:
    [item] = routed(pack or shipped_pack("fplic"), review, directory).items
    return item.rule


def codes_of(text: str) -> list[str]:
    return text.split()


# fmt: off
FOCUS_PROCEDURES = codes_of("""
    21.61 21.62 21.69 21.88 21.5 22.2 22.31 22.39 22.63 26.0 26.11 26.12 26.19 26.21 26.29 26.30 26.31 26.32
    28.2 28.3 28.6 31.42 31.43 31.44 31.45 33.21 33.22 33.23 33.24 34.22 34.25 38.59 40.11 40.21 40.22 40.23
    40.24 40.29 45.13 49.12 49.31 49.39 51.10 51.23 51.24 53.00 53.01 53.02 53.03 53.04 53.05 53.10 53.11 53.12
    53.13 53.14 53.15 53.16 53.17 53.41 53.49 69.01 69.02 69.09 77.51 77.52 77.53 77.54 77.56 77.57 77.58 77.59
    79.00 79.01 79.02 79.03 79.04 79.05 79.06 79.07 79.08 79.09 79.0 79.10 79.11 79.12 79.13 79.14 79.15 79.16
    79.17 79.18 79.19 80.21 80.26 80.27 80.6 88.40 88.41 88.42 88.43 88.44 88.45 88.46 88.47 88.48 88.49
""")
OTHER_PROCEDURES = codes_of("51.22 45.16 47.01 77.55 31.41 53.06 53.18 79.2 88.50 80.20")
FOCUS_DIAGNOSES = codes_of("""
    250.0 250.00 250.01 250.02 250.03 250.9 250.90 250.91 250.92 250.93 276.5 276.50 276.51 276.52 346.0 346.1
    346.2 346.00 346.10 346.20 346.01 346.11 346.21 346.8 346.80 346.81 346.9 346.90 346.91 784.0 386.3 386.30
    386.31 386.32 386.33 386.34 386.35 401.0 401.1 401.9 435.9 558.9 592.0 592.1 592.9 599.0 682.0 682.1 682.2
    682.3 682.4 682.5 682.6 682.7 682.8 682.9 722 722.0 722.1 722.10 722.11 722.2 722.7 722.70 722.71 722.72
    722.73 723 723.0 724 724.0 724.00 724.01 724.02 724.09 724.1 724.2 724.3 724.4 724.5 724.6 729.2 780.4 787.0
    787.00 787.01 787.02 787.03 788.0 789.0 789.00 789.01 789.02 789.03 789.04 789.05 789.06 789.07 789.09 850.0
    850.9
""")
OTHER_DIAGNOSES = codes_of("346.02 722.52 724.8 787.04 789.08 850.1 786.50 250 682 723.1")
MENTAL = codes_of("290.0 290.10 291.81 295.30 296.33 300.00 305.1 307.81 311 318.2 319")
NOT_MENTAL = codes_of("289.9 290 320.0 319.0 320")
# fmt: on


@pytest.mark.parametrize(
    ("codes", "listed"),
    [pytest.param(FOCUS_PROCEDURES, True, id="printed"), pytest.param(OTHER_PROCEDURES, False, id="not")],
)
def test_the_procedure_list_has_what_the_manual_prints(codes: list[str], listed: bool) -> None:
    found = {code: rule_of(asked(icd9(code))) == "RTE-FPL-10" for code in codes}

    assert found == dict.fromkeys(codes, listed)


@pytest.mark.parametrize(
    ("codes", "rule"),
    [
        pytest.param(FOCUS_DIAGNOSES, "RTE-FPL-11", id="printed"),
        pytest.param(OTHER_DIAGNOSES, "RTE-FPL-28", id="not printed"),
        pytest.param(MENTAL, "RTE-FPL-06", id="mental disorders"),
        pytest.param(NOT_MENTAL, "RTE-FPL-28", id="no mental disorders"),
    ],
)
def test_the_diagnosis_lists_have_what_the_manual_prints(codes: list[str], rule: str) -> None:
    found = {code: rule_of(sick(("BK", code))) for code in codes}

    assert found == dict.fromkeys(codes, rule)


def test_the_lists_end_where_their_codes_ended() -> None:
    last, after = date(2015, 9, 30), date(2015, 10, 1)

    rules = [rule_of(asked(icd9("80.26", day), admitted=day)) for day in (last, after)]

    assert rules == ["RTE-FPL-10", "unknown_facts"]


def with_list(title: str, rows: str) -> Pack:
    files = pack_files("fplic")
    assert f"    title: {title}\n" in files["pack.yaml"]
    files["pack.yaml"] = files["pack.yaml"].replace(
        f"    title: {title}\n", f"    title: {title}\n    file: codes/more.csv\n"
    )
    files["codes/more.csv"] = f"system,from,to,label,status,citation\n{rows}\n"
    return load_pack(files)


@pytest.mark.parametrize(
    ("code", "rule"),
    [pytest.param("S9330", "RTE-FPL-07", id="flagged"), pytest.param("S9338", "RTE-FPL-07-OTHER", id="not flagged")],
)
def test_with_the_infusion_list_loaded_flagged_items_go_to_pharmacy_management(code: str, rule: str) -> None:
    pack = with_list("Home infusion items that pharmacy management authorizes", "hcpcs,S9330,,infusion,payer,003:L682")

    assert rule_of(outpatient(code, place="12"), pack) == rule


def test_with_lists_of_todays_codes_the_desk_need_not_look() -> None:
    pack = with_list("The same diagnoses in today's codes", "icd_10_cm,L03.115,,cellulitis,payer,003:L566")
    stay = asked(revenue("0120"), admitted=TODAY, diagnoses=(Diagnosis("ABK", "L03.115"),))

    assert rule_of(stay, pack) == "RTE-FPL-11-ICD10"


@pytest.mark.parametrize(
    ("origin", "rule"),
    [
        pytest.param("E", "RTE-FPL-18", id="surgery center"),
        pytest.param("1", "RTE-FPL-28", id="home"),
        pytest.param("D", "unknown_facts", id="another unit of the hospital"),
    ],
)
def test_a_complication_of_day_surgery_is_told_by_where_the_patient_came_from(origin: str, rule: str) -> None:
    stay = replace(STAY, event=replace(STAY.event, admission=Admission(type="3", source=origin)))

    assert rule_of(stay) == rule


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        pytest.param(FAR, "RTE-FPL-08", id="out of the area"),
        pytest.param(OUTSIDE, "RTE-FPL-09", id="outside the network"),
        pytest.param(MEMBER, "RTE-FPL-28", id="in the area"),
    ],
)
def test_a_transfer_is_routed_as_a_new_admission_of_the_receiving_hospital(
    facts: Mapping[str, object], rule: str
) -> None:
    [item] = routed(shipped_pack("fplic"), STAY, None, {**facts, "review_type": "transfer"}).items

    assert item.rule == rule


def test_lines_of_one_request_go_to_whom_each_concerns() -> None:
    review = asked(revenue("0124"), revenue("0610"))

    items = routed(shipped_pack("fplic"), review, MEMBER).items

    assert [(item.rule, item.destination) for item in items] == [("RTE-FPL-04", "cbhnp"), ("RTE-FPL-03", None)]
