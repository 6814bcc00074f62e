"""The files of clients: what they must say, and what a gateway says of one that does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from access import System, new_key
from priorauth.adapters.clients import ClientFault, Clients, load_clients
from priorauth.domain.access import CallerKind, ClientId

KNOWN = {CallerKind.PARTNER: {"harbor"}, CallerKind.DELEGATE: {"evicore"}, CallerKind.PAYER: {"BCBSM"}}
THUMBPRINT = "AB:" * 31 + "cd"


def file(**changes: Any) -> str:
    said = {**json.loads(System("ehr", "partner", "harbor").file), **changes}
    return json.dumps({name: value for name, value in said.items() if value is not None})


def load(*files: str) -> Clients:
    return load_clients({f"{number}.yaml": text for number, text in enumerate(files)}, KNOWN)


def test_a_file_says_whom_a_client_stands_for_and_by_which_keys_it_is_known() -> None:
    registered = load(file(scopes=["reviews.read", "operate"], certificates=[THUMBPRINT])).by_id[ClientId("ehr")]

    assert (registered.client.kind, registered.client.stands_for) == (CallerKind.PARTNER, "harbor")
    assert registered.client.scopes == {"reviews.read"}
    assert registered.client.certificates == {"ab" * 31 + "cd"}
    assert len(registered.keys) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"stands_for": "nobody"}, "stands_for names no partner"),
        ({"stands_for": None}, "stands_for is needed"),
        ({"kind": "operator"}, "stands_for is needed"),
        ({"kind": "delegate"}, "stands_for names no delegate"),
        ({"kind": "friend"}, "kind"),
        ({"jwks": None, "certificates": None}, "jwks, jwks_url or certificates"),
        ({"jwks_url": "https://keys.example"}, "inline"),
        ({"jwks": {"keys": []}}, "no public RSA key"),
        ({"jwks": {"keys": [new_key("ES384").as_dict(private=True)]}}, "no public RSA key"),
        ({"scopes": ["operate"]}, "scopes"),
        ({"certificates": ["12"]}, "certificates.0"),
        ({"secret": "x"}, "secret"),
        ({"id": "two words"}, "id"),
    ],
    ids=lambda each: each if isinstance(each, str) else " ".join(each),
)
def test_a_file_that_cannot_be_used_says_why_and_none_of_its_values(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ClientFault, match=said) as raised:
        load(file(**changes))

    assert str(raised.value).startswith("0.yaml: ")
    assert "two words" not in str(raised.value)


@pytest.mark.parametrize("text", ["{", "[]", "", "id: a\nid: b"])
def test_a_file_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ClientFault):
        load(text)


def test_an_id_or_a_certificate_belongs_to_one_client() -> None:
    with pytest.raises(ClientFault, match="another client has the same"):
        load(file(), file())
    with pytest.raises(ClientFault, match="another client has the same"):
        load(file(certificates=[THUMBPRINT]), file(id="other", certificates=[THUMBPRINT]))
