"""Messages of the wire as reports show them: readable, exact, and without secrets."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_runs import GOT, ISA, SENT
from priorauth.conformance.results import Exchange, WireMessage
from priorauth.conformance.wire import Shown, in_one_line, messages_of


def shown(body: str, *headers: tuple[str, str]) -> Shown:
    return messages_of(Exchange("", WireMessage("POST /x", headers, body), GOT))[0][1]


def test_x12_is_shown_one_segment_a_line_by_its_own_terminator() -> None:
    unusual = ISA.replace("~", "\x1d")

    assert shown(unusual).body.splitlines()[1] == r"GS*HI*HARBORGENERAL*PRIORAUTH*20261102*0915*5*X*005010X217\x1d"
    assert shown(ISA).note == "Shown with a line break after each segment."


def test_x12_that_has_line_breaks_already_is_shown_as_it_is() -> None:
    broken = ISA.replace("~", "~\n")

    assert shown(broken).body == broken
    assert shown(broken).note == ""


def test_json_keeps_its_numbers_and_repeated_names() -> None:
    body = shown('{"a":1.50,"a":[],"b":{"c":[1e2,"x,\\"y:{"]},"d":{}}').body

    assert (
        body
        == '{\n  "a": 1.50,\n  "a": [],\n  "b": {\n    "c": [\n      1e2,\n      "x,\\"y:{"\n    ]\n  },\n  "d": {}\n}'
    )


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(min_codepoint=32, max_codepoint=126)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab{", max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abc", max_size=3), values, max_size=3))
def test_indenting_changes_no_value(value: dict[str, object]) -> None:
    assert json.loads(shown(json.dumps(value)).body) == value


@pytest.mark.parametrize("body", ["{broken", "[1,", "plain", "ISA*00", ""])
def test_what_cannot_be_read_is_shown_as_it_is(body: str) -> None:
    assert shown(body).body == body


@pytest.mark.parametrize(
    "body",
    [
        '{"access_token": "very-secret", "scope": "x"}',
        "grant_type=client_credentials&client_assertion=very-secret&scope=x",
    ],
)
def test_tokens_and_assertions_are_not_shown(body: str) -> None:
    seen = shown(body, ("Authorization", "Bearer very-secret"), ("X-Other", "kept"))

    assert "very-secret" not in seen.head + seen.body
    assert "X-Other: kept" in seen.head
    assert "scope" in seen.body


def test_no_answer_says_why() -> None:
    silent = Exchange("asked", SENT, None, 30.0, "no answer within 30 s")

    assert [(word, each.head.splitlines()[0]) for word, each in messages_of(silent)] == [
        ("Sent", "POST http://127.0.0.1:8080/x12"),
        ("Received", "no answer within 30 s"),
    ]
    assert in_one_line(silent) == "asked · POST http://127.0.0.1:8080/x12 · no answer within 30 s · 30.00 s"


def test_what_came_without_being_asked_for_is_shown_as_received() -> None:
    told = Exchange("an event", WireMessage("an event", (), '{"id":"1"}'))

    assert [(word, each.body) for word, each in messages_of(told)] == [("Received", '{\n  "id": "1"\n}')]
    assert in_one_line(told) == "Received: an event"
