"""Systems that call a gateway outside the sandbox: their keys, their files, and how they get a token."""

from __future__ import annotations

import json
import shutil
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

SHIPPED = Path(__file__).parent.parent / "mappings"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ARCHIVE_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@dataclass(frozen=True)
class System:
    """A system with its key pair, as registered at the gateway."""

    id: str
    kind: str
    stands_for: str = ""
    scopes: tuple[str, ...] | None = None
    algorithm: str = "ES384"
    certificates: tuple[str, ...] = ()
    key: RSAKey | ECKey = field(default_factory=lambda: new_key("ES384"))

    @property
    def file(self) -> str:
        """Its file in `mappings/clients` (JSON is YAML)."""
        registered = {
            "id": self.id,
            "name": f"System {self.id}",
            "kind": self.kind,
            "jwks": {"keys": [self.key.as_dict(private=False)]},
            "certificates": self.certificates,
        }
        if self.stands_for:
            registered["stands_for"] = self.stands_for
        if self.scopes is not None:
            registered["scopes"] = self.scopes
        return json.dumps(registered)

    def assertion(self, audience: str, *, header: Mapping[str, Any] | None = None, **claims: Any) -> str:
        """A signed assertion for a token endpoint. A claim or header member given as None is left out."""
        said = {
            "iss": self.id,
            "sub": self.id,
            "aud": audience,
            "exp": int(time.time()) + 240,
            "jti": uuid.uuid4().hex,
            **claims,
        }
        head = {"alg": self.algorithm, "kid": self.key.kid, "typ": "JWT", **(header or {})}
        return jwt.encode(present(head), present(said), self.key, algorithms=[str(head["alg"])])

    def token(self, gateway: str, scope: str = "system/*.cruds reviews.submit reviews.read tools.use") -> str:
        """An access token of the gateway at this URL."""
        response = ask_for_token(gateway, self.assertion(f"{gateway}/oauth/token"), scope)
        assert response.status_code == 200, response.text
        token: str = response.json()["access_token"]
        return token


def new_key(algorithm: str) -> RSAKey | ECKey:
    """A key pair for an algorithm, with a `kid`."""
    kid = uuid.uuid4().hex
    if algorithm.startswith("RS"):
        return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": algorithm})
    return ECKey.generate_key("P-384", {"kid": kid, "use": "sig", "alg": algorithm})


def present(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def ask_for_token(gateway: str, assertion: str, scope: str | None, **fields: str) -> httpx2.Response:
    """Post a form to the token endpoint. A field given as empty is left out."""
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION,
        "client_assertion": assertion,
        "scope": scope or "",
        **fields,
    }
    return httpx2.post(f"{gateway}/oauth/token", data={name: value for name, value in form.items() if value})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def write_mappings(folder: Path, systems: tuple[System, ...], partners: Mapping[str, str]) -> Path:
    """The shipped mappings with these clients, and with partners by id that send as ZZ and an interchange id."""
    mappings = folder / "mappings"
    shutil.copytree(SHIPPED, mappings)
    for system in systems:
        (mappings / "clients" / f"{system.id}.yaml").write_text(system.file)
    for id, interchange_id in partners.items():
        partner = {"id": id, "name": id, "interchange_ids": [{"qualifier": "ZZ", "id": interchange_id}]}
        (mappings / "partners" / f"{id}.yaml").write_text(json.dumps(partner))
    return mappings
