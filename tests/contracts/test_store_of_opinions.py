"""What every store promises of second opinions on received messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from contracts.examples import HOSPITAL, NOON, OTHER_HOSPITAL, REVIEW, a_message, save_a_leg
from priorauth.domain.reviews import MessageId
from priorauth.domain.second_opinions import SecondOpinion
from priorauth.services.opinion_ports import OpinionCount
from priorauth.services.ports import UnitOfWork


def on(message: str, *differences: str, by: str = "pyx12", minute: int = 0, given: bool = True) -> SecondOpinion:
    return SecondOpinion(
        message_id=MessageId(message),
        by=by,
        at=NOON + timedelta(minutes=minute),
        given=given,
        accepted=given and not differences,
        differences=differences,
    )


async def keep(store: UnitOfWork, *opinions: SecondOpinion) -> None:
    """Keep opinions on messages of the hospital; those of another one begin with `other`."""
    async with store() as work:
        for each in opinions:
            message = a_message(each.message_id, each.message_id.encode())
            other = each.message_id.startswith("other")
            await work.archive(replace(message, counterpart=OTHER_HOSPITAL) if other else message)
            await work.add_opinion(each)


async def test_an_opinion_that_differs_comes_back_with_whose_message_and_which_reviews_it_is_about(
    store: UnitOfWork,
) -> None:
    await save_a_leg(store)
    opinion = on("msg-7", "we NPI-INVALID", "pyx12 element:7")
    await keep(store, opinion)
    async with store() as work:
        for role in ("request", "update"):
            await work.link(REVIEW, opinion.message_id, role)

    async with store.reading() as work:
        (kept,) = await work.differing_opinions(10)

    assert (kept.opinion, kept.partner, kept.reviews) == (opinion, HOSPITAL, (REVIEW,))


async def test_there_is_one_opinion_on_a_message(store: UnitOfWork) -> None:
    await keep(store, on("msg-7", "we NPI-INVALID"))

    async with store() as work:
        assert not await work.add_opinion(on("msg-7", by="fhir.resources"))
    async with store.reading() as work:
        assert [each.opinion.by for each in await work.differing_opinions(10)] == ["pyx12"]


async def test_the_newest_that_differ_come_first_of_all_or_of_one_partner(store: UnitOfWork) -> None:
    old, agrees, new, other = on("old", "a"), on("agrees"), on("new", "b", minute=2), on("other-1", "c", minute=1)
    await keep(store, old, agrees, new, other)

    async with store.reading() as work:
        everyone = await work.differing_opinions(10)
        one = await work.differing_opinions(10, partner=HOSPITAL)
        few = await work.differing_opinions(2)

    assert [each.opinion for each in everyone] == [new, other, old]
    assert [each.opinion for each in one] == [new, old]
    assert [each.opinion for each in few] == [new, other]
    assert everyone[0].reviews == ()


async def test_opinions_are_counted_by_who_gave_them_and_on_whose_messages(store: UnitOfWork) -> None:
    await keep(store, on("m-1"), on("m-2", "a"), on("m-3", given=False), on("other-1", "a", by="fhir.resources"))

    async with store.reading() as work:
        everyone, one = await work.opinion_counts(), await work.opinion_counts(partner=OTHER_HOSPITAL)

    assert everyone == {
        ("pyx12", HOSPITAL): OpinionCount(asked=3, not_given=1, differing=1),
        ("fhir.resources", OTHER_HOSPITAL): OpinionCount(asked=1, not_given=0, differing=1),
    }
    assert one.keys() == {("fhir.resources", OTHER_HOSPITAL)}
