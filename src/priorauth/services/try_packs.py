"""Try packs that are not in use yet on the reviews that were routed, and say what would change. Stores nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from priorauth.domain.parties import DestinationId, PayerId
from priorauth.domain.reviews import ReviewId, ServiceReview
from priorauth.domain.routes import ItemRoute, Outcome, Route
from priorauth.services.pack_ports import KeptPack, RoutedReview
from priorauth.services.ports import Directory, UnitOfWork

PAGE = 500
PRIOR_REVIEW = "prior_review"
"""What stands in place of a rule where an item went to whoever has the review that it changes."""

DirectoryFacts = Mapping[str, object] | None
RouteBy = Callable[[ServiceReview, DirectoryFacts], Route]


@dataclass(frozen=True, slots=True)
class Said:
    """What a pack says of an item."""

    outcome: Outcome
    destination: DestinationId | None
    queue: str | None
    rule: str

    @property
    def goes_to(self) -> tuple[Outcome, DestinationId | None, str | None]:
        return self.outcome, self.destination, self.queue


@dataclass(frozen=True, slots=True)
class Move:
    """From what was said to what would be said."""

    payer: PayerId
    before: Said
    after: Said

    @property
    def goes_elsewhere(self) -> bool:
        """False where only another rule says the same."""
        return self.before.goes_to != self.after.goes_to


@dataclass(slots=True)
class Moved:
    """The items that move alike, with some of them as examples."""

    items: int = 0
    reviews: set[ReviewId] = field(default_factory=set)
    examples: list[tuple[ReviewId, int]] = field(default_factory=list)
    reason: str = ""  # of the draft


@dataclass(slots=True)
class Tried:
    """What came of trying."""

    reviews: int = 0
    items: int = 0
    changed_reviews: set[ReviewId] = field(default_factory=set)
    moves: dict[Move, Moved] = field(default_factory=dict)
    followers: int = 0  # items that went with the review which they change: no pack was asked
    otherwise: int = 0  # items that the pack of then would route so too by now: the tables changed, not the pack
    asked_now: int = 0  # reviews for which the directory's answer was not kept
    unkept: set[str] = field(default_factory=set)  # versions that nobody kept


@dataclass(frozen=True, slots=True, kw_only=True)
class TryPacks:
    """Routes what is stored by other packs, with what the directory said then."""

    unit_of_work: UnitOfWork
    directory: Directory
    payers: Collection[PayerId]
    draft: RouteBy
    by_kept: Callable[[KeptPack], RouteBy]
    examples: int = 3

    async def how_many(self, since: datetime) -> int:
        """How many reviews there are to try."""
        async with self.unit_of_work.reading() as work:
            return await work.count_routed(self.payers, since)

    async def __call__(self, since: datetime, progress: Callable[[int], None]) -> Tried:
        """Try everything that was received since; `progress` is told how many reviews are done, page by page."""
        tried = Tried()
        kept: dict[str, RouteBy | None] = {}
        async for page in self._pages(since):
            for each in page:
                await self._try(each, tried, kept)
            progress(tried.reviews)
        return tried

    async def _pages(self, since: datetime) -> AsyncIterator[Collection[RoutedReview]]:
        after: tuple[datetime, ReviewId] | None = None
        while True:
            async with self.unit_of_work.reading() as work:
                page = await work.routed_reviews(self.payers, since, after=after, limit=PAGE)
            if page:
                yield page
            if len(page) < PAGE:
                return
            after = page[-1].place

    async def _try(self, each: RoutedReview, tried: Tried, kept: dict[str, RouteBy | None]) -> None:
        tried.reviews += 1
        tried.items += len(each.route.items)
        if each.answered is None:
            tried.asked_now += 1
            facts = await self.directory.facts(each.review)
        else:
            facts = each.answered.facts
        asked = [item for item in each.route.items if item.rule != PRIOR_REVIEW]
        tried.followers += len(each.route.items) - len(asked)
        drafted = {item.sequence: item for item in self.draft(each.review, facts).items}
        changed = [(item, drafted[item.sequence]) for item in asked if said(item) != said(drafted[item.sequence])]
        if not changed:
            return
        again = await self._routed_again(each, facts, tried, kept)
        for before, after in changed:
            if before.sequence in again and said(again[before.sequence]) == said(after):
                tried.otherwise += 1
            else:
                self._note(each, before, after, tried)

    async def _routed_again(
        self, each: RoutedReview, facts: DirectoryFacts, tried: Tried, kept: dict[str, RouteBy | None]
    ) -> Mapping[int, ItemRoute]:
        """What the pack that decided says by now; nothing where it was not kept."""
        version = each.route.pack_version
        if version not in kept:
            async with self.unit_of_work.reading() as work:
                found = await work.kept_pack(version)
            kept[version] = self.by_kept(found) if found else None
        route_by = kept[version]
        if route_by is None:
            tried.unkept.add(version)
            return {}
        return {item.sequence: item for item in route_by(each.review, facts).items}

    def _note(self, each: RoutedReview, before: ItemRoute, after: ItemRoute, tried: Tried) -> None:
        moved = tried.moves.setdefault(Move(each.route.payer, said(before), said(after)), Moved(reason=after.reason))
        moved.items += 1
        moved.reviews.add(each.review.id)
        if len(moved.examples) < self.examples:
            moved.examples.append((each.review.id, before.sequence))
        tried.changed_reviews.add(each.review.id)


def said(item: ItemRoute) -> Said:
    """What a pack says of an item, without the reasons."""
    return Said(item.outcome, item.destination, item.queue, item.rule)
