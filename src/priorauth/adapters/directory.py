"""Member, group and facility facts from a YAML file: what a request does not carry and routing rules ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from priorauth.domain.parties import PayerId, Provider
from priorauth.domain.reviews import ServiceReview

_FACILITY_ROLES = ("FA", "77", "SJ")
"""Which provider's facts hold for a review: its facility, else its service location, else its service provider."""


class DirectoryFault(Exception):
    """The directory file cannot be used as it is. Says where, never what was there."""


class _Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)

    def known(self) -> dict[str, object]:
        return self.model_dump(exclude_none=True)


class FacilityFacts(_Facts):
    """What a payer knows of a provider or facility."""

    network_status: Literal["in", "out"] | None = None
    area: Literal["in_area", "out_of_area"] | None = None
    facility_payment_type: Literal["drg", "non_drg"] | None = None
    facility_electronic: bool | None = None


class MemberFacts(_Facts):
    """What a payer knows of a member or a group of members."""

    line_of_business: Literal["commercial", "medicare_advantage", "qhp", "fep", "medicaid", "other"] | None = None
    product: (
        Literal[
            "bc_commercial",
            "medicare_plus_blue",
            "bcn_commercial",
            "bcn_advantage",
            "bluecare_traditional_mm",
            "bluecare_ppo",
            "bluecare_comprehensive_mm",
            "hmo",
            "ppo",
        ]
        | None
    ) = None
    funding: Literal["fully_insured", "self_funded", "individual"] | None = None
    employer_group: Literal["MESSA", "UAW_RMBT", "FEP", "other"] | None = None
    medicare_status: Literal["medicare", "non_medicare"] | None = None
    coordination_of_benefits: (
        Literal["primary", "secondary_group_health", "secondary_medicare", "secondary_medicaid", "secondary_other"]
        | None
    ) = None
    member_active: bool | None = None
    birth_admission: bool | None = None
    date_of_birth: date | None = None
    prior_discharge_date: date | None = None


class _Member(MemberFacts):
    group: str | None = None

    def known(self) -> dict[str, object]:
        return self.model_dump(exclude_none=True, exclude={"group"})


class _Payer(_Facts):
    members: MemberFacts = MemberFacts()
    groups: Mapping[str, MemberFacts] = Field(default_factory=dict)
    exceptions: Mapping[str, _Member] = Field(default_factory=dict)
    facilities: FacilityFacts | None = None
    facility_exceptions: Mapping[str, FacilityFacts] = Field(default_factory=dict)


class _File(_Facts):
    members: tuple[str, ...] = ()
    payers: Mapping[str, _Payer]


@dataclass(frozen=True, slots=True)
class FileDirectory:
    """A directory held in memory. Satisfies `ports.Directory`."""

    _members: Mapping[tuple[PayerId, str], Mapping[str, object]] = field(repr=False)
    _facilities: Mapping[tuple[PayerId, str], Mapping[str, object]] = field(repr=False)
    _other_facilities: Mapping[PayerId, Mapping[str, object]] = field(repr=False)

    async def facts(self, review: ServiceReview) -> Mapping[str, object] | None:
        """The facts of the subscriber's coverage and of the facility; None where the member is not known."""
        if review.payer is None:
            return None
        member = self._members.get((review.payer, review.subscriber.identifier.value.strip().upper()))
        if member is None:
            return None
        return {**self._facility_facts(review.payer, review), **member}

    def _facility_facts(self, payer: PayerId, review: ServiceReview) -> Mapping[str, object]:
        npi = servicing_npi(review)
        if not npi:
            return {}
        return self._facilities.get((payer, npi), self._other_facilities.get(payer, {}))


def servicing_npi(review: ServiceReview) -> str:
    """The NPI of the facility that serves the review, else of its requester; empty where none gives one."""
    stated = [*review.event.providers, *(provider for item in review.items for provider in item.providers)]
    in_order = [*_by_role(stated), review.requester]
    return next((provider.npi for provider in in_order if provider.npi), "")


def _by_role(providers: list[Provider]) -> Iterator[Provider]:
    for role in _FACILITY_ROLES:
        yield from (provider for provider in providers if provider.role == role)


def read_directory(path: Path) -> FileDirectory:
    """The directory in a YAML file. Raises DirectoryFault where the file is not one."""
    try:
        document = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except YAMLError:
        raise DirectoryFault(f"{path.name} is not YAML") from None
    return parse_directory(document, path.name)


def parse_directory(document: object, name: str = "directory") -> FileDirectory:
    """The directory in a parsed document. Raises DirectoryFault naming each place that is wrong."""
    try:
        file = _File.model_validate(document)
    except ValidationError as error:
        places = sorted({".".join(str(part) for part in fault["loc"]) for fault in error.errors(include_input=False)})
        raise DirectoryFault(f"{name} has faults at {', '.join(places)}") from None
    members = {
        (PayerId(payer_id), member_id): facts
        for payer_id, payer in file.payers.items()
        for member_id, facts in _members_of(payer, file.members, f"{name}: payers.{payer_id}")
    }
    facilities = {
        (PayerId(payer_id), npi): {**(payer.facilities or FacilityFacts()).known(), **facility.known()}
        for payer_id, payer in file.payers.items()
        for npi, facility in payer.facility_exceptions.items()
    }
    others = {PayerId(id): payer.facilities.known() for id, payer in file.payers.items() if payer.facilities}
    return FileDirectory(members, facilities, others)


def _members_of(payer: _Payer, common: tuple[str, ...], where: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    plain = payer.members.known()
    for member_id in common:
        yield member_id, plain
    for member_id, member in payer.exceptions.items():
        if member.group is not None and member.group not in payer.groups:
            raise DirectoryFault(f"{where}.exceptions names a group that groups does not list")
        group = payer.groups[member.group].known() if member.group is not None else {}
        yield member_id, {**plain, **group, **member.known()}
