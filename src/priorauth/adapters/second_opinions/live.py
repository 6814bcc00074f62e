"""Second opinions on what partners send, for those whose file asks for them: after the answer's path, never on it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from priorauth.adapters.fhir_profiles import load_checker
from priorauth.domain.exchange import X12, InboundMessage
from priorauth.domain.parties import TradingPartner
from priorauth.domain.reviews import MessageId
from priorauth.domain.second_opinions import SecondOpinion
from priorauth.fhir.bundles import Bundle, read_resource
from priorauth.fhir.profiles import BundleProfile
from priorauth.x12.validation import Tolerances, validate_interchange

from .disagreements import compare
from .fhir_resources_check import compare_with_models, models_opinion
from .pyx12_check import second_opinion

MOST_WAITING = 100
"""More messages than that are not asked about: the second opinion is for checking us, not for keeping up."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveOpinions:
    """Asks about one message at a time, in a thread. `count` is told of each opinion, `keep` stores it."""

    keep: Callable[[SecondOpinion], Awaitable[bool]]
    count: Callable[[SecondOpinion], None]
    now: Callable[[], datetime]
    one_at_a_time: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    waiting: set[asyncio.Task[None]] = field(default_factory=set)

    def ask_later(self, partner: TradingPartner, message: InboundMessage, message_id: MessageId) -> None:
        """Ask about a message that was received, where its sender's file says so."""
        if not partner.asks_second_opinion or len(self.waiting) >= MOST_WAITING:
            return
        task = asyncio.create_task(self._ask(partner, message, message_id))
        self.waiting.add(task)
        task.add_done_callback(self.waiting.discard)

    async def _ask(self, partner: TradingPartner, message: InboundMessage, message_id: MessageId) -> None:
        try:
            async with self.one_at_a_time:
                opinion = await asyncio.to_thread(opinion_on, partner, message, message_id, self.now())
            if await self.keep(opinion):
                self.count(opinion)
        except Exception as failure:
            log.warning("second_opinion_failed", message_id=message_id, error_type=type(failure).__name__)


def opinion_on(partner: TradingPartner, message: InboundMessage, message_id: MessageId, at: datetime) -> SecondOpinion:
    """What pyx12 says of an interchange, or the models of fhir.resources of a request Bundle."""
    if message.format == X12:
        tolerances = Tolerances(chained_services=partner.tolerates_chained_services)
        opinion = second_opinion(message.body)
        found = compare(validate_interchange(message.body, tolerances), opinion)
        unexplained = [f"{each.side} {each.ours or each.pyx12}" for each in found if not each.reason]
        return _opinion(message_id, "pyx12", at, opinion.reason, opinion.accepted, unexplained)
    models = models_opinion(message.body)
    bundle = Bundle(read_resource(message.body))
    findings = load_checker(message.format.removeprefix("pas-")).check_bundle(bundle, BundleProfile.REQUEST)
    differing = compare_with_models(findings, models)
    unexplained = [f"{each.side} {each.ours or each.models}" for each in differing if not each.reason]
    return _opinion(message_id, "fhir.resources", at, models.reason, models.accepted, unexplained)


def _opinion(
    message_id: MessageId, by: str, at: datetime, reason: str, accepted: bool, differences: list[str]
) -> SecondOpinion:
    return SecondOpinion(
        message_id=message_id,
        by=by,
        at=at,
        given=not reason,
        accepted=accepted,
        differences=tuple(dict.fromkeys(differences)),
    )
