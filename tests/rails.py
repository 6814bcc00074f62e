"""One request on every rail, for tests over HTTP: to one delegate each, forcing a behaviour of the sandbox."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import Any

import httpx2

from crosswalk_tables import CROSSWALKS
from interchanges import NUMBERS, renumbered, sample, text_of, with_trace
from memory.gateway import TOOLS
from priorauth.domain.exchange import InboundMessage
from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import Format, ReviewId, ServiceReview
from priorauth.fhir.bundles import write_resource
from priorauth.translate.fhir_request import review_to_fhir

SLEEP_STUDY = "sleep study"
DELEGATES = {"278": "msk-knee-replacement", "PAS": SLEEP_STUDY, "events": "imaging-mri"}
"""What each delegate speaks, and a request that goes to it alone."""
FHIR_JSON = {"Content-Type": "application/fhir+json"}


def asked(name: str) -> bytes:
    """A request to one delegate."""
    if name != SLEEP_STUDY:
        return sample(name)
    both = text_of(sample("split-imaging-and-sleep"))
    lone = re.sub(r"HL\*5\*4\*SS\*0~.*?HL\*6\*4\*SS", "HL*5*4*SS", both)
    return re.sub(r"SE\*\d+", f"SE*{segments_in_set(lone)}", lone).encode()


def segments_in_set(interchange: str) -> int:
    ids = [segment.split("*")[0] for segment in interchange.split("~")]
    return ids.index("SE") - ids.index("ST") + 1


def forced(name: str, behaviour: str) -> bytes:
    """The request, forcing a behaviour of the sandbox."""
    return renumbered(with_trace(asked(name), f"SBX-{behaviour}-{next(NUMBERS)}"))


def review_of(interchange: bytes) -> ServiceReview:
    """The review that a 278 is read into."""
    at = datetime(2026, 11, 2, 12, tzinfo=UTC)
    inbound = InboundMessage(format="x12", partner=PartnerId("sandbox"), body=interchange, received_at=at)
    review = TOOLS.codec.decode(inbound, lambda: ReviewId("rev-1")).parts[0].review
    assert review is not None
    return review


def submit(http: httpx2.Client, version: str, name: str, behaviour: str) -> httpx2.Response:
    """The same request as a Bundle of a version of PAS, forcing a behaviour of the sandbox."""
    review = review_of(forced(name, behaviour))
    bundle = review_to_fhir(review, crosswalks=CROSSWALKS, version=Format(f"pas-{version}"))
    answer = http.post(f"/fhir/{version}/Claim/$submit", content=write_resource(bundle), headers=FHIR_JSON)
    assert answer.status_code == 200, answer.text
    return answer


def messages_of(http: httpx2.Client, review_id: str, role: str) -> list[dict[str, Any]]:
    """The messages of a review whose role begins so, with their text."""
    messages = http.get(f"/reviews/{review_id}/messages").json()["messages"]
    return [each for each in messages if each["role"].startswith(role)]


def until_there_are(http: httpx2.Client, review_id: str, role: str, count: int = 1) -> list[dict[str, Any]]:
    """The messages of a role, once there are so many."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if len(found := messages_of(http, review_id, role)) >= count:
            return found
        time.sleep(0.1)
    raise AssertionError(f"there are not {count} messages of the role {role}")
