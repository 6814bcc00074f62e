"""PAS request Bundles for tests: our samples, each copy under identifiers of its own or changed on purpose."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "samples" / "fhir"
FHIR = {"Content-Type": "application/fhir+json"}
NUMBERS = itertools.count(1)

Change = Callable[[Any], object]


def pas_sample(name: str, *changes: Change) -> bytes:
    """A sample after each change was called with its JSON."""
    bundle = json.loads((FOLDER / f"{name}.json").read_bytes())
    for change in changes:
        change(bundle)
    return json.dumps(bundle).encode()


def fresh(name: str, *changes: Change) -> bytes:
    """A sample with a first Claim.identifier of its own, so that it is no resend."""
    return pas_sample(name, with_trace(f"EHR-{next(NUMBERS)}"), *changes)


def pas_forcing(name: str, behaviour: str, *changes: Change) -> bytes:
    """A sample whose first Claim.identifier forces a behaviour of the sandbox."""
    return pas_sample(name, with_trace(f"SBX-{behaviour}-{next(NUMBERS)}"), *changes)


def with_trace(value: str) -> Change:
    """Give the Claim's first identifier this value."""

    def change(bundle: Any) -> None:
        claim_in(bundle)["identifier"][0]["value"] = value

    return change


def claim_in(bundle: Any) -> Any:
    """The Claim of a Bundle."""
    return next(each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == "Claim")


def response_in(bundle: Any) -> Any:
    """The ClaimResponse of a response Bundle, which is its first entry."""
    response = bundle["entry"][0]["resource"]
    assert response["resourceType"] == "ClaimResponse"
    return response


def actions_in(bundle: Any) -> list[str | None]:
    """The review action code of each item of a response Bundle, None where it has none."""
    return [action_of(item) for item in response_in(bundle)["item"]]


def action_of(item: Any) -> str | None:
    for adjudication in item["adjudication"]:
        for action in adjudication.get("extension", []):
            for part in action.get("extension", []):
                for coding in part.get("valueCodeableConcept", {}).get("coding", []):
                    if coding["system"] == "https://codesystem.x12.org/005010/306":
                        return str(coding["code"])
    return None
