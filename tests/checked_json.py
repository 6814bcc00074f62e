"""Our FHIR samples as JSON that tests change on purpose, and what the checker finds in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from priorauth.adapters.fhir_profiles import load_checker
from priorauth.domain.findings import Finding
from priorauth.fhir import checker as checking
from priorauth.fhir.bundles import Bundle, read_resource
from priorauth.fhir.checker import ProfileChecker
from priorauth.fhir.profiles import BundleProfile, profile_name

SAMPLES = sorted((Path(__file__).parents[1] / "samples" / "fhir").glob("*.json"))
VERSIONS = ("2.2.1", "2.0.1")

Change = Callable[[Any], object]


@cache
def checker(version: str = "2.2.1") -> ProfileChecker:
    """The checker of a version, compiled once for all tests."""
    return load_checker(version)


def sample(name: str) -> Any:
    """A sample as JSON of its own."""
    return json.loads(next(path for path in SAMPLES if path.stem == name).read_bytes())


def decoded(document: Any) -> Bundle:
    """JSON as its receiver decodes it."""
    return Bundle(read_resource(json.dumps(document).encode()))


def profile_of(bundle: Bundle) -> BundleProfile | None:
    """The profile of the guide that a Bundle says it follows, None where it says none."""
    named = [profile_name(url) for url in bundle.root.node("meta").texts("profile")]
    return next((profile for profile in BundleProfile if profile.value in named), None)


def findings_in(
    document: Any, profile: BundleProfile = BundleProfile.REQUEST, version: str = "2.2.1"
) -> tuple[Finding, ...]:
    """Everything that is wrong with a Bundle."""
    return checker(version).check_bundle(checker(version).read(json.dumps(document).encode()), profile)


def in_full(document: Any, profile: BundleProfile, version: str = "2.2.1") -> tuple[Finding, ...]:
    """The same without the quick passes: every resource goes through the check that reports."""
    quick = checking.is_accepted
    checking.is_accepted = lambda rule, element, references: False  # noqa: ARG005
    try:
        return checker(version).check_bundle(decoded(document), profile)
    finally:
        checking.is_accepted = quick


def extension(element: Any, url_end: str) -> Any:
    """The extension whose URL ends so."""
    return next(each for each in element["extension"] if each["url"].endswith(url_end))
