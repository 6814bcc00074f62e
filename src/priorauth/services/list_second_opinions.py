"""Where pyx12 or `fhir.resources` finds fault with what partners send and we do not, or the other way round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from priorauth.domain.parties import PartnerId
from priorauth.domain.second_opinions import SecondOpinion
from priorauth.services.opinion_ports import KeptOpinion, OpinionCount
from priorauth.services.ports import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepSecondOpinion:
    """Keeps an opinion; false where there is one on that message already."""

    unit_of_work: UnitOfWork

    async def __call__(self, opinion: SecondOpinion) -> bool:
        async with self.unit_of_work() as work:
            return await work.add_opinion(opinion)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one engine was asked of one partner's messages."""

    by: str
    partner: PartnerId
    count: OpinionCount


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One rule that one side alone finds broken in messages of one partner, and in which, the newest first."""

    rule: str  # `we FHIR-TYPE`, `pyx12 element:7`
    by: str
    partner: PartnerId
    messages: tuple[KeptOpinion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSecondOpinions:
    """Lists differences by rule and partner, the most frequent first, and how many messages were asked about."""

    unit_of_work: UnitOfWork

    async def __call__(self, limit: int, *, partner: str = "") -> tuple[Sequence[Asked], Sequence[Difference]]:
        """Of all partners or of one; the differences of up to `limit` messages."""
        async with self.unit_of_work.reading() as work:
            counts = await work.opinion_counts(partner=partner)
            kept = await work.differing_opinions(limit, partner=partner)
        asked = [Asked(by=by, partner=whose, count=count) for (by, whose), count in sorted(counts.items())]
        return asked, differences(kept)


def differences(kept: Sequence[KeptOpinion]) -> Sequence[Difference]:
    """The differences of opinions, by rule and partner."""
    found: dict[tuple[str, str, PartnerId], list[KeptOpinion]] = {}
    for each in kept:
        for rule in each.opinion.differences:
            found.setdefault((rule, each.opinion.by, each.partner), []).append(each)
    ordered = sorted(found.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    return [
        Difference(rule=rule, by=by, partner=partner, messages=tuple(messages))
        for (rule, by, partner), messages in ordered
    ]
