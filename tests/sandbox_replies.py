"""What the sandbox answers to a review when told how, as the reply to the whole of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fhir_bundles import NOON
from priorauth.domain.determinations import Reply
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import LegId, ServiceReview, Trace
from priorauth.sandbox.answers import Decided, answer_to
from priorauth.sandbox.cases import Case
from priorauth.sandbox.tables import read_behaviours

TABLE = read_behaviours(Path(__file__).parents[1] / "mappings" / "sandbox")
DESTINATION = DestinationId("progenyhealth")


def sandbox_reply(review: ServiceReview, prefix: str) -> Reply | None:
    """What a simulated delegate answers when told how, as the reply to the whole review."""
    event = replace(review.event, traces=(Trace(f"{prefix}1", "9EXAMPLE00"), *review.event.traces[1:]))
    forced = replace(review, event=event)
    answer = answer_to(Case(destination=DESTINATION, leg_id=LegId("leg-1"), review=forced), TABLE, NOON)
    if not isinstance(answer, Decided):
        return None
    said = answer.determination
    return Reply(
        review_id=review.id,
        number=1,
        made_at=NOON,
        items=said.items,
        rejections=said.rejections,
        certification_number=said.certification_number,
        administrative_number=said.administrative_number,
        information=said.information,
        message=said.message,
        traces=said.traces,
    )
