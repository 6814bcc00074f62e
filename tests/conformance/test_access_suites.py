"""The cases about tokens, run against a gateway outside the sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from access import ARCHIVE_KEY, System, new_key, write_mappings
from priorauth.conformance.folders import conformance_folder
from priorauth.conformance.loading import load_cases, select
from priorauth.conformance.results import Verdict
from priorauth.conformance.running import Plan, run_all
from priorauth.conformance.targets import Target
from served import Served

HOSPITAL = System("harbor-ehr", "partner", "harbor", algorithm="RS384", key=new_key("RS384"))
ANOTHER = System("lakeside-ehr", "partner", "lakeside")
ORDERING = System("riverside-ehr", "partner", "riverside")
PARTNERS = {"harbor": "HARBORGENERAL", "lakeside": "LAKESIDE", "riverside": "RIVERSIDE"}
ORDERS = "1200000069"


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Target]:
    """A gateway that asks for tokens, with two clients whose keys the runner has."""
    mappings = write_mappings(tmp_path, (HOSPITAL, ANOTHER, ORDERING), PARTNERS)
    orders = {"id": "riverside", "name": "riverside", "npis": [ORDERS]}
    orders["interchange_ids"] = [{"qualifier": "ZZ", "id": "RIVERSIDE"}]
    (mappings / "partners" / "riverside.yaml").write_text(json.dumps(orders))
    clients = {}
    for name, system in (("default", HOSPITAL), ("other", ANOTHER), ("ordering", ORDERING)):
        (tmp_path / f"{name}.json").write_text(json.dumps(system.key.as_dict(private=True)))
        clients[name] = {"client-id": system.id, "key": str(tmp_path / f"{name}.json"), "scope": "system/*.cruds"}
    with Served(
        tmp_path,
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


async def test_a_gateway_outside_the_sandbox_keeps_every_rule_of_access(target: Target) -> None:
    folder = conformance_folder()
    cases, registers = load_cases(folder)
    chosen = select(cases, [], ["pas-*/access/*"])

    result = await run_all(
        Plan(cases=chosen, registers=registers, target=target, folder=folder, now=lambda: datetime.now(UTC))
    )

    assert {case.name: case.reason for case in result.cases if case.verdict is not Verdict.PASS} == {}
    assert len(result.cases) > 30
