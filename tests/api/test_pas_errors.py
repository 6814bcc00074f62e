"""What cannot be taken at `$submit`: its status, one OperationOutcome, the right place, and never a 5xx."""

from __future__ import annotations

import copy
import json
from typing import Any

import httpx2
import pytest

from pas_requests import FHIR, Change, claim_in, fresh, pas_sample, response_in

FHIR_JSON = "application/fhir+json"
SUBMIT = "/fhir/2.2.1/Claim/$submit"
NOWHERE = "urn:uuid:00000000-0000-4000-8000-000000000000"
ADDED = "http://ehr.example/extensions/anything"


def submit(http: httpx2.Client, body: bytes, **headers: str) -> httpx2.Response:
    return http.post(SUBMIT, content=body, headers={**FHIR, **headers})


def the_outcome(response: httpx2.Response) -> list[Any]:
    """The issues of the one OperationOutcome that an error is, each complete."""
    assert 400 <= response.status_code < 500
    assert response.headers["content-type"] == FHIR_JSON
    outcome = response.json()
    assert outcome["resourceType"] == "OperationOutcome"
    for issue in outcome["issue"]:
        assert issue["severity"] in ("fatal", "error", "warning", "information")
        assert issue["code"]
        assert issue["details"]["text"]
        assert issue["diagnostics"]
    issues: list[Any] = outcome["issue"]
    return issues


def changing(change: Change) -> bytes:
    return pas_sample("imaging-mri", change)


def claim_last(bundle: Any) -> None:
    bundle["entry"].append(bundle["entry"].pop(0))


def item_twice(bundle: Any) -> None:
    claim = claim_in(bundle)
    claim["item"].append(copy.deepcopy(claim["item"][0]))


def resource_twice(bundle: Any) -> None:
    bundle["entry"].append({**copy.deepcopy(bundle["entry"][1]), "fullUrl": NOWHERE})
    bundle["entry"][1]["resource"]["id"] = bundle["entry"][-1]["resource"]["id"] = "the-same"


def url_twice(bundle: Any) -> None:
    bundle["entry"][2]["fullUrl"] = bundle["entry"][1]["fullUrl"]


def dangling(bundle: Any) -> None:
    claim_in(bundle)["insurer"]["reference"] = NOWHERE


def unknown_modifier(bundle: Any) -> None:
    claim_in(bundle)["modifierExtension"] = [{"url": ADDED, "valueBoolean": True}]


def relative_url(bundle: Any) -> None:
    bundle["entry"][2]["fullUrl"] = "Patient/1"


def number_as_text(bundle: Any) -> None:
    claim_in(bundle)["item"][0]["sequence"] = "1"


DEEP = b'{"resourceType": "Bundle", "x": ' + b"[" * 9000 + b"]" * 9000 + b"}"
LATIN = '{"resourceType": "Bundle", "id": "\xe9"}'.encode("latin-1")
CLAIM = "Bundle.entry[0].resource"

WRONG = [
    ("nothing at all", b"", 400, "structure", "Bundle"),
    ("XML", b'<Bundle xmlns="http://hl7.org/fhir"/>', 400, "structure", "Bundle"),
    ("JSON cut off", b'{"resourceType": "Bundle", "entry": [', 400, "structure", "Bundle"),
    ("Latin-1", LATIN, 400, "structure", "Bundle"),
    ("a list", b"[]", 400, "structure", "Bundle"),
    ("null", b"null", 400, "structure", "Bundle"),
    ("deep nesting", DEEP, 400, "too-costly", "Bundle"),
    ("another resource", b'{"resourceType": "Patient"}', 400, "invalid", "Bundle"),
    ("no resource of R4", b'{"resourceType": "Authorization"}', 400, "invalid", "Bundle"),
    ("an empty Bundle", b'{"resourceType": "Bundle"}', 400, "structure", CLAIM),
    ("no entries", changing(lambda each: each.pop("entry")), 422, "required", "Bundle.entry"),
    ("an empty list", changing(lambda each: each.update(entry=[])), 400, "structure", "Bundle.entry"),
    ("the Claim last", changing(claim_last), 422, "structure", CLAIM),
    ("no fullUrl", changing(lambda each: each["entry"][2].pop("fullUrl")), 422, "required", "Bundle.entry[2].fullUrl"),
    ("a fullUrl twice", changing(url_twice), 400, "duplicate", "Bundle.entry[2].fullUrl"),
    ("a relative fullUrl", changing(relative_url), 400, "value", "Bundle.entry[2].fullUrl"),
    ("a dangling reference", changing(dangling), 422, "not-found", f"{CLAIM}.insurer.reference"),
    ("a sequence twice", changing(item_twice), 422, "duplicate", f"{CLAIM}.item[1].sequence"),
    ("a resource twice", changing(resource_twice), 422, "duplicate", None),
    ("an unknown modifier", changing(unknown_modifier), 422, "extension", f"{CLAIM}.modifierExtension[0]"),
    ("no patient", changing(lambda each: claim_in(each).pop("patient")), 400, "required", f"{CLAIM}.patient"),
    ("a number as text", changing(number_as_text), 400, "structure", f"{CLAIM}.item[0].sequence"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status", "code", "place"), [each[1:] for each in WRONG], ids=[each[0] for each in WRONG]
)
def test_what_is_wrong_is_one_outcome_with_its_place(
    http: httpx2.Client, body: bytes, status: int, code: str, place: str | None
) -> None:
    response = submit(http, body)

    issues = the_outcome(response)
    assert response.status_code == status
    found = [(issue["code"], *issue["expression"]) for issue in issues]
    assert (code, place) in found or (place is None and code in [each[0] for each in found])


@pytest.mark.parametrize("body", [each[1] for each in WRONG], ids=[each[0] for each in WRONG])
def test_what_is_wrong_in_one_version_is_wrong_in_the_other(http: httpx2.Client, body: bytes) -> None:
    newer = submit(http, body)
    older = http.post("/fhir/2.0.1/Claim/$submit", content=body, headers=FHIR)

    assert older.status_code == newer.status_code
    the_outcome(older)


def test_all_that_is_wrong_is_said_at_once(http: httpx2.Client) -> None:
    issues = the_outcome(submit(http, pas_sample("imaging-mri", dangling, item_twice, unknown_modifier)))

    assert {issue["code"] for issue in issues} >= {"not-found", "duplicate", "extension"}


def test_an_outcome_quotes_nothing_of_the_message(http: httpx2.Client) -> None:
    def secret(bundle: Any) -> None:
        claim_in(bundle)["insurer"]["reference"] = "Organization/UNSPEAKABLE"
        claim_in(bundle)["item"][0]["sequence"] = "UNSPEAKABLE"
        claim_in(bundle)["UNSPEAKABLE"] = "UNSPEAKABLE"

    response = submit(http, pas_sample("imaging-mri", secret))

    the_outcome(response)
    assert "UNSPEAKABLE" not in response.text


@pytest.mark.parametrize("media_type", ["application/fhir+xml", "text/plain", "application/edi-x12", "x"])
def test_another_content_type_is_not_supported(http: httpx2.Client, media_type: str) -> None:
    response = submit(http, fresh("imaging-mri"), **{"Content-Type": media_type})

    assert response.status_code == 415
    assert [issue["code"] for issue in the_outcome(response)] == ["not-supported"]


def test_a_body_over_twenty_mebibytes_is_too_long(http: httpx2.Client) -> None:
    response = submit(http, fresh("imaging-mri") + b" " * (20 * 1024 * 1024))

    assert response.status_code == 413
    assert [issue["code"] for issue in the_outcome(response)] == ["too-long"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "Claim/$submit", 405),
        ("DELETE", "ClaimResponse/x", 405),
        ("GET", "Observation/1", 404),
        ("POST", "Claim/$approve", 404),
        ("GET", "", 404),
    ],
)
def test_what_the_server_does_not_do_is_one_outcome(http: httpx2.Client, method: str, path: str, status: int) -> None:
    response = http.request(method, f"/fhir/2.2.1/{path}")

    assert response.status_code == status
    assert len(the_outcome(response)) == 1


