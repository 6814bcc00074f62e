"""What a cohort is: requests of one payer and programme that are alike, and where its rule pack sends them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from priorauth.domain.reviews import ServiceKind


class Patients(StrEnum):
    """Who the patients of a cohort are."""

    ADULT = "adults, some of them dependents"
    SENIOR = "members past 65"
    CHILD = "children, as dependents or as members"
    NEWBORN = "newborns with a member number of their own"
    NEWBORN_DEPENDENT = "newborns under the number of a parent"


class Extra(StrEnum):
    """What the requests of some cohorts say beside their services."""

    ACCIDENT = "accident"
    AMBULANCE = "07"  # CRC categories
    SPINE = "08"
    EQUIPMENT = "09"
    OXYGEN = "11"
    LIMITS = "75"
    ACTIVITIES = "76"
    MENTAL = "77"
    HOME_HEALTH = "home health care"
    DELIVERY = "how much and how often"
    ICD_9 = "codes of before October 2015"
    NEVER_SPLIT = "one place and one certification for all services"


CONDITIONS = (
    Extra.AMBULANCE, Extra.SPINE, Extra.EQUIPMENT, Extra.OXYGEN, Extra.LIMITS, Extra.ACTIVITIES, Extra.MENTAL,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A kind of service line: its codes, one of which is drawn, and how many units of what."""

    kind: ServiceKind
    qualifier: str = ""
    codes: tuple[str, ...] = ()
    revenue: tuple[str, ...] = ()
    unit: str = ""
    most: int = 1
    modifiers: tuple[str, ...] = ()
    ends: bool = False  # a range of codes: another one ends it
    described: bool = False  # codes that say too little without words


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Requests that are alike. `goes_to` are the outcomes of their items, as `checking.destination_of` words them.

    `days` are those from the day of the traffic to the service, and `lines` the services, one of them drawn for each
    item; with `splits`, each request has one of each, in this order.
    """

    name: str
    programme: str
    title: str
    payer: str
    goes_to: tuple[str, ...]
    lines: tuple[Line, ...]
    patients: Patients = Patients.ADULT
    most: int = 2
    splits: bool = False
    category: str = "HS"
    certifications: tuple[str, ...] = ("I",)
    service_types: tuple[str, ...] = ("",)
    places: tuple[str, ...] = ("B:11", "B:22")
    levels: tuple[str, ...] = ("E", "")
    diagnoses: tuple[str, ...] = ("M5416", "M5126", "R519", "E119", "I10", "Z8673")
    days: tuple[int, int] = (3, 30)
    members: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
    facility: str = ""  # the NPI of its facility, where that matters
    is_cancelled: bool = False
    has_prior_number: bool = False
    is_admission: bool = False
    extras: frozenset[Extra] = frozenset()

    @property
    def has_newborns(self) -> bool:
        return self.patients in (Patients.NEWBORN, Patients.NEWBORN_DEPENDENT)


def professional(
    codes: str, unit: str = "UN", most: int = 1, *, modifiers: str = "", ends: bool = False, described: bool = False
) -> Line:
    """SV1 with CPT or HCPCS codes."""
    return Line(
        kind=ServiceKind.PROFESSIONAL,
        qualifier="HC",
        codes=tuple(codes.split()),
        unit=unit,
        most=most,
        modifiers=tuple(modifiers.split()),
        ends=ends,
        described=described,
    )


def coded(qualifier: str, codes: str, unit: str = "UN", most: int = 1) -> Line:
    """SV1 with codes of another list (data element 235)."""
    kind = ServiceKind.PROFESSIONAL
    return Line(kind=kind, qualifier=qualifier, codes=tuple(codes.split()), unit=unit, most=most)


def dental(codes: str, *, modifiers: str = "", ends: bool = False, described: bool = False) -> Line:
    """SV3."""
    return Line(
        kind=ServiceKind.DENTAL,
        qualifier="AD",
        codes=tuple(codes.split()),
        most=4,
        modifiers=tuple(modifiers.split()),
        ends=ends,
        described=described,
    )


def days(revenue: str, most: int = 7) -> Line:
    """SV2 with days of room and board."""
    return Line(kind=ServiceKind.INSTITUTIONAL, revenue=tuple(revenue.split()), unit="DA", most=most)


def institutional(
    revenue: str,
    codes: str,
    qualifier: str = "HC",
    *,
    modifiers: str = "",
    ends: bool = False,
    described: bool = False,
) -> Line:
    """SV2 with a procedure."""
    return Line(
        kind=ServiceKind.INSTITUTIONAL,
        qualifier=qualifier,
        codes=tuple(codes.split()),
        revenue=tuple(revenue.split()),
        unit="UN",
        most=2,
        modifiers=tuple(modifiers.split()),
        ends=ends,
        described=described,
    )
