"""What a consumer reads of a stream, and the values of a message that must not be in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from priorauth.conformance.own_values import found_in, own_values
from priorauth.conformance.streams import read_server_sent

MESSAGES = Path(__file__).parents[2] / "conformance" / "messages"
STREAM = (
    ': hello\n\nid: 3\nevent: a.v1\ndata: {"n": 1}\n\n: still here\n\n'
    'id: 7\r\nevent: b.v1\r\ndata: {"n": 2}\r\n\r\nid: 9\nevent: c.v1\ndata: {"n"'
)


def test_a_stream_is_read_message_by_message_up_to_the_last_whole_one() -> None:
    found = read_server_sent(STREAM)

    assert [(one.position, one.kind, one.event["n"]) for one in found] == [(3, "a.v1", 1), (7, "b.v1", 2)]


def test_a_position_that_is_no_number_is_none() -> None:
    assert [one.position for one in read_server_sent('id: later\ndata: {"n": 1}\n\n')] == [-1]


@pytest.mark.parametrize("message", ["story-imaging.edi", "story-imaging.json"])
def test_the_values_of_a_message_say_who_what_and_when_and_not_who_pays(message: str) -> None:
    values = own_values((MESSAGES / message).read_bytes())

    assert {"MEM0000005", "1200000036", "70553", "02143", "9 RIVER ROAD"} <= values
    assert "ALLWAYS" not in values


def test_a_value_is_found_by_itself_and_not_in_a_longer_one() -> None:
    values = {"0173", "P220", "20261101"}

    assert found_in(values, '{"id":"evt-01M8G0173S","at":"2026-11-01","code":"P220"}') == ["P220"]
