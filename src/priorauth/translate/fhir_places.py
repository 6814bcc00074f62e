"""The FHIRPath of what a review holds: where in the request Bundle a value that cannot be right was said."""

from __future__ import annotations

from priorauth.domain.reviews import ServiceReview
from priorauth.fhir.bundles import Bundle
from priorauth.fhir.elements import Element
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_claim import read_diagnoses
from priorauth.translate.fhir_elements import Claim
from priorauth.translate.fhir_information import ADMISSION, PATIENT_EVENT
from priorauth.translate.fhir_reading import child, children, code
from priorauth.translate.fhir_review import claim_of
from priorauth.translate.fhir_typed import typed
from priorauth.translate.fhir_vocabulary import NPI, PAS_CODES
from priorauth.translate.review_content import Doubt

_KINDS = {"event.event_dates": PATIENT_EVENT, "event.admission_dates": ADMISSION}


def path_of(doubt: Doubt, bundle: Bundle, review: ServiceReview, walks: Crosswalks) -> str:
    """Where the value of a doubt stands in the Bundle that the review was read from."""
    entry = claim_of(bundle)
    claim = f"Bundle.entry[{entry or 0}].resource"
    element = bundle.entries[entry or 0].element
    place = doubt.place
    if place.startswith("items["):
        item, _, rest = place.partition(".")
        if rest.startswith("providers["):
            return _of_provider(place, bundle, review) or f"{claim}.{item[:-1].replace('items', 'item')}]"
        return f"{claim}.{item.replace('items', 'item')}{_of_item(rest, element, item)}"
    if place.startswith("event.diagnoses["):
        at = int(place.removeprefix("event.diagnoses[").rstrip("]"))
        return f"{claim}.diagnosis[{_diagnosis(element, at, walks)}].diagnosisCodeableConcept"
    if place in _KINDS:
        found = [code(child(each, "category"), PAS_CODES) for each in children(element, "supportingInfo")]
        return f"{claim}.supportingInfo[{found.index(_KINDS[place])}]" if _KINDS[place] in found else claim
    return _of_provider(place, bundle, review) or claim


def _of_item(rest: str, claim: Element, item: str) -> str:
    """The element of an item that says what the review holds."""
    element = children(claim, "item")[int(item.removeprefix("items[").rstrip("]"))]
    if rest == "service_dates":
        return ".servicedPeriod" if "servicedPeriod" in element else ".servicedDate"
    return ".revenue" if rest == "service.revenue_code" else ".productOrService"


def _of_provider(place: str, bundle: Bundle, review: ServiceReview) -> str:
    """The NPI of a party: of the practitioner where it is a person in a role."""
    for name in (f"{place}.practitioner", place, f"{place}.organization"):
        entry = bundle.find(review.url(name), -1) if review.url(name) else None
        if entry is None:
            continue
        identifiers = children(bundle.entries[entry].element, "identifier")
        at = next((at for at, each in enumerate(identifiers) if each.get("system") == NPI), None)
        if at is not None:
            return f"Bundle.entry[{entry}].resource.identifier[{at}].value"
    return ""


def _diagnosis(claim: Element, at: int, walks: Crosswalks) -> int:
    """The place in the Claim of the diagnosis that stands at a place of the event: they are put in order of HI."""
    _, places = read_diagnoses(typed(claim, Claim), walks)
    sequence = next((sequence for sequence, place in places.items() if place == at + 1), None)
    found = [each.get("sequence") for each in children(claim, "diagnosis")]
    return found.index(sequence) if sequence in found else at
