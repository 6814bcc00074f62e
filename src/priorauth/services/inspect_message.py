"""Look at a request without storing anything: where would it go, and what does the review hold?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from priorauth.domain.exchange import InboundMessage, Part
from priorauth.domain.findings import Finding
from priorauth.domain.reviews import ReviewId
from priorauth.domain.routes import Route
from priorauth.services.ports import Codec, Directory

Router = Callable[..., Route]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """The requests of a message, and what is wrong with it."""

    parts: Sequence[Part]
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectMessage:
    """The tools behind `priorauth route` and `POST /route`: the same reading and routing as for real."""

    codecs: Mapping[str, Codec]  # by the format of a message
    directory: Directory
    router: Router

    def read(self, message: InboundMessage) -> Inspected:
        """The requests of a message, each under a made-up review id."""
        numbers = iter(range(1, 1_000_000))
        decoded = self.codecs[message.format].decode(message, lambda: ReviewId(f"review-{next(numbers)}"))
        return Inspected(parts=decoded.parts, findings=decoded.findings)

    async def route(
        self,
        message: InboundMessage,
        *,
        given: Mapping[str, object] | None = None,
        as_of: date | None = None,
        what_if: Mapping[str, object] | None = None,
    ) -> tuple[Inspected, Sequence[Route]]:
        """Where each readable request of a message would go.

        `given` stands for the directory's whole answer, `what_if` for what anybody says of these facts.
        """
        inspected = self.read(message)
        routes = []
        for part in inspected.parts:
            if part.review is None or part.review.payer is None:
                continue
            facts = None if given is not None else await self.directory.facts(part.review)
            routes.append(self.router(part.review, facts, given=given, as_of=as_of, what_if=what_if))
        return inspected, routes
