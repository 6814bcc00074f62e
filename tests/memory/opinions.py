"""Second opinions of the store in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from memory.rows import known
from memory.tables import Tables
from priorauth.domain.parties import PartnerId
from priorauth.domain.second_opinions import SecondOpinion
from priorauth.services.opinion_ports import KeptOpinion, OpinionCount


class MemoryOpinions:
    """One opinion a message."""

    tables: Tables

    async def add_opinion(self, opinion: SecondOpinion) -> bool:
        known(self.tables.messages, opinion.message_id)
        return self.tables.opinions.setdefault(opinion.message_id, opinion) is opinion

    async def differing_opinions(self, limit: int, *, partner: str = "") -> Sequence[KeptOpinion]:
        found = [each for each in self._of(partner) if each.opinion.differences]
        found.sort(key=lambda each: each.opinion.message_id)
        found.sort(key=lambda each: each.opinion.at, reverse=True)
        return found[:limit]

    async def opinion_counts(self, *, partner: str = "") -> Mapping[tuple[str, PartnerId], OpinionCount]:
        kept = self._of(partner)
        groups = {(each.opinion.by, each.partner) for each in kept}
        return {
            group: OpinionCount(
                asked=len(own),
                not_given=sum(not opinion.given for opinion in own),
                differing=sum(bool(opinion.differences) for opinion in own),
            )
            for group in groups
            for own in [[each.opinion for each in kept if (each.opinion.by, each.partner) == group]]
        }

    def _of(self, partner: str) -> list[KeptOpinion]:
        found = []
        for message_id, opinion in self.tables.opinions.items():
            reviews = dict.fromkeys(review for review, linked, _ in self.tables.links if linked == message_id)
            whose = PartnerId(self.tables.messages[message_id].counterpart)
            found.append(KeptOpinion(opinion=opinion, partner=whose, reviews=tuple(reviews)))
        return [each for each in found if partner in ("", each.partner)]
