"""One element of a resource and the place where it stands. Reading only: what was received is never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import TypeAlias

Value: TypeAlias = "Mapping[str, Value] | Sequence[Value] | str | int | bool | Decimal | None"
"""JSON as decoded: numbers with a point or an exponent are Decimal with their digits, all else is Python's own."""

Element: TypeAlias = Mapping[str, Value]

_ABSENT: Element = MappingProxyType({})


class Node:
    """An element with its FHIRPath and the entry that it came in; false where the element is absent.

    Reading never fails: an absent or mistyped child is an empty node, text, list or None, as a checked bundle has none.
    """

    __slots__ = ("_parent", "_step", "element", "entry")

    def __init__(self, element: Element, step: str, entry: int = -1, parent: Node | None = None) -> None:
        self.element = element
        self.entry = entry  # index of the entry of the Bundle; -1 outside one
        self._parent = parent
        self._step = step

    def __bool__(self) -> bool:
        return bool(self.element)

    def __repr__(self) -> str:
        return f"Node({self.path!r})"  # PHI: the place, never the content

    @property
    def path(self) -> str:
        """The FHIRPath from the Bundle, or from the resource where there is no Bundle."""
        return self._step if self._parent is None else f"{self._parent.path}.{self._step}"

    @property
    def resource_type(self) -> str:
        """The type of a resource; empty for any other element."""
        return self.text("resourceType")

    def path_of(self, name: str) -> str:
        """The FHIRPath of a child, present or not."""
        return f"{self.path}.{name}"

    def text(self, name: str) -> str:
        """A child that JSON writes as a string (string, code, uri, date, instant ...), or empty."""
        value = self.element.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """A repeating child that JSON writes as strings; gaps (null, where only an extension stands) are left out."""
        return [value for value in self._values(name) if isinstance(value, str)]

    def integer(self, name: str) -> int | None:
        """An integer, positiveInt or unsignedInt, or None."""
        value = self.element.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def node(self, name: str) -> Node:
        """A child element; the first one where it repeats."""
        value = self.element.get(name)
        if isinstance(value, Mapping):
            return Node(value, name, entry=self.entry, parent=self)
        return next(iter(self.nodes(name)), Node(_ABSENT, name, entry=self.entry, parent=self))

    def nodes(self, name: str) -> list[Node]:
        """The children of one name, each with its index."""
        return [
            Node(value, f"{name}[{index}]", entry=self.entry, parent=self)
            for index, value in enumerate(self._values(name))
            if isinstance(value, Mapping)
        ]

    def extension(self, url: str) -> Node:
        """The first extension of that URL, or an empty node."""
        return next(iter(self.extensions(url)), Node(_ABSENT, "extension", entry=self.entry, parent=self))

    def extensions(self, url: str) -> list[Node]:
        """Every extension of that URL, in order."""
        return [node for node in self.nodes("extension") if node.element.get("url") == url]

    def choice(self, name: str) -> str:
        """The name under which a choice such as `value[x]` is present (`valuePeriod` for `value`), or empty."""
        start = len(name)
        for key in self.element:
            if key.startswith(name) and key[start : start + 1].isupper():
                return key
        return ""

    def _values(self, name: str) -> Sequence[Value]:
        value = self.element.get(name)
        return value if isinstance(value, list) else ()
