"""The runner itself, against a target of a few lines."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from priorauth.conformance.known_failures import KnownFailure
from priorauth.conformance.results import Verdict
from tiny_target import Answer, a_case, folder_with, only_result, run_tiny

GREETS = {"/hello": "hello"}


async def test_a_target_that_does_as_asked_passes(tmp_path: Path) -> None:
    result = await only_result(folder_with(tmp_path, [a_case()]), GREETS)

    assert result.verdict is Verdict.PASS
    assert [each.id for each in result.verifies] == ["t-1"]


async def test_a_fail_shows_wanted_got_and_the_whole_wire(tmp_path: Path) -> None:
    result = await only_result(folder_with(tmp_path, [a_case()]), {"/hello": (500, "text/plain", b"go away")})

    assert result.verdict is Verdict.FAIL
    assert [(each.what, each.wanted, each.got) for each in result.mismatches] == [
        ("HTTP status", "200", "500"),
        ("body", "hello", "go away"),
    ]
    (exchange,) = result.exchanges
    assert exchange.sent.head == "GET http://tiny/hello"
    assert exchange.got is not None
    assert (exchange.got.head, exchange.got.body) == ("HTTP 500", "go away")


async def test_of_a_very_long_body_the_wire_shows_the_beginning_and_says_so(tmp_path: Path) -> None:
    result = await only_result(folder_with(tmp_path, [a_case()]), {"/hello": "x" * 150_000})

    (exchange,) = result.exchanges
    assert exchange.got is not None
    assert exchange.got.body.endswith("x\n... and 50000 characters more")


async def test_what_the_target_does_not_claim_is_not_applicable_and_not_sent(tmp_path: Path) -> None:
    result = await only_result(folder_with(tmp_path, [a_case(needs=["tiny", "kafka"])]), GREETS)

    assert (result.verdict, result.reason) == (Verdict.NOT_APPLICABLE, "the target does not claim kafka")
    assert result.exchanges == ()


async def test_a_case_that_cannot_be_carried_out_is_an_error_of_ours(tmp_path: Path) -> None:
    nameless = a_case(steps=[{"send": {"get": "/${nobody}"}, "expect": [{"status": 200}]}])

    result = await only_result(folder_with(tmp_path, [nameless]), GREETS)

    assert (result.verdict, result.reason) == (Verdict.ERROR, "nothing has given ${nobody} a value")


async def test_an_answer_that_cannot_be_read_is_a_fail(tmp_path: Path) -> None:
    reads = a_case(steps=[{"send": {"get": "/hello"}, "expect": [{"json": {"name": "x"}}, {"x12": {"ST-01": "999"}}]}])

    result = await only_result(folder_with(tmp_path, [reads]), GREETS)

    assert result.verdict is Verdict.FAIL
    assert [each.got for each in result.mismatches] == [
        "200: the body of the answer is not JSON",
        "200: the body of the answer is no interchange: it does not begin with ISA",
    ]


async def test_steps_hand_values_on_and_end_at_the_first_that_fails(tmp_path: Path) -> None:
    steps = [
        {
            "send": {"get": "/first"},
            "expect": [{"status": 200}],
            "remember": {"id": {"json": "id"}, "kind": {"header": "Content-Type"}},
        },
        {"send": {"get": "/second/${id}"}, "expect": [{"text": "of ${kind}"}]},
        {"send": {"get": "/third"}, "expect": [{"status": 200}]},
        {"send": {"get": "/fourth"}, "expect": [{"status": 200}]},
    ]
    answers: Mapping[str, Answer | str] = {
        "/first": (200, "application/json", b'{"id": "a1"}'),
        "/second/a1": "of application/json",
    }

    result = await only_result(folder_with(tmp_path, [a_case(steps=steps)]), answers)

    assert [each.sent.head.split("tiny")[1] for each in result.exchanges] == ["/first", "/second/a1", "/third"]
    assert result.reason == "HTTP status: wanted 200, got 404"


async def test_values_of_a_target_stand_in_messages_and_in_what_is_wanted(tmp_path: Path) -> None:
    async def answer(_: str, body: bytes) -> Answer:
        return (200, "application/json", body)

    steps = [{"send": {"post": "/echo", "json": {"payer": "OURS"}}, "expect": [{"json": {"payer": "OURS"}}]}]

    result = await only_result(folder_with(tmp_path, [a_case(steps=steps)]), answer, values={"OURS": "THEIRS"})

    assert result.verdict is Verdict.PASS
    assert result.exchanges[0].sent.body == '{"payer": "THEIRS"}'


async def test_a_step_is_repeated_until_it_holds(tmp_path: Path) -> None:
    asked = 0

    async def answer(*_: object) -> Answer:
        nonlocal asked
        asked += 1
        return (200, "text/plain", b"hello" if asked > 3 else b"not yet")

    patient = a_case(steps=[{"send": {"get": "/hello"}, "expect": [{"text": "hello"}], "retry-for": "5s"}])

    result = await only_result(folder_with(tmp_path, [patient]), answer)

    assert result.verdict is Verdict.PASS
    assert len(result.exchanges) == 1


async def test_no_more_cases_run_at_once_than_asked_and_some_run_alone(tmp_path: Path) -> None:
    running: list[str] = []
    most: list[list[str]] = []

    async def answer(path: str, _: bytes) -> Answer:
        running.append(path)
        most.append(list(running))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        running.remove(path)
        return (200, "text/plain", b"hello")

    cases = [
        a_case(f"tiny/many/n{n}", steps=[{"send": {"get": f"/n{n}"}, "expect": [{"status": 200}]}]) for n in range(9)
    ]
    cases[0]["alone"] = True

    await run_tiny(folder_with(tmp_path, cases), answer, concurrency=3)

    assert max(map(len, most)) == 3
    assert most[-1] == ["/n0"]


async def test_a_row_of_a_table_is_a_case(tmp_path: Path) -> None:
    steps = [{"send": {"get": "/${path}"}, "expect": [{"status": "${status}"}]}]
    rows = [{"name": "there", "path": "hello", "status": 200}, {"name": "not-there", "path": "x", "status": 404}]

    result = await run_tiny(folder_with(tmp_path, [a_case("tiny/table", steps=steps, each=rows)]), GREETS)

    assert [(case.name, case.verdict) for case in result.cases] == [
        ("tiny/table/there", Verdict.PASS),
        ("tiny/table/not-there", Verdict.PASS),
    ]


@pytest.mark.parametrize(
    ("answers", "verdict", "reason"),
    [
        pytest.param({}, Verdict.SKIP, "known to fail: it is shy", id="it fails"),
        pytest.param(GREETS, Verdict.FAIL, "passes, but is listed as known to fail", id="it passes"),
    ],
)
async def test_a_known_failure_runs_and_the_run_fails_when_it_passes(
    answers: dict[str, str], verdict: Verdict, reason: str, tmp_path: Path
) -> None:
    known = (KnownFailure("tiny/greeting/*", "it is shy"),)

    result = await only_result(folder_with(tmp_path, [a_case()]), answers, known=known)

    assert (result.verdict, result.reason) == (verdict, reason)
    assert result.exchanges


async def test_coverage_says_of_each_requirement_who_verifies_it(tmp_path: Path) -> None:
    cases = [a_case(), a_case("tiny/greeting/again", steps=[{"send": {"get": "/x"}, "expect": [{"status": 200}]}])]

    result = await run_tiny(folder_with(tmp_path, cases), GREETS)

    assert [(row.requirement.id, len(row.cases), row.verdict) for row in result.coverage] == [
        ("t-1", 2, Verdict.FAIL),
        ("t-2", 0, None),
    ]
    assert result.summary == {"pass": 1, "fail": 1, "error": 0, "skip": 0, "not applicable": 0}
