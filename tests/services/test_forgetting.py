"""What is too old to matter is deleted, in batches, and nothing younger."""

from __future__ import annotations

from datetime import timedelta

from contracts.examples import HOSPITAL, MESSAGE, NOON, SECOND, a_message
from memory.store import MemoryStore
from priorauth.services.forget_old import BATCH, ForgetOld

KEPT = timedelta(days=14)
WEEK = timedelta(days=7)


def forgetting(store: MemoryStore, later: timedelta) -> ForgetOld:
    return ForgetOld(unit_of_work=store, receipts_kept=KEPT, now=lambda: NOON + later)


async def test_receipts_are_kept_as_long_as_a_delivery_may_come_again_and_then_all_are_forgotten() -> None:
    store = MemoryStore()
    async with store() as work:
        for number in range(BATCH + 1):
            await work.take_in(f"old {number}", NOON)
        await work.take_in("young", NOON + SECOND)

    await forgetting(store, KEPT)()
    kept = len(store.tables.receipts)
    await forgetting(store, KEPT + SECOND)()

    assert kept == BATCH + 2
    assert store.tables.receipts == {"young": NOON + SECOND}


async def test_the_keys_of_resends_are_forgotten_after_their_week() -> None:
    store = MemoryStore()
    async with store() as work:
        await work.archive(a_message())
        await work.remember_keys(HOSPITAL, ["old"], MESSAGE, NOON)
        await work.remember_keys(HOSPITAL, ["young"], MESSAGE, NOON + SECOND)

    await forgetting(store, WEEK + SECOND)()

    assert [key for _, key in store.tables.resend_keys] == ["young"]
