"""Each PAS sample beside what it becomes: the 278 of its leg, and a certified response Bundle.

`PRIORAUTH_REGENERATE=1` writes the files anew, for the diff to be read.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from crosswalk_tables import CROSSWALKS
from fhir_bundles import BASE, NOON, REQUESTS, read
from priorauth.domain.determinations import CertificationAction, ItemDecision, Reply
from priorauth.domain.reviews import Format
from priorauth.fhir.bundles import Bundle, read_resource, write_resource
from priorauth.translate.fhir_response import ResponseOptions, reply_to_fhir
from priorauth.translate.fhir_review import changes_only
from priorauth.translate.x12_review import review_to_x12
from x12_sets import written

GOLDEN = Path(__file__).parents[2] / "golden-fhir"
REGENERATES = os.environ.get("PRIORAUTH_REGENERATE") == "1"


def review_json(bundle: Bundle) -> str:
    return msgspec.json.format(msgspec.json.encode(read(bundle)), indent=2).decode() + "\n"


def leg(bundle: Bundle) -> str:
    segments = review_to_x12(changes_only(read(bundle)), identifier="LEG-1", created=NOON)
    return "".join(f"{segment}~\n" for segment in written(segments))


def response(bundle: Bundle) -> str:
    """Every item certified in total."""
    review = read(bundle)
    items = tuple(
        ItemDecision(
            sequence=item.sequence,
            action=CertificationAction.CERTIFIED_IN_TOTAL,
            certification_number=f"CERT-{item.sequence}",
        )
        for item in review.items
    )
    reply = Reply(review_id=review.id, number=1, made_at=NOON, items=items)
    options = ResponseOptions(version=Format.PAS_2_2_1, base=BASE)
    found = reply_to_fhir(bundle, review, reply, crosswalks=CROSSWALKS, options=options)
    return msgspec.json.format(write_resource(found), indent=2).decode() + "\n"


MADE: dict[str, Callable[[Bundle], str]] = {"review.json": review_json, "leg.edi": leg, "response.json": response}


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("name", MADE)
def test_a_sample_becomes_what_lies_beside_it(path: Path, name: str) -> None:
    golden = GOLDEN / path.stem / name
    made = MADE[name](Bundle(read_resource(path.read_bytes())))

    if REGENERATES:
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(made)

    assert golden.read_text() == made


def test_nothing_lies_there_that_no_sample_becomes() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {path.stem for path in REQUESTS}
