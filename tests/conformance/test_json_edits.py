"""Paths into JSON, and edits of messages by them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from priorauth.conformance.json_paths import apply_edit, values_at
from priorauth.conformance.x12 import PathFault

PATIENT = {"resourceType": "Patient", "id": "1", "extension": [{"url": "http://x/place", "n": 1}]}
ORGANIZATION = {"resourceType": "Organization", "id": "o1", "identifier": [{"system": "s.1", "value": "v"}]}
BUNDLE = {
    "resourceType": "Bundle",
    "identifier": {"value": "b"},
    "entry": [
        {"fullUrl": "c", "resource": {"resourceType": "Claim", "item": [{"sequence": 1}, {"sequence": 2}]}},
        {"fullUrl": "p", "resource": PATIENT},
        {"fullUrl": "o1", "resource": ORGANIZATION},
        {"fullUrl": "o2", "resource": {"resourceType": "Organization", "id": "o2"}},
    ],
}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("Bundle.identifier.value", ["b"]),
        ("Claim.item[1].sequence", [2]),
        ("Claim.item[-1].sequence", [2]),
        ("Claim.item[*].sequence", [1, 2]),
        ("Claim.item[7].sequence", []),
        ("Organization#2.id", ["o2"]),
        ("Organization[*].id", ["o1", "o2"]),
        ("Organization.identifier[system=s.1].value", ["v"]),
        ("Patient.extension(place).n", [1]),
        ("Patient.extension(lace).n", []),
        ("Bundle.entry(Claim).fullUrl", ["c"]),
        ("Coverage.id", []),
        ("$.entry[0].fullUrl", ["c"]),
    ],
)
def test_a_path_names_its_values(path: str, values: list[Any]) -> None:
    assert values_at(BUNDLE, path) == values


def test_in_other_json_a_path_begins_at_the_top() -> None:
    assert values_at({"items": [{"id": 1}]}, "items[0].id") == [1]
    assert values_at([{"id": 1}], "$[*].id") == [1]


@pytest.mark.parametrize(
    ("edit", "path", "values"),
    [
        ({"set": {"Claim.use": "claim"}}, "Claim.use", ["claim"]),
        ({"set": {"Claim.item[*].n": 5}}, "Claim.item[*].n", [5, 5]),
        ({"set": {"Claim.item[0]": {"sequence": 9}}}, "Claim.item[*].sequence", [9, 2]),
        ({"set": {"Patient.name": [{"family": "X"}]}}, "Patient.name[0].family", ["X"]),
        ({"set": {"Claim.type.text": "t"}}, "Claim.type.text", ["t"]),
        ({"drop": "Claim.item[0]"}, "Claim.item[*].sequence", [2]),
        ({"drop": ["Patient.id", "Organization#2.id"]}, "Organization[*].id", ["o1"]),
        ({"append": {"Claim.item": {"sequence": 3}}}, "Claim.item[*].sequence", [1, 2, 3]),
        ({"append": {"Claim.note": {"text": "t"}}}, "Claim.note[0].text", ["t"]),
        ({"rename": {"Patient.id": "ident"}}, "Patient.ident", ["1"]),
        ({"drop-entry": "Organization#2"}, "Organization[*].id", ["o1"]),
        ({"move-entry": {"Claim": 2}}, "Bundle.entry[2].fullUrl", ["c"]),
        ({"copy-entry": {"Patient": {"set": {"fullUrl": "q"}}}}, "Bundle.entry[-1].fullUrl", ["q"]),
    ],
    ids=str,
)
def test_an_edit_does_what_it_says(edit: dict[str, Any], path: str, values: list[Any]) -> None:
    document = deepcopy(BUNDLE)

    apply_edit(document, edit)

    assert values_at(document, path) == values


@pytest.mark.parametrize(
    "edit",
    [{"set": {"Coverage.id": "1"}}, {"drop": "Claim.use"}, {"drop": "Claim.item[5]"}, {"drop-entry": "Claim#2"}],
    ids=str,
)
def test_an_edit_of_what_is_not_there_is_a_fault(edit: dict[str, Any]) -> None:
    with pytest.raises(PathFault):
        apply_edit(deepcopy(BUNDLE), edit)
