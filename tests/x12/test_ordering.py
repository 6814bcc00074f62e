from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from priorauth.x12.ordering import misplaced


@given(st.lists(st.integers(0, 9), max_size=12))
def test_leaving_out_what_is_misplaced_gives_an_order_and_no_smaller_choice_does(positions: list[int]) -> None:
    left_out = set(misplaced(positions))

    kept = [position for index, position in enumerate(positions) if index not in left_out]

    assert kept == sorted(kept)
    assert len(kept) == _longest(positions)


def test_of_two_that_changed_places_the_later_one_is_misplaced() -> None:
    assert misplaced([1, 3, 2, 4]) == [2]


def _longest(positions: list[int]) -> int:
    lengths = [1] * len(positions)
    for index, position in enumerate(positions):
        lengths[index] = 1 + max((lengths[at] for at in range(index) if positions[at] <= position), default=0)
    return max(lengths, default=0)
