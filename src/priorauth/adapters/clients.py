"""The systems that may call us, from their files in `mappings/clients`: whom each stands for and its keys."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from priorauth.adapters.key_sets import KeySetFault, PublicKey, read_key_set
from priorauth.domain.access import SCOPES_OF, CallerKind, Client, ClientId, read_scopes
from priorauth.routing.yaml_source import YamlNotReadable, read_yaml

Thumbprint = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class ClientFile(BaseModel):
    """One file of `mappings/clients`.

    `stands_for` is the id of the partner, of the delegate or desk, or of the payer. `scopes` are the most that the
    client may ask for; by default everything that its kind can have. `certificates` are SHA-256 thumbprints.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$", max_length=200)
    name: str
    kind: CallerKind
    stands_for: str = ""
    scopes: list[str] | None = None
    jwks: dict[str, object] | None = None
    jwks_url: str = ""
    certificates: list[Thumbprint] = []

    @field_validator("certificates", mode="before")
    @classmethod
    def without_colons(cls, value: object) -> object:
        """Thumbprints as openssl prints them, and as everybody else does."""
        return [str(each).replace(":", "").lower() for each in value] if isinstance(value, list) else value

    @model_validator(mode="after")
    def hangs_together(self) -> Self:
        if (self.kind is CallerKind.OPERATOR) == bool(self.stands_for):
            raise ValueError("stands_for is needed of every client but an operator's, and of no operator's")
        if self.jwks and self.jwks_url:
            raise ValueError("a client has its keys inline (jwks) or at a URL (jwks_url)")
        if not (self.jwks or self.jwks_url or self.certificates):
            raise ValueError("a client needs jwks, jwks_url or certificates to be known by")
        return self

    def client(self) -> Client:
        """Its scopes are those of its kind at most."""
        most = SCOPES_OF[self.kind]
        return Client(
            id=ClientId(self.id),
            kind=self.kind,
            stands_for=self.stands_for,
            scopes=most if self.scopes is None else read_scopes(self.scopes) & most,
            certificates=frozenset(self.certificates),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredClient:
    """A client with the keys that prove its assertions: inline by their `kid`, or at a URL."""

    client: Client
    keys: Mapping[str, PublicKey] = field(default_factory=dict)
    keys_url: str = ""


class ClientFault(Exception):
    """A client's file cannot be used: which and why, without its values."""


@dataclass(frozen=True, slots=True)
class Clients:
    """All registered clients, by id."""

    by_id: Mapping[ClientId, RegisteredClient]

    def with_certificate(self, thumbprint: str) -> Client | None:
        """The client that this certificate belongs to."""
        clients = (registered.client for registered in self.by_id.values())
        return next((client for client in clients if thumbprint in client.certificates), None)


def load_clients(files: Mapping[str, str], known: Mapping[CallerKind, Container[str]]) -> Clients:
    """The clients of these files; `known` are the ids that a client of each kind can stand for.

    Raises ClientFault where a file is not one, two have the same id or certificate, or one stands for nobody we know.
    """
    found: dict[ClientId, RegisteredClient] = {}
    certificates: set[str] = set()
    for path, text in files.items():
        registered = read_client(path, text)
        client = registered.client
        if client.id in found or certificates & client.certificates:
            raise ClientFault(f"{path}: another client has the same id or certificate")
        if client.kind is not CallerKind.OPERATOR and client.stands_for not in known[client.kind]:
            raise ClientFault(f"{path}: stands_for names no {client.kind} of this gateway")
        found[client.id] = registered
        certificates |= client.certificates
    return Clients(found)


def read_client(path: str, text: str) -> RegisteredClient:
    """One file. Raises ClientFault."""
    try:
        file = ClientFile.model_validate(read_yaml(path, text).data)
        keys = read_key_set(file.jwks) if file.jwks else {}
    except YamlNotReadable as unreadable:
        raise ClientFault(f"{unreadable}: it is not YAML") from None
    except KeySetFault as fault:
        raise ClientFault(f"{path}: jwks: {fault}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise ClientFault(f"{path}: {where}: {first['msg']}" if where else f"{path}: {first['msg']}") from None
    client = file.client()
    if not client.scopes:
        raise ClientFault(f"{path}: scopes: a {client.kind} can have none of them")
    return RegisteredClient(client=client, keys=keys, keys_url=file.jwks_url)
