"""Differences between engines are listed by rule and partner."""

from __future__ import annotations

from contracts.examples import HOSPITAL, OTHER_HOSPITAL
from contracts.test_store_of_opinions import keep, on
from memory.store import MemoryStore
from priorauth.services.list_second_opinions import ListSecondOpinions


async def test_the_most_frequent_difference_comes_first_with_its_messages_the_newest_first() -> None:
    store = MemoryStore()
    await keep(store, on("m-1", "we A", "pyx12 B"), on("m-2", "pyx12 B", minute=1), on("other-1", "pyx12 B"), on("m-3"))

    asked, differences = await ListSecondOpinions(unit_of_work=store)(10)

    assert [(each.rule, each.partner, [one.opinion.message_id for one in each.messages]) for each in differences] == [
        ("pyx12 B", HOSPITAL, ["m-2", "m-1"]),
        ("pyx12 B", OTHER_HOSPITAL, ["other-1"]),
        ("we A", HOSPITAL, ["m-1"]),
    ]
    assert {each.partner: (each.count.asked, each.count.differing) for each in asked} == {
        HOSPITAL: (3, 2),
        OTHER_HOSPITAL: (1, 1),
    }


async def test_of_one_partner_nothing_of_another_is_listed() -> None:
    store = MemoryStore()
    await keep(store, on("m-1", "we A"), on("other-1", "we A"))

    asked, differences = await ListSecondOpinions(unit_of_work=store)(10, partner=OTHER_HOSPITAL)

    assert [each.partner for each in asked] == [OTHER_HOSPITAL]
    assert [each.partner for each in differences] == [OTHER_HOSPITAL]
