"""The shipped PAS samples, and reading and writing them in tests."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from crosswalk_tables import CROSSWALKS
from priorauth.domain.parties import PartnerId, PayerId
from priorauth.domain.reviews import Format, ReviewId, ServiceReview
from priorauth.fhir.bundles import Bundle, read_resource, write_resource
from priorauth.fhir.elements import Element
from priorauth.translate.fhir_review import review_from_fhir
from priorauth.translate.losses import Losses

NOON = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)
SAMPLES = sorted((Path(__file__).parent.parent / "samples" / "fhir").glob("*.json"))
REQUESTS = [path for path in SAMPLES if not path.stem.startswith("inquiry")]
BASE = "https://gateway.example/fhir/2.2.1"


def bundle(name: str) -> Bundle:
    """One of our samples, decoded."""
    path = next(path for path in SAMPLES if path.stem == name)
    return Bundle(read_resource(path.read_bytes()))


def decoded(resource: Element) -> Bundle:
    """A Bundle that we wrote, as its receiver decodes it."""
    return Bundle(read_resource(write_resource(resource)))


def read(found: Bundle, version: Format = Format.PAS_2_2_1, losses: Losses | None = None) -> ServiceReview:
    """The review of a request Bundle; every payer identifier is a payer of ours."""
    return review_from_fhir(
        found,
        arrived_as=version,
        review_id=ReviewId("rev-1"),
        partner=PartnerId("sandbox"),
        payer_of=lambda identifier: PayerId(identifier) if identifier else None,
        received_at=NOON,
        crosswalks=CROSSWALKS,
        losses=losses,
    )


def sample(name: str) -> ServiceReview:
    """The review of one of our samples."""
    return read(bundle(name))
