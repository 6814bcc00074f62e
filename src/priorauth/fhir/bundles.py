"""Bytes of a Bundle to its entries and back; references resolved. Decimals and instants stay exactly as received."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import Enum

import msgspec

from .elements import Element, Node, Value

_DECODER = msgspec.json.Decoder(float_hook=Decimal)  # 77 us for 25 KB; json with parse_float needs 188 us
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_RELATIVE = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})")
_VERSION = "/_history/"


class Fault(Enum):
    """Why bytes cannot be read as FHIR at all. Fixed texts: never a value."""

    NOT_JSON = "the body is not JSON in UTF-8"
    TOO_DEEP = "the body nests deeper than can be read"
    NOT_A_RESOURCE = "the body is not a JSON object with a resourceType"


class FhirSyntaxError(Exception):
    """Bytes from which no resource can be read. Carries the fault; never the bytes."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class Bundle:
    """A Bundle as received, with its entries found by fullUrl, by type and id, and by type of resource."""

    __slots__ = ("_by_identity", "_by_url", "entries", "root")

    def __init__(self, resource: Element) -> None:
        self.root = Node(resource, "Bundle")
        self.entries: tuple[Node, ...] = tuple(
            Node(resource, f"entry[{index}].resource", entry=index, parent=self.root)
            for index, resource in enumerate(self._resources())
        )
        self._by_url: dict[str, int] = {}
        self._by_identity: dict[tuple[str, str], int | None] = {}
        for node in self.entries:
            if node:
                self._by_url.setdefault(self.full_url(node), node.entry)
                identity = (node.resource_type, node.text("id"))
                self._by_identity[identity] = None if identity in self._by_identity else node.entry

    def _resources(self) -> Iterable[Element]:
        entries = self.root.element.get("entry")
        for entry in entries if isinstance(entries, list) else ():
            resource = entry.get("resource") if isinstance(entry, Mapping) else None
            yield resource if isinstance(resource, Mapping) else {}

    def of_type(self, resource_type: str) -> list[Node]:
        """The resources of that type, in order."""
        return [node for node in self.entries if node.resource_type == resource_type]

    def first(self) -> Node:
        """The resource of the first entry, an empty node where there is none."""
        return self.entries[0] if self.entries else Node({}, "entry[0].resource", entry=0, parent=self.root)

    def full_url(self, node: Node) -> str:
        """The fullUrl of the entry that a node stands in, or empty."""
        entries = self.root.element.get("entry")
        entry = entries[node.entry] if isinstance(entries, list) and 0 <= node.entry < len(entries) else None
        url = entry.get("fullUrl") if isinstance(entry, Mapping) else None
        return url if isinstance(url, str) else ""

    def resolve(self, reference: Node) -> Node | None:
        """The resource that a Reference names, within the Bundle or contained beside it; None where it is neither.

        R4 bundle, resolving references: absolute by fullUrl; relative to the base of the fullUrl of the entry that
        holds it. Beyond R4, a relative reference whose type and id only one entry has is taken to mean that entry.
        """
        found = reference.text("reference")
        if found.startswith("#"):
            return self._contained(reference, found[1:])
        index = self.find(found, reference.entry)
        return None if index is None else self.entries[index]

    def find(self, reference: str, entry: int) -> int | None:
        """The index of the entry that a literal reference from another entry names, or None."""
        reference = reference.partition(_VERSION)[0].partition("#")[0]
        index = self._by_url.get(reference)
        if index is not None or not reference:
            return index
        relative = _RELATIVE.fullmatch(reference)
        if relative is None:
            return None
        if ":" not in reference and 0 <= entry < len(self.entries):
            index = self._by_url.get(f"{_base(self.full_url(self.entries[entry]))}{reference}")
            if index is not None:
                return index
            return self._by_identity.get((relative[1], relative[2]))
        return None

    def _contained(self, reference: Node, id: str) -> Node | None:
        if not 0 <= reference.entry < len(self.entries):
            return None
        resource = self.entries[reference.entry]
        if not id:
            return resource
        return next((node for node in resource.nodes("contained") if node.text("id") == id), None)


def _base(full_url: str) -> str:
    """What stands before `Type/id` in a RESTful URL; empty for a `urn:`."""
    matched = _RELATIVE.fullmatch(full_url)
    return full_url[: matched.start(1)] if matched else ""


def read_resource(data: bytes) -> Element:
    """The JSON object of any resource. Raises FhirSyntaxError where there is none."""
    value = _decode(data)
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        raise FhirSyntaxError(Fault.NOT_A_RESOURCE)
    return value


def write_resource(resource: Element) -> bytes:
    """The bytes of a resource that we built: decimals as numbers with their digits, members in the order given."""
    return _ENCODER.encode(resource)


def _decode(data: bytes) -> Value:
    try:
        value: Value = _DECODER.decode(data.removeprefix(_BYTE_ORDER_MARK))
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise FhirSyntaxError(Fault.NOT_JSON) from None
    except RecursionError:
        raise FhirSyntaxError(Fault.TOO_DEEP) from None
    return value
