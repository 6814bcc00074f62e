"""Every must-support element of PAS requests is read: it comes back out of the review, or a loss names it."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import pytest

from crosswalk_tables import CROSSWALKS
from fhir_bundles import decoded, read
from must_support import MustSupport, Part, elements, said
from must_support_filling import filled
from priorauth.domain.reviews import Format
from priorauth.fhir.bundles import Bundle
from priorauth.translate.fhir_request import review_to_fhir
from priorauth.translate.losses import Losses

CARRIED = ("Encounter", "ServiceRequest", "MedicationRequest", "DeviceRequest", "NutritionOrder", "DocumentReference")
"""They travel beside the review as they are."""
NOT_IN_SAMPLES = {
    ("profile-claim-update", "Claim.item.extension:requestedService"): "as in a first request",
    (
        "profile-coverage",
        "Coverage.relationship.coding:X12Code",
    ): "its slice is told by a value set that is not at hand",
}
PLACES = {
    "umo": ("profile-insurer",),
    "requester": ("profile-requestor", "profile-practitioner"),
    "subscriber": ("profile-subscriber", "profile-beneficiary"),
    "dependent": ("profile-beneficiary",),
    "providers": ("profile-practitioner", "profile-practitionerrole", "profile-location", "profile-requestor"),
}
"""The part of a review that a loss is about -> the profiles of the resources that it is read from."""


VERSIONS = {"2.2.1": Format.PAS_2_2_1, "2.0.1": Format.PAS_2_0_1}
READ = [each for each in elements(Part.REQUESTS) if each.id.partition(".")[0] not in CARRIED]


@cache
def there_and_back(version: Format) -> list[tuple[str, Bundle, Bundle, frozenset[str]]]:
    """Each sample and filled sample, what is written of its review, and the positions of the losses."""
    found = []
    for name, bundle in filled(version):
        losses = Losses()
        review = read(bundle, version, losses)
        again = decoded(review_to_fhir(review, crosswalks=CROSSWALKS, version=version, losses=losses))
        found.append((name, bundle, again, frozenset(loss.position for loss in losses.found)))
    return found


@pytest.mark.parametrize("element", READ, ids=str)
def test_a_must_support_element_comes_back_or_a_loss_names_it(element: MustSupport) -> None:
    seen = False
    for name, bundle, again, losses in there_and_back(VERSIONS[element.version]):
        there = Counter(said(bundle, element))
        seen = seen or bool(there)
        gone = there - Counter(said(again, element))
        assert not gone or _is_named(element, losses), name

    assert seen or (element.profile, element.id) in NOT_IN_SAMPLES


def _is_named(element: MustSupport, losses: frozenset[str]) -> bool:
    """True where a loss is of the element, of what holds it or, for all of it, of what is in it."""
    path = re.sub(r":\w+|\[x\]", "", element.id)
    for position in losses:
        at = re.sub(r"\[\d+\]", "", position)
        if path == at or path.startswith(f"{at}.") or at.startswith(f"{path}."):
            return True
        *part, member = at.removeprefix("event.").removeprefix("items.").split(".")
        of_part = part and element.profile in PLACES.get(part[0], ())
        if of_part and (path.split(".")[1] == member or (member == "location" and ".address" in path)):
            return True
    return False


@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
def test_what_travels_beside_a_review_is_not_touched(version: Format) -> None:
    kinds = set()
    for name, bundle, again, _ in there_and_back(version):
        for kind in CARRIED:
            there = {bundle.urls[node.entry]: node.element for node in bundle.of_type(kind)}
            back = {again.urls[node.entry]: node.element for node in again.of_type(kind)}
            kinds.update([kind] * bool(there))
            assert {url: back.get(url) for url in there} == there, name

    assert kinds == set(CARRIED)
