"""The bookkeeping of consumer groups: whatever finishes in whatever order, nothing is lost and little is repeated."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from priorauth.adapters.progress import Progress, Standing

TOPICS = ("a", "b")
FRESH = Standing({"a": 0, "b": 0}, frozenset())


def stored(saved: list[Standing]) -> Standing:
    """What the database holds after these were saved one after the other."""
    offsets = dict(FRESH.offsets)
    done: set[tuple[str, int]] = set()
    for standing in saved:
        offsets = dict(standing.offsets)
        done |= standing.done
    return Standing(offsets, {(topic, position) for topic, position in done if position > offsets[topic]})


@given(st.data())
def test_after_a_restart_exactly_the_unfinished_positions_come_again(data: st.DataObject) -> None:
    rows = [(data.draw(st.sampled_from(TOPICS)), position) for position in range(1, data.draw(st.integers(1, 30)))]
    finished = data.draw(st.lists(st.sampled_from(rows), unique=True)) if rows else []
    progress, saved = Progress(FRESH), []
    for row in rows:
        progress.start(*row)
    for row in finished:
        progress.finish(*row)
        if data.draw(st.booleans()):
            saved.append(progress.take_unsaved())
    saved.append(progress.take_unsaved())

    again = Progress(stored(saved))
    repeated = [row for row in rows if row[1] > again.read_up_to and again.start(*row)]

    assert repeated == [row for row in rows if row not in finished]


def test_a_topic_that_is_new_to_the_group_does_not_set_the_others_back() -> None:
    progress = Progress(Standing({"a": 7, "b": 0}, frozenset()))

    started = [progress.start(*row) for row in (("a", 5), ("b", 6), ("a", 7), ("a", 8))]
    progress.finish("b", 6)

    assert started == [False, True, False, True]
    assert progress.take_unsaved().offsets == {"a": 7, "b": 7}


def test_what_could_not_be_saved_is_saved_the_next_time() -> None:
    progress = Progress(FRESH)
    for position in (1, 2):
        progress.start("a", position)
    progress.finish("a", 2)
    taken = progress.take_unsaved()
    assert not progress.has_unsaved

    progress.give_back(taken)

    assert progress.has_unsaved
    assert progress.take_unsaved() == taken == Standing({"a": 0, "b": 0}, {("a", 2)})
