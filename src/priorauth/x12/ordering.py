"""The fewest segments that can be called out of order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise


def misplaced(positions: Sequence[int]) -> list[int]:
    """The indexes to leave out so that the rest never goes back; of equal choices, the later ones are left out."""
    if all(before <= after for before, after in pairwise(positions)):
        return []
    tails: list[int] = []  # of the best ascending run of each length, read from the end with the sign turned
    ends: list[int] = []
    previous: dict[int, int] = {}
    for index in range(len(positions) - 1, -1, -1):
        length = bisect_right(tails, -positions[index])
        if length:
            previous[index] = ends[length - 1]
        if length == len(tails):
            tails.append(-positions[index])
            ends.append(index)
        else:
            tails[length], ends[length] = -positions[index], index
    kept = {ends[-1]}
    index = ends[-1]
    while index in previous:
        index = previous[index]
        kept.add(index)
    return [index for index in range(len(positions)) if index not in kept]
