"""What every store promises of the directory that rosters fill."""

from __future__ import annotations

from dataclasses import replace

from contracts.examples import NOON, SECOND
from priorauth.domain.parties import PayerId
from priorauth.services.directory_ports import DirectoryEntry, EntryKind, Loaded
from priorauth.services.ports import UnitOfWork

ALLWAYS, FPLIC = PayerId("ALLWAYS"), PayerId("FPLIC")
MEMBER = DirectoryEntry(
    payer=ALLWAYS, kind=EntryKind.MEMBER, id="MEM1", facts={"line_of_business": "qhp", "member_active": True}
)
FACILITY = DirectoryEntry(payer=ALLWAYS, kind=EntryKind.FACILITY, id="1999999901", facts={"network_status": "out"})


async def test_entries_are_found_by_payer_kind_and_id_however_the_id_is_written(store: UnitOfWork) -> None:
    async with store() as work:
        assert await work.load_entries([MEMBER, FACILITY], NOON) == Loaded(new=2)

    async with store.reading() as work:
        assert await work.directory_facts(ALLWAYS, EntryKind.MEMBER, " mem1 ") == MEMBER.facts
        assert await work.directory_facts(ALLWAYS, EntryKind.FACILITY, FACILITY.id) == FACILITY.facts
        assert await work.directory_facts(FPLIC, EntryKind.MEMBER, MEMBER.id) is None
        assert await work.directory_facts(ALLWAYS, EntryKind.FACILITY, MEMBER.id) is None


async def test_what_is_loaded_again_replaces_and_is_counted(store: UnitOfWork) -> None:
    changed = replace(MEMBER, facts={"line_of_business": "commercial"})
    other = replace(MEMBER, id="MEM2")
    async with store() as work:
        await work.load_entries([MEMBER, FACILITY], NOON)
        loaded = await work.load_entries([changed, FACILITY, other], NOON + SECOND)

    assert loaded == Loaded(new=1, changed=1, same=1)
    async with store.reading() as work:
        assert await work.directory_facts(ALLWAYS, EntryKind.MEMBER, "MEM1") == changed.facts
