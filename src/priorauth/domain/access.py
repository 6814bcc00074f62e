"""Who may call the gateway and what for: kinds of callers, and the scopes that they are given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

ClientId = NewType("ClientId", str)
"""A system that calls us, as named in `mappings/clients`."""


class CallerKind(StrEnum):
    """On whose side a caller stands."""

    PARTNER = "partner"
    DELEGATE = "delegate"
    PAYER = "payer"
    OPERATOR = "operator"


SUBMIT = "reviews.submit"
READ = "reviews.read"
USE_TOOLS = "tools.use"
DETERMINE = "determinations.write"
FOLLOW_EVENTS = "events.read"
READ_METRICS = "metrics.read"
OPERATE = "operate"
"""The operator's: whoever has it may do everything."""

OWN_SCOPES = (SUBMIT, READ, USE_TOOLS, DETERMINE, FOLLOW_EVENTS, READ_METRICS, OPERATE)

INTERACTIONS: Mapping[str, str] = {
    "Bundle": "r",
    "Claim": "cs",
    "ClaimResponse": "rs",
    "Subscription": "cruds",
    "Task": "rus",
}
"""What can be done with each FHIR resource, in the letters of SMART: `$submit` creates, `$inquire` searches."""

FHIR_SCOPES = frozenset(
    f"system/{resource}.{letter}" for resource, letters in INTERACTIONS.items() for letter in letters
)

SCOPES_OF: Mapping[CallerKind, frozenset[str]] = {
    CallerKind.PARTNER: frozenset({SUBMIT, READ, USE_TOOLS}) | FHIR_SCOPES,
    CallerKind.DELEGATE: frozenset({DETERMINE}),
    CallerKind.PAYER: frozenset({FOLLOW_EVENTS}),
    CallerKind.OPERATOR: frozenset(OWN_SCOPES) | FHIR_SCOPES,
}
"""The most that a caller of each kind can be given."""

_FHIR_SCOPE = re.compile(r"system/(?P<resource>\*|[A-Z][A-Za-z]*)\.(?P<access>read|write|\*|(?=[cruds])c?r?u?d?s?)")
_ACCESS_V1 = {"read": "rs", "write": "cud", "*": "cruds"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A registered system. `stands_for` is the id of its partner, destination or payer; empty for an operator's.

    `certificates` are the SHA-256 thumbprints, in lower case hexadecimal, of the client certificates that are its own.
    """

    id: ClientId
    kind: CallerKind
    stands_for: str
    scopes: frozenset[str]
    certificates: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever sent a request, as authenticated."""

    client: ClientId
    kind: CallerKind
    stands_for: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        """Whether the caller was given this scope. Every caller has the empty one."""
        return not scope or scope in self.scopes or OPERATE in self.scopes

    def is_for(self, kind: CallerKind, id: str) -> bool:
        """Whether the caller acts for this partner, destination or payer. An operator acts for all."""
        return self.kind is CallerKind.OPERATOR or (self.kind is kind and self.stands_for == id)


ANYBODY = Caller(
    client=ClientId("sandbox"), kind=CallerKind.OPERATOR, stands_for="", scopes=SCOPES_OF[CallerKind.OPERATOR]
)
"""Whoever calls the sandbox, which is open."""


def read_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """The scopes that these stand for, wildcards and SMART v1 words expanded to one interaction with one resource each.

    What is not known, and what is narrower than we can hold to (`?...`), stands for nothing.
    """
    return frozenset(each for scope in scopes for each in _expanded(scope))


def write_scopes(scopes: Iterable[str]) -> str:
    """The scopes as a token's claim and the token response have them, one of each resource."""
    chosen = frozenset(scopes)
    letters = {
        resource: "".join(letter for letter in known if f"system/{resource}.{letter}" in chosen)
        for resource, known in INTERACTIONS.items()
    }
    fhir = (f"system/{resource}.{given}" for resource, given in letters.items() if given)
    return " ".join((*(scope for scope in OWN_SCOPES if scope in chosen), *fhir))


def _expanded(scope: str) -> Iterable[str]:
    if scope in OWN_SCOPES:
        return (scope,)
    match = _FHIR_SCOPE.fullmatch(scope)
    if match is None:
        return ()
    resources = INTERACTIONS if match["resource"] == "*" else (match["resource"],)
    letters = _ACCESS_V1.get(match["access"], match["access"])
    return FHIR_SCOPES & {f"system/{resource}.{letter}" for resource in resources for letter in letters}
