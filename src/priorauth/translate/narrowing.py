"""The part of a review that goes to one destination."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from priorauth.domain.carried import ResourceUrl
from priorauth.domain.reviews import ServiceReview


def narrow(review: ServiceReview, sequences: Iterable[int]) -> ServiceReview:
    """The review with these items only, which keep their sequences: the minimum that their delegate needs.

    Diagnoses stay whole, so that pointers to them stay right.
    """
    wanted = frozenset(sequences)
    kept_at = [at for at, item in enumerate(review.items) if item.sequence in wanted]
    items = tuple(review.items[at] for at in kept_at)
    kept = {item.order for item in items}
    others = {item.order for item in review.items if item.order} - kept
    resources = tuple(each for each in review.resources if each.url not in others) if others else review.resources
    places = {f"items[{was}]": f"items[{at}]" for at, was in enumerate(kept_at)}
    urls = tuple(moved for each in review.urls if (moved := _moved(each, places)))
    return replace(review, items=items, resources=resources, urls=urls)


def _moved(held: ResourceUrl, places: Mapping[str, str]) -> ResourceUrl | None:
    """The same url where the part of its item stands now; None where the item is gone."""
    item, dot, part = held.place.partition(".")
    if not item.startswith("items["):
        return held
    return replace(held, place=f"{places[item]}{dot}{part}") if item in places else None
