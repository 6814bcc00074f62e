"""Simulated destinations that take their legs as X12 over HTTP, answer on the call, and later at the gateway's door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from priorauth.domain.determinations import Determination, Reply
from priorauth.domain.exchange import InboundMessage, Part, ResponseIdentity
from priorauth.domain.parties import DestinationId, PartnerId
from priorauth.domain.reviews import LegId, ReviewId, ServiceReview
from priorauth.sandbox.answers import Decided, Declined, Garbage
from priorauth.sandbox.calls import EVENT_MEDIA_TYPE, GatewayDoor, HttpAnswer, reply_of
from priorauth.sandbox.cases import Case, OpenCase, stable_number
from priorauth.sandbox.caseworker import Caseworker
from priorauth.sandbox.posting import post_decline
from priorauth.services.ports import Codec, Decoded

X12_MEDIA_TYPE = "application/edi-x12"
GATEWAY = PartnerId("sandbox")
_CONTROL_NUMBER_DIGITS = 9


@dataclass(frozen=True, slots=True)
class X12Delegates:
    """Reads a leg's interchange and answers it: with a 278 response, or a 999 or TA1 where it cannot be read."""

    caseworker: Caseworker
    codec: Codec
    now: Callable[[], datetime]

    def answer(self, destination: DestinationId, interchange: bytes) -> HttpAnswer:
        """The answer to one interchange. X12SyntaxError where it is none."""
        decoded = _decode(self.codec, interchange, self.now())
        reviewed = [part for part in decoded.parts if part.review is not None]
        if not reviewed or reviewed[0].rejections:
            replies = {part.number: (part.review, _rejection(part)) for part in reviewed if part.review is not None}
            response = decoded.respond(replies, _identity(str(interchange[:200]), self.now()))
            return HttpAnswer(response, X12_MEDIA_TYPE)
        case = _case(destination, reviewed[0], interchange)
        answer = self.caseworker.receive(case)
        if isinstance(answer, Decided):
            return HttpAnswer(_response(decoded, case, answer.determination), X12_MEDIA_TYPE)
        if isinstance(answer, Declined):
            return HttpAnswer(post_decline(case, answer.reason, self.now()), EVENT_MEDIA_TYPE)
        return HttpAnswer(answer.body if isinstance(answer, Garbage) else None, X12_MEDIA_TYPE)


@dataclass(frozen=True, slots=True)
class X12Outlet:
    """Posts later 278 responses to the gateway. Satisfies `caseworker.Outlet`."""

    door: GatewayDoor
    codec: Codec

    async def deliver(self, opened: OpenCase) -> None:
        case = opened.case
        decoded = _decode(self.codec, case.request, opened.said.decided_at)
        await self.door.post(case.destination, _response(decoded, case, opened.said), X12_MEDIA_TYPE)


def _decode(codec: Codec, interchange: bytes, at: datetime) -> Decoded:
    inbound = InboundMessage(format="x12", partner=GATEWAY, body=interchange, received_at=at)
    return codec.decode(inbound, lambda: ReviewId("leg"))


def _case(destination: DestinationId, part: Part, interchange: bytes) -> Case:
    """The case of a leg. The gateway's own trace is the last of the event's; one without any is named by its BHT03."""
    review = _reviewed(part)
    traces = review.event.traces
    name = traces[-1].number if traces else part.identifier
    return Case(destination=destination, leg_id=LegId(name), review=review, request=interchange)


def _reviewed(part: Part) -> ServiceReview:
    if part.review is None:
        raise ValueError("a part that was refused has no case")
    return part.review


def _response(decoded: Decoded, case: Case, said: Determination) -> bytes:
    """The 278 response for a determination. The same determination gives the same bytes."""
    part = next(part for part in decoded.parts if part.review is not None)
    return decoded.respond({part.number: (_reviewed(part), reply_of(case, said))}, _identity(said.id, said.decided_at))


def _rejection(part: Part) -> Reply:
    return Reply(
        review_id=_reviewed(part).id,
        number=1,
        made_at=_reviewed(part).received_at,
        items=(),
        rejections=part.rejections,
    )


def _identity(name: str, at: datetime) -> ResponseIdentity:
    number = stable_number(name, _CONTROL_NUMBER_DIGITS) or 1
    return ResponseIdentity(control_number=number, made_at=at)
