"""Which profile each resource of a Bundle follows: by the slice of its entry, or by what references it first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from priorauth.domain.findings import FindingCode as Code

from .bundles import Bundle
from .profiles import CLAIM, CLAIM_UPDATE, BundleProfile, profile_name
from .references import may_leave_the_bundle
from .reporting import Targets
from .tables import Tables


class Roles:
    """The roles of the entries of one Bundle, given while its references are followed."""

    __slots__ = ("_bundle", "_profile", "_tables", "given", "queue")

    def __init__(self, tables: Tables, bundle: Bundle, profile: BundleProfile) -> None:
        self._tables, self._bundle, self._profile = tables, bundle, profile
        self.queue: list[
            int
        ] = []  # those with a role in the order in which they got it; it grows while it is gone through
        self.given: dict[int, str] = {}

    def slices(self) -> Iterator[tuple[int, str]]:
        """Give the entries that the profile of the Bundle names their roles; yields any that is one too many."""
        bundle = self._bundle
        for resource_type, narrowing in self._tables.profiles[self._profile].root.children["entry"].slices.items():
            found = [entry for entry, its_type in enumerate(bundle.types) if its_type == resource_type]
            most = narrowing.most
            if resource_type == "Claim":  # the second is the prior one of an update (spec-65), in every version
                is_update = found and bundle.is_update(found[0])
                most = 2 if is_update and self._profile is BundleProfile.REQUEST else 1
            if len(found) > most:
                yield found[most], f"at most {most} of {resource_type}"
            for entry in found:
                self.give(entry, self._choose(entry, narrowing.children["resource"].profiles))

    def in_order(self) -> Iterator[tuple[int, bool]]:
        """Each entry once, and whether it is referenced: from the first one on, then those that nothing references.

        What is asked of `fault` meanwhile comes in between.
        """
        self.begin()
        for entry in self.queue:
            yield entry, True
        for entry in self.unreferenced():
            yield entry, False

    def begin(self) -> None:
        """Give the first entry a role, where no slice has."""
        if self._bundle.types and 0 not in self.given:
            self.give(0, self._declared(0))

    def unreferenced(self) -> Iterator[int]:
        """The entries that have no role when the queue is done, each with the one that it claims."""
        given, entries = self.given, len(self._bundle.types)
        if len(given) < entries:
            for entry in range(entries):
                if entry not in given:
                    given[entry] = self._declared(entry)
                    yield entry

    def fault(self, reference: str, targets: Targets, entry: int, *, reachable: bool) -> tuple[Code, str] | None:
        """What is wrong with a reference, or None; gives what it names its role."""
        bundle = self._bundle
        if reference.startswith("#"):
            known = reference == "#" or bundle.has_contained(entry, reference[1:])
            return None if known else (Code.PAS_REFERENCE_DANGLING, "a contained resource")
        found = bundle.find(reference, entry)
        if found is None:
            if not reachable or may_leave_the_bundle(bundle, self._profile, entry, targets.element):
                return None
            return Code.PAS_REFERENCE_DANGLING, "a resource of the Bundle"
        if reachable and found not in self.given:
            self.follow(found, targets)
        its_type = bundle.types[found]
        if targets.types and its_type not in targets.types and its_type in self._tables.resources:
            return Code.FHIR_REFERENCE_TYPE, " or ".join(sorted(targets.types))
        return None

    def follow(self, entry: int, targets: Targets) -> None:
        """Give a resource the role in which a reference names it."""
        asked = self._bundle.types[entry], targets.profiles
        self.give(entry, self._tables.only_profile.get(asked) or self._choose(entry, targets.profiles))

    def give(self, entry: int, profile: str) -> None:
        """Give a resource a role; it is next in order when those before it are done."""
        self.given[entry] = profile
        self.queue.append(entry)

    def _declared(self, entry: int) -> str:
        """The profile of the guide that a resource itself claims to follow, or empty."""
        for url in self._bundle.profiles_of(entry):
            profile = self._tables.profiles.get(profile_name(url))
            if profile is not None and profile.type == self._bundle.types[entry]:
                return profile.name
        return ""

    def _choose(self, entry: int, profiles: Sequence[str]) -> str:
        """The one of several profiles that fits: by its type, whether a Claim is an update, or what it claims."""
        if self._bundle.types[entry] == "Claim" and CLAIM in profiles:
            return CLAIM_UPDATE if self._bundle.is_update(entry) else CLAIM
        resource_type = self._bundle.types[entry]
        fitting = [name for name in profiles if self._tables.profiles[name].type == resource_type]
        if len(fitting) == 1:
            self._tables.only_profile[resource_type, tuple(profiles)] = fitting[0]
            return fitting[0]
        declared = self._declared(entry)
        return declared if declared in fitting or not fitting else fitting[0]


class Nameable(dict[str, str | None]):
    """The types of resource that a Reference may name -> the one profile that such a resource then follows.

    None for types that it may not name, and where it takes more than the type to tell the profile: ask `Roles.fault`.
    """

    def __init__(self, tables: Tables, targets: Targets) -> None:
        self._tables, self.targets = tables, targets

    def __missing__(self, resource_type: str) -> str | None:
        types, profiles = self.targets.types, self.targets.profiles
        profile = (
            self._tables.only_profile.get((resource_type, profiles)) if resource_type in types or not types else None
        )
        if profile is not None:
            self[resource_type] = profile
        return profile
