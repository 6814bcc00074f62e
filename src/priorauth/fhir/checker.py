"""The check of a received or outgoing document: base structure and PAS profiles, in one compiled pass."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from priorauth.domain.findings import Finding
from priorauth.domain.findings import FindingCode as Code

from .accepting import QuickPass
from .bundles import Bundle, StrictBundle
from .compiled import ObjectRule
from .compiling import Compiler
from .elements import Element
from .profiles import BundleProfile
from .references import check_entries
from .reporting import Place, Report, Targets, finding
from .roles import Roles
from .tables import Tables, read_tables


class ProfileChecker:
    """Checks documents of one version of PAS. Compiled while it is used: keep one per process and version."""

    def __init__(self, tables: Tables, readers: Mapping[str, type[msgspec.Struct]]) -> None:
        self._tables = tables
        self._compiler = Compiler(tables)
        self._quick = QuickPass(tables, self._compiler, readers)

    @property
    def version(self) -> str:
        """The version of the guide, such as `2.2.1`."""
        return self._tables.version

    def read(self, data: bytes) -> Bundle:
        """The Bundle in the bytes, decoded so that a check of this version is quick. Raises FhirSyntaxError."""
        return self._quick.read(data)

    def check_bundle(self, bundle: Bundle, profile: BundleProfile) -> tuple[Finding, ...]:
        """Everything that is wrong with a Bundle of the guide. It never raises, whatever the JSON is."""
        if isinstance(bundle, StrictBundle) and self._quick.accepts(bundle, profile):
            return ()
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
        self.roles = Roles(tables, bundle, profile)
        self.bundle_place: Place = (None, "Bundle", -1)

    def run(self) -> None:
        """The Bundle itself, the resources as referenced from the first one, then those that nothing references."""
        rule, root = self.compiler.resource("Bundle", self.profile), self.bundle.root.element
        if not is_accepted(rule, root, []):
            rule.check(root, None, "Bundle", -1, self.report)
        for entry, expected in self.roles.slices():
            self.report.findings.append(finding(Code.PAS_TOO_MANY, f"Bundle.entry[{entry}].resource", expected))
        for entry, reachable in self.roles.in_order():
            self._check(entry, reachable=reachable)

    def _check(self, entry: int, *, reachable: bool) -> None:
        element, resource_type = self.bundle.entries[entry].element, self.bundle.types[entry]
        if not element:
            return  # that there is none is reported already
        parent: Place = (self.bundle_place, "entry", entry)
        if resource_type not in self.tables.resources:
            self.report.add(Code.FHIR_RESOURCE_TYPE, (parent, "resource", -1), "a resource of FHIR R4")
            return
        rule, fault = self.compiler.resource(resource_type, self.roles.given[entry]), self.roles.fault
        references: list[tuple[str, Targets]] = []
        if is_accepted(rule, element, references):
            for reference, targets in references:
                if fault(reference, targets, entry, reachable=reachable) is not None:
                    break
            else:
                return
        self.report.references = []
        rule.check(element, parent, "resource", -1, self.report)
        for place, reference, targets in self.report.references:
            found = fault(reference, targets, entry, reachable=reachable)
            if found is not None:
                self.report.add(found[0], (place, "reference", -1), found[1])


def is_accepted(rule: ObjectRule, element: Element, references: list[tuple[str, Targets]]) -> bool:
    """True where the quick pass finds nothing wrong; the references in it are appended."""
    try:
        return rule.accepts(element, references)
    except (TypeError, AttributeError):  # a condition met a value of a class that it cannot be asked about
        return False


def compile_tables(base: str, profiles: str, readers: Mapping[str, type[msgspec.Struct]]) -> ProfileChecker:
    """The checker of the texts of `schemas/fhir/r4.json` and of one `schemas/fhir/pas-<version>.json`.

    `readers` says for a type of R4 with which members, and with what in the place of absent ones, it is read.
    """
    return ProfileChecker(read_tables(base, profiles), readers)
