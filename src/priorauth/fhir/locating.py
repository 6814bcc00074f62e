"""Where in the bytes of a resource an element stands: the line and column of a finding."""

from __future__ import annotations

import re
from dataclasses import dataclass

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NAMED_BYTE = re.compile(r"\(byte (\d+)\)$")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')

_MARKED_EVERY = 4096


@dataclass(frozen=True, slots=True)
class Place:
    """Offset in bytes from 0, line and column from 1."""

    offset: int
    line: int
    column: int


@dataclass(slots=True)
class _Open:
    """An object or array that is being read: the path of it, and the member or item that comes next."""

    path: str
    is_array: bool
    next: str = ""
    count: int = 0


class Locator:
    """Finds elements of one body by their FHIRPath, such as `Bundle.entry[0].resource.item[1].category`."""

    def __init__(self, body: bytes) -> None:
        self._text = body.decode("utf-8", errors="replace")
        self._starts = _starts(self._text)
        self._marks = _marks(self._text)

    def find(self, path: str) -> Place | None:
        """The place of an element, or of the nearest one around it that is there; None for no path at all."""
        if not path:
            return None
        _, _, wanted = path.partition(".")
        while wanted and wanted not in self._starts:
            wanted = wanted[: max(wanted.rfind("."), wanted.rfind("["), 0)]
        return self._place(self._starts.get(wanted, 0))

    def _place(self, at: int) -> Place:
        """The place of a character, counted from the last mark before it."""
        mark = at // _MARKED_EVERY
        return _after(self._marks[mark], self._text[mark * _MARKED_EVERY : at])


def where_reading_ended(body: bytes, said: str) -> Place:
    """The first byte that is not UTF-8, else the one that `msgspec` names (its texts quote none), else the end."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        at = error.start
    else:
        named, begins = _NAMED_BYTE.search(said), len(body) - len(body.removeprefix(BYTE_ORDER_MARK))
        at = begins + int(named[1]) - ("trailing" in said) if named else len(body)
    return _place(body[:at].decode("utf-8", errors="replace"))


def _place(before: str) -> Place:
    """The place behind that text."""
    return _after(Place(0, 1, 1), before)


def _after(place: Place, text: str) -> Place:
    """The place behind a text that begins at a place."""
    lines = text.count("\n")
    column = len(text) - text.rfind("\n") if lines else place.column + len(text)
    return Place(place.offset + len(text.encode()), place.line + lines, column)


def _marks(text: str) -> list[Place]:
    """The place of every so many characters: a later one is counted from there, not from the beginning."""
    marks = [Place(0, 1, 1)]
    for begins in range(0, len(text) - _MARKED_EVERY + 1, _MARKED_EVERY):
        marks.append(_after(marks[-1], text[begins : begins + _MARKED_EVERY]))
    return marks


def _starts(text: str) -> dict[str, int]:
    """Where the value of every path begins; that of a member where its name does."""
    starts: dict[str, int] = {}
    open_: list[_Open] = []
    named_at = -1
    for token in _TOKEN.finditer(text):
        mark, at = token[0], token.start()
        inside = open_[-1] if open_ else None
        if mark in "}]":
            if open_:
                open_.pop()
        elif mark == ",":
            named_at = -1
        elif mark == ":":
            continue
        elif inside and not inside.is_array and named_at < 0 and mark[0] == '"':
            inside.next, named_at = mark[1:-1], at
        else:
            path = _path(inside)
            starts.setdefault(path, named_at if named_at >= 0 else at)
            if inside and inside.is_array:
                inside.count += 1
            named_at = -1
            if mark in "{[":
                open_.append(_Open(path, is_array=mark == "["))
    return starts


def _path(inside: _Open | None) -> str:
    if inside is None:
        return ""
    if inside.is_array:
        return f"{inside.path}[{inside.count}]"
    return f"{inside.path}.{inside.next}" if inside.path else inside.next
