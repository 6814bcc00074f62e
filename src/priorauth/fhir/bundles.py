"""Bytes of a Bundle to its entries and back; references resolved. Decimals and instants stay exactly as received."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum
from operator import attrgetter
from typing import Any

import msgspec

from .elements import Element, Node, Value
from .locating import BYTE_ORDER_MARK, Place, where_reading_ended

_DECODER = msgspec.json.Decoder(float_hook=Decimal)  # 77 us for 25 KB; json with parse_float needs 188 us
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_VERSION = "/_history/"


class Fault(Enum):
    """Why bytes cannot be read as FHIR at all. Fixed texts: never a value."""

    NOT_JSON = "the body is not JSON in UTF-8"
    TOO_DEEP = "the body nests deeper than can be read"
    NOT_A_RESOURCE = "the body is not a JSON object with a resourceType"


class FhirSyntaxError(Exception):
    """Bytes from which no resource can be read. Carries the fault, and where reading ended; never the bytes."""

    def __init__(self, fault: Fault, place: Place | None = None) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.place = place


class Bundle:
    """A Bundle as received, with its entries found by fullUrl, by type and id, and by type of resource.

    `types` and `urls` are the resource type and the fullUrl of each entry, empty where it has none; `places` are the
    entries by what names them wherever it stands; `parts` are their resources decoded into the types of `strict`, None
    where they are not.
    """

    __slots__ = ("_bases", "_by_identity", "_by_url", "_entries", "_found", "_root", "parts", "places", "types", "urls")

    def __init__(self, resource: Element) -> None:
        self._root = Node(resource, "Bundle")
        self._found: dict[tuple[str, int], int | None] = {}
        self._bases: dict[int, str] = {}
        entries: list[Node] = []
        types: list[str] = []
        urls: list[str] = []
        found = resource.get("entry")
        for index, entry in enumerate(found if isinstance(found, list) else ()):
            url, held = (entry.get("fullUrl"), entry.get("resource")) if isinstance(entry, dict) else ("", None)
            element = held if isinstance(held, dict) else {}
            resource_type = element.get("resourceType")
            entries.append(Node(element, f"entry[{index}].resource", index, self._root))
            types.append(resource_type if isinstance(resource_type, str) else "")
            urls.append(url if isinstance(url, str) else "")
        self._entries = tuple(entries)
        self.parts: Sequence[Any] = (None,) * len(entries)
        self._index(types, urls, [node.element.get("id") for node in entries], [bool(node) for node in entries])

    def _index(
        self, types: Sequence[str], urls: Sequence[str], ids: Sequence[object], there: Sequence[bool] = ()
    ) -> None:
        """What entries are found by: their fullUrls, and their types and ids."""
        by_url: dict[str, int | None] = {}
        by_identity: dict[str, int | None] = {}
        for index, url in enumerate(urls):
            if there and not there[index]:
                continue
            if url:
                by_url.setdefault(url, index)
            id = ids[index]
            if isinstance(id, str):
                identity = f"{types[index]}/{id}"
                by_identity[identity] = None if identity in by_identity else index
        self.types, self.urls = tuple(types), tuple(urls)
        self._by_url, self._by_identity = by_url, by_identity
        self.places: Mapping[str, int | None] = by_url

    @property
    def root(self) -> Node:
        """The Bundle itself."""
        return self._root

    @property
    def entries(self) -> tuple[Node, ...]:
        """The resource of each entry."""
        return self._entries

    @property
    def identifier(self) -> str:
        """The value of its identifier, or empty."""
        return self.root.node("identifier").text("value")

    @property
    def timestamp(self) -> str:
        """When it was made, or empty."""
        return self.root.text("timestamp")

    def written(self, entry: int) -> bytes:
        """The JSON of one resource, without white space."""
        return write_resource(self.entries[entry].element)

    def is_update(self, entry: int) -> bool:
        """True for a Claim that names one that it updates."""
        return "related" in self.entries[entry].element

    def profiles_of(self, entry: int) -> Sequence[str]:
        """The profiles that a resource says it follows, by their urls."""
        return self.entries[entry].node("meta").texts("profile")

    def has_contained(self, entry: int, id: str) -> bool:
        """True where a resource contains another one of that id."""
        return any(node.text("id") == id for node in self.entries[entry].nodes("contained"))

    def of_type(self, resource_type: str) -> list[Node]:
        """The resources of that type, in order."""
        return [node for node, its_type in zip(self.entries, self.types, strict=True) if its_type == resource_type]

    def first(self) -> Node:
        """The resource of the first entry, an empty node where there is none."""
        return self.entries[0] if self.entries else Node({}, "entry[0].resource", entry=0, parent=self.root)

    def find(self, reference: str, entry: int) -> int | None:
        """The index of the entry that a literal reference from another entry names, or None; looked for once.

        R4 bundle, resolving references: absolute by fullUrl; relative to the base of the fullUrl of the entry that
        holds it. Beyond R4, a relative reference whose type and id only one entry has is taken to mean that entry.
        """
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


class StrictBundle(Bundle):
    """A Bundle that was decoded into the types of `strict`. Its JSON is decoded only when it is asked for.

    `ids` are those of the resources, empty where one has none. `base` is what all fullUrls have before their type and
    id, as they nearly always do; else it is empty. Texts are plain where the only white space in them can be the space.
    """

    __slots__ = ("_json", "_places", "base", "data", "ids", "is_plain", "strict")

    def __init__(self, data: bytes, strict: Any, *, is_plain: bool) -> None:
        self.data, self.strict, self.is_plain = data, strict, is_plain
        self._json: Bundle | None = None
        self._places: list[int] = []  # where the last resources begin, the last one first
        self._found = {}
        self._bases = {}
        parts = self.parts = list(map(_RESOURCE, strict.entry))
        urls = list(map(_FULL_URL, strict.entry))
        types = list(map(_TYPE, parts))
        ids = self.ids = list(map(_ID, parts))
        identities = list(map("/".join, zip(types, ids, strict=True)))
        base = urls[0].removesuffix(identities[0]) if urls and all(ids) else ""
        if base and urls == [base + each for each in identities]:
            places: dict[str, int | None] = dict(zip(urls + identities, [*range(len(parts))] * 2, strict=True))
            if len(places) == 2 * len(parts):
                self.base = base
                self.types, self.urls = tuple(types), tuple(urls)
                self._by_url = self._by_identity = self.places = places
                return
        self.base = ""
        self._index(types, urls, [id or None for id in ids])

    def find(self, reference: str, entry: int) -> int | None:
        if entry < 0 and not reference.startswith(self.base):
            return None  # relative to nothing
        index = self.places.get(reference)
        return super().find(reference, entry) if index is None else index

    @property
    def root(self) -> Node:
        return self._decoded().root

    @property
    def entries(self) -> tuple[Node, ...]:
        return self._decoded().entries

    @property
    def identifier(self) -> str:
        identifier = self.strict.identifier
        return identifier.value if identifier is not None else ""

    @property
    def timestamp(self) -> str:
        timestamp: str = self.strict.timestamp
        return timestamp

    def written(self, entry: int) -> bytes:
        if self._json is None:
            found = self._cut_out(entry)
            try:
                return (
                    write_resource(_DECODER.decode(found)) if b"\\" in found else msgspec.json.format(found, indent=-1)
                )
            except msgspec.DecodeError:
                pass
        return self._decoded().written(entry)

    def _cut_out(self, entry: int) -> bytes:
        """The bytes of a resource; others, that are no JSON, where they cannot be told at a glance.

        What ends it stands before what ends its entry, and that of the last one before what ends the Bundle.
        """
        begins, last = self._begins(entry), len(self.parts) - 1
        if not begins:
            return b""
        rest = self.data[begins:] if entry == last else self.data[begins : self._places[last - entry - 1]]
        ends = len(rest)
        for _ in range(3 if entry == last else 2):
            ends = rest.rfind(b"}", 0, ends)
        return rest[: ends + 1]

    def _begins(self, entry: int) -> int:
        """Where in the bytes a resource begins, looked for from the end; 0 where that cannot be told at a glance.

        Every resource behind it must say what it is before all else. As another key nothing has that name here, but a
        resource that stands twice in its entry, of which the last one is meant, has it once more.
        """
        data, places = self.data, self._places
        if not places and data.count(_SAYS) != len(self.parts) + 1:
            return 0
        while self.is_plain and len(places) < len(self.parts) - entry:
            at = data.rfind(_SAYS, 0, places[-1] if places else None)
            begins = data.rfind(b"{", 0, at)
            if at - begins > 1 and not data[begins + 1 : at].isspace():
                return 0
            places.append(begins)
        return places[len(self.parts) - entry - 1] if self.is_plain else 0

    def is_update(self, entry: int) -> bool:
        return bool(self.parts[entry].related)

    def profiles_of(self, entry: int) -> Sequence[str]:
        meta = self.parts[entry].meta
        return meta.profile if meta is not None else ()

    def has_contained(self, entry: int, id: str) -> bool:  # noqa: ARG002
        return False  # such a resource has no strict type

    def _decoded(self) -> Bundle:
        if self._json is None:
            self._json = Bundle(read_resource(self.data))
        return self._json


_SAYS = b'"resourceType"'
_RESOURCE, _FULL_URL = attrgetter("resource"), attrgetter("fullUrl")
_TYPE, _ID = attrgetter("resourceType"), attrgetter("id")


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
        value: Value = _DECODER.decode(data.removeprefix(BYTE_ORDER_MARK))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FhirSyntaxError(Fault.NOT_JSON, where_reading_ended(data, str(error))) from None
    except RecursionError:
        raise FhirSyntaxError(Fault.TOO_DEEP) from None
    return value
