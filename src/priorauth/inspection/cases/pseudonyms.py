"""Other values of the same shape: the same for the same value within a case, whatever format it is written in.

A value is replaced word by word, a word by its letters and digits alone, so that a name in capitals, a telephone number
without hyphens and an id inside a URL meet their like. Nothing of a value can be found in its pseudonym but its length,
its punctuation and which of its characters are digits, letters or capitals.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import string
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from priorauth.inspection.cases.shifting import Shift
from priorauth.x12.content import is_npi

FORCED = re.compile(r"SBX-[A-Z]+-")
"""How a trace begins that forces the sandbox: kept, it names nobody."""

LEAST = 3
"""Shorter values identify nobody, and every text has them."""

_ATTEMPTS = 200
_HEX = 32  # digits of a UUID
_NPI_FIRST = "12"
_ACCENTED = "àáâãäåæçèéêëìíîïñòóôõöøùúûüý"
_GREEK = "αβγδεζηθικλμνξοπρστυφχψω"
_WORD = re.compile(r"\S+")
_NUMBERED = re.compile(r"0+[0-9]{0,3}")  # 0001, 000000002: the first of something, everybody has one
_URL_MARKS = re.compile(r"([:/?#&=|,;@]+)")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)

LATIN_1, TWO_BYTES, BASIC_PLANE = 0xFF, 0x7FF, 0xFFFF


@dataclass(slots=True)
class Pseudonyms:
    """The pseudonyms of one case. `kept` are whole values that stay: payers, destinations and ourselves.

    `originals` are the whole values that were replaced: none of them may be in the case. `stayed` are those that were
    told to be codes where a table says what stands where: they are codes in messages of which no table says it, too.
    """

    salt: bytes = field(repr=False)
    shift: Shift
    kept: frozenset[str] = frozenset()
    originals: set[str] = field(default_factory=set, repr=False)
    stayed: set[str] = field(default_factory=set, repr=False)
    _given: dict[str, str] = field(default_factory=dict, repr=False)
    _taken: set[str] = field(default_factory=set, repr=False)

    def value(self, value: str) -> str:
        """A whole value: a name, an address line, an id, a number, a sentence."""
        if value.strip().upper() in self.kept or _NUMBERED.fullmatch(value.strip()):
            return value
        forced = FORCED.match(value)
        start = forced.end() if forced else 0
        return self.replaced(value, value[:start] + _WORD.sub(lambda word: self.word(word[0]), value[start:]))

    def url(self, value: str, kept: frozenset[str] = frozenset()) -> str:
        """A URL, URN or reference: each part by itself, so that an id in it is replaced as where it stands alone."""
        if _UUID.fullmatch(value):
            return self.value(value)
        parts = _URL_MARKS.split(value)
        return self.replaced(
            value,
            "".join(part if not part or part in kept or at % 2 else self.value(part) for at, part in enumerate(parts)),
        )

    def day(self, text: str) -> str:
        """A date, or a text that begins with one, in the form in which it is written. Of a period both days count."""
        moved = self.shift.text(text)
        if moved != text:
            self.originals.update(self.shift.days(text))
        return self.replaced(text, moved)

    def replaced(self, value: str, instead: str) -> str:
        """What stands for a value; remembered, where it is another."""
        if instead != value and len(value.strip()) >= LEAST:
            self.originals.add(value.strip())
        return instead

    def word(self, word: str) -> str:
        """One word in the dress of the original: its punctuation, capitals and accents stay where they were."""
        key = "".join(map(_plain, filter(str.isalnum, word)))
        if not key:
            return word
        if key not in self._given:
            self._given[key] = self._chosen(key, hexadecimal=_UUID.fullmatch(word) is not None)
        letters = iter(self._given[key])
        return "".join(_dressed(next(letters), each) if each.isalnum() else each for each in word)

    def _chosen(self, key: str, *, hexadecimal: bool) -> str:
        """A word that nothing else got, and not the word itself, if there is one."""
        chosen = key
        for attempt in range(_ATTEMPTS):
            chosen = _written(key, self._stream(f"{key} {attempt}"), hexadecimal=hexadecimal)
            if chosen not in self._taken and chosen != key:
                break
        self._taken.add(chosen)
        return chosen

    def _stream(self, name: str) -> Iterator[int]:
        number = 0
        while True:
            yield from hmac.digest(self.salt, f"{number} {name}".encode("utf-8", "surrogatepass"), hashlib.sha256)
            number += 1


def _plain(character: str) -> str:
    """A letter without its accent, in lower case; one character for one."""
    folded = unicodedata.normalize("NFKD", character)[:1].lower()
    return folded if len(folded) == 1 and folded.isalnum() else character


def _written(key: str, stream: Iterator[int], *, hexadecimal: bool) -> str:
    letters = "abcdef" if hexadecimal else string.ascii_lowercase
    chosen = [_other(each, at, next(stream), letters) for at, each in enumerate(key)]
    if len(key) == 10 and key.isascii() and key.isdigit():
        return _checked(key, "".join(chosen))
    return "".join(chosen)


def _other(character: str, at: int, random: int, letters: str) -> str:
    """A digit for a digit, a letter for anything else. A number keeps to begin with a zero, or not to."""
    if character.isascii() and character.isdigit():
        if at == 0:
            return "0" if character == "0" else str(random % 9 + 1)
        return str(random % 10)
    return letters[random % len(letters)]


def _checked(key: str, chosen: str) -> str:
    """Ten digits whose last is the check digit of a national provider identifier where the original's was."""
    first = key[0] if key[0] in _NPI_FIRST else chosen[0]
    stem = first + chosen[1:9]
    check = next(digit for digit in string.digits if is_npi(stem + digit))
    if is_npi(key):
        return stem + check
    return stem + (chosen[9] if chosen[9] != check else str((int(check) + 1) % 10))


def _dressed(letter: str, original: str) -> str:
    """The letter as the original was written: as many bytes of UTF-8, and a capital where it was one."""
    if original.isascii():
        return letter.upper() if original.isupper() else letter
    at = ord(letter)
    if ord(original) <= LATIN_1:
        found = _ACCENTED[at % len(_ACCENTED)]
    elif ord(original) <= TWO_BYTES:
        found = _GREEK[at % len(_GREEK)]
    else:
        return chr((0x4E00 if ord(original) <= BASIC_PLANE else 0x20000) + at)
    return found.upper() if original.isupper() else found
