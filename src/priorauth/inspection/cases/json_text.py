"""JSON taken apart where it stands: the span and value of every member name and scalar, so that one can be replaced."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r'\s*(?:(?P<mark>[{}\[\],:])|(?P<string>"(?:[^"\\\x00-\x1f]|\\.)*")|(?P<word>[^\s{}\[\],:"]+))', re.DOTALL
)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_COLON = re.compile(r"\s*:")
DEEPEST = 200


class NotJson(Exception):
    """The text is not JSON that can be taken apart."""


@dataclass(slots=True)
class Scalar:
    """One string, number or word, and where it stands."""

    start: int
    end: int
    value: str | int | float | bool | None = field(repr=False)


@dataclass(slots=True)
class Member:
    """One member of an object: its name with its place, and its value."""

    name: Scalar
    value: Found


@dataclass(slots=True)
class Object:
    """The members of an object in their order."""

    members: list[Member]

    def text(self, name: str) -> str:
        """The string that is the last member of that name, or nothing."""
        found = ""
        for member in self.members:
            if member.name.value == name and isinstance(member.value, Scalar) and isinstance(member.value.value, str):
                found = member.value.value
        return found


@dataclass(slots=True)
class Array:
    """The values of an array."""

    items: list[Found]


Found = Object | Array | Scalar


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    start: int


def read_json_text(text: str) -> Found:
    """What a text says, with the place of everything in it. Raises NotJson."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        raise NotJson from None
    tokens = _tokens(text)
    try:
        return _value(next(tokens), tokens, 0)
    except StopIteration:
        raise NotJson from None


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        yield _Token(found[kind], found.start(kind))


def _value(token: _Token, tokens: Iterator[_Token], depth: int) -> Found:
    if depth > DEEPEST:
        raise NotJson
    if token.text == "{":
        return _object(tokens, depth)
    if token.text == "[":
        return _array(tokens, depth)
    return _scalar(token)


def _object(tokens: Iterator[_Token], depth: int) -> Object:
    members: list[Member] = []
    token = next(tokens)
    while token.text != "}":
        if token.text != ",":
            next(tokens)  # the colon
            members.append(Member(_scalar(token), _value(next(tokens), tokens, depth + 1)))
        token = next(tokens)
    return Object(members)


def _array(tokens: Iterator[_Token], depth: int) -> Array:
    items: list[Found] = []
    token = next(tokens)
    while token.text != "]":
        if token.text != ",":
            items.append(_value(token, tokens, depth + 1))
        token = next(tokens)
    return Array(items)


def _scalar(token: _Token) -> Scalar:
    return Scalar(token.start, token.start + len(token.text), json.loads(token.text, strict=False))


def strings_of(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """Every string of a text that is not JSON: its place, what it says, and whether a colon follows it."""
    for found in _STRING.finditer(text):
        raw = found[0].strip('"')
        yield found.start(), found.end(), raw, _COLON.match(text, found.end()) is not None
