"""Types that a good request decodes into: the base structure of FHIR as `msgspec` structs, written from the tables.

What they refuse is not wrong yet, only not of the usual kind: some resources, elements and extensions have no type.
What they take has no unknown element, no value of another type or outside its grammar, nothing missing that R4 wants,
no empty list, no null. What types cannot say is swept for afterwards (`sweeping`).
"""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from operator import is_not
from types import ModuleType
from typing import Annotated, Any, Literal, Union

import msgspec

from .elements import Value
from .primitives import PRIMITIVES
from .profiles import DATA_ABSENT_REASON
from .tables import ElementDefinition, Kind, Narrowing, Tables


def _whole(least: int) -> Any:
    return Annotated[int, msgspec.Meta(ge=least, le=2**31 - 1)]


class _AnyButNull(type):
    __instancecheck__ = partial(is_not, None)


class _Decoded(metaclass=_AnyButNull):
    """A value of whatever class JSON has for it, but null: the sweeps ask for numbers."""


_OTHERWISE: Mapping[type, Any] = {}  # what is made of decoded values


_PRIMITIVE_TYPES: Mapping[str, Any] = {
    "boolean": bool,
    "decimal": _Decoded,  # of its own classes `msgspec` keeps the digits in none but one that it reads texts into too
    "integer": _whole(-(2**31)),
    "unsignedInt": _whole(0),
    "positiveInt": _whole(1),
}
_SOME_TEXT = Annotated[str, msgspec.Meta(min_length=1)]
"""What all other primitives are."""

_FIRST = ("id", "meta", "text")
_RESOURCES = frozenset(("Condition", "Device", "DocumentReference", "Medication", "Observation", "Procedure"))
"""Beside those that profiles of the guide are of."""
_NOT_IN_REQUESTS = frozenset(("Bundle", "ClaimResponse", "Subscription", "Task"))
_BESIDE = {
    "ContactPoint": frozenset(("value",)),
    "HumanName": frozenset(("family", "text")),
    "Identifier": frozenset(("system", "value")),
    "Patient": frozenset(("birthDate", "gender")),
}
"""The primitives that may have an extension in their place: those of which senders often know no more."""
_WITHOUT_EXTENSIONS = frozenset(
    ("Coding", "CodeableConcept", "Duration", "Meta", "Money", "Narrative", "Period", "Quantity", "Reference")
)
_WANTED = frozenset(("BundleEntry.fullUrl", "BundleEntry.resource"))
"""Members that every profile of the guide wants, beside those that R4 does."""
_LEFT_OUT = frozenset(
    f"{owner}.{name}"
    for owner, names in {
        "Bundle": "link signature",
        "BundleEntry": "link search request response extension modifierExtension",
        "Claim": "enterer facility fundsReserve originalPrescription payee prescription referral subType",
        "ClaimCareTeam": "responsible",
        "ClaimDiagnosis": "diagnosisReference onAdmission packageCode",
        "ClaimInsurance": "businessArrangement claimResponse identifier",
        "ClaimItem": "bodySite detail encounter factor locationAddress locationReference programCode subSite udi",
        "Coding": "userSelected",
        "Coverage": "contract costToBeneficiary network order subrogation",
        "Organization": "alias endpoint",
        "OrganizationContact": "purpose",
        "Patient": "link photo",
        "Practitioner": "communication photo",
        "PractitionerRole": "availabilityExceptions availableTime endpoint healthcareService notAvailable",
    }.items()
    for name in names.split()
)
"""Members that nearly no request has: PAS has no use for them. Without them less is looked at in all others."""
_OTHER_EXTENSIONS = {DATA_ABSENT_REASON: frozenset(("code",))}
"""Extensions of FHIR itself that requests have; of others than these and the guide's the full check is asked."""

_ESCAPED_OTHER = re.compile(rb'\\[^"/]')
_ESCAPED_CONTROL = re.compile(rb"\\(?:[bf]|u00[01])")


def are_texts_plain(data: bytes) -> bool | None:
    """True where the only white space that a text can have is the space, None where one may hold control characters.

    JSON has no raw ones, so it is enough to look at what is escaped, which mostly is nothing or quotes.
    """
    if b"\\" not in data or not _ESCAPED_OTHER.search(data):
        return data.isascii()
    return None if _ESCAPED_CONTROL.search(data) else False


