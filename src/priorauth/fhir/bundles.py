"""Bytes of a Bundle to its entries and back; references resolved. Decimals and instants stay exactly as received."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

import msgspec

from .elements import Element, Node, Value

_DECODER = msgspec.json.Decoder(float_hook=Decimal)  # 77 us for 25 KB; json with parse_float needs 188 us
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
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
    """A Bundle as received, with its entries found by fullUrl, by type and id, and by type of resource.

    `types` and `urls` are the resource type and the fullUrl of each entry, empty where it has none.
    """

    __slots__ = ("_bases", "_by_identity", "_by_url", "_found", "entries", "root", "types", "urls")

    def __init__(self, resource: Element) -> None:
        self.root = Node(resource, "Bundle")
        entries: list[Node] = []
        types: list[str] = []
        urls: list[str] = []
        by_url: dict[str, int] = {}
        by_identity: dict[str, int | None] = {}
        found = resource.get("entry")
        for index, entry in enumerate(found if isinstance(found, list) else ()):
            url, held = (entry.get("fullUrl"), entry.get("resource")) if isinstance(entry, dict) else ("", None)
            element = held if isinstance(held, dict) else {}
            resource_type, id = element.get("resourceType"), element.get("id")
            if not isinstance(resource_type, str):
                resource_type = ""
            if not isinstance(url, str):
                url = ""
            entries.append(Node(element, f"entry[{index}].resource", index, self.root))
            types.append(resource_type)
            urls.append(url)
            if element:
                if url:
                    by_url.setdefault(url, index)
                if isinstance(id, str):
                    identity = f"{resource_type}/{id}"
                    by_identity[identity] = None if identity in by_identity else index
        self.entries, self.types, self.urls = tuple(entries), tuple(types), tuple(urls)
        self._by_url, self._by_identity = by_url, by_identity
        self._found: dict[tuple[str, int], int | None] = {}
        self._bases: dict[int, str] = {}

    def of_type(self, resource_type: str) -> list[Node]:
        """The resources of that type, in order."""
        return [node for node, its_type in zip(self.entries, self.types, strict=True) if its_type == resource_type]

    def first(self) -> Node:
        """The resource of the first entry, an empty node where there is none."""
        return self.entries[0] if self.entries else Node({}, "entry[0].resource", entry=0, parent=self.root)

    def full_url(self, node: Node) -> str:
        """The fullUrl of the entry that a node stands in, or empty."""
        return self.urls[node.entry] if 0 <= node.entry < len(self.urls) else ""

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
        """The index of the entry that a literal reference from another entry names, or None; looked for once."""
        index = self._by_url.get(reference)
        if index is not None:
            return index
        asked = reference, entry
        if asked not in self._found:
            self._found[asked] = self._find(reference, entry)
        return self._found[asked]

    def _find(self, reference: str, entry: int) -> int | None:
        if "/" not in reference:
            return None
        reference = reference.partition(_VERSION)[0].partition("#")[0]
        if ":" in reference or not 0 <= entry < len(self.urls):
            return self._by_url.get(reference)
        base = self._bases.get(entry)
        if base is None:
            base = self._bases[entry] = _base(self.urls[entry])
        return self._by_url.get(base + reference, self._by_identity.get(reference))

    def _contained(self, reference: Node, id: str) -> Node | None:
        if not 0 <= reference.entry < len(self.entries):
            return None
        resource = self.entries[reference.entry]
        if not id:
            return resource
        return next((node for node in resource.nodes("contained") if node.text("id") == id), None)


def _base(full_url: str) -> str:
    """What stands before `Type/id` in a RESTful URL; empty for a `urn:`."""
    parts = full_url.rsplit("/", 2)
    return f"{parts[0]}/" if len(parts) == 3 else ""


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
