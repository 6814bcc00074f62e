"""Member, group and facility facts from a YAML file: what a request does not carry and routing rules ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from priorauth.domain.parties import PayerId, Provider
from priorauth.domain.reviews import ServiceReview
from priorauth.routing.vocabulary import faults_in
from priorauth.routing.yaml_source import YamlNotReadable, read_yaml

Facts = dict[str, object]
"""Facts by the names of `routing.vocabulary`."""

FACILITY_ROLES = ("FA", "77", "SJ")
"""Whose facts are the facility's: the facility, else the service location, else the service provider (NM101)."""
GROUP = "group"
"""In a member's entry: the group whose facts it has."""


class DirectoryFault(Exception):
    """A directory file cannot be used as it is. Says where and what is wrong, never whom it is about."""


class _PayerEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    members: Facts = {}
    groups: dict[str, Facts] = {}
    exceptions: dict[str, Facts] = {}
    facilities: Facts | None = None
    facility_exceptions: dict[str, Facts] = {}


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    members: list[str] = []
    payers: dict[str, _PayerEntry]


@dataclass(frozen=True, slots=True)
class FileDirectory:
    """A directory held in memory. Satisfies `ports.Directory`."""

    members: Mapping[tuple[PayerId, str], Facts] = field(repr=False)
    facilities: Mapping[tuple[PayerId, str], Facts] = field(repr=False)
    other_facilities: Mapping[PayerId, Facts] = field(repr=False)

    async def facts(self, review: ServiceReview) -> Mapping[str, object] | None:
        """The facts of the subscriber's coverage and of the facility; None where the member is not known."""
        if review.payer is None:
            return None
        member = self.members.get((review.payer, review.subscriber.identifier.value.strip().upper()))
        if member is None:
            return None
        return {
            **self._requester(review.payer, review.requester.npi),
            **self._facility(review.payer, servicing_npi(review)),
            **member,
        }

    def _requester(self, payer: PayerId, npi: str) -> Facts:
        return requester_facts(self._facility(payer, npi))

    def _facility(self, payer: PayerId, npi: str) -> Facts:
        if not npi:
            return {}
        return self.facilities.get((payer, npi), self.other_facilities.get(payer, {}))


def requester_facts(known: Mapping[str, object]) -> Facts:
    """Of what is known of whoever asks, the facts that are asked about a requester."""
    return {"requester_network_status": known["network_status"]} if "network_status" in known else {}


def servicing_npi(review: ServiceReview) -> str:
    """The NPI of the facility that serves the review, else of its requester; empty where none gives one."""
    stated = [*review.event.providers, *(provider for item in review.items for provider in item.providers)]
    in_order = [*_facilities_first(stated), review.requester]
    return next((provider.npi for provider in in_order if provider.npi), "")


def _facilities_first(providers: Sequence[Provider]) -> Iterator[Provider]:
    for role in FACILITY_ROLES:
        yield from (provider for provider in providers if provider.role == role)


def read_directory(path: Path) -> FileDirectory:
    """The directory in a YAML file. Raises DirectoryFault where the file is not one."""
    try:
        document = read_yaml(path.name, path.read_text(encoding="utf-8")).data
    except YamlNotReadable:
        raise DirectoryFault(f"{path.name} is not YAML") from None
    return parse_directory(document)


def parse_directory(document: object) -> FileDirectory:
    """The directory in a parsed document. Raises DirectoryFault where it is not one."""
    try:
        file = _File.model_validate(document)
    except ValidationError as error:
        places = sorted({".".join(str(part) for part in fault["loc"][:3]) for fault in error.errors()})
        raise DirectoryFault(f"the directory has faults at {', '.join(places)}") from None
    members: dict[tuple[PayerId, str], Facts] = {}
    facilities: dict[tuple[PayerId, str], Facts] = {}
    others: dict[PayerId, Facts] = {}
    for name, entry in file.payers.items():
        payer = PayerId(name)
        members |= {(payer, member): facts for member, facts in _members_of(name, entry, file.members)}
        facilities |= {
            (payer, npi): _checked({**(entry.facilities or {}), **facts}, f"{name}.facility_exceptions")
            for npi, facts in entry.facility_exceptions.items()
        }
        if entry.facilities is not None:
            others[payer] = _checked(entry.facilities, f"{name}.facilities")
    return FileDirectory(members, facilities, others)


def _members_of(payer: str, entry: _PayerEntry, common: Sequence[str]) -> Iterator[tuple[str, Facts]]:
    """Each member with the payer's facts, then its group's, then its own."""
    plain = _checked(entry.members, f"{payer}.members")
    for member in common:
        yield member, plain
    for member, own in entry.exceptions.items():
        group = own.get(GROUP)
        if group is not None and group not in entry.groups:
            raise DirectoryFault(f"{payer}.exceptions names a group that {payer}.groups does not list")
        of_group = entry.groups[str(group)] if group is not None else {}
        own = {name: value for name, value in own.items() if name != GROUP}
        yield member, _checked({**plain, **of_group, **own}, f"{payer}.exceptions")


def _checked(facts: Facts, where: str) -> Facts:
    """The facts, where each is one and has a value it can have."""
    if faults := faults_in(facts):
        raise DirectoryFault(f"the directory has faults at payers.{where}: {'; '.join(faults)}")
    return facts
