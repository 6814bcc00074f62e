"""The pack that decided a review, whether it is still in use or only kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from priorauth.bootstrap import Gateway
from priorauth.domain.routes import Route
from priorauth.routing.pack_documents import rules_json
from priorauth.routing.packs import load_pack


async def deciding_pack(gateway: Gateway, route: Route) -> Mapping[str, object] | None:
    """The version that a route is by, since when it is used, and its rules that decided; None where nobody kept it."""
    async with gateway.unit_of_work.reading() as work:
        kept = await work.kept_pack(route.pack_version)
    if kept is None:
        return None
    in_use = gateway.tools.knowledge.packs.get(route.payer)
    is_in_use = in_use is not None and in_use.version == route.pack_version
    pack = in_use if in_use is not None and is_in_use else await asyncio.to_thread(load_pack, kept.files)
    return {
        "version": kept.version,
        "first_used_at": kept.first_used_at,
        "in_use": is_in_use,
        "rules": rules_json(pack, {item.rule for item in route.items}),
    }
