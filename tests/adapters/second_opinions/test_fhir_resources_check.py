"""Our checker and the models of `fhir.resources` over the same bytes: whatever they differ in is on the list."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bundle_mutations import mutate
from checked_json import SAMPLES, checker, findings_in, sample
from growth import AT_MOST, growth_of
from priorauth.adapters.second_opinions.fhir_resources_check import (
    MAX_BYTES,
    KnownDisagreement,
    ModelError,
    ModelsDisagreement,
    ModelsOpinion,
    ModelsSide,
    compare_with_models,
    known_disagreements,
    models_opinion,
)
from priorauth.domain.findings import FindingCode as Code
from priorauth.fhir.bundles import Bundle, read_resource
from priorauth.fhir.profiles import BundleProfile
from priorauth.fhir.reporting import finding

MUTATIONS = 30  # of each sample
SECRET = "ZEBEDIAHQUILL"

each_sample = pytest.mark.parametrize("name", [path.stem for path in SAMPLES])


def opinion_of(document: Any) -> ModelsOpinion:
    return models_opinion(json.dumps(document).encode())


def disagreements(document: Any, known: Sequence[KnownDisagreement] | None = None) -> tuple[ModelsDisagreement, ...]:
    return compare_with_models(findings_in(document), opinion_of(document), known)


def changed(**values: object) -> Any:
    """A sample whose Claim has other values."""
    document = sample("nicu-admission")
    document["entry"][0]["resource"].update(values)
    return document


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in SAMPLES])
def test_both_accept_every_sample(path: Path) -> None:
    data = path.read_bytes()
    found = checker().check_bundle(Bundle(read_resource(data)), BundleProfile.REQUEST)

    opinion = models_opinion(data)

    assert opinion.accepted
    assert compare_with_models(found, opinion) == ()


@each_sample
def test_every_disagreement_over_a_mutation_is_on_the_list(name: str) -> None:
    random = Random(f"second opinion {name}")  # the same ones in every run
    for number in range(MUTATIONS):
        document = sample(name)
        mutate(document, random)
        if not isinstance(document.get("resourceType"), str):
            continue  # there is no resource to have opinions of

        unexplained = [each for each in disagreements(document) if not each.reason]

        assert unexplained == [], f"mutation {number} of {name}"


BOTH_SAY: tuple[tuple[str, Any], ...] = (
    ("Bundle.entry[0].resource", changed(colour="red")),
    ("Bundle.entry[0].resource.type", changed(type="institutional")),
    ("Bundle.entry[0].resource.created", changed(created="2026-02-30")),
    ("Bundle.entry[0].resource.identifier", changed(identifier={"value": "X"})),
    ("Bundle.entry[0].resource.use", changed(use=["preauthorization"])),
)


@pytest.mark.parametrize(("path", "document"), BOTH_SAY, ids=[path for path, _ in BOTH_SAY])
def test_both_find_a_fault_of_the_base_structure_at_one_place(path: str, document: Any) -> None:
    assert path in {each.at.path for each in findings_in(document)}
    assert [each.path for each in opinion_of(document).errors] == [path]
    assert disagreements(document) == ()


EXPLAINED: dict[Code, Any] = {
    Code.FHIR_CODE: changed(item=[{"sequence": 1, "productOrService": {"text": "X"}}]),
    Code.FHIR_EMPTY: changed(careTeam=[]),
    Code.FHIR_TYPE: changed(insurance=[{"sequence": "1", "focal": True, "coverage": {"reference": "#"}}]),
    Code.FHIR_VALUE: changed(id="x" * 65),
    Code.FHIR_INVARIANT: changed(item=[{"sequence": 1, "productOrService": {"text": "X"}, "quantity": {"code": "UN"}}]),
}
EXPLAINED[Code.FHIR_CODE]["entry"][3]["resource"]["gender"] = "unsaid"


@pytest.mark.parametrize("code", EXPLAINED)
def test_each_row_of_the_list_explains_a_disagreement_that_still_is(code: Code) -> None:
    without = [row for row in known_disagreements() if row.ours != code]

    assert code in {each.ours for each in disagreements(EXPLAINED[code], without) if not each.reason}
    assert all(each.reason for each in disagreements(EXPLAINED[code]))


def test_every_row_of_the_list_has_a_reason_and_is_shown() -> None:
    assert all(row.reason for row in known_disagreements())
    assert {row.ours for row in known_disagreements() if row.ours} == set(EXPLAINED)


def test_what_only_the_models_find_is_not_explained() -> None:
    error = ModelError("string_type", "Bundle.entry[0].resource.use")

    (found,) = compare_with_models((), ModelsOpinion((error,)))

    assert (found.side, found.models, found.path) == (ModelsSide.MODELS, "string_type", error.path)
    assert not found.reason


def test_what_only_we_find_alone_is_not_explained() -> None:
    missing = finding(Code.FHIR_REQUIRED, "Bundle.entry[0].resource.status")

    (found,) = compare_with_models((missing,), ModelsOpinion())

    assert (found.side, found.ours, found.reason) == (ModelsSide.WE, Code.FHIR_REQUIRED, "")


def test_rules_of_profiles_are_not_compared() -> None:
    document = changed(status="draft", identifier=[{"value": "X"}])

    assert findings_in(document)
    assert disagreements(document) == ()


def test_a_crash_of_the_models_is_no_opinion() -> None:
    document = sample("nicu-admission")
    document["entry"][8]["resource"]["resourceType"] = "Encountre"

    opinion = opinion_of(document)

    assert (opinion.accepted, opinion.reason) == (False, "the models stopped with KeyError")
    assert disagreements(document) == ()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{", "the body is not JSON in UTF-8"),
        (b"[]", "the body is not a JSON object with a resourceType"),
        (b" " * (MAX_BYTES + 1), "larger than the limit"),
        (b'{"resourceType":"Nothing"}', "the models stopped with ValueError"),
    ],
    ids=["no json", "no resource", "too large", "no type of R4"],
)
def test_bytes_of_which_nothing_can_be_said_give_a_reason(data: bytes, reason: str) -> None:
    opinion = models_opinion(data)

    assert not opinion.accepted
    assert opinion.reason == reason


@each_sample
def test_no_value_and_no_name_of_the_senders_own_is_in_an_opinion(name: str) -> None:
    document = sample(name)
    claim = document["entry"][0]["resource"]
    claim |= {SECRET: SECRET, "created": SECRET, "careTeam": SECRET, "type": {SECRET: SECRET}}
    document["entry"][1]["resource"] |= {"name": [SECRET], "telecom": SECRET, "identifier": [{SECRET: 1}]}

    opinion = opinion_of(document)

    assert len(opinion.errors) >= 3
    assert SECRET not in repr(opinion)
    assert SECRET not in repr(disagreements(document))


def test_comparing_takes_as_long_as_there_are_faults_not_their_square() -> None:
    def comparing(times: int) -> Callable[[], object]:
        document = changed(item=[{"sequence": number, "quantity": "many"} for number in range(1, times + 1)])
        found, opinion = findings_in(document), opinion_of(document)
        return lambda: compare_with_models(found, opinion)

    assert growth_of(comparing, 100) < AT_MOST
