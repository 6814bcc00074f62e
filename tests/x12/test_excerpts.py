"""Quoting the segment that a finding is about, for the sender's own eyes."""

from __future__ import annotations

import pytest

from priorauth.domain.findings import Position
from priorauth.x12.excerpts import Excerpts
from priorauth.x12.segments import Delimiters


def quoted(message: bytes, offset: int) -> list[str]:
    return list(Excerpts(message, Delimiters()).quote(Position(offset=offset)))


@pytest.mark.parametrize(
    ("message", "offset", "expected"),
    [
        pytest.param(b"ST*278*0001~BHT*0007~", 16, ["BHT*0007~", "    ^"], id="an element"),
        pytest.param(b"ST*278~\r\n  BHT*0007~\r\n", 11, ["BHT*0007~", "^"], id="layout is left out"),
        pytest.param(b"ST*278~BHT*00", 11, ["BHT*00", "    ^"], id="without a terminator"),
        pytest.param(b"ST*278~", 7, [], id="past the end"),
        pytest.param(b"ST*278~", -1, [], id="nowhere"),
        pytest.param("NM1*É*X~".encode(), 7, ["NM1*É*X~", "      ^"], id="a letter of two bytes"),
        pytest.param("NM1*É*X~".encode("latin-1"), 6, ["NM1*É*X~", "      ^"], id="a letter of Latin-1"),
        pytest.param(b"MSG*\x1b[2J*X~", 9, ["MSG*·[2J*X~", "         ^"], id="nothing reaches the terminal"),
    ],
)
def test_the_segment_is_quoted_with_a_caret_below_the_place(message: bytes, offset: int, expected: list[str]) -> None:
    assert quoted(message, offset) == expected


def test_a_long_segment_is_cut_around_the_place() -> None:
    message = b"MSG*" + b"A" * 200 + b"*B" + b"C" * 200 + b"~"

    text, caret = quoted(message, 205)

    assert len(text) < 120
    assert text[caret.index("^")] == "B"
    assert (text[:3], text[-3:]) == ("...", "...")


def test_the_message_is_not_in_the_repr() -> None:
    assert "SECRET" not in repr(Excerpts(b"NM1*SECRET~", Delimiters()))
