"""What nobody could route is a desk's: listed with its owner and with what is not known, until it is decided."""

from __future__ import annotations

import pytest

from interchanges import sample
from memory.gateway import MemoryGateway
from priorauth.services.list_unroutable import ListUnroutable

MSK, NOT_KNOWN = sample("msk-knee-replacement"), sample("member-not-known")


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway()


@pytest.fixture
def unroutable(gateway: MemoryGateway) -> ListUnroutable:
    return ListUnroutable(unit_of_work=gateway.store)


async def test_an_item_that_cannot_be_routed_is_its_desks_until_the_desk_decides(
    gateway: MemoryGateway, unroutable: ListUnroutable
) -> None:
    await gateway.post(MSK)  # a rule takes this one
    review_id = (await gateway.post(NOT_KNOWN)).review_ids[0]
    leg = await gateway.leg(review_id)

    (found,) = await unroutable(10)
    assert (found.review_id, found.leg_id, found.sequence) == (review_id, leg.id, 1)
    assert (found.owner, found.rule) == (leg.destination, "member_unknown")
    assert list(await unroutable(10, owner=leg.destination, payer=found.payer or "")) == [found]
    assert list(await unroutable(10, owner="another")) == []

    await gateway.say(leg.destination, leg, {"sequence": 1, "action": "A1", "certification_number": "C1"})
    assert list(await unroutable(10)) == []


async def test_what_is_unroutable_is_no_dead_letter(gateway: MemoryGateway, unroutable: ListUnroutable) -> None:
    await gateway.post(NOT_KNOWN)

    assert len(await unroutable(10)) == 1
    assert await gateway.dead_letters() == []
