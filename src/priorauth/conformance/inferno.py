"""Presets of the public Inferno test kit for Da Vinci PAS: its server suites run without anything typed in by hand.

The suites simulate a client and leave to the tester which requests to send. A preset says it: Bundles of our own, each
under identifiers that nobody used before, whose first trace asks a sandbox for the answer that the group wants to see.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from priorauth.conformance.cases import Send
from priorauth.conformance.folders import Folder
from priorauth.conformance.messages import fhir_body
from priorauth.conformance.naming import Names, unique_text
from priorauth.conformance.updating import FIRST, chain_of

SUITES: Mapping[str, str] = {
    "2.2.1": "davinci_pas_server_suite_v221",
    "2.0.1": "davinci_pas_server_suite_v201",
}
"""Version of PAS -> the suite of the kit."""

PENDED_SECONDS = 60
"""After so many seconds a pended request is certified: the kit validates the first answer before it waits for news."""

INFERNO = "http://localhost:4567"
IMAGING, INQUIRY, SUBSCRIPTION, TWO_ITEMS = (
    "pas-imaging.json",
    "pas-inquiry.json",
    "pas-subscription.json",
    "pas-two-items.json",
)
EVERYTHING = (
    "pas-everything.json",
    "pas-dependent.json",
    "pas-nicu.json",
    "pas-orders.json",
    "pas-device-and-document.json",
)
"""Together they hold each profile that a request can have."""

CODE, DAY = "Claim.item[0].productOrService.coding[0].code", "Claim.item[0].servicedDate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How the kit gets in: with a token, or by client credentials of its own; neither for a sandbox."""

    token: str = field(default="", repr=False)
    token_url: str = ""
    client_id: str = ""
    scope: str = "system/*.cruds"
    key: str = field(default="", repr=False)  # a JWK set with its private key
    kid: str = ""
    algorithm: str = "ES384"

    def value(self) -> str:
        """The value of an input of the type `auth_info`."""
        if self.token_url:
            asks = {
                "auth_type": "backend_services",
                "token_url": self.token_url,
                "client_id": self.client_id,
                "requested_scopes": self.scope,
                "encryption_algorithm": self.algorithm,
                "kid": self.kid,
                "jwks": self.key,
            }
            return json.dumps(asks)
        return json.dumps(
            {"auth_type": "public", "access_token": self.token} if self.token else {"auth_type": "public"}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What preset is wanted."""

    version: str
    base_url: str
    access: Access = Access()
    notification_token: str = ""
    pended_seconds: int = PENDED_SECONDS


def preset(folder: Folder, wanted: Wanted, now: datetime) -> dict[str, Any]:
    """The preset document of a suite. Each is good for one run: the next one would be answered as resends."""
    token = wanted.notification_token or f"priorauth-{unique_text().lower()}"
    return {
        "title": f"priorauth at {wanted.base_url}, PAS {wanted.version}",
        "id": f"priorauth-{SUITES[wanted.version]}",
        "test_suite_id": SUITES[wanted.version],
        "inputs": [
            _input("server_endpoint", "text", f"{wanted.base_url.rstrip('/')}/fhir/{wanted.version}"),
            _input("smart_credentials", "auth_info", wanted.access.value()),
            _input("access_token", "text", token),
            *(_input(name, "textarea", _json(value)) for name, value in payloads(folder, wanted, now).items()),
        ],
    }


def payloads(folder: Folder, wanted: Wanted, now: datetime) -> dict[str, Any]:
    """Every document that the suite sends, by the name of the input that it is given in."""
    making = _Making(folder, now)
    pended = making.request(IMAGING, f"SBX-LATER-{wanted.pended_seconds}S-", {DAY: "${today+23}"})
    found = {
        "subscription_resource": making.subscription(),
        "approval_pa_submit_request_payload": making.request(IMAGING, "SBX-CERTIFY-"),
        "denial_pa_submit_request_payload": making.request(IMAGING, "SBX-DENY-"),
        "pended_pa_submit_request_payload": pended,
        "must_support_pa_submit_request_payload": [
            *(making.request(message, "SBX-FULL-") for message in EVERYTHING),
            making.request(IMAGING, "SBX-INFO-"),
            *making.updates(wanted.version).values(),
        ],
        "must_support_pa_inquire_request_payload": [making.request(INQUIRY, "")],
    }
    if wanted.version == "2.0.1":
        return {**found, "pended_pa_inquire_request_payload": making.request(INQUIRY, "", {DAY: "${today+23}"})}
    steps = making.updates(wanted.version)
    return {**found, **{f"claim_update_{step}_submit_payload": bundle for step, bundle in steps.items()}}


@dataclass(frozen=True, slots=True)
class _Making:
    folder: Folder
    now: datetime

    def request(self, message: str, trace: str, changes: Mapping[str, str] | None = None) -> Any:
        """A message of ours under identifiers of its own."""
        names = Names({}, self.now)
        edit = ({"set": names.resolve(dict(changes))},) if changes else ()
        send = Send(fhir=message, trace=trace, edit=edit)
        return json.loads(fhir_body(send, self.folder.messages / message, names, {}))

    def subscription(self) -> Any:
        """The subscription; the kit puts its own endpoint and header in."""
        resource = self.request(SUBSCRIPTION, "")
        resource["channel"]["endpoint"] = f"{INFERNO}/notifications"
        return resource

    def updates(self, version: str) -> dict[str, Any]:
        """A request, an item more, an item changed and another cancelled, then everything cancelled."""
        first = self.request(TWO_ITEMS, "SBX-CERTIFY-", {CODE: FIRST})
        added, changed, ended = chain_of(first, version, Names({}, self.now).value("today+37"))
        return {"initial": first, "add_item": added, "modify_cancel": changed, "cancel_all": ended}


def bundles_of(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each document that a preset sends, with the name of its input; a list one by one, in order."""
    for given in document["inputs"]:
        if given["type"] == "textarea":
            value = json.loads(given["value"])
            for each in value if isinstance(value, list) else [value]:
                yield given["name"], each


def _input(name: str, type: str, value: str) -> dict[str, str]:
    return {"name": name, "type": type, "value": value}


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
