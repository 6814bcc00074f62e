"""What a deployment sets: environment variables `PRIORAUTH_*`, or a TOML file named by `PRIORAUTH_SETTINGS`."""

from __future__ import annotations

import os
import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, IPvAnyNetwork, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


class NotConfigured(Exception):
    """A setting that is needed here is missing: the text says which."""


def listed(value: object) -> object:
    """A list as an environment variable has it: separated by commas."""
    return [each.strip() for each in value.split(",") if each.strip()] if isinstance(value, str) else value


Hosts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(listed)]
Networks = Annotated[tuple[IPvAnyNetwork, ...], NoDecode, BeforeValidator(listed)]


class Settings(BaseSettings):
    """Every setting with its default. A secret never shows in a `repr` or an error."""

    model_config = SettingsConfigDict(env_prefix="PRIORAUTH_", extra="ignore", hide_input_in_errors=True)

    database_url: str = "sqlite:///var/priorauth.db"
    database_connections: int = Field(default=20, ge=2)
    statement_timeout_seconds: float = Field(default=10.0, gt=0)
    migrate: bool = False
    kafka_bootstrap: str = ""
    kafka_prefix: str = ""
    kafka_instance: str = ""
    kafka_partitions: int = Field(default=12, ge=1)
    kafka_replication: int = Field(default=0, ge=0)
    kafka_retention_days: float = Field(default=7.0, gt=0)
    kafka_largest_message: int = Field(default=1_000_000, ge=10_000)
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    kafka_username: str = ""
    kafka_password: SecretStr = SecretStr("")
    kafka_ca_file: Path | None = None
    mappings: Path | None = None
    directory: Literal["files", "store", "http"] = "files"
    directory_url: str = ""
    directory_token: SecretStr = SecretStr("")
    directory_timeout_seconds: float = Field(default=2.0, gt=0, le=30)
    directory_cache_seconds: float = Field(default=300.0, ge=0)
    directory_cache_entries: int = Field(default=10_000, ge=1)
    archive_key: SecretStr | None = None
    sandbox: bool = False
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = ""
    outbound_hosts: Hosts = ()
    client_certificate_header: str = ""
    trusted_proxies: Networks = ()
    notification_attempts: int = Field(default=8, ge=1, le=20)
    wait_seconds: float = Field(default=10.0, gt=0, le=60)
    otlp_endpoint: str = ""
    log_level: str = "info"
    log_format: str = "json"

    @property
    def wait(self) -> timedelta:
        """How long an open request waits for its determination, unless its partner file says otherwise."""
        return timedelta(seconds=self.wait_seconds)

    @property
    def base_url(self) -> str:
        """Where this gateway listens."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def issuer(self) -> str:
        """Where callers reach this gateway: what its tokens are for."""
        return self.public_url.rstrip("/") or self.base_url

    @property
    def token_url(self) -> str:
        """Where access tokens are had, which client assertions name as their audience."""
        return f"{self.issuer}/oauth/token"

    @property
    def data_folder(self) -> Path:
        """Where files beside the database go: its folder where it is a file, else `var`."""
        prefix = "sqlite:///"
        return (
            Path(self.database_url.removeprefix(prefix)).parent if self.database_url.startswith(prefix) else Path("var")
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        path = os.environ.get("PRIORAUTH_SETTINGS")
        file = (TomlConfigSettingsSource(settings_cls, Path(path)),) if path else ()
        return (init_settings, env_settings, *file)


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process; `overrides` are what the command line says.

    Raises NotConfigured where one cannot be used: it says which and why, never the value.
    """
    if path := os.environ.get("PRIORAUTH_SETTINGS"):
        check_file(Path(path))
    try:
        settings = Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as invalid:
        wrong = [f"PRIORAUTH_{str(each['loc'][0]).upper()}: {each['msg']}" for each in invalid.errors()]
        raise NotConfigured("; ".join(wrong)) from None
    if not settings.database_url.startswith(DATABASES):
        raise NotConfigured(f"PRIORAUTH_DATABASE_URL: it begins with {' or '.join(DATABASES)}")
    return settings


def check_file(path: Path) -> None:
    """Raises NotConfigured where the file of settings cannot be read, or has one that there is not."""
    try:
        names = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise NotConfigured(f"PRIORAUTH_SETTINGS: {path} cannot be read") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as unreadable:
        place = _PLACE.search(str(unreadable))
        raise NotConfigured(f"PRIORAUTH_SETTINGS: {path} is no TOML{place[0] if place else ''}") from None
    if unknown := sorted(names.keys() - Settings.model_fields.keys()):
        raise NotConfigured(f"PRIORAUTH_SETTINGS: {path} has what is no setting: {', '.join(unknown)}")


DATABASES = ("sqlite:///", "postgresql://")
_PLACE = re.compile(r" \(at .*\)$")
