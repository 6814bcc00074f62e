"""Messages as Kafka's records: CloudEvents in structured mode, the attributes that a consumer filters by in headers."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import msgspec

from priorauth.adapters.archive import fingerprint
from priorauth.adapters.lanes import Arrived
from priorauth.domain.reviews import ReviewId
from priorauth.services.bus import BusMessage
from priorauth.translate.events import MEDIA_TYPE

OUR_KEY = re.compile(r"rev-[0-9A-Za-z_-]{1,60}")
"""A review's id. Any other key is a sender's, and is not written down: nobody knows what it says."""


class _Attributes(msgspec.Struct):
    id: str = ""
    type: str = ""


def headers_of(message: BusMessage) -> list[tuple[str, bytes]]:
    """The headers of a message: the content type that makes it structured, its id and type, and the trace context."""
    return [
        ("content-type", MEDIA_TYPE.encode()),
        ("ce_id", message.id.encode()),
        ("ce_type", message.type.encode()),
        ("traceparent", (message.traceparent or traceparent(message.key, message.id)).encode()),
    ]


def traceparent(key: str, id: str) -> str:
    """The W3C trace context of a message: one trace for each key, so that a review's whole story is one trace.

    Where nothing is traced, it is made of the ids, so a message that is sent again carries the same.
    """
    return f"00-{digest(key, 32)}-{digest(id, 16)}-01"


def digest(text: str, length: int) -> str:
    return hashlib.sha256(f"priorauth {text}".encode()).hexdigest()[:length]


def arrived(record: Any, *, topic: str, group: str) -> Arrived:
    """A record as it came; `topic` is its name without the cluster's prefix."""
    headers = {name: value.decode("utf-8", "replace") for name, value in record.headers}
    body = record.value or b""
    place = f"{topic}/{record.partition}@{record.offset}"
    said = attributes(body) if "ce_id" not in headers else _Attributes(headers["ce_id"], headers.get("ce_type", ""))
    key = (record.key or b"").decode("utf-8", "replace")
    id = said.id or place
    message = BusMessage(
        topic=topic,
        key=key,
        id=id,
        type=said.type,
        body=body,
        traceparent=headers.get("traceparent", ""),
        receipt=f"{group}:{topic}:{digest(id, 32)}:{fingerprint(body)[:32]}",
    )
    return Arrived(
        topic=topic,
        id=id,
        letter_id=f"{group}:{place}",
        origin=place,
        review_id=ReviewId(key) if OUR_KEY.fullmatch(key) else None,
        open=lambda: message,
    )


def attributes(body: bytes) -> _Attributes:
    """Id and type of a CloudEvent in structured mode; empty where it is none."""
    try:
        return msgspec.json.decode(body, type=_Attributes)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _Attributes()
