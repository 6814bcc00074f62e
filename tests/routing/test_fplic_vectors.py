"""Every routing vector of the catalogue for FPLIC, from the message to the route; the Focus lists code by code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from priorauth.domain.reviews import (
    DatePeriod,
    Diagnosis,
    Procedure,
    ReviewItem,
    Service,
    ServiceKind,
    ServiceReview,
)
from priorauth.routing.packs import Pack, load_pack
from routing_requests import COMMERCIAL, cpt, pack_files, request, revenue, routed, shipped_pack

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


def asked(*items: ReviewItem, diagnoses: tuple[Diagnosis, ...] = APPENDICITIS, **event: object) -> ServiceReview:
    """A planned stay of 2010, unless said otherwise."""
    review = request(*items, **{"payer": "FPLIC", "category": "AR", "bill": "11", "admitted": DAY, **event})  # type: ignore[arg-type]
    return replace(review, event=replace(review.event, diagnoses=diagnoses))


def outpatient(code: str, **event: object) -> ServiceReview:
    return asked(cpt(code), **{"category": "HS", "bill": "", "place": "22", **event})


def dental(code: str, place: str) -> ServiceReview:
    service = Service(kind=ServiceKind.DENTAL, procedure=Procedure(qualifier="AD", code=code))
    return asked(ReviewItem(sequence=1, service=service), category="HS", bill="", place=place)


def sick(*diagnoses: tuple[str, str]) -> ServiceReview:
    return asked(revenue("0120"), diagnoses=tuple(Diagnosis(*one) for one in diagnoses))


SURGERY, STAY = asked(icd9("51.23")), asked(revenue("0120"))
PSYCHIATRIC = asked(revenue("0124"))
BABY = {"born": DAY, "admission_type": "4"}

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
