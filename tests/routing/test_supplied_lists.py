"""Vectors of the catalogue that need a list which only the payer has: without it manual, with it what the list says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

import pytest

from priorauth.domain.reviews import ServiceReview
from priorauth.routing.codelists import supposed_list
from priorauth.routing.packs import Pack, with_lists
from routing_requests import COMMERCIAL, Said, cpt, request, routed, shipped_pack

HMO = {**COMMERCIAL, "product": "hmo"}
DAY = {**HMO, "setting": "surgical_day"}
OUTSIDE = {**COMMERCIAL, "product": "bc_commercial", "area": "out_of_area"}
LISTS: Mapping[str, Sequence[str]] = {
    "LST-12-OUTSIDE": ["22612", "62323"],
    "LST-13": ["29881"],
    "LST-14": ["K0001"],
    "LST-15": ["97110"],
    "LST-18": ["J1745", "J9035"],
}


def supplied(payer: str, *left_out: str) -> Pack:
    """A shipped pack with the lists that its payer would supply."""
    pack = shipped_pack(payer)
    lists = {name: supposed_list(pack.lists[name], codes) for name, codes in LISTS.items() if name in pack.lists}
    return with_lists(pack, {name: one for name, one in lists.items() if name not in left_out})


def line(code: str, **event: Unpack[Said]) -> ServiceReview:
    return request(cpt(code), **({"payer": "ALLWAYS"} | event))


# fmt: off
VECTORS = [
    ("RTE-AWH-12 + drug on the list", line("J1745", place="11"), HMO, "RTE-AWH-12", "cvs-caremark"),
    ("RTE-AWH-12 + chemotherapy drug on the list", line("J9035", place="11"), HMO, "RTE-AWH-12", "cvs-caremark"),
    ("RTE-AWH-12 - drug that is not on it", line("J0585", place="11"), HMO, "no_rule", "allways-um"),
    ("RTE-AWH-15 + procedure on the list", line("29881"), DAY, "RTE-AWH-15", "allways-um"),
    ("RTE-AWH-15 + in a surgery center", line("29881", place="24"), HMO, "RTE-AWH-15", "allways-um"),
    ("RTE-AWH-15 - procedure that is not on it", line("11401"), DAY, "RTE-AWH-15-UNLISTED", None),
    ("RTE-AWH-15 - spinal surgery that is not on it", line("22612"), DAY, "RTE-AWH-13", "allways-um"),
    ("RTE-AWH-15 - out of network", line("11401"), {**DAY, "network_status": "out"}, "RTE-AWH-14", "allways-um"),
    ("RTE-AWH-16 + equipment on the list", line("K0001", place="12"), HMO, "RTE-AWH-16", "allways-um"),
    ("RTE-AWH-16 - equipment that is not on it", line("E0110", place="12"), HMO, "RTE-AWH-16-UNLISTED", None),
    ("RTE-AWH-16 - orthotics that are not on it", line("L1902", place="12"), HMO, "RTE-AWH-16-UNLISTED", None),
    ("RTE-AWH-20 + notice of home nursing", line("99509", place="12"), {**HMO, "review_type": "notification"},
     "RTE-AWH-20", "allways-um"),
    ("RTE-AWH-27 + service on the grid", line("97110"), HMO, "RTE-AWH-27", "allways-um"),
    ("RTE-AWH-27 - service that is not on it", line("99213"), HMO, "no_rule", "allways-um"),
    ("RTE-BCMI-17 + not on the list of providers outside Michigan", line("99213", payer="BCBSM"), OUTSIDE,
     "RTE-BCMI-17", None),
    ("RTE-BCMI-17 - on it: who decides is the same", line("22612", payer="BCBSM"), OUTSIDE,
     "RTE-BCMI-01", "turningpoint"),
    ("RTE-BCMI-17 - on it, MESSA", line("22612", payer="BCBSM"), {**OUTSIDE, "employer_group": "MESSA"},
     "RTE-BCMI-02", "bcbsm-um"),
]
# fmt: on


@pytest.mark.parametrize(
    ("review", "directory", "rule", "destination"), [pytest.param(*vector, id=name) for name, *vector in VECTORS]
)
def test_with_the_payers_lists_the_catalogue_vector_is_routed_as_it_says(
    review: ServiceReview, directory: Mapping[str, object], rule: str, destination: str | None
) -> None:
    (item,) = routed(supplied(str(review.payer).lower()), review, None, directory).items

    assert (item.rule, item.destination) == (rule, destination)


def test_a_line_of_surgical_day_care_is_manual_while_its_list_is_missing() -> None:
    (item,) = routed(supplied("allways", "LST-13"), line("11401"), None, DAY).items

    assert (item.rule, item.outcome, item.destination) == ("list_not_loaded", "manual", "allways-um")
    assert "LST-13" in item.reason


@pytest.mark.parametrize(
    ("payer", "destinations"),
    [
        ("bcbsma", {"bcbsma-um", "progenyhealth"}),
        ("bcbsm", {"bcbsm-um", "bcn-um", "turningpoint"}),
        ("allways", {"allways-um", "evicore", "sleep-management-solutions", "optum", "cvs-caremark"}),
    ],
)
def test_nobody_gets_a_leg_but_who_decides(payer: str, destinations: set[str]) -> None:
    """Not 2nd.MD (a service to members), Focus Health (consulted by the plan) nor MRIOA (assigned by the plan)."""
    assert shipped_pack(payer).destinations == destinations
