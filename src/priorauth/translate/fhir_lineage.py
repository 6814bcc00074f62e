"""Where the parts of a review came from in its request Bundle: the resource of each party, the item of each service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from priorauth.domain.reviews import ServiceReview
from priorauth.fhir.bundles import Bundle
from priorauth.translate.fhir_review import claim_of


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a part came from: its FHIRPath in the Bundle, and the entry (from 0)."""

    label: str
    entry: int


def fhir_lineage_of(bundle: Bundle, review: ServiceReview) -> Mapping[str, Origin]:
    """The origin of every part of the review that `bundle` was read into, by its path (`requester`, `items[0]`)."""
    found: dict[str, Origin] = {}
    for each in review.urls:
        entry = bundle.find(each.url, -1)
        if entry is not None:
            found[each.place] = Origin(bundle.entries[entry].path, entry)
    claim = claim_of(bundle)
    if claim is not None:
        found["event"] = Origin(bundle.entries[claim].path, claim)
        for place in range(len(review.items)):
            found[f"items[{place}]"] = Origin(f"{bundle.entries[claim].path}.item[{place}]", claim)
    return found
