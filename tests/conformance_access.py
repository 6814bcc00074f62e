"""A gateway outside the sandbox, as a target of conformance cases: it asks for tokens, and the runner has the keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from access import ARCHIVE_KEY, System, new_key, write_mappings
from priorauth.conformance.targets import Target
from served import Served

HOSPITAL = System("harbor-ehr", "partner", "harbor", algorithm="RS384", key=new_key("RS384"))
ANOTHER = System("lakeside-ehr", "partner", "lakeside")
ORDERING = System("riverside-ehr", "partner", "riverside")
PARTNERS = {"harbor": "HARBORGENERAL", "lakeside": "LAKESIDE", "riverside": "RIVERSIDE"}
ORDERS = "1200000069"


@contextmanager
def gateway_that_asks_for_tokens(folder: Path) -> Iterator[Target]:
    """A gateway with the systems of three partners, each with a key of its own."""
    mappings = write_mappings(folder, (HOSPITAL, ANOTHER, ORDERING), PARTNERS)
    orders = {
        "id": "riverside",
        "name": "riverside",
        "npis": [ORDERS],
        "interchange_ids": [{"qualifier": "ZZ", "id": "RIVERSIDE"}],
    }
    (mappings / "partners" / "riverside.yaml").write_text(json.dumps(orders))
    clients = {}
    for name, system in (("default", HOSPITAL), ("other", ANOTHER), ("ordering", ORDERING)):
        (folder / f"{name}.json").write_text(json.dumps(system.key.as_dict(private=True)))
        clients[name] = {"client-id": system.id, "key": str(folder / f"{name}.json"), "scope": "system/*.cruds"}
    with Served(
        folder,
        sandbox=False,
        archive_key=ARCHIVE_KEY,
        mappings=str(mappings),
        wait_seconds="1",
        outbound_hosts="ehr.example.com",
    ) as served:
        yield Target.model_validate(
            {
                "name": "a gateway that asks for tokens",
                "base-url": served.url,
                "claims": ["pas-2.2.1", "pas-2.0.1", "tokens"],
                "clients": clients,
            }
        )
