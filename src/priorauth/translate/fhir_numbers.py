"""The sequences of `Claim.supportingInfo`. An update is read by them, so that an entry keeps its own (PAS spec-68)."""

from __future__ import annotations

from collections.abc import Mapping

from priorauth.domain.reviews import ServiceReview
from priorauth.fhir.bundles import read_resource
from priorauth.fhir.elements import Element, Value
from priorauth.translate.fhir_reading import children, count
from priorauth.translate.fhir_vocabulary import INFO_CHANGED, Written

_OF_ONE_UPDATE = ("sequence", "modifierExtension")


class EntryNumbers:
    """Numbers the entries of one Claim.

    An entry has the number that the sender gave it; without one, that of the same entry of the Claim that is updated;
    else one that neither the sender nor that Claim has used.
    """

    __slots__ = ("_earlier", "_given", "_known", "_next")

    def __init__(self, review: ServiceReview) -> None:
        self._known: Mapping[str, int] = {each.place: each.sequence for each in review.numbers}
        self._earlier = _of_prior_claim(review)
        self._given: dict[int, Written] = {}
        self._next = max([0, *self._known.values(), *(sequence for sequence, _ in self._earlier)]) + 1

    def number(self, place: str, entry: Written) -> tuple[int, bool]:
        """The sequence of an entry, and whether it is new: two items may point to the same one."""
        own = self._known.get(place, 0)
        if own and self._given.get(own) == entry:
            return own, False
        same = [sequence for sequence, earlier in self._earlier if earlier == _content(entry)] if not own else []
        free = [each for each in (own, *same) if each and each not in self._given]
        sequence = free[0] if free else self._next
        self._next += not free
        self._given[sequence] = entry
        return sequence, True


def _of_prior_claim(review: ServiceReview) -> list[tuple[int, Value]]:
    """What the Claim that is updated has, where it came along."""
    if review.prior is None:
        return []
    claims = [read_resource(each.body.encode()) for each in review.resources if each.url == review.prior.url]
    entries = [entry for claim in claims for entry in children(claim, "supportingInfo")]
    return [(count(entry, "sequence") or 0, _content(entry)) for entry in entries]


def _content(entry: Element) -> Value:
    """The entry without its number and without what an update says of it."""
    about = [each for each in children(entry, "extension") if each.get("url") != INFO_CHANGED]
    rest = {name: value for name, value in entry.items() if name not in _OF_ONE_UPDATE and name != "extension"}
    return {**rest, "extension": about}
