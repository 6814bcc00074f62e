"""Sealing: what is stored can be opened by its key at its row, and by nothing else."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorauth.adapters.archive import BadKey, Damaged, Seal, read_key, sandbox_key

KEY = bytes(range(32))


@given(st.binary(), st.text())
def test_what_is_sealed_for_a_row_opens_as_it_was(value: bytes, row: str) -> None:
    assert Seal(KEY).open(Seal(KEY).close(value, row), row) == value


@given(st.binary(min_size=1), st.data())
def test_no_byte_can_be_changed_unnoticed(value: bytes, data: st.DataObject) -> None:
    sealed = bytearray(Seal(KEY).close(value, "row"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))

    with pytest.raises(Damaged):
        Seal(KEY).open(bytes(sealed), "row")


@given(st.binary(max_size=40))
def test_bytes_that_were_never_sealed_are_refused(value: bytes) -> None:
    with pytest.raises(Damaged):
        Seal(KEY).open(value, "row")


def test_a_value_moved_to_another_row_is_refused() -> None:
    sealed = Seal(KEY).close(b"value", "message 1")

    with pytest.raises(Damaged):
        Seal(KEY).open(sealed, "message 2")


def test_a_value_sealed_under_another_key_is_refused() -> None:
    sealed = Seal(bytes(32)).close(b"value", "row")

    with pytest.raises(Damaged):
        Seal(KEY).open(sealed, "row")


def test_the_same_value_is_sealed_differently_each_time_and_found_by_the_same_hash() -> None:
    seal = Seal(KEY)

    assert seal.close(b"value", "row") != seal.close(b"value", "row")
    assert seal.lookup("AUTH1") == Seal(KEY).lookup("AUTH1") != seal.lookup("AUTH2")
    assert seal.lookup("AUTH1") != Seal(bytes(32)).lookup("AUTH1")


@pytest.mark.parametrize("text", ["", "not base64!", base64.b64encode(bytes(16)).decode()])
def test_a_key_of_the_wrong_shape_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(BadKey) as caught:
        read_key(text)

    assert str(caught.value) == "the archive key needs 32 bytes in base64"


def test_the_sandbox_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "archive.key"

    key = sandbox_key(path)

    assert sandbox_key(path) == key
    assert read_key(path.read_text()) == key
    assert path.stat().st_mode & 0o777 == 0o600