# What is no error of the exchange


def without(*names: str) -> Change:
    def change(bundle: Any) -> None:
        for name in names:
            claim_in(bundle).pop(name, None)

    return change


def other_code(*path: str | int) -> Change:
    """Give a CodeableConcept in the Claim a code that X12 does not have."""

    def change(bundle: Any) -> None:
        found = claim_in(bundle)
        for step in path:
            found = found[step]
        found["coding"][0]["code"] = "ZZ9"

    return change


def bare(bundle: Any) -> None:
    """Every resource without what its profile does not require."""
    for entry in bundle["entry"]:
        for name in ("telecom", "address", "birthDate", "qualification", "period"):
            if entry["resource"]["resourceType"] != "PractitionerRole":
                entry["resource"].pop(name, None)


def with_more(bundle: Any) -> None:
    """Extensions that nobody knows, on the Claim, an item and a party."""
    for held in (claim_in(bundle), claim_in(bundle)["item"][0], bundle["entry"][1]["resource"]):
        held.setdefault("extension", []).append({"url": ADDED, "valueString": "anything"})


def other_payer(bundle: Any) -> None:
    for entry in bundle["entry"]:
        for identifier in entry["resource"].get("identifier", []):
            if identifier.get("system") == "urn:priorauth:payer":
                identifier["value"] = "SOMEONE"


TOLERATED: dict[str, Change] = {
    "optional elements of the Claim are missing": without("supportingInfo", "diagnosis", "careTeam", "extension"),
    "optional elements of the parties are missing": bare,
    "extensions that we do not know": with_more,
    "a procedure that is in no list": other_code("item", 0, "productOrService"),
    "a service type that X12 does not have": other_code("item", 0, "category"),
    "a diagnosis that cannot be one": other_code("diagnosis", 0, "diagnosisCodeableConcept"),
    "a payer that is not ours": other_payer,
}


@pytest.mark.parametrize("change", TOLERATED.values(), ids=TOLERATED.keys())
def test_what_is_optional_or_a_matter_of_the_278_is_answered_and_not_refused(
    http: httpx2.Client, change: Change
) -> None:
    response = submit(http, fresh("imaging-mri", change))

    assert response.status_code == 200, response.text
    assert response_in(response.json())["outcome"] in ("complete", "partial", "error")


def test_a_payer_that_is_not_ours_is_an_error_in_the_response_as_an_aaa_is(http: httpx2.Client) -> None:
    response = response_in(submit(http, fresh("imaging-mri", other_payer)).json())

    assert response["outcome"] == "error"
    assert [error["code"]["coding"][0]["code"] for error in response["error"]] == ["79"]


def test_what_was_refused_can_be_sent_again_when_it_is_mended(http: httpx2.Client) -> None:
    key = {"Idempotency-Key": "mended"}
    assert submit(http, pas_sample("imaging-mri", dangling), **key).status_code == 422

    assert json.loads(submit(http, fresh("imaging-mri"), **key).content)["resourceType"] == "Bundle"
