"""Whose events only their payer is told: judged by the review, and remembered, since that never changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from priorauth.domain.reviews import ReviewId, ServiceReview

MOST_REMEMBERED = 10_000


def nobody(_: ServiceReview) -> bool:
    """No review is told to its payer alone."""
    return False


def everybody(_: ServiceReview) -> bool:
    """Every review is told to its payer alone: the judgement of who does not know the codes."""
    return True


class Confidentiality:
    """Asks once for each review, as long as it is remembered."""

    def __init__(self, judge: Callable[[ServiceReview], bool] = nobody) -> None:
        self._judge = judge
        self._known: OrderedDict[ReviewId, bool] = OrderedDict()

    def remembered(self, review_id: ReviewId) -> bool | None:
        """What was found of a review; None where it has to be read."""
        return self._known.get(review_id)

    def of(self, review: ServiceReview) -> bool:
        """True where only the payer is told of a review."""
        found = self._known[review.id] = self._judge(review)
        if len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return found
