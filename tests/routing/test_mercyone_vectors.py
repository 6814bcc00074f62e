"""Every routing vector of the catalogue for MercyOne, from the message to the queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Unpack

import pytest

from priorauth.domain.reviews import DatePeriod, Procedure, ReviewItem, Service, ServiceKind, ServiceReview
from priorauth.routing.packs import Pack, load_pack
from routing_requests import COMMERCIAL, Said, cpt, pack_files, request, revenue, routed, shipped_pack, whole_event

MEMBER: Mapping[str, object] = {
    **COMMERCIAL,
    "line_of_business": "medicare_advantage",
    "product": "hmo",
    "requester_network_status": "in",
}
AWAY: Mapping[str, object] = {**MEMBER, "network_status": "out", "area": "out_of_area"}
OUTSIDE: Mapping[str, object] = {**MEMBER, "network_status": "out"}

PAST, AHEAD = date(2026, 2, 27), date(2026, 3, 9)  # requests are received on 2026-03-02
BACK = date(2026, 3, 30)


def asked(*items: ReviewItem, **event: Unpack[Said]) -> ServiceReview:
    return request(*items, **({"payer": "MERCYONE"} | event))


def stay(**event: Unpack[Said]) -> ServiceReview:
    return asked(revenue("0120"), **({"category": "AR", "bill": "11", "admitted": BACK} | event))


def nursing(**event: Unpack[Said]) -> ServiceReview:
    return asked(revenue("0191"), **({"category": "AR", "bill": "21", "admitted": BACK} | event))


def on(day: date, code: str = "27447", **event: Unpack[Said]) -> ServiceReview:
    return asked(cpt(code, service_dates=DatePeriod(day)), **event)


def ambulance(modifier: str) -> ServiceReview:
    procedure = Procedure(qualifier="HC", code="A0428", modifiers=(modifier,))
    return asked(
        ReviewItem(sequence=1, service=Service(kind=ServiceKind.PROFESSIONAL, procedure=procedure)), place="41"
    )


def discharged(days: int) -> Mapping[str, object]:
    """A member whose last stay at the same facility ended so many days before the admission."""
    return {**MEMBER, "prior_discharge_date": date.fromordinal(BACK.toordinal() - days)}


# fmt: off
VECTORS = [
    ("RTE-MOHP-01 + admission notice", stay(), MEMBER, "RTE-MOHP-01", "route", "inpatient"),
    ("RTE-MOHP-01 + notice without lines", asked(whole_event(), category="AR", bill="11", admitted=BACK), MEMBER,
     "RTE-MOHP-01", "route", "inpatient"),
    ("RTE-MOHP-01 + concurrent review", stay(certification="4"), MEMBER, "RTE-MOHP-01", "route", "inpatient"),
    ("RTE-MOHP-01 + emergency admission", stay(level="03"), MEMBER, "RTE-MOHP-01", "route", "inpatient"),
    ("RTE-MOHP-01 - planned surgery", on(AHEAD, place="21"), MEMBER, "RTE-MOHP-04", "route", "preservice"),
    ("RTE-MOHP-02 + admission", nursing(), MEMBER, "RTE-MOHP-02", "notify_requested", "snf"),
    ("RTE-MOHP-02 + asked for ahead", nursing(category="HS"), MEMBER, "RTE-MOHP-02", "notify_requested", "snf"),
    ("RTE-MOHP-02 + place of service", asked(whole_event(), category="AR", place="31"), MEMBER,
     "RTE-MOHP-02", "notify_requested", "snf"),
    ("RTE-MOHP-02 + concurrent review", nursing(certification="4"), MEMBER, "RTE-MOHP-02-REVIEW", "route", "snf"),
    ("RTE-MOHP-03 + chemotherapy", on(AHEAD, "96413"), MEMBER, "RTE-MOHP-03", "route", "preservice"),
    ("RTE-MOHP-04 + equipment", on(AHEAD, "K0001", place="12"), MEMBER, "RTE-MOHP-04", "route", "preservice"),
    ("RTE-MOHP-04 + imaging without a date", asked(cpt("70551")), MEMBER, "RTE-MOHP-04", "route", "preservice"),
    ("RTE-MOHP-04 + more visits", asked(cpt("97110"), certification="4"), MEMBER,
     "RTE-MOHP-04-MORE", "route", "preservice"),
    ("RTE-MOHP-05 + after the discharge", stay(certification="2"), MEMBER, "RTE-MOHP-05", "route", "inpatient"),
    ("RTE-MOHP-07 list not loaded", on(PAST), MEMBER, "list_not_loaded", "manual", None),
    ("RTE-MOHP-07 - emergency of the past", on(PAST, "99284", place="23", level="03"), MEMBER,
     "RTE-MOHP-09", "no_auth_required", None),
    ("RTE-MOHP-08 + asked for by the network", on(AHEAD), OUTSIDE, "RTE-MOHP-08", "route", "preservice"),
    ("RTE-MOHP-08 - asked for outside it", on(AHEAD), {**OUTSIDE, "requester_network_status": "out"},
     "RTE-MOHP-08-REQUESTER", "invalid", None),
    ("RTE-MOHP-08 requester not known", on(AHEAD), {**OUTSIDE, "requester_network_status": None},
     "unknown_facts", "manual", None),
    ("RTE-MOHP-09 + emergency room", asked(cpt("99284"), place="23"), MEMBER, "RTE-MOHP-09", "no_auth_required", None),
    ("RTE-MOHP-09 + outside the network", asked(cpt("99284"), place="23", level="03"), OUTSIDE,
     "RTE-MOHP-09", "no_auth_required", None),
    ("RTE-MOHP-09 + urgently needed away", on(AHEAD, "99213", level="U", place="20"), AWAY,
     "RTE-MOHP-09", "no_auth_required", None),
    ("RTE-MOHP-09 - urgent at home", on(AHEAD, level="U"), MEMBER, "RTE-MOHP-04", "route", "preservice"),
    ("RTE-MOHP-10 + infused drug", on(AHEAD, "J1745"), MEMBER, "RTE-MOHP-10", "route", "preservice"),
    ("RTE-MOHP-11 + between nursing facilities", ambulance("NN"), MEMBER, "RTE-MOHP-11", "manual", None),
    ("RTE-MOHP-11 - to dialysis", ambulance("NG"), MEMBER, "RTE-MOHP-04", "route", "preservice"),
    ("RTE-MOHP-12 + 29 days", stay(), discharged(29), "RTE-MOHP-12", "route", "inpatient"),
    ("RTE-MOHP-12 + 30 days", stay(), discharged(30), "RTE-MOHP-12", "route", "inpatient"),
    ("RTE-MOHP-12 - 31 days", stay(), discharged(31), "RTE-MOHP-01", "route", "inpatient"),
    ("RTE-MOHP-12 - no stay at the same Tax ID", stay(), MEMBER, "RTE-MOHP-01", "route", "inpatient"),
]
# fmt: on


@pytest.mark.parametrize(
    ("review", "directory", "rule", "outcome", "queue"), [pytest.param(*vector, id=name) for name, *vector in VECTORS]
)
def test_the_catalogue_vector_is_routed_as_it_says(
    review: ServiceReview, directory: Mapping[str, object], rule: str, outcome: str, queue: str | None
) -> None:
    [item] = routed(shipped_pack("mercyone"), review, directory).items

    assert (item.rule, item.outcome, item.queue) == (rule, outcome, queue)


def with_the_list() -> Pack:
    files = pack_files("mercyone")
    title = "    title: Prior authorization list\n"
    files["pack.yaml"] = files["pack.yaml"].replace(title, f"{title}    file: codes/list.csv\n")
    files["codes/list.csv"] = "system,from,to,label,status,citation\ncpt,27447,,knee replacement,payer,001:L81\n"
    return load_pack(files)


@pytest.mark.parametrize(
    ("review", "rule", "destination"),
    [
        pytest.param(on(PAST), "RTE-MOHP-07", None, id="a listed service of the past"),
        pytest.param(on(PAST, "27130"), "RTE-MOHP-04", "mercyone-um", id="another service of the past"),
        pytest.param(on(AHEAD), "RTE-MOHP-04", "mercyone-um", id="a listed service to come"),
    ],
)
def test_with_the_list_loaded_authorization_after_the_service_is_refused(
    review: ServiceReview, rule: str, destination: str | None
) -> None:
    [item] = routed(with_the_list(), review, MEMBER).items

    assert (item.rule, item.destination) == (rule, destination)


def test_a_service_received_on_its_own_day_is_not_of_the_past() -> None:
    review = on(PAST)
    review = replace(review, received_at=review.received_at.replace(month=2, day=27))

    [item] = routed(with_the_list(), review, MEMBER).items

    assert item.rule == "RTE-MOHP-04"
