"""What second opinions on received messages found otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from sqlalchemy import String, bindparam, case, func, or_, select

from priorauth.adapters.database.opinion_table import second_opinions
from priorauth.adapters.database.tables import messages, review_messages
from priorauth.adapters.database.transaction import Queries
from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import MessageId, ReviewId
from priorauth.domain.second_opinions import SecondOpinion
from priorauth.services.opinion_ports import KeptOpinion, OpinionCount

_asked_partner = bindparam("asked_partner", type_=String)
_is_asked = or_(messages.c.counterpart == _asked_partner, _asked_partner == "")
_differs = second_opinions.c.differences != ""
_newest = (
    select(second_opinions, messages.c.counterpart)
    .join_from(second_opinions, messages)
    .where(_differs, _is_asked)
    .order_by(second_opinions.c.at.desc(), second_opinions.c.message_id)
    .limit(bindparam("limit"))
    .subquery()
)
DIFFERING = (
    select(_newest, review_messages.c.review_id)
    .select_from(_newest.outerjoin(review_messages, review_messages.c.message_id == _newest.c.message_id))
    .order_by(_newest.c.at.desc(), _newest.c.message_id, review_messages.c.sequence)
)
COUNTS = (
    select(
        second_opinions.c.by,
        messages.c.counterpart,
        func.count().label("asked"),
        func.sum(case((second_opinions.c.given, 0), else_=1)).label("not_given"),
        func.sum(case((_differs, 1), else_=0)).label("differing"),
    )
    .join_from(second_opinions, messages)
    .where(_is_asked)
    .group_by(second_opinions.c.by, messages.c.counterpart)
)


class SecondOpinions(Queries):
    """Keeps second opinions, one a message."""

    async def add_opinion(self, opinion: SecondOpinion) -> bool:
        """Keep one; false where there is one on that message already."""
        return await self.transaction.add(
            second_opinions,
            message_id=opinion.message_id,
            by=opinion.by,
            at=opinion.at,
            given=opinion.given,
            accepted=opinion.accepted,
            differences=",".join(opinion.differences),
        )

    async def differing_opinions(self, limit: int, *, partner: str = "") -> Sequence[KeptOpinion]:
        """The newest that differ from ours: all, or those on one partner's messages."""
        found = []
        rows = await self.transaction.rows(DIFFERING, limit=limit, asked_partner=partner)
        for _, same in groupby(rows, key=lambda row: row.message_id):
            row, *others = same
            opinion = SecondOpinion(
                message_id=MessageId(row.message_id),
                by=row.by,
                at=row.at,
                given=row.given,
                accepted=row.accepted,
                differences=tuple(row.differences.split(",")),
            )
            reviews = dict.fromkeys(ReviewId(each.review_id) for each in (row, *others) if each.review_id)
            found.append(KeptOpinion(opinion=opinion, partner=PartnerId(row.counterpart), reviews=tuple(reviews)))
        return found

    async def opinion_counts(self, *, partner: str = "") -> Mapping[tuple[str, PartnerId], OpinionCount]:
        """How many there are, by who gave them and whose message they are on."""
        return {
            (row.by, PartnerId(row.counterpart)): OpinionCount(
                asked=row.asked, not_given=row.not_given, differing=row.differing
            )
            for row in await self.transaction.rows(COUNTS, asked_partner=partner)
        }
