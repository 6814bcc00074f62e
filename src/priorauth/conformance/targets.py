"""What is tested: where it is, what it claims, and how to be let in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, Field, ValidationError

from priorauth.conformance.folders import ConformanceFault, Folder, read_text
from priorauth.conformance.parts import Part, Span, problems_of


class Client(Part):
    """A client that authenticates itself with a signed assertion (private_key_jwt)."""

    client_id: str
    key: Path
    scope: str
    token_url: str = "/oauth/token"


class Kafka(Part):
    """A broker that carries the target's events."""

    bootstrap: str
    prefix: str = ""  # before the name of every topic


class Listen(Part):
    """Where the runner listens for notifications, and as which host the target reaches it there."""

    address: str = "127.0.0.1"
    host: str = "127.0.0.1"
    port: int = 0  # any that is free


class Limits(Part):
    """How long an answer may take: on the X12 rail, on the PAS rail, and at all."""

    x12: Span = 20.0
    pas: Span = 15.0
    request: Span = 30.0


class Target(Part):
    """One target."""

    name: str
    base_url: Annotated[str, AfterValidator(lambda url: url.rstrip("/"))]
    claims: frozenset[str]
    paths: Mapping[str, str] = Field(default_factory=dict)
    values: Mapping[str, str] = Field(default_factory=dict)
    limits: Limits = Limits()
    payers: tuple[str, ...] = ()
    delegates: tuple[str, ...] = ()
    clients: Mapping[str, Client] = Field(default_factory=dict)
    kafka: Kafka | None = None
    listen: Listen = Listen()
    concurrency: int = Field(default=8, ge=1, le=64)

    def url(self, path: str) -> str:
        """A path of this target, whole; `fhir/2.2.1:Claim/1` is within that FHIR base."""
        if path.startswith(("http://", "https://")):
            return path
        within, colon, rest = path.partition(":")
        if colon and within.startswith("fhir/"):
            return f"{self.base_url}{self.fhir_base(within.removeprefix('fhir/'))}/{rest}"
        return f"{self.base_url}/{path.lstrip('/')}"

    def fhir_base(self, version: str) -> str:
        return self.paths.get(f"fhir-{version}", f"/fhir/{version}").rstrip("/")

    @property
    def x12_path(self) -> str:
        return self.paths.get("x12", "/x12")


def load_target(asked: str, folder: Folder) -> Target:
    """The target of a file, or of a URL: that is a sandbox of priorauth, open to all."""
    if asked.startswith(("http://", "https://")):
        path = folder.targets / "default.yaml"
        return parse_target({**read_yaml(path), "name": asked, "base-url": asked}, path)
    named = Path(asked)
    path = named if named.is_file() else folder.targets / f"{asked.removesuffix('.yaml')}.yaml"
    if not path.is_file():
        raise ConformanceFault(f"{asked}: is neither a URL nor a file nor one of {folder.targets}")
    return parse_target(read_yaml(path), path)


def read_yaml(path: Path) -> dict[str, Any]:
    try:
        written = yaml.safe_load(read_text(path))
    except yaml.YAMLError as problem:
        raise ConformanceFault(f"{path}: is not YAML: {str(problem).splitlines()[0]}") from None
    if not isinstance(written, dict):
        raise ConformanceFault(f"{path}: a target is a mapping")
    return written


def parse_target(written: Mapping[str, Any], path: Path) -> Target:
    try:
        target = Target.model_validate(written)
    except ValidationError as problem:
        raise ConformanceFault("\n".join(f"{path}: {each}" for each in problems_of(problem))) from None
    beside = {
        name: client.model_copy(update={"key": path.parent / client.key}) for name, client in target.clients.items()
    }
    return target.model_copy(update={"clients": beside})
