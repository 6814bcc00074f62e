"""Documents that were read of late are not opened again, and nothing else is ever given in their place."""

from __future__ import annotations

import msgspec
import pytest

from priorauth.adapters.archive import Damaged, Seal
from priorauth.adapters.database.documents import Documents

KEY = bytes(range(32))
TEXT = msgspec.json.Decoder(tuple[str, ...])


class CountingSeal(Seal):
    """A seal that counts what it opened."""

    opened = 0

    def open(self, sealed: bytes, row: str) -> bytes:
        self.opened += 1
        return super().open(sealed, row)


def sealed(value: str, row: str) -> bytes:
    return Seal(KEY).close(msgspec.json.encode([value]), row)


def test_the_same_document_is_opened_once() -> None:
    seal = CountingSeal(KEY)
    documents, document = Documents(seal), sealed("a", "row 1")

    read = [documents.read("row 1", document, TEXT) for _ in range(3)]

    assert read == [("a",)] * 3
    assert seal.opened == 1


def test_a_document_that_was_written_anew_is_read_anew() -> None:
    documents = Documents(Seal(KEY))

    assert documents.read("row 1", sealed("a", "row 1"), TEXT) == ("a",)
    assert documents.read("row 1", sealed("b", "row 1"), TEXT) == ("b",)


def test_a_document_that_was_moved_or_changed_is_damaged_though_it_was_read_before() -> None:
    documents, document = Documents(Seal(KEY)), sealed("a", "row 1")
    documents.read("row 1", document, TEXT)

    with pytest.raises(Damaged):
        documents.read("row 2", document, TEXT)
    with pytest.raises(Damaged):
        documents.read("row 1", document[:-1] + bytes([document[-1] ^ 1]), TEXT)


def test_what_was_not_used_for_longest_makes_room() -> None:
    seal = CountingSeal(KEY)
    first, second, third = (sealed(value, "row") for value in "abc")
    documents = Documents(seal, kept_bytes=2 * len(first))

    for document in (first, second, first, third, first):
        documents.read("row", document, TEXT)
    assert seal.opened == 3  # the first was used in between, so the second had to go

    documents.read("row", second, TEXT)
    assert seal.opened == 4


def test_a_document_larger_than_the_room_is_read_every_time() -> None:
    seal = CountingSeal(KEY)
    documents, document = Documents(seal, kept_bytes=10), sealed("a", "row")

    assert [documents.read("row", document, TEXT) for _ in range(2)] == [("a",)] * 2
    assert seal.opened == 2
