"""HAPI FHIR's instance validator, the official one, accepts what we ship and what we write.

A bounded part of it; all of it with `make oracle`.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import httpx2
import pytest

from left_out import material, skip
from oracles import documents
from oracles.accepting import Judge, place, read_defects
from oracles.documents import Document
from oracles.hapi import CannotRun, Validator
from pas_examples import OPEN, examples, with_our_payer
from pas_requests import FHIR, pas_forcing
from served import Served

pytestmark = pytest.mark.real

WHAT = "the official validator"
CARRIED_OVER = {"profile http://hl7.org/fhir/us/davinci-pas/StructureDefinition/profile-documentreference"}
"""Of 2.2.1 only: a document that came so claims it still where it goes on, unchanged, to a delegate of 2.0.1."""
IS_WHOLE = os.environ.get("PRIORAUTH_ORACLE") == "whole"
GENERATED = 600 if IS_WHOLE else 16
SHOWN = 40


class Oracle:
    """The validator, and the judge of what it says."""

    def __init__(self, validator: Validator) -> None:
        self.validator = validator
        self.judge = Judge(read_defects())

    def refuses(self, shown: Iterable[Document]) -> list[str]:
        """What it says against these documents, that is not the guide's own fault."""
        return [
            f"{each.name}: {fault.message_id} at {place(fault)}: {fault.text}"
            for each in shown
            for fault in self.judge.faults(self.validator.validate(each.body, each.version), each.version)
        ][:SHOWN]


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    found = material("PRIORAUTH_IG_DIR", "hl7.fhir.us.davinci-pas-*.tgz", what=WHAT)
    guides = {path.stem.rpartition("-")[2]: path for path in found}
    missing = documents.VERSIONS.keys() - guides
    if missing:
        skip(WHAT, f"PRIORAUTH_IG_DIR has no package of {' and '.join(sorted(missing))}")
    try:
        with Validator(
            {version: guides[version] for version in documents.VERSIONS}, is_brief=not IS_WHOLE
        ) as validator:
            yield Oracle(validator)
            _say_what_is_not_checked(validator.not_checked)
    except CannotRun as why:
        skip(WHAT, str(why))


def _say_what_is_not_checked(unknown: Iterable[str]) -> None:
    """Of what the validator had no definition: whole with `make oracle`, else how much."""
    listed = sorted(unknown)
    if IS_WHOLE:
        sys.stdout.write("\n  ".join(["\nnot checked, for want of a definition:", *listed]) + "\n")
    else:
        warnings.warn(
            f"{WHAT} knows nothing of {len(listed)} profiles, extensions, value sets and code systems of other "
            f"packages and does not check them; `make oracle` lists them",
            stacklevel=2,
        )


def some(shown: Iterable[Document], every: int) -> Iterator[Document]:
    """All documents in the whole run, else one in so many."""
    return islice(shown, 0, None, 1 if IS_WHOLE else every)


def test_our_samples_and_golden_outputs_are_accepted(oracle: Oracle) -> None:
    shown = list(documents.shipped())

    assert any("golden" in each.name for each in shown)
    assert oracle.refuses(shown) == []


def test_requests_for_delegates_that_speak_pas_are_accepted(oracle: Oracle) -> None:
    assert oracle.refuses(some(documents.requests(), 5)) == []


def test_answers_of_every_behaviour_of_the_sandbox_are_accepted_on_either_rail(oracle: Oracle) -> None:
    shown = list(documents.answers())
    full = [each for each in shown if "SBX-FULL-" in each.name]

    assert oracle.refuses([*some(full, 12), *some(shown, 29)]) == []


def test_answers_to_inquiries_are_accepted(oracle: Oracle) -> None:
    assert oracle.refuses(some(documents.inquiries(), 4)) == []


def test_answers_are_accepted_whatever_was_decided(oracle: Oracle) -> None:
    assert oracle.refuses(documents.generated(GENERATED)) == []


Change = Callable[[Any], object]
WRONG: dict[str, tuple[str, Change]] = {
    "no outcome": ("ClaimResponse.outcome: minimum required", lambda entry: entry[0]["resource"].pop("outcome")),
    "a code that is none": ("value set", lambda entry: entry[0]["resource"].update(outcome="fine")),
    "an element that is none": ("Unrecognized property", lambda entry: entry[0]["resource"].update(verdict="A1")),
    "a part of a decision that is none": (
        "Sub-extension url",
        lambda entry: entry[0]["resource"]["item"][0]["adjudication"][0]["extension"][0]["extension"].append(
            {"url": "verdict", "valueString": "yes"}
        ),
    ),
    "a system that the value set does not have": (
        "value set",
        lambda entry: entry[0]["resource"]["item"][0]["adjudication"][0]["category"]["coding"][0].update(
            system="urn:x"
        ),
    ),
    "a reference to another type": (
        "Invalid Resource target type",
        lambda entry: entry[0]["resource"].update(insurer=entry[0]["resource"]["patient"]),
    ),
    "an answer that is not first": ("", lambda entry: entry.append(entry.pop(0))),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_answer_that_is_wrong_is_refused(oracle: Oracle, name: str) -> None:
    says, change = WRONG[name]
    right = next(each for each in documents.answers() if each.name.endswith("SBX-CERTIFY- 2.2.1 imaging-mri.json"))
    bundle = json.loads(right.body)
    change(bundle["entry"])

    said = oracle.refuses([Document(name, "2.2.1", json.dumps(bundle))])

    assert any(says in each for each in said), said


def test_what_it_has_no_definition_of_is_named_as_not_checked(oracle: Oracle) -> None:
    oracle.refuses(islice(documents.shipped(), 1))

    unknown = oracle.validator.not_checked
    assert any("/us/core/StructureDefinition/us-core-patient" in each for each in unknown)
    assert "code system https://codesystem.x12.org/005010/1365" in unknown
    assert {each for each in unknown if "/davinci-pas/" in each} <= CARRIED_OVER


# Over HTTP


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    with (
        Served(tmp_path_factory.mktemp("gateway"), wait_seconds="6") as gateway,
        httpx2.Client(base_url=gateway.url, timeout=30) as client,
    ):
        yield client


def test_the_answers_to_the_closed_examples_of_the_guide_are_accepted(oracle: Oracle, http: httpx2.Client) -> None:
    answered = [
        (f"{version} {name}", version, http.post(f"/fhir/{version}/Claim/$submit", content=body, headers=FHIR))
        for version, name, example in examples()
        if (version, name) not in OPEN
        for body in [with_our_payer(example)]
    ]

    assert {response.status_code for _, _, response in answered} == {200}
    assert oracle.refuses(Document(name, version, response.text) for name, version, response in answered) == []


@pytest.mark.parametrize("version", documents.VERSIONS)
def test_what_can_be_read_of_an_answer_is_accepted(oracle: Oracle, http: httpx2.Client, version: str) -> None:
    submitted = http.post(f"/fhir/{version}/Claim/$submit", content=pas_forcing("imaging-mri", "INFO"), headers=FHIR)
    review = submitted.headers["x-review-id"]
    paths = ["metadata", f"ClaimResponse/{review}", f"Bundle/{submitted.json()['id']}"]

    read = [(path, http.get(f"/fhir/{version}/{path}")) for path in paths]

    assert {response.status_code for _, response in read} == {200}
    assert oracle.refuses(Document(path, version, response.text) for path, response in read) == []


@pytest.mark.skipif(not IS_WHOLE, reason="a part of the documents does not need every row: make oracle")
def test_every_fault_that_is_accepted_is_still_there(oracle: Oracle) -> None:
    assert oracle.judge.unused == []
