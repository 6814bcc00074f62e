"""When a message says that it was made: what is translated twice comes out the same, so no clock is read."""

from __future__ import annotations

from datetime import UTC, datetime

from priorauth.domain.reviews import ServiceReview
from priorauth.fhir.bundles import Bundle
from priorauth.translate.fhir_reading import text

UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)
_FORMS = ((14, "%Y%m%d%H%M%S"), (12, "%Y%m%d%H%M"), (8, "%Y%m%d"))


def moment_of_review(review: ServiceReview) -> datetime:
    """BHT04 and BHT05 of the transaction; X12 names no zone, and UTC is assumed."""
    return read_moment(review.transaction.created)


def read_moment(created: str) -> datetime:
    """A day with or without a time as X12 writes them."""
    for length, form in _FORMS:
        if len(created) >= length:
            try:
                return datetime.strptime(created[:length], form).replace(tzinfo=UTC)
            except ValueError:
                break
    return UNKNOWN


def moment_of_bundle(bundle: Bundle) -> datetime:
    """`Bundle.timestamp`."""
    try:
        found = datetime.fromisoformat(text(bundle.root.element, "timestamp"))
    except ValueError:
        return UNKNOWN
    return found if found.tzinfo else found.replace(tzinfo=UTC)
