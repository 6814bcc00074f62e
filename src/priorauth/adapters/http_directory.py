"""A payer's own directory, asked over HTTP: with a time limit, one repeat, a circuit and a cache with limits.

Whom it is asked about stands in the body of a POST, never in a URL or a log. Where it does not answer, the member
counts as not known: the desk of the payer decides, and nobody is routed by guess.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

import httpx2
import msgspec
import structlog

from priorauth.adapters.directory import servicing_npi
from priorauth.domain.reviews import ServiceReview
from priorauth.routing.vocabulary import FACTS, FactNotReadable, read_value
from priorauth.services.circuits import Circuits, HeldBack
from priorauth.services.delegate_ports import Refused
from priorauth.services.ports import Retryable

log = structlog.get_logger()

ATTEMPTS = 2
CIRCUIT = "directory"

Asked = tuple[str, str, str, str]
Facts = Mapping[str, object] | None


class Answer(msgspec.Struct):
    """What the directory answers: whether it knows the member, and the facts that it has."""

    known: bool
    facts: dict[str, object] = {}


ANSWER = msgspec.json.Decoder(Answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long an answer is waited for, and how many answers are kept for how long."""

    timeout: timedelta = timedelta(seconds=2)
    age: timedelta = timedelta(minutes=5)
    entries: int = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpDirectory:
    """Asks a directory at a URL. Satisfies `ports.Directory`."""

    http: httpx2.AsyncClient
    url: str
    circuits: Circuits
    now: Callable[[], datetime]
    token: str = field(default="", repr=False)
    limits: Limits = Limits()
    _kept: OrderedDict[Asked, tuple[datetime, Facts]] = field(default_factory=OrderedDict, repr=False)

    async def facts(self, review: ServiceReview) -> Facts:
        """The directory's answer, kept or asked for; None where it does not know the member or does not answer."""
        if review.payer is None:
            return None
        member = review.subscriber.identifier.value.strip().upper()
        asked = (review.payer, member, servicing_npi(review), review.requester.npi)
        kept = self._kept.get(asked)
        if kept is not None and kept[0] > self.now():
            self._kept.move_to_end(asked)
            return kept[1]
        try:
            facts = await self._answer(asked, review.id)
        except (Retryable, Refused, HeldBack) as problem:
            log.warning("directory_not_answering", payer=review.payer, review_id=review.id, reason=str(problem))
            return None
        self._keep(asked, facts)
        return facts

    async def _answer(self, asked: Asked, subject: str) -> Facts:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self.circuits.calling(CIRCUIT, subject):
                    return await self._ask(asked)
            except Retryable:
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def _ask(self, asked: Asked) -> Facts:
        payer, member, facility, requester = asked
        body = {"payer": payer, "member": member, "facility_npi": facility, "requester_npi": requester}
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            response = await self.http.post(
                self.url,
                content=msgspec.json.encode(body),
                headers=headers,
                timeout=self.limits.timeout.total_seconds(),
                follow_redirects=False,
            )
        except httpx2.TimeoutException:
            raise Retryable("the directory did not answer in time") from None
        except httpx2.HTTPError:
            raise Retryable("the directory could not be reached") from None
        if response.status_code == HTTPStatus.NOT_FOUND:
            return None
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Retryable(f"the directory answered {response.status_code}")
        if not response.is_success:
            raise Refused(f"the directory answered {response.status_code}")
        return facts_in(response.content)

    def _keep(self, asked: Asked, facts: Facts) -> None:
        self._kept[asked] = (self.now() + self.limits.age, facts)
        self._kept.move_to_end(asked)
        while len(self._kept) > self.limits.entries:
            self._kept.popitem(last=False)


def facts_in(body: bytes) -> Facts:
    """The facts of an answer; one that is no fact, or has a value it cannot have, is as if it were not said."""
    try:
        answer = ANSWER.decode(body)
    except msgspec.MsgspecError:
        raise Refused("the directory's answer is not what was agreed") from None
    return {name: raw for name, raw in answer.facts.items() if is_readable(name, raw)} if answer.known else None


def is_readable(name: str, raw: object) -> bool:
    """True for a fact with a value that it can have."""
    try:
        return name in FACTS and raw is not None and read_value(name, raw) is not None
    except FactNotReadable:
        return False
