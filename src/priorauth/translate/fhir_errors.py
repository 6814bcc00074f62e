"""Rejections (AAA) as errors of a ClaimResponse, and back: reason, follow-up, element of X12 and of the Bundle."""

from __future__ import annotations

from collections.abc import Iterator

from priorauth.domain.determinations import Rejection, RejectionLevel, Reply
from priorauth.domain.reviews import Format, ServiceReview
from priorauth.fhir.elements import Element
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_echo import Echo
from priorauth.translate.fhir_reading import (
    NOTHING,
    any_code,
    child,
    children,
    extension_code,
    extension_text,
    extensions,
    text,
)
from priorauth.translate.fhir_vocabulary import (
    ERROR_ELEMENT,
    ERROR_FOLLOW_UP,
    ERROR_PATH,
    FOLLOW_UP,
    REJECTION,
    Written,
    coded,
    complex_extension,
    concept,
    valued,
)

_LONGEST_NUMBER = 9
_POSITIONS = {
    "identifier": "NM109",
    "name": "NM103",
    "birthDate": "DMG02",
    "gender": "DMG03",
    "telecom": "PER04",
    "address": "N402",
    "specialty": "PRV03",
}
"""The element of FHIR that a reason speaks of, and the X12 element that holds the same."""
_LEVELS = {level.value: level for level in RejectionLevel}
_LOOPS = {RejectionLevel.SERVICE_PROVIDER: "2010F", RejectionLevel.TRANSPORT: "2010EB"}
"""Where a level of the response has another name in the request, which the error is about."""
_LEVELS |= {loop: level for level, loop in _LOOPS.items()}


def rejections_of(reply: Reply) -> Iterator[Rejection]:
    """Every rejection of a reply, each item's with its sequence."""
    yield from reply.rejections
    for decision in reply.items:
        for each in decision.rejections:
            yield _of_item(each, decision.sequence)


def _of_item(rejection: Rejection, sequence: int) -> Rejection:
    return Rejection(
        level=rejection.level,
        reason=rejection.reason,
        follow_up=rejection.follow_up,
        sequence=rejection.sequence if rejection.sequence is not None else sequence,
        provider=rejection.provider,
        finding=rejection.finding,
    )


def write_error(rejection: Rejection, review: ServiceReview, echo: Echo, walks: Crosswalks, version: Format) -> Written:
    """One rejection as an error: AAA03, AAA04, the X12 element and the FHIRPath from the request Bundle."""
    member = walks.rejection_place.fhir(rejection.reason)
    loop = _LOOPS.get(rejection.level, rejection.level.value)
    position = _POSITIONS.get(member, "")
    located = f"{loop}-{position}" if position and rejection.level not in _WITHOUT_PARTY else loop
    path = _path(rejection, review, echo, member)
    return {
        "extension": [
            coded(ERROR_FOLLOW_UP, FOLLOW_UP, rejection.follow_up),
            _error_element(located, version),
            *([valued(ERROR_PATH, "String", path)] if path else []),
        ],
        "code": concept(REJECTION, rejection.reason),
    }


def _error_element(located: str, version: Format) -> Written:
    """The element of X12: 2.0.1 has its text alone, 2.2.1 lets a note stand beside it."""
    if version is Format.PAS_2_0_1:
        return valued(ERROR_ELEMENT, "String", located)
    return complex_extension(ERROR_ELEMENT, [valued("error", "String", located)])


_WITHOUT_PARTY = frozenset((RejectionLevel.TRANSACTION, RejectionLevel.EVENT, RejectionLevel.SERVICE))


def _path(rejection: Rejection, review: ServiceReview, echo: Echo, member: str) -> str:
    """The FHIRPath of what is rejected; a party's own element where the reason names one."""
    claim = f"Bundle.entry[{max(echo.claim.entry, 0)}].resource"
    if rejection.level is RejectionLevel.TRANSACTION:
        return claim
    if rejection.level in (RejectionLevel.EVENT, RejectionLevel.TRANSPORT):
        return claim
    place = _place_of_item(review, rejection.sequence)
    if rejection.level is RejectionLevel.SERVICE:
        return claim if place is None else f"{claim}.item[{place}]"
    for name in _parties(rejection, place):
        entry = echo.entry_of(review.url(name))
        if entry is not None:
            path = f"Bundle.entry[{entry}].resource"
            return f"{path}.{member}" if member else path
    return claim


def _parties(rejection: Rejection, place: int | None) -> tuple[str, ...]:
    at = rejection.provider or 0
    if rejection.level is RejectionLevel.EVENT_PROVIDER:
        return (f"event.providers[{at}].practitioner", f"event.providers[{at}]")
    if rejection.level is RejectionLevel.SERVICE_PROVIDER:
        return (f"items[{place}].providers[{at}].practitioner", f"items[{place}].providers[{at}]")
    return _PARTIES.get(rejection.level, ())


_PARTIES = {
    RejectionLevel.UMO: ("umo",),
    RejectionLevel.REQUESTER: ("requester.practitioner", "requester"),
    RejectionLevel.SUBSCRIBER: ("subscriber", "patient"),
    RejectionLevel.DEPENDENT: ("patient",),
}


def _place_of_item(review: ServiceReview, sequence: int | None) -> int | None:
    return next((at for at, item in enumerate(review.items) if item.sequence == sequence), None)


def read_errors(response: Element) -> list[Rejection]:
    """The errors of a ClaimResponse as rejections; the item is known only where the path names it."""
    return [_read_error(each) for each in children(response, "error")]


def _read_error(error: Element) -> Rejection:
    found = extensions(error)
    inner = extensions(found.get(ERROR_ELEMENT, NOTHING))
    located = extension_text(inner, "error") or extension_text(found, ERROR_ELEMENT)
    loop = located.partition("-")[0]
    return Rejection(
        level=_LEVELS.get(loop, RejectionLevel.EVENT),
        reason=any_code(child(error, "code")) or text(child(error, "code"), "text"),
        follow_up=extension_code(found, ERROR_FOLLOW_UP, FOLLOW_UP) or "C",
        sequence=_item_of(extension_text(found, ERROR_PATH)),
    )


def _item_of(path: str) -> int | None:
    """The place of an item (from 1) in a FHIRPath, None where it names none."""
    _, found, rest = path.partition(".item[")
    place = rest.partition("]")[0]
    return int(place) + 1 if found and place.isdecimal() and len(place) <= _LONGEST_NUMBER else None
