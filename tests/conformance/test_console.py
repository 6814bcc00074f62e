"""A run on a terminal: what did not pass is shown with its messages, readable and without secrets."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from conformance_runs import BROKEN, FAILED, GOT, SECRET, run_of
from priorauth.conformance.console import print_result
from priorauth.conformance.results import CaseResult, Exchange, Mismatch


def printed(case: CaseResult) -> str:
    console = Console(file=io.StringIO(), width=100)
    print_result(console, run_of(case))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_failure_shows_what_was_sent_and_what_came_a_segment_a_line() -> None:
    lines = printed(FAILED).splitlines()

    assert "  > POST http://127.0.0.1:8080/x12" in lines
    assert "  >   ST*278*0001*005010X217~" in lines
    assert "  < HTTP/1.1 200 OK" in lines
    assert "  <   ST*278*0002*005010X217~" in lines


def test_secrets_of_the_caller_are_not_shown() -> None:
    given = replace(GOT, body='{"access_token": "also-secret", "scope": "x"}')

    told = printed(replace(BROKEN, exchanges=(Exchange("asked", SECRET, given),)))

    assert "Authorization: (not shown)" in told
    assert "scope" in told
    assert "very-secret" not in told
    assert "also-secret" not in told


def test_what_a_target_sends_does_not_steer_the_terminal() -> None:
    told = printed(replace(FAILED, exchanges=(Exchange("asked", replace(GOT, body="\x1b[2Jgone"), GOT),)))

    assert "\\x1b[2Jgone" in told
    assert "\x1b" not in told


def test_nor_does_what_a_mismatch_quotes_of_it_and_no_token_is_shown_there() -> None:
    got = '\x1b[2Jgone {"access_token": "also-secret"}'

    told = printed(replace(FAILED, mismatches=(Mismatch("body", "a body", got, "asked"),)))

    assert "\\x1b[2Jgone" in told
    assert "\x1b" not in told
    assert "also-secret" not in told
