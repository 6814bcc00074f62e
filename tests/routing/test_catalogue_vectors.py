"""Every routing vector of the catalogue for the three delegated programs, from the message to the route."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Unpack

import pytest

from priorauth.domain.reviews import ServiceReview
from priorauth.routing.packs import load_pack
from routing_requests import COMMERCIAL, Said, cpt, pack_files, request, revenue, routed, shipped_pack, whole_event

NEWBORN = {**COMMERCIAL, "birth_admission": True}
BORN: Said = {"born": date(2024, 3, 1), "admitted": date(2024, 3, 1), "category": "AR", "bill": "11"}


def nicu(code: str, **event: Unpack[Said]) -> ServiceReview:
    return request(revenue(code), **(BORN | event))


# fmt: off
BCBSMA = [
    ("RTE-BCMA-01 + FEP newborn", nicu("0173"), {**NEWBORN, "line_of_business": "fep"}, "RTE-BCMA-01", "bcbsma-um"),
    ("RTE-BCMA-02 + Medicare member", nicu("0174"), {**NEWBORN, "line_of_business": "medicare_advantage"},
     "RTE-BCMA-02", "bcbsma-um"),
    ("RTE-BCMA-03 + born 2023-10-31, admitted 2023-11-05",
     nicu("0173", born=date(2023, 10, 31), admitted=date(2023, 11, 5)), NEWBORN, "RTE-BCMA-03", "bcbsma-um"),
    ("RTE-BCMA-03 - born 2023-11-01", nicu("0173", born=date(2023, 11, 1), admitted=date(2023, 11, 1)), NEWBORN,
     "RTE-BCMA-06", "progenyhealth"),
    ("RTE-BCMA-04 + readmitted at 40 days", nicu("0173", admitted=date(2024, 4, 10)), COMMERCIAL,
     "RTE-BCMA-04", "bcbsma-um"),
    ("RTE-BCMA-04 - readmitted at 366 days", nicu("0173", admitted=date(2025, 3, 2)), COMMERCIAL,
     "RTE-BCMA-04", "bcbsma-um"),
    ("RTE-BCMA-06 + three digits", nicu("172"), NEWBORN, "RTE-BCMA-06", "progenyhealth"),
    ("RTE-BCMA-06 + four digits", nicu("0172"), NEWBORN, "RTE-BCMA-06", "progenyhealth"),
    ("RTE-BCMA-06 + level 4", nicu("0174"), NEWBORN, "RTE-BCMA-06", "progenyhealth"),
    ("RTE-BCMA-06 - 0170", nicu("0170"), NEWBORN, "RTE-BCMA-13", "bcbsma-um"),
    ("RTE-BCMA-06 - 0171", nicu("0171"), NEWBORN, "RTE-BCMA-13", "bcbsma-um"),
    ("RTE-BCMA-06 - 0179", nicu("0179"), NEWBORN, "RTE-BCMA-13", "bcbsma-um"),
    ("RTE-BCMA-07 + extension of a NICU stay", nicu("0173", certification="4"), NEWBORN,
     "RTE-BCMA-06", "progenyhealth"),
    ("RTE-BCMA-07 + admission notice by service type alone", request(whole_event(), **(BORN | {"service_type": "NI"})),
     NEWBORN, "RTE-BCMA-07", "progenyhealth"),
    ("RTE-BCMA-10 + newborn as a dependent without a member id", nicu("0174", dependent=True), NEWBORN,
     "RTE-BCMA-06", "progenyhealth"),
    ("RTE-BCMA-12 + appeal", nicu("0173", certification="2"), NEWBORN, "RTE-BCMA-12", "bcbsma-um"),
    ("RTE-BCMA-13 + MRI of an adult", request(cpt("70551")), COMMERCIAL, "RTE-BCMA-13", "bcbsma-um"),
]

BLUE = {**COMMERCIAL, "product": "bc_commercial"}
FUSION, KNEE, EPIDURAL, BARIATRIC = (request(cpt(code), payer="BCBSM") for code in ("22612", "27447", "62323", "43644"))
INPATIENT_FUSION = request(cpt("22612"), payer="BCBSM", place="21")
SELF_FUNDED = {**BLUE, "funding": "self_funded"}
UAW = {**SELF_FUNDED, "employer_group": "UAW_RMBT"}
PLUS_BLUE = {**BLUE, "line_of_business": "medicare_advantage", "product": "medicare_plus_blue"}
ADVANTAGE = {**PLUS_BLUE, "product": "bcn_advantage"}
BCN = {**BLUE, "product": "bcn_commercial"}
FEP = {**BLUE, "employer_group": "FEP"}

BCBSM = [
    *((f"RTE-BCMI-01 + {name}", review, BLUE, "RTE-BCMI-01", "turningpoint")
      for name, review in (("orthopedic", KNEE), ("spine", FUSION), ("pain", EPIDURAL))),
    *((f"RTE-BCMI-02 - {name} for MESSA", review, {**BLUE, "employer_group": "MESSA"}, "RTE-BCMI-02", "bcbsm-um")
      for name, review in (("orthopedic", KNEE), ("spine", FUSION), ("pain", EPIDURAL))),
    *((f"RTE-BCMI-03 + {name}", review, {**SELF_FUNDED, "select_group": True}, "RTE-BCMI-03", "turningpoint")
      for name, review in (("orthopedic", KNEE), ("spine", FUSION), ("pain", EPIDURAL))),
    *((f"RTE-BCMI-04 + {name}", review, UAW, "RTE-BCMI-04", "turningpoint")
      for name, review in (("orthopedic", KNEE), ("spine", FUSION), ("pain", EPIDURAL))),
    *((f"RTE-BCMI-05 - {name}", review, {**UAW, "medicare_status": "medicare"}, "RTE-BCMI-05", "bcbsm-um")
      for name, review in (("orthopedic", KNEE), ("spine", FUSION), ("pain", EPIDURAL))),
    *((f"RTE-BCMI-06 - {name}", review, {**SELF_FUNDED, "select_group": False}, "RTE-BCMI-06", "bcbsm-um")
      for name, review in (("orthopedic", KNEE), ("spine", FUSION), ("pain", EPIDURAL))),
    ("RTE-BCMI-06 roster not known", KNEE, SELF_FUNDED, "unknown_facts", "bcbsm-um"),
    *((f"RTE-BCMI-07 + {name}", review, {**BLUE, "funding": "individual", "employer_group": None},
       "RTE-BCMI-07", "turningpoint") for name, review in (("orthopedic", KNEE), ("pain", EPIDURAL))),
    *((f"RTE-BCMI-08 + {name}", review, FEP, "RTE-BCMI-08", "bcbsm-um")
      for name, review in (("orthopedic", KNEE), ("spine", FUSION), ("pain", EPIDURAL))),
    *((f"RTE-BCMI-09 + {name}", review, PLUS_BLUE, "RTE-BCMI-09", "turningpoint")
      for name, review in (("orthopedic", KNEE), ("spine", FUSION))),
    ("RTE-BCMI-09 - pain", EPIDURAL, PLUS_BLUE, "RTE-BCMI-09-PAIN", "bcn-um"),
    *((f"RTE-BCMI-10 + {name}", review, BCN, "RTE-BCMI-10", "turningpoint")
      for name, review in (("orthopedic", KNEE), ("spine", FUSION), ("pain", EPIDURAL))),
    ("RTE-BCMI-10 + self-funded", KNEE, {**BCN, "funding": "self_funded"}, "RTE-BCMI-10", "turningpoint"),
    ("RTE-BCMI-11 + federal employee with BCN coverage", KNEE, {**BCN, "employer_group": "FEP"},
     "RTE-BCMI-11", "turningpoint"),
    *((f"RTE-BCMI-12 + {name}", review, ADVANTAGE, "RTE-BCMI-12", "turningpoint")
      for name, review in (("orthopedic", KNEE), ("spine", FUSION))),
    ("RTE-BCMI-12 - pain", EPIDURAL, ADVANTAGE, "RTE-BCMI-12-PAIN", "bcn-um"),
    ("RTE-BCMI-13 list not loaded", BARIATRIC, BCN, "list_not_loaded", "bcn-um"),
    ("RTE-BCMI-14 list not loaded", BARIATRIC, BLUE, "list_not_loaded", "bcbsm-um"),
    ("RTE-BCMI-15 + inpatient fusion", INPATIENT_FUSION, FEP, "RTE-BCMI-15", "bcbsm-um"),
    ("RTE-BCMI-15 + urgent", request(cpt("22612"), payer="BCBSM", level="U"), FEP, "RTE-BCMI-15", "bcbsm-um"),
    ("RTE-BCMI-17 list not loaded", FUSION, {**BLUE, "area": "out_of_area"}, "list_not_loaded", "bcbsm-um"),
    ("RTE-BCMI-17 list of BCN not loaded", FUSION, {**BCN, "area": "out_of_area"}, "list_not_loaded", "bcn-um"),
    ("RTE-BCMI-18 no leg to 2nd.MD", KNEE, {**SELF_FUNDED, "select_group": True}, "RTE-BCMI-03", "turningpoint"),
]

HMO = {**COMMERCIAL, "product": "hmo"}


def allways(code: str, **event: Unpack[Said]) -> ServiceReview:
    return request(cpt(code), **({"payer": "ALLWAYS"} | event))


def psychiatric(code: str) -> ServiceReview:
    return request(revenue(code), payer="ALLWAYS", category="AR", bill="11", level="")


ALLWAYS = [
    ("RTE-AWH-01 + emergency visit", allways("99284", place="23", level="03"), HMO, "RTE-AWH-01", None),
    ("RTE-AWH-02 + observation", request(revenue("0762"), payer="ALLWAYS"), HMO, "RTE-AWH-02", "allways-um"),
    ("RTE-AWH-03 + emergent admission",
     request(revenue("0120"), payer="ALLWAYS", category="AR", bill="11", level="03"), HMO, "RTE-AWH-03", "allways-um"),
    ("RTE-AWH-03 + emergent by admission type",
     request(revenue("0120"), payer="ALLWAYS", category="AR", bill="11", level="", admission_type="1"), HMO,
     "RTE-AWH-03", "allways-um"),
    ("RTE-AWH-04 + MRI in the emergency room", allways("70551", place="23"), HMO, "RTE-AWH-04", None),
    ("RTE-AWH-04 + PET of an inpatient", allways("78815", place="21"), HMO, "RTE-AWH-04", None),
    ("RTE-AWH-05 + elective outpatient CT", allways("71260"), HMO, "RTE-AWH-05", "evicore"),
    ("RTE-AWH-05 + MRI in an office", allways("70551", place="11"), HMO, "RTE-AWH-05", "evicore"),
    ("RTE-AWH-05 - urgent MRI", allways("70551", level="U"), HMO, "list_not_loaded", "allways-um"),
    ("RTE-AWH-06 + stress echo", allways("93351"), HMO, "RTE-AWH-06", "evicore"),
    ("RTE-AWH-07 + gene analysis at a laboratory", allways("81211", place="81"), HMO, "RTE-AWH-07", "evicore"),
    ("RTE-AWH-08 + radiation treatment", allways("77412"), HMO, "RTE-AWH-08", "evicore"),
    ("RTE-AWH-08 + PPO member alike", allways("77412"), {**HMO, "product": "ppo"}, "RTE-AWH-08", "evicore"),
    ("RTE-AWH-09 + polysomnography", allways("95810"), HMO, "RTE-AWH-09", "sleep-management-solutions"),
    ("RTE-AWH-09 + home sleep test, PPO alike", allways("G0399", place="12"), {**HMO, "product": "ppo"},
     "RTE-AWH-09", "sleep-management-solutions"),
    ("RTE-AWH-09 + airway pressure device", allways("E0601", place="12"), HMO,
     "RTE-AWH-09", "sleep-management-solutions"),
    ("RTE-AWH-09 - office visit", allways("99213"), HMO, "list_not_loaded", "allways-um"),
    ("RTE-AWH-10 + psychotherapy", allways("90837", place="11"), HMO, "RTE-AWH-10", "optum"),
    *((f"RTE-AWH-10 + psychiatric bed, revenue code {code}", psychiatric(code), HMO, rule, "optum")
      for code, rule in (("0114", "RTE-AWH-10"), ("0124", "RTE-AWH-10"), ("0134", "RTE-AWH-10"),
                         ("0144", "RTE-AWH-10"), ("0154", "RTE-AWH-10"), ("0204", "RTE-AWH-10"))),
    ("RTE-AWH-10 - bed in general", psychiatric("0120"), HMO, "RTE-AWH-18", "allways-um"),
    ("RTE-AWH-11 + psychotherapy out of network", allways("90837", place="11"), {**HMO, "network_status": "out"},
     "RTE-AWH-11", "optum"),
    ("RTE-AWH-12 list not loaded", allways("J1745", place="11"), HMO, "list_not_loaded", "allways-um"),
    ("RTE-AWH-12 chemotherapy drug, list not loaded", allways("J9035", place="11"), HMO,
     "list_not_loaded", "allways-um"),
    ("RTE-AWH-13 + lumbar fusion", allways("22612"), HMO, "RTE-AWH-13", "allways-um"),
    ("RTE-AWH-14 + out of network", allways("99213"), {**HMO, "network_status": "out"}, "RTE-AWH-14", "allways-um"),
    ("RTE-AWH-14 - emergency out of network", allways("99284", place="23", level="03"),
     {**HMO, "network_status": "out"}, "RTE-AWH-01", None),
    ("RTE-AWH-15 list not loaded", allways("29881"), {**HMO, "setting": "surgical_day"},
     "list_not_loaded", "allways-um"),
    ("RTE-AWH-17 + enteral", allways("B4150", place="12"), HMO, "RTE-AWH-17", "allways-um"),
    ("RTE-AWH-18 + elective admission", allways("43644", place="21"), HMO, "RTE-AWH-18", "allways-um"),
    ("RTE-AWH-19 + sick newborn", request(revenue("0173"), payer="ALLWAYS", category="AR", bill="11"), HMO,
     "RTE-AWH-19", "allways-um"),
    ("RTE-AWH-19 - more days of a sick newborn",
     request(revenue("0173"), payer="ALLWAYS", category="AR", bill="11", certification="4", level="U"), HMO,
     "RTE-AWH-25", "allways-um"),
    ("RTE-AWH-21 + specialist of an HMO member", allways("99214", category="SC", place="11"), HMO, "RTE-AWH-21", None),
    ("RTE-AWH-21 - PPO member", allways("99214", category="SC", place="11"), {**HMO, "product": "ppo"},
     "list_not_loaded", "allways-um"),
    ("RTE-AWH-21 - emergency", allways("99284", category="SC", place="23", level="03"), HMO, "RTE-AWH-01", None),
    ("RTE-AWH-21 - behavioral health", allways("90837", category="SC", place="11"), HMO, "RTE-AWH-10", "optum"),
    ("RTE-AWH-21 - obstetrics", allways("59400", category="SC", place="11"), HMO, "list_not_loaded", "allways-um"),
    ("RTE-AWH-22 + specialist out of network", allways("99214", category="SC", place="11"),
     {**HMO, "network_status": "out"}, "RTE-AWH-22", "allways-um"),
    ("RTE-AWH-24 + a changed study is asked for anew", allways("70553", certification="S"), HMO,
     "RTE-AWH-05", "evicore"),
    ("RTE-AWH-25 + extension", allways("97110", certification="4"), HMO, "RTE-AWH-25", "allways-um"),
]
# fmt: on


@pytest.mark.parametrize(
    ("review", "directory", "rule", "destination"),
    [pytest.param(*vector, id=name) for name, *vector in [*BCBSMA, *BCBSM, *ALLWAYS]],
)
def test_the_catalogue_vector_is_routed_as_it_says(
    review: ServiceReview, directory: Mapping[str, object], rule: str, destination: str | None
) -> None:
    pack = shipped_pack(str(review.payer).lower())

    (item,) = routed(pack, review, directory).items

    assert (item.rule, item.destination) == (rule, destination)


def test_a_facility_without_a_contract_is_manual() -> None:  # RTE-BCMA-11
    (item,) = routed(shipped_pack("bcbsma"), nicu("0173"), {**NEWBORN, "network_status": "out"}).items

    assert (item.rule, item.outcome, item.destination) == ("RTE-BCMA-11", "manual", "bcbsma-um")


def test_a_transfer_from_the_nicu_stays_with_progenyhealth() -> None:  # RTE-BCMA-08
    review = request(whole_event(), **(BORN | {"service_type": "NI"}))

    (item,) = routed(shipped_pack("bcbsma"), review, None, {**NEWBORN, "review_type": "transfer"}).items

    assert (item.rule, item.destination) == ("RTE-BCMA-08", "progenyhealth")


def test_a_discharge_need_leaves_the_stay_with_progenyhealth() -> None:  # RTE-BCMA-05
    review = request(revenue("0173"), cpt("E0445"), **BORN)

    stay, rental = routed(shipped_pack("bcbsma"), review, NEWBORN).items

    assert (stay.rule, stay.destination) == ("RTE-BCMA-06", "progenyhealth")
    assert (rental.rule, rental.destination) == ("RTE-BCMA-05", "bcbsma-um")


def test_a_birth_admission_with_mixed_levels_is_split() -> None:  # RTE-BCMA-09
    review = request(revenue("0171"), revenue("0173"), **BORN)

    lines = routed(shipped_pack("bcbsma"), review, NEWBORN).items

    assert [line.destination for line in lines] == ["bcbsma-um", "progenyhealth"]


def test_joint_and_pain_lines_of_medicare_plus_blue_are_split() -> None:  # RTE-BCMI-20
    review = request(cpt("27447"), cpt("64483"), payer="BCBSM")

    lines = routed(shipped_pack("bcbsm"), review, PLUS_BLUE).items

    assert [line.destination for line in lines] == ["turningpoint", "bcn-um"]


def with_the_surgery_list() -> dict[str, str]:
    files = pack_files("bcbsm")
    title = "    title: Other surgeries that need prior authorization\n"
    files["pack.yaml"] = files["pack.yaml"].replace(title, f"{title}    file: codes/surgery.csv\n")
    files["codes/surgery.csv"] = (
        "system,from,to,label,status,citation\ncpt,43644,43645,bariatric surgery,payer,002:L110\n"
    )
    return files


@pytest.mark.parametrize(
    ("code", "directory", "rule", "destination"),
    [
        pytest.param("99213", BLUE, "RTE-BCMI-16", None, id="RTE-BCMI-16 + unlisted code"),
        pytest.param("22612", BLUE, "RTE-BCMI-01", "turningpoint", id="RTE-BCMI-16 - listed code"),
        pytest.param("43644", BCN, "RTE-BCMI-13", "bcn-um", id="RTE-BCMI-13 + bariatric surgery of BCN commercial"),
        pytest.param("43644", BLUE, "RTE-BCMI-14", "bcbsm-um", id="RTE-BCMI-14 + bariatric surgery of Blue Cross"),
    ],
)
def test_with_every_list_loaded_the_lists_decide(
    code: str, directory: Mapping[str, object], rule: str, destination: str | None
) -> None:
    pack = load_pack(with_the_surgery_list())

    (item,) = routed(pack, request(cpt(code), payer="BCBSM"), directory).items

    assert (item.rule, item.destination) == (rule, destination)


def test_retrospective_imaging_is_the_plans() -> None:  # RTE-AWH-26
    given = {**HMO, "review_type": "retrospective"}

    (item,) = routed(shipped_pack("allways"), allways("70551"), None, given).items

    assert (item.rule, item.destination) == ("RTE-AWH-26", "allways-um")
