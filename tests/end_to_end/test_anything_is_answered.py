"""Whatever is posted to `/x12` gets a TA1, a 999, a 278 response that our guide accepts, or a problem; never a 5xx."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence

import httpx2
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from interchanges import ISA13, NUMBERS, SAMPLES, kinds_of, renumbered
from priorauth.x12.validation import validate_interchange
from x12_sets import CONTENT

VALID = [path.read_bytes() for path in sorted(SAMPLES.glob("*.edi"))]
DELIMITERS = b"*^:~\n|!\x1d\x1e\x1c, A0"
QUICK = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

Mutation = Callable[[list[list[str]], random.Random], None]


def drop_segment(rows: list[list[str]], chance: random.Random) -> None:
    del rows[chance.randrange(len(rows))]


def duplicate_segment(rows: list[list[str]], chance: random.Random) -> None:
    place = chance.randrange(len(rows))
    rows.insert(place, list(rows[place]))


def swap_segments(rows: list[list[str]], chance: random.Random) -> None:
    one, other = chance.randrange(len(rows)), chance.randrange(len(rows))
    rows[one], rows[other] = rows[other], rows[one]


def rename_segment(rows: list[list[str]], chance: random.Random) -> None:
    chance.choice(rows)[0] = chance.choice(["ZZZ", "", "HL", "NM1", "SE", "GE", "IEA", "ISA", "ST", "lx"])


def drop_element(rows: list[list[str]], chance: random.Random) -> None:
    row = chance.choice([row for row in rows if len(row) > 1])
    del row[chance.randrange(1, len(row))]


def duplicate_element(rows: list[list[str]], chance: random.Random) -> None:
    row = chance.choice([row for row in rows if len(row) > 1])
    place = chance.randrange(1, len(row))
    row.insert(place, row[place])


def swap_elements(rows: list[list[str]], chance: random.Random) -> None:
    row = chance.choice([row for row in rows if len(row) > 2])
    one, other = chance.randrange(1, len(row)), chance.randrange(1, len(row))
    row[one], row[other] = row[other], row[one]


def alter_element(rows: list[list[str]], chance: random.Random) -> None:
    row = chance.choice([row for row in rows if len(row) > 1])
    values = ["", " ", "X" * 300, "-1", "0", "20269999", "é", "1" * 18, "A:B:C", "^^", "\x00", "9.9.9", "😀", "\\N"]
    row[chance.randrange(1, len(row))] = chance.choice(values)


MUTATIONS: Sequence[Mutation] = (
    drop_segment, duplicate_segment, swap_segments, rename_segment, drop_element, duplicate_element, swap_elements,
    alter_element,
)  # fmt: skip


def with_one_mutation(interchange: bytes, mutation: Mutation, chance: random.Random) -> bytes:
    """The interchange with something in or about its segments changed."""
    text = interchange.decode().replace("\n", "")
    rows = [segment.split("*") for segment in text.split("~") if segment]
    mutation(rows, chance)
    return "".join("*".join(row) + "~" for row in rows).encode()


def with_other_bytes(interchange: bytes, place: int, by: bytes) -> bytes:
    return interchange[:place] + by + interchange[place + len(by) :]


def check_answer(http: httpx2.Client, sent: bytes) -> None:
    answer = http.post("/x12", content=sent)

    if answer.status_code == 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert "X12" in answer.json()["title"]
        return
    assert answer.status_code in (200, 202), (answer.status_code, json.dumps(sent.decode("latin-1")))
    if answer.status_code == 200:
        kinds = kinds_of(answer.content)
        assert kinds, "something always goes back"
        assert kinds <= {"TA1", "999", "278"}
        assert errors_in(answer.content) == [], json.dumps(sent.decode("latin-1"))


def errors_in(answer: bytes) -> list[str]:
    """What our own guides find wrong with an interchange, the sender's echoed values apart."""
    result = validate_interchange(answer)
    sets = [each for group in result.groups for each in group.sets]
    found = [*result.findings, *(f for group in result.groups for f in group.findings)]
    return [
        f"{finding.code} {finding.at.path}"
        for finding in (*found, *(finding for each in sets for finding in each.findings))
        if finding.rejects and finding.code not in CONTENT
    ]


@QUICK
@given(st.binary(max_size=400))
@example(b"")
@example(b"ISA")
@example(VALID[0][:106])
@example(VALID[0].replace(b"~", b"~\r\n"))
@example(b"\xef\xbb\xbf" + VALID[0])
@example(VALID[0] + VALID[0])
def test_any_bytes_get_an_answer(http: httpx2.Client, sent: bytes) -> None:
    check_answer(http, sent)


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes_behind_a_readable_header_get_an_answer(http: httpx2.Client, rest: bytes) -> None:
    check_answer(http, renumbered(VALID[0])[:106] + rest)


@QUICK
@given(st.sampled_from(VALID), st.sampled_from(MUTATIONS), st.randoms(use_true_random=False))
def test_a_message_with_one_mutation_gets_an_answer(
    http: httpx2.Client, valid: bytes, mutation: Mutation, chance: random.Random
) -> None:
    check_answer(http, with_one_mutation(renumbered(valid), mutation, chance))


@QUICK
@given(st.sampled_from(VALID), st.integers(0, 10**6), st.sampled_from([bytes([b]) for b in DELIMITERS]))
def test_a_message_with_one_byte_changed_gets_an_answer(
    http: httpx2.Client, valid: bytes, place: int, by: bytes
) -> None:
    check_answer(http, with_other_bytes(renumbered(valid), place % len(valid), by))


@QUICK
@given(st.sampled_from(VALID), st.integers(0, 10**6))
def test_a_message_that_is_cut_off_gets_an_answer(http: httpx2.Client, valid: bytes, length: int) -> None:
    check_answer(http, renumbered(valid)[: length % len(valid)])


@settings(QUICK, max_examples=20)
@given(st.sampled_from(VALID), st.permutations(list("*^:~|!?>")))
def test_a_message_in_other_delimiters_gets_an_answer_in_them(
    http: httpx2.Client, valid: bytes, delimiters: list[str]
) -> None:
    text = renumbered(valid).decode().replace("\n", "")
    table = str.maketrans(dict(zip("*^:~", delimiters, strict=False)))

    answer = http.post("/x12", content=text.translate(table).encode())

    assert answer.status_code == 200
    assert answer.text[3] == delimiters[0]
    assert answer.text[105] == delimiters[3]
    assert kinds_of(answer.content) <= {"278", "999"}
    assert errors_in(answer.content) == []


def test_the_numbers_used_here_are_never_used_twice() -> None:
    first, second = renumbered(VALID[0]), renumbered(VALID[0])

    assert first[ISA13] != second[ISA13]
    assert int(second[ISA13]) < next(NUMBERS)


def test_after_all_that_the_gateway_is_well(http: httpx2.Client) -> None:
    assert http.get("/health/ready").json() == {"status": "ready"}
    assert 'status="500"' not in http.get("/metrics").text


@pytest.mark.parametrize("valid", VALID, ids=[path.stem for path in sorted(SAMPLES.glob("*.edi"))])
def test_each_sample_gets_an_answer_that_is_valid_itself(http: httpx2.Client, valid: bytes) -> None:
    check_answer(http, renumbered(valid))