@dataclass(slots=True)
class Shape:
    """One struct, with how it is read: the name of the attribute of each member, and what it is where absent."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    absent: dict[str, object] = field(default_factory=dict)  # by attribute; not there where it must be present
    parts: dict[str, Shape] = field(default_factory=dict)  # of an extension: those of extensions in it, by url


class Structs:
    """The structs of one version, and the decoder of Bundles into them."""

    def __init__(self, tables: Tables, readers: Mapping[str, type[msgspec.Struct]]) -> None:
        self._tables, self._readers = tables, readers
        self._module = ModuleType(f"{__name__}.pas_{tables.version.replace('.', '_')}")
        self._names = self._module.__dict__
        sys.modules[self._module.__name__] = self._module  # where msgspec looks up what annotations name
        self.shapes: dict[str, Shape] = {}
        self.extensions: dict[str, Shape] = {}
        self._names.update({"Any": Any, "Meta_": msgspec.Meta, "Annotated": Annotated, "Literal": Literal})
        self._names.update({f"p_{name}": _PRIMITIVE_TYPES.get(name, _SOME_TEXT) for name in PRIMITIVES})
        self._extensions()
        types = {each.type for each in tables.profiles.values()} & tables.resources
        resources = sorted((types | _RESOURCES) - _NOT_IN_REQUESTS)
        for name in resources:
            self._shape(name)
        self._names["Resource"] = _told_apart("resourceType", [self._names[name] for name in resources])
        self._shape("Bundle")
        self.bundle: type = self._names["Bundle"]
        bundle = _told_apart("resourceType", [self.bundle])
        decoder = msgspec.json.Decoder(bundle, float_hook=Decimal, dec_hook=_OTHERWISE.get)
        self.decode: Callable[[bytes], Any] = decoder.decode

    def nothing(self, shape: Shape) -> object:
        """What an empty object would be decoded into."""
        return self._names[shape.name]()

    def _shape(self, type_name: str) -> Shape:
        """The struct of a type of R4, made with those that it is made of when first asked for."""
        if type_name in self.shapes:
            return self.shapes[type_name]
        shape = self.shapes[type_name] = Shape(type_name)
        fields = list(self._fields(type_name))
        tag = type_name if type_name in self._tables.resources else None
        self._define(shape, fields, self._readers.get(type_name), tag=tag, tag_field="resourceType" if tag else None)
        return shape

    def _fields(self, type_name: str) -> Iterator[tuple[str, str, bool]]:
        """Name, type and whether R4 wants it, of every member."""
        for definition in self._tables.types[type_name].values():
            if self._is_left_out(type_name, definition.name):
                continue
            for kind in definition.kinds:
                name = property_of(definition, kind)
                type = None if f"{type_name}.{name}" in _LEFT_OUT else self._type(definition, kind)
                if type is None:
                    continue
                is_required = definition.least or f"{type_name}.{name}" in _WANTED
                yield name, type, bool(is_required) and not definition.is_choice
                if definition.name in _BESIDE.get(type_name, ()):
                    self._shape("Element")
                    yield f"_{name}", "Element", False

    def _is_left_out(self, type_name: str, name: str) -> bool:
        """True for members that nearly no request has, of all types or of one."""
        if type_name in self._tables.resources:
            left_out = name in ("contained", "implicitRules")
        else:
            left_out = name == "id" or (name == "extension" and type_name in _WITHOUT_EXTENSIONS)
        return left_out or f"{type_name}.{name}" in _LEFT_OUT

    def _type(self, definition: ElementDefinition, kind: Kind) -> str | None:
        if kind.name == "Resource":
            return "Resource"
        if kind.name == "Extension":
            return "Annotated[list[KnownExtension], Meta_(min_length=1)]"
        if kind.name in PRIMITIVES:
            type = (
                f"Literal[{', '.join(map(repr, sorted(definition.codes)))}]" if definition.codes else f"p_{kind.name}"
            )
        elif kind.name in self._tables.types:
            self._shape(kind.name)
            type = kind.name
        else:
            return None
        return type if definition.most == 1 else f"Annotated[list[{type}], Meta_(min_length=1)]"

    def _define(
        self,
        shape: Shape,
        fields: list[tuple[str, str, bool]],
        reader: type[msgspec.Struct] | None,
        *,
        tag: str | None,
        tag_field: str | None,
    ) -> None:
        """The struct, with whatever the readers of this type look at: members that it cannot have are as absent."""
        read = {each.encode_name: each for each in msgspec.structs.fields(reader)} if reader else {}
        first = {name: place for place, name in enumerate((*_FIRST, *read))}  # what is looked for next is next then
        fields.sort(key=lambda each: first.get(each[0], len(first)))
        names = {name: read[name].name if name in read else _attribute(name) for name, _, _ in fields}
        members: list[Any] = []
        for name, type, required in fields:
            attribute = shape.attributes[name] = names[name]
            if required:
                members.append((attribute, type))
                continue
            absent = read[name].default if name in read else () if "list[" in type else "" if _is_text(type) else None
            shape.absent[attribute] = absent
            members.append((attribute, type, absent))
        namespace = {each.name: each.default for name, each in read.items() if name not in names}
        if reader:
            namespace |= {name: found for name, found in vars(reader).items() if callable(found) and name[0] != "_"}
        compared = tuple(attribute for name, attribute in names.items() if name not in _FIRST)
        namespace |= {"read_as": reader, "compared": compared, "__annotations__": {}, "__repr__": _unsaid}
        namespace |= {tag_field: tag} if tag_field else {}
        self._names[shape.name] = msgspec.defstruct(
            shape.name,
            members,
            namespace=namespace,
            module=self._module.__name__,
            rename={attribute: name for name, attribute in names.items()},
            tag=tag,
            tag_field=tag_field,
            forbid_unknown_fields=True,
            omit_defaults=True,
            frozen=True,
            kw_only=True,
            gc=False,
        )

    def _extensions(self) -> None:
        """One struct for each extension whose url is known, told apart by it while decoding."""
        found: dict[str, list[Narrowing]] = {}
        for profile in self._tables.profiles.values():
            for narrowing in _within(profile.root):
                url = url_of(narrowing)
                if url and ":" in url:
                    found.setdefault(url, []).append(narrowing)
        for url in _OTHER_EXTENSIONS:
            found.setdefault(url, [])
        for url, narrowings in found.items():
            self.extensions[url] = self._extension(url, narrowings, _OTHER_EXTENSIONS.get(url, frozenset()))
        structs = [self._names[shape.name] for shape in self.extensions.values()]
        self._names["KnownExtension"] = _told_apart("url", structs)

    def _extension(self, url: str, narrowings: list[Narrowing], kinds: frozenset[str]) -> Shape:
        shape = Shape(f"Extension_{len(self._names)}")
        self._names[shape.name] = None  # the name is taken
        parts: dict[str, list[Narrowing]] = {}
        for narrowing in narrowings:
            value = narrowing.children.get("value")
            if value is not None and value.most and value.types:
                kinds |= value.types
            for part in narrowing.children.get("extension", Narrowing()).slices.values():
                if (own := url_of(part)) and ":" not in own:
                    parts.setdefault(own, []).append(part)
        value_definition = self._tables.types["Extension"]["value"]
        fields: list[tuple[str, str, bool]] = []
        for kind in value_definition.kinds:
            if kind.name in kinds:
                type = self._type(value_definition, kind)
                if type is not None:
                    fields.append((property_of(value_definition, kind), type, len(kinds) == 1 and not parts))
        for own, narrowed in parts.items():
            shape.parts[own] = self._extension(own, narrowed, frozenset())
        if parts:
            union = f"{shape.name}_parts"
            self._names[union] = _told_apart("url", [self._names[each.name] for each in shape.parts.values()])
            fields.append(("extension", f"Annotated[list[{union}], Meta_(min_length=1)]", not fields))
        self._define(shape, fields, self._readers["Extension"], tag=url, tag_field="url")
        return shape


def _unsaid(part: object) -> str:
    return f"{type(part).__name__}(...)"  # PHI: the type, never the content


def _told_apart(tag_field: str, structs: list[Any]) -> Any:
    """One of several structs. With a nameless one beside, since of a single one `msgspec` does not ask for the tag."""
    nameless = msgspec.defstruct("Nameless", (), tag="\0", tag_field=tag_field, forbid_unknown_fields=True)
    return Union[(*structs, nameless)]


def property_of(definition: ElementDefinition, kind: Kind) -> str:
    """The name under which JSON has an element of that kind."""
    return f"{definition.name}{kind.name[0].upper()}{kind.name[1:]}" if definition.is_choice else definition.name


def url_of(narrowing: Narrowing) -> str:
    """The url that a narrowing of an extension asks for, or empty."""
    fixed: Value = narrowing.children["url"].fixed if "url" in narrowing.children else None
    return fixed if isinstance(fixed, str) else ""


def _within(narrowing: Narrowing) -> Iterator[Narrowing]:
    yield narrowing
    for child in (*narrowing.children.values(), *narrowing.slices.values()):
        yield from _within(child)


def _attribute(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def _is_text(type: str) -> bool:
    return type.startswith("Literal[") or (type.startswith("p_") and _base(type[2:]) is str)


def _base(primitive: str) -> Any:
    type = _PRIMITIVE_TYPES.get(primitive, str)
    return getattr(type, "__origin__", type)
