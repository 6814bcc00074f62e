"""Replays over the store in memory: a directory that learns, orders that are done at once, what is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from interchanges import renumbered, sample, with_trace
from memory.gateway import TOOLS, MemoryGateway
from memory.store import MemoryStore
from priorauth.domain.access import ClientId
from priorauth.domain.determinations import CertificationAction, ItemDecision
from priorauth.domain.replays import Effect, Part, Replay, ReplayKind, ReplayState, Selection
from priorauth.domain.reviews import ReviewId, ServiceReview
from priorauth.wiring import Replaying

MSK, IMAGING = sample("msk-knee-replacement"), sample("imaging-mri")
OPERATOR = ClientId("operations")
CERTIFIED = ItemDecision(sequence=1, action=CertificationAction.CERTIFIED_IN_TOTAL)
ALL = tuple(Part)


@dataclass
class Directory:
    """A directory that knows nobody until it is told to."""

    knows: bool = False
    asked: list[ReviewId] = field(default_factory=list)

    async def facts(self, review: ServiceReview) -> Mapping[str, object] | None:
        self.asked.append(review.id)
        return await TOOLS.directory.facts(review) if self.knows else None


async def replay(
    replays: Replaying,
    kind: ReplayKind,
    *review_ids: ReviewId,
    parts: Sequence[Part] = ALL,
    is_dry: bool = False,
    **selection: object,
) -> tuple[Replay, list[Effect]]:
    """Order a replay and have it done."""
    chosen = Selection(review_ids=review_ids, **selection)  # type: ignore[arg-type]
    ordered = await replays.order(kind, chosen, parts, is_dry=is_dry, by=OPERATOR)
    for id in await replays.run.claim():
        await replays.run(id)
    found, steps = await replays.order.one(ordered.id, after=0, limit=100)
    assert found.state is ReplayState.DONE
    return found, [effect for step in steps for effect in step.effects]


async def send(gateway: MemoryGateway, body: bytes, name: str = "") -> ReviewId:
    return (await gateway.post(renumbered(with_trace(body, name)) if name else body)).review_ids[0]


def snapshot(store: MemoryStore) -> object:
    """Everything that is stored but the replays themselves."""
    tables = store.tables.copy()
    tables.replays, tables.replay_steps = {}, {}
    return tables
