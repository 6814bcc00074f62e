"""A payer as reports see it, from what the mappings say."""

from __future__ import annotations

from priorauth.adapters.knowledge import Knowledge
from priorauth.domain.parties import PayerId
from priorauth.reports.setting import PayerSetting


def setting_of(knowledge: Knowledge, payer: PayerId) -> PayerSetting:
    """What the reports of a payer need. The directory is not asked: the same log gives the same report."""
    return PayerSetting(
        payer=payer,
        pack=knowledge.packs[payer],
        clocks=knowledge.clock_books[payer],
        book=knowledge.determination_books[payer],
        facts_of=lambda review: knowledge.facts(review, {}),
        names={id: destination.name for id, destination in knowledge.destinations.items()},
        desks=frozenset(id for id, destination in knowledge.destinations.items() if destination.is_desk),
    )
