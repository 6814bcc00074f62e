"""From the tables to compiled rules, each datatype and each way that profiles narrow it once per process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from priorauth.domain.findings import FindingCode as Code

from .arrays import ExtensionRule, SliceRule, array_field, extensions_field, sliced_field
from .compiled import (
    Choice,
    Field,
    ObjectRule,
    guarded,
    object_field,
    primitive_field,
    reference_field,
    refused,
)
from .elements import Value
from .invariants import FULL_DATE, INVARIANTS, TYPE_INVARIANTS
from .matching import contains, slice_matcher
from .primitives import PRIMITIVES, Primitive
from .reporting import Place, Report, Targets, misfit
from .tables import UNBOUNDED, ElementDefinition, Kind, Narrowing, Tables
from .terminology import bound_codes, bound_field

Narrowings = tuple[Narrowing, ...]

_EXTENSION = "Extension"


class Compiler:
    """Builds the rule of every type, profile and slice from the tables of one version, when it is first asked for."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._rules: dict[tuple[str, tuple[int, ...]], ObjectRule] = {}
        self._resources: dict[tuple[str, str], ObjectRule] = {}
        self._extensions = {
            url: ExtensionRule(name, self.resource(_EXTENSION, name))
            for name, profile in tables.profiles.items()
            if profile.type == _EXTENSION and isinstance(url := profile.root.children["url"].fixed, str)
        }

    def resource(self, resource_type: str, profile: str = "") -> ObjectRule:
        """The rule of a resource, as one profile of the guide narrows it, or plain."""
        rule = self._resources.get((resource_type, profile))
        if rule is None:
            rule = self.object(resource_type, (self.tables.profiles[profile].root,) if profile else ())
            self._resources[resource_type, profile] = rule
        return rule

    def object(self, type_name: str, narrowings: Narrowings) -> ObjectRule:
        """The rule of a JSON object of that type under every one of the narrowings."""
        key = (type_name, tuple(map(id, narrowings)))
        if key not in self._rules:
            self._rules[key] = ObjectRule(type_name, lambda rule: self._build(rule, type_name, narrowings))
        return self._rules[key]

    def _build(self, rule: ObjectRule, type_name: str, narrowings: Narrowings) -> None:
        fields: dict[str, Field] = {}
        required: dict[str, Code] = {}
        choices: list[Choice] = []
        if type_name in self.tables.resources:
            fields["resourceType"] = primitive_field(
                PRIMITIVES["code"], frozenset((type_name,)), Code.FHIR_RESOURCE_TYPE
            )
            required["resourceType"] = Code.FHIR_REQUIRED
        for definition in self.tables.types[type_name].values():
            own = tuple(each.children[definition.name] for each in narrowings if definition.name in each.children)
            least = max((each.least for each in own), default=0)
            missing = Code.FHIR_REQUIRED if definition.least else Code.PAS_REQUIRED if least else None
            names = dict(self._fields(type_name, definition, own))
            fields |= names
            fields |= {f"_{name}": self._beside(definition) for name in names if self._is_primitive(definition, name)}
            if definition.is_choice:
                instead = "extension" if type_name == _EXTENSION else ""
                choices.append(Choice(frozenset(names), f"{definition.name}[x]", missing, instead))
            elif missing is not None:
                required[definition.name] = missing
        keys = dict.fromkeys(key for each in narrowings for key in each.invariants)
        rule.fields, rule.required, rule.choices = fields, required, choices
        rule.invariants = [*TYPE_INVARIANTS.get(type_name, ()), *(INVARIANTS[key] for key in keys if key in INVARIANTS)]

    def _is_primitive(self, definition: ElementDefinition, name: str) -> bool:
        kinds = {self._property(definition, kind): kind.name for kind in definition.kinds}
        return kinds[name] in PRIMITIVES

    def _beside(self, definition: ElementDefinition) -> Field:
        """`_name` beside a primitive: its id and extensions, or for an array null where there are none."""
        element = object_field(self.object("Element", ()))
        return element if definition.most == 1 else array_field(_or_null(element), 0, UNBOUNDED, gaps=False)

    def _property(self, definition: ElementDefinition, kind: Kind) -> str:
        return f"{definition.name}{kind.name[0].upper()}{kind.name[1:]}" if definition.is_choice else definition.name

    def _fields(self, owner: str, definition: ElementDefinition, own: Narrowings) -> Iterator[tuple[str, Field]]:
        """Each property under which an element may be sent, with its rule."""
        forbidden = min((each.most for each in own), default=UNBOUNDED) == 0
        allowed = [each.types for each in own if each.types is not None]
        for kind in definition.kinds:
            name = self._property(definition, kind)
            if forbidden:
                yield name, refused(Code.PAS_NOT_USED, "nothing")
            elif not all(kind.name in types for types in allowed):
                yield name, refused(Code.PAS_TYPE, " or ".join(sorted(frozenset.intersection(*allowed))))
            else:
                typed = tuple(each.slices[name] for each in own if definition.is_choice and name in each.slices)
                yield name, self._field(f"{owner}.{definition.name}", definition, kind, own + typed)

    def _field(self, path: str, definition: ElementDefinition, kind: Kind, own: Narrowings) -> Field:
        if definition.most == 1:
            return self._single(path, definition, kind, own)
        least = max((each.least for each in own), default=0)
        most = min((each.most for each in own), default=UNBOUNDED)
        if kind.name == _EXTENSION:
            return self._extensions_of(definition.name, own, least, most)
        item = self._single(path, definition, kind, own)
        slices = list(self._slices(path, definition, kind, own))
        if slices:
            return sliced_field(item, slices, least, most)
        return array_field(item, least, most, gaps=kind.name in PRIMITIVES)

    def _single(self, path: str, definition: ElementDefinition, kind: Kind, own: Narrowings) -> Field:
        """One value: its datatype, then whatever profiles say of it."""
        primitive = PRIMITIVES.get(kind.name)
        if primitive is not None:
            return self._primitive(primitive, definition, own)
        field = self._complex(path, kind, own)
        for each in own:
            for wanted in (each.fixed, each.pattern):
                if wanted is not None:
                    field = guarded(field, Code.PAS_FIXED, "the value that the profile fixes", contains(wanted))
            if each.binding in self.tables.value_sets:
                field = bound_field(field, self.tables.value_sets[each.binding])
        return field

    def _primitive(self, primitive: Primitive, definition: ElementDefinition, own: Narrowings) -> Field:
        allowed, code = (definition.codes or None), Code.FHIR_CODE
        for each in own:
            if codes := bound_codes(self.tables.value_sets.get(each.binding, {})):
                allowed, code = codes, Code.PAS_CODE
        wanted = [value for each in own for value in (each.fixed, each.pattern) if value is not None]
        if texts := frozenset(value for value in wanted if isinstance(value, str)):
            allowed, code = texts, Code.PAS_FIXED
        field = primitive_field(primitive, allowed, code)
        if wanted and not texts:
            field = guarded(field, Code.PAS_FIXED, "the value that the profile fixes", contains(wanted[0]))
        if any(FULL_DATE in each.invariants for each in own):
            field = guarded(field, Code.PAS_INVARIANT, f"{FULL_DATE}: year, month and day", _is_full)
        return field

    def _complex(self, path: str, kind: Kind, own: Narrowings) -> Field:
        if kind.name == "Resource":
            return (
                Field(check=_check_held, accepts=_accept_held)
                if own
                else Field(check=self._check_any, accepts=self._accept_any)
            )
        profiles = {name: None for each in own for name in each.profiles if name in self.tables.profiles}
        roots = tuple(self.tables.profiles[name].root for name in profiles)
        rule = self.object(kind.name, own + (roots if len(roots) == 1 else ()))
        if kind.name != "Reference":
            return object_field(rule)
        named = [each.targets for each in own if each.targets]
        return reference_field(rule, self.targets(path, kind, named[-1] if named else ()))

    def targets(self, path: str, kind: Kind, profiles: Sequence[str]) -> Targets:
        """What a Reference may name: of types narrowed only where each profile, and so its type, is in the tables."""
        known = [self.tables.profiles.get(name) for name in profiles]
        types = frozenset(each.type for each in known if each) if profiles and all(known) else kind.targets
        return Targets(types, tuple(each.name for each in known if each), path)

    def _accept_any(self, value: Value, met: list[tuple[str, Targets]]) -> bool:
        resource_type = value.get("resourceType") if isinstance(value, dict) else None
        known = isinstance(resource_type, str) and resource_type in self.tables.resources
        return known and self.object(str(resource_type), ()).accepts(value, met)

    def _check_any(self, value: Value, parent: Place | None, name: str, index: int, report: Report) -> None:
        """A contained resource, one of Parameters, or one of a Bundle within a Bundle: base structure only."""
        resource_type = value.get("resourceType") if isinstance(value, dict) else None
        if not isinstance(resource_type, str) or resource_type not in self.tables.resources:
            code = Code.FHIR_EMPTY if value in (None, {}) else Code.FHIR_RESOURCE_TYPE
            report.add(code, (parent, name, index), "a resource of FHIR R4")
            return
        self.object(resource_type, ()).check(value, parent, name, index, report)

    def _slices(self, path: str, definition: ElementDefinition, kind: Kind, own: Narrowings) -> Iterator[SliceRule]:
        discriminator = next((each.discriminator for each in own if each.discriminator), "")
        named: dict[str, Narrowings] = {}
        for each in own:
            for name, narrowing in each.slices.items():
                named[name] = (*named.get(name, ()), narrowing)
        for name, narrowings in named.items():
            matches = slice_matcher(discriminator, narrowings)
            if matches is not None:
                least, most = max(each.least for each in narrowings), min(each.most for each in narrowings)
                yield SliceRule(name, matches, self._single(path, definition, kind, own + narrowings), least, most)

    def _extensions_of(self, name: str, own: Narrowings, least: int, most: int) -> Field:
        known = dict(self._extensions)
        for each in own:
            for slice_name, narrowing in each.slices.items():
                profiles = [self.tables.profiles[name] for name in narrowing.profiles if name in self.tables.profiles]
                narrowings = (narrowing, *(profile.root for profile in profiles))
                url = next((found.children["url"].fixed for found in narrowings if "url" in found.children), None)
                if isinstance(url, str):
                    rule = self.object(_EXTENSION, narrowings)
                    before = known.get(url, ExtensionRule(slice_name, rule))
                    least_here, most_here = max(before.least, narrowing.least), min(before.most, narrowing.most)
                    known[url] = ExtensionRule(slice_name, rule, least_here, most_here)
        return extensions_field(known, self.object(_EXTENSION, ()), least, most, modifier=name == "modifierExtension")


def _or_null(field: Field) -> Field:
    def check(value: Value, parent: Place | None, name: str, index: int, report: Report) -> None:
        if value is not None:
            field.check(value, parent, name, index, report)

    return Field(check=check)


def _is_full(value: Value) -> bool:
    return not isinstance(value, str) or len(value) == 10


def _accept_held(value: Value, met: list[tuple[str, Targets]]) -> bool:  # noqa: ARG001
    return isinstance(value, dict) and bool(value)


def _check_held(value: Value, parent: Place | None, name: str, index: int, report: Report) -> None:
    """The resource of an entry of a PAS Bundle: it is checked by itself, in its role there."""
    if not isinstance(value, dict) or not value:
        report.add(misfit(value, index), (parent, name, index), "a resource")
