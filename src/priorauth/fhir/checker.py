"""The check of a received or outgoing document: base structure and PAS profiles, in one compiled pass."""

from __future__ import annotations

from collections.abc import Sequence

from priorauth.domain.findings import Finding
from priorauth.domain.findings import FindingCode as Code

from .bundles import Bundle
from .compiled import ObjectRule
from .compiling import Compiler
from .elements import Element
from .profiles import CLAIM, CLAIM_UPDATE, BundleProfile, profile_name
from .references import check_entries, may_leave_the_bundle
from .reporting import Place, Report, Targets, finding
from .tables import Tables, read_tables


class ProfileChecker:
    """Checks documents of one version of PAS. Compiled while it is used: keep one per process and version."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._compiler = Compiler(tables)

    @property
    def version(self) -> str:
        """The version of the guide, such as `2.2.1`."""
        return self._tables.version

    def check_bundle(self, bundle: Bundle, profile: BundleProfile) -> tuple[Finding, ...]:
        """Everything that is wrong with a Bundle of the guide. It never raises, whatever the JSON is."""
        if bundle.root.resource_type != "Bundle":
            return (finding(Code.FHIR_RESOURCE_TYPE, bundle.root.resource_type and "Bundle", "Bundle"),)
        report = Report()
        try:
            _BundleCheck(self._tables, self._compiler, bundle, profile, report).run()
            report.findings.extend(check_entries(bundle, profile))
        except RecursionError:
            report.findings.append(finding(Code.FHIR_TOO_DEEP, "Bundle"))
        return tuple(dict.fromkeys(report.findings))

    def check_resource(self, resource: Element, profile: str = "") -> tuple[Finding, ...]:
        """Everything that is wrong with one resource, by a profile of the guide or, without one, by R4 alone."""
        resource_type = resource.get("resourceType")
        wanted = self._tables.profiles[profile].type if profile else resource_type
        if not isinstance(resource_type, str) or resource_type not in self._tables.resources or resource_type != wanted:
            return (finding(Code.FHIR_RESOURCE_TYPE, "", str(wanted) if profile else "a resource of FHIR R4"),)
        report = Report()
        try:
            rule = self._compiler.resource(resource_type, profile)
            if not is_accepted(rule, resource, []):
                rule.check(resource, None, resource_type, -1, report)
        except RecursionError:
            report.findings.append(finding(Code.FHIR_TOO_DEEP, resource_type))
        return tuple(report.findings)


class _BundleCheck:
    """One pass over one Bundle: the first entry, then each resource in the role in which it is first referenced."""

    def __init__(
        self, tables: Tables, compiler: Compiler, bundle: Bundle, profile: BundleProfile, report: Report
    ) -> None:
        self.tables, self.compiler, self.bundle, self.profile, self.report = tables, compiler, bundle, profile, report
        self.bundle_place: Place = (None, "Bundle", -1)
        self.queue: list[int] = []
        self.roles: dict[int, str] = {}
        self.chosen: dict[tuple[str, tuple[str, ...]], str] = {}

    def run(self) -> None:
        """The Bundle itself, the resources as referenced from the first one, then those that nothing references."""
        rule, root = self.compiler.resource("Bundle", self.profile), self.bundle.root.element
        if not is_accepted(rule, root, []):
            rule.check(root, None, "Bundle", -1, self.report)
        self._slices()
        reached = 0
        for entry in range(len(self.bundle.entries)):
            if entry == 0 and entry not in self.roles:
                self._give_role(0, self._declared(0))
            while reached < len(self.queue):
                self._check(self.queue[reached], reachable=True)
                reached += 1
            if entry not in self.roles:
                self.roles[entry] = self._declared(entry)
                self._check(entry, reachable=False)

    def _slices(self) -> None:
        """The entries that the profile names: how many of each type, and which profile they follow."""
        bundle = self.bundle
        for resource_type, narrowing in self.tables.profiles[self.profile].root.children["entry"].slices.items():
            found = [entry for entry, its_type in enumerate(bundle.types) if its_type == resource_type]
            most = narrowing.most
            if resource_type == "Claim":  # the second is the prior one of an update (spec-65), in every version
                is_update = found and "related" in bundle.entries[found[0]].element
                most = 2 if is_update and self.profile is BundleProfile.REQUEST else 1
            if len(found) > most:
                path = f"Bundle.entry[{found[most]}].resource"
                self.report.findings.append(finding(Code.PAS_TOO_MANY, path, f"at most {most} of {resource_type}"))
            for entry in found:
                self._give_role(entry, self._choose(entry, narrowing.children["resource"].profiles))

    def _give_role(self, entry: int, profile: str) -> None:
        self.roles[entry] = profile
        self.queue.append(entry)

    def _declared(self, entry: int) -> str:
        """The profile of the guide that a resource itself claims to follow, or empty."""
        for url in self.bundle.entries[entry].node("meta").texts("profile"):
            profile = self.tables.profiles.get(profile_name(url))
            if profile is not None and profile.type == self.bundle.types[entry]:
                return profile.name
        return ""

    def _choose(self, entry: int, profiles: Sequence[str]) -> str:
        """The one of several profiles that fits: by its type, whether a Claim is an update, or what it claims."""
        if self.bundle.types[entry] == "Claim" and CLAIM in profiles:
            return CLAIM_UPDATE if "related" in self.bundle.entries[entry].element else CLAIM
        fitting = [name for name in profiles if self.tables.profiles[name].type == self.bundle.types[entry]]
        if len(fitting) == 1:
            return fitting[0]
        declared = self._declared(entry)
        return declared if declared in fitting or not fitting else fitting[0]

    def _check(self, entry: int, *, reachable: bool) -> None:
        element, resource_type = self.bundle.entries[entry].element, self.bundle.types[entry]
        if not element:
            return  # that there is none is reported already
        parent: Place = (self.bundle_place, "entry", entry)
        if resource_type not in self.tables.resources:
            self.report.add(Code.FHIR_RESOURCE_TYPE, (parent, "resource", -1), "a resource of FHIR R4")
            return
        rule = self.compiler.resource(resource_type, self.roles[entry])
        references: list[tuple[str, Targets]] = []
        if is_accepted(rule, element, references):
            for reference, targets in references:
                if self._fault(reference, targets, entry, reachable=reachable) is not None:
                    break
            else:
                return
        self.report.references = []
        rule.check(element, parent, "resource", -1, self.report)
        for place, reference, targets in self.report.references:
            fault = self._fault(reference, targets, entry, reachable=reachable)
            if fault is not None:
                self.report.add(fault[0], (place, "reference", -1), fault[1])

    def _fault(self, reference: str, targets: Targets, entry: int, *, reachable: bool) -> tuple[Code, str] | None:
        """What is wrong with a reference, or None; gives what it names its role."""
        if reference.startswith("#"):
            contained = {node.text("id") for node in self.bundle.entries[entry].nodes("contained")}
            known = reference == "#" or reference[1:] in contained
            return None if known else (Code.PAS_REFERENCE_DANGLING, "a contained resource")
        found = self.bundle.find(reference, entry)
        if found is None:
            if not reachable or may_leave_the_bundle(self.bundle, self.profile, entry, targets.element):
                return None
            return Code.PAS_REFERENCE_DANGLING, "a resource of the Bundle"
        if reachable and found not in self.roles:
            self._give_role(found, self._choose(found, targets.profiles))
        its_type = self.bundle.types[found]
        if targets.types and its_type not in targets.types and its_type in self.tables.resources:
            return Code.FHIR_REFERENCE_TYPE, " or ".join(sorted(targets.types))
        return None


def is_accepted(rule: ObjectRule, element: Element, references: list[tuple[str, Targets]]) -> bool:
    """True where the quick pass finds nothing wrong; the references in it are appended."""
    try:
        return rule.accepts(element, references)
    except (TypeError, AttributeError):  # a condition met a value of a class that it cannot be asked about
        return False


def compile_tables(base: str, profiles: str) -> ProfileChecker:
    """The checker of the texts of `schemas/fhir/r4.json` and of one `schemas/fhir/pas-<version>.json`."""
    return ProfileChecker(read_tables(base, profiles))
