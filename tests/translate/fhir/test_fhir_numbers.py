"""An entry of `Claim.supportingInfo` keeps its sequence, whatever part of a request a delegate is told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from crosswalk_tables import CROSSWALKS
from fhir_bundles import bundle, decoded, read, sample
from must_support_filling import CODES, concept, extension
from priorauth.domain.carried import CarriedResource
from priorauth.domain.reviews import Attachment, Change, PriorRequest, ServiceReview
from priorauth.fhir.bundles import Bundle, read_resource, write_resource
from priorauth.services.request_digest import content_digest
from priorauth.translate.fhir_request import review_to_fhir
from priorauth.translate.narrowing import narrow
from x12_sets import sample as x12_sample

ADDED = extension("extension-infoChanged", valueCode="added")
BROUGHT = Attachment(report_type="77", transmission="EL", control_number="NEW", change=Change.ADDED)


def request(name: str, *information: Any, pointed: tuple[tuple[int, ...], ...] = ()) -> Bundle:
    """A sample with this supporting information, and with items that point to these entries."""
    root: Any = json.loads(write_resource(bundle(name).root.element))
    claim = root["entry"][0]["resource"]
    claim["supportingInfo"] = list(information)
    for item, sequences in zip(claim["item"], pointed, strict=False):
        item["informationSequence"] = list(sequences)
    return Bundle(read_resource(json.dumps(root).encode()))


def document(sequence: int, control: str, **more: Any) -> Any:
    held = {"type": "DocumentReference", "identifier": {"value": control}}
    return {"sequence": sequence, "category": concept(CODES, "additionalInformation"), "valueReference": held, **more}


def message(sequence: int, text: str) -> Any:
    return {"sequence": sequence, "category": concept(CODES, "freeFormMessage"), "valueString": text}


def told(review: ServiceReview) -> Any:
    """The Claim that a delegate is told."""
    return decoded(review_to_fhir(review, crosswalks=CROSSWALKS)).first().element


def entries(claim: Any) -> dict[int, str]:
    """What stands under each sequence: a text, a day, or a document by its control number."""
    return {each["sequence"]: _said(each) for each in claim["supportingInfo"]}


def _said(entry: Any) -> str:
    held = entry.get("valueReference", {"identifier": {"value": ""}})
    return str(entry.get("valueString") or entry.get("timingDate") or held["identifier"]["value"])


SPLIT = (message(5, "WHOLE"), document(9, "FIRST"), document(7, "SECOND"))


def test_a_leg_of_the_second_item_has_the_numbers_of_the_sender() -> None:
    review = read(request("split-imaging-and-surgery", *SPLIT, pointed=((9,), (7,))))

    claim = told(narrow(review, (2,)))

    assert {5: "WHOLE", 7: "SECOND"}.items() <= entries(claim).items()
    assert 9 not in entries(claim)
    assert claim["item"][0]["informationSequence"] == [7]


def test_what_two_items_point_to_is_one_entry() -> None:
    review = read(request("split-imaging-and-surgery", *SPLIT[:2], pointed=((9,), (9,))))

    claim = told(review)

    assert [each["sequence"] for each in claim["supportingInfo"]].count(9) == 1
    assert [item["informationSequence"] for item in claim["item"]] == [[9], [9]]


def test_an_update_flags_the_entry_that_the_sender_flags() -> None:
    added = document(2, "NEW", extension=[ADDED])
    review = read(request("nicu-update", document(8, "OLD"), added, message(3, "AS BEFORE")))

    claim = told(review)

    flagged = [each["sequence"] for each in claim["supportingInfo"] if ADDED in each.get("extension", ())]
    assert entries(claim).items() >= {2: "NEW", 3: "AS BEFORE", 8: "OLD"}.items()
    assert flagged == [2]


def test_a_document_that_is_brought_later_has_a_number_that_nothing_had_before() -> None:
    review = x12_sample("nicu-admission")
    before_it = replace(BROUGHT, control_number="OLD", change=None)
    review = replace(review, event=replace(review.event, message="AS BEFORE", attachments=(before_it,)))
    first = told(review)
    prior = CarriedResource("Claim", "urn:uuid:first", write_resource(first).decode())
    event = replace(review.event, attachments=(BROUGHT,))

    later = told(replace(review, event=event, prior=PriorRequest(url=prior.url), resources=(*review.resources, prior)))

    before, after = entries(first), entries(later)
    assert after.items() - before.items() == {(max(before) + 1, "NEW")}
    assert "AS BEFORE" in after.values()


def test_how_a_sender_numbers_is_not_what_it_asks_for() -> None:
    one, other = (read(request("imaging-mri", message(sequence, "SAME"))) for sequence in (1, 4))

    assert one == other
    assert content_digest(one) == content_digest(other)
    assert entries(told(one)).keys() != entries(told(other)).keys()


def test_entries_of_a_278_are_numbered_as_they_stand() -> None:
    claim = told(x12_sample("nicu-admission"))

    sequences = [each["sequence"] for each in claim["supportingInfo"]]
    assert sequences == list(range(1, len(sequences) + 1))
    assert sample("nicu-admission").numbers
