"""A dead letter as a CloudEvent: what was set aside and why, never what it says."""

from __future__ import annotations

from datetime import datetime

import msgspec

from priorauth.translate.events import EVENT_SOURCE, schema_uri

DEAD_LETTER_TYPE = "priorauth.dead-letter.v1"


class DeadLetterNotice(msgspec.Struct, kw_only=True):
    """Something was set aside because trying again will not help. `origin` is the topic, partition and offset."""

    kind: str
    subject: str
    reason: str
    origin: str
    review_id: str | None


class _CloudEvent(msgspec.Struct, kw_only=True):
    specversion: str = "1.0"
    id: str
    source: str = EVENT_SOURCE
    type: str = DEAD_LETTER_TYPE
    time: datetime
    datacontenttype: str = "application/json"
    dataschema: str = schema_uri(DEAD_LETTER_TYPE)
    data: DeadLetterNotice


def write_dead_letter(
    *, id: str, at: datetime, kind: str, subject: str, reason: str, origin: str, review_id: str | None
) -> bytes:
    """The notice of a dead letter, under the letter's own id."""
    notice = DeadLetterNotice(kind=kind, subject=subject, reason=reason, origin=origin, review_id=review_id)
    return msgspec.json.encode(_CloudEvent(id=id, time=at, data=notice))
