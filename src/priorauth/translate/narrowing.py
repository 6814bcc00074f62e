"""The part of a review that goes to one destination."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from priorauth.domain.carried import EntryNumber, ResourceUrl
from priorauth.domain.reviews import ServiceReview

Held = TypeVar("Held", ResourceUrl, EntryNumber)


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
    return replace(
        review,
        items=items,
        resources=resources,
        urls=_moved(review.urls, places),
        numbers=_moved(review.numbers, places),
    )


def _moved(held: Iterable[Held], places: Mapping[str, str]) -> tuple[Held, ...]:
    """What is kept of parts of the review, where they stand now; without what is of an item that is gone."""
    moved: list[Held] = []
    for each in held:
        item, dot, part = each.place.partition(".")
        if not item.startswith("items["):
            moved.append(each)
        elif item in places:
            moved.append(replace(each, place=f"{places[item]}{dot}{part}"))
    return tuple(moved)
