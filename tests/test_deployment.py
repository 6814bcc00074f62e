"""The container image and the stack are what their formats allow; no engine is needed to say so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import compose_spec
import pytest
import yaml

from priorauth.observability import Metrics
from priorauth.settings import Settings

ROOT = Path(__file__).parent.parent
COMPOSE = ROOT / "docker-compose.yml"
PINNED = re.compile(r"[a-z0-9./-]+:v?[0-9]+(\.[0-9]+)+[a-z0-9.-]*")


@pytest.fixture(scope="module")
def stack() -> Any:
    return yaml.safe_load(COMPOSE.read_text())


def test_the_stack_is_a_compose_file() -> None:
    compose = compose_spec.PyOptions(apply_merge=True).from_yaml(COMPOSE.read_text())

    compose.validate()

    with pytest.raises(ValueError, match="restrat"):  # the check does look
        compose_spec.PyOptions(apply_merge=True).from_yaml(COMPOSE.read_text().replace("restart:", "restrat:"))


def test_two_replicas_of_the_gateway_share_one_database_broker_and_key(stack: Any) -> None:
    first, second = (stack["services"][name] for name in ("gateway-a", "gateway-b"))

    assert first["environment"] == second["environment"]
    assert first["ports"] != second["ports"]


def test_every_setting_of_the_stack_is_one_that_the_gateway_has(stack: Any) -> None:
    named = {name for service in stack["services"].values() for name in service.get("environment", {})}

    ours = {name.removeprefix("PRIORAUTH_").lower() for name in named if name.startswith("PRIORAUTH_")}
    assert ours
    assert ours <= set(Settings.model_fields)


def test_every_image_is_pinned(stack: Any) -> None:
    images = {service["image"] for service in stack["services"].values()} - {"priorauth:local"}
    bases = {line.split()[1] for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("FROM")}

    assert images
    assert bases
    assert [image for image in images | bases if not PINNED.fullmatch(image)] == []


def test_the_image_runs_as_a_user_without_rights() -> None:
    users = [line.split()[1] for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("USER")]

    assert users[-1:] == ["10001:10001"]


def test_what_the_image_copies_is_what_its_context_has() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    names = {name for line in copied for name in line.split()}
    assert names <= allowed
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_every_folder_that_the_stack_mounts_is_there(stack: Any) -> None:
    mounts = [mount for service in stack["services"].values() for mount in service.get("volumes", [])]

    ours = [mount.split(":")[0] for mount in mounts if mount.startswith("./")]
    assert ours
    assert [path for path in ours if not (ROOT / path).exists()] == []


def test_the_dashboard_shows_every_metric_and_no_other_and_every_replica_is_scraped(stack: Any) -> None:
    dashboard = json.loads((ROOT / "deploy/grafana/dashboards/priorauth.json").read_text())
    shown = {
        name
        for panel in dashboard["panels"]
        for target in panel["targets"]
        for name in re.findall(r"priorauth_[a-z_]+", target["expr"])
    }
    families = list(Metrics().registry.collect())
    series = {
        each.name: {f"{each.name}{end}" for end in ("", "_total", "_bucket", "_count", "_sum")} for each in families
    }
    declared = set().union(*series.values())
    left_out = {name for name, spelled in series.items() if spelled.isdisjoint(shown)}
    scraped = yaml.safe_load((ROOT / "deploy/prometheus.yml").read_text())["scrape_configs"][0]

    assert shown
    assert shown <= declared
    assert left_out == set()
    hosts = {target.split(":")[0] for each in scraped["static_configs"] for target in each["targets"]}
    assert hosts == {name for name in stack["services"] if name.startswith("gateway")}
