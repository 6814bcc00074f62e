"""Scopes: what words stand for, and which path needs which."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from access import ARCHIVE_KEY
from priorauth.api.app import create_app
from priorauth.api.permissions import is_open, scope_needed
from priorauth.bootstrap import build
from priorauth.domain.access import (
    ANYBODY,
    FHIR_SCOPES,
    OPERATE,
    OWN_SCOPES,
    SCOPES_OF,
    Caller,
    CallerKind,
    ClientId,
    read_scopes,
    write_scopes,
)
from priorauth.settings import Settings

EVERY_SCOPE = sorted({*OWN_SCOPES, *FHIR_SCOPES})
FOR_OPERATORS = {
    ("GET", "/deliveries"),
    ("GET", "/deadletters"),
    ("GET", "/deadletters/{id}"),
    ("GET", "/deadletters/{id}/raw"),
    ("POST", "/deadletters/{id}/retry"),
    ("DELETE", "/deadletters/{id}"),
    ("POST", "/replays"),
    ("GET", "/replays"),
    ("GET", "/replays/{id}"),
    ("DELETE", "/replays/{id}"),
    ("GET", "/unroutable"),
    ("GET", "/second-opinions"),
    ("POST", "/reviews/{review_id}/steps"),
}
"""The endpoints that are in no row of the table on purpose."""


@given(st.sets(st.sampled_from(EVERY_SCOPE)))
def test_scopes_that_are_written_read_back(scopes: set[str]) -> None:
    assert read_scopes(write_scopes(scopes).split()) == scopes


@given(st.text())
def test_no_word_stands_for_more_than_there_is(word: str) -> None:
    assert read_scopes([word]) <= set(EVERY_SCOPE)


@pytest.mark.parametrize(
    ("word", "scopes"),
    [
        ("system/*.cruds", FHIR_SCOPES),
        ("system/*.*", FHIR_SCOPES),
        ("system/Task.read", {"system/Task.r", "system/Task.s"}),
        ("system/Task.write", {"system/Task.u"}),
        ("system/Subscription.cd", {"system/Subscription.c", "system/Subscription.d"}),
        ("system/Claim.", set()),
        ("system/Task.sr", set()),
        ("system/Task.rs?status=requested", set()),
        ("system/Patient.rs", set()),
        ("user/*.*", set()),
        ("reviews.submit", {"reviews.submit"}),
        ("reviews", set()),
        ("*", set()),
    ],
)
def test_a_word_stands_for_single_interactions(word: str, scopes: set[str]) -> None:
    assert read_scopes([word]) == scopes


def test_only_an_operator_can_be_given_everything() -> None:
    assert {kind for kind, scopes in SCOPES_OF.items() if OPERATE in scopes} == {CallerKind.OPERATOR}


@given(st.sampled_from([kind for kind in CallerKind if kind is not CallerKind.OPERATOR]), st.sampled_from(CallerKind))
def test_a_caller_acts_for_whom_it_stands_for_and_nobody_else(kind: CallerKind, other: CallerKind) -> None:
    caller = Caller(client=ClientId("c"), kind=kind, stands_for="one", scopes=frozenset())

    assert caller.is_for(other, "one") is (other is kind)
    assert not caller.is_for(kind, "another")
    assert not caller.is_for(kind, "")
    assert ANYBODY.is_for(other, "another")


async def test_every_endpoint_is_open_or_has_its_scope_on_purpose(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/priorauth.db", archive_key=SecretStr(ARCHIVE_KEY))
    gateway = await build(settings)
    async with gateway.running():
        paths = create_app(gateway).openapi()["paths"]

    endpoints = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert len(endpoints) > 20
    unlisted = {
        (method, path) for method, path in endpoints if not is_open(path) and scope_needed(method, path) == OPERATE
    }
    assert unlisted == FOR_OPERATORS


@pytest.mark.parametrize(
    "path",
    ["/health", "/healthy/live", "/x/health/live", "/oauth/token/x", "/fhir/2.2.1/metadata/x", "/fhir/metadata", ""],
)
def test_no_other_path_is_open(path: str) -> None:
    assert not is_open(path)


def test_what_is_not_in_the_table_is_the_operators() -> None:
    assert scope_needed("GET", "/console/reviews") == OPERATE
    assert scope_needed("DELETE", "/reviews/rev-1") == OPERATE
    assert scope_needed("POST", "/x12/") == OPERATE
