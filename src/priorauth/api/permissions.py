"""Which scope each path needs: one table. What is not in it is the operator's."""

from __future__ import annotations

import re

from priorauth.domain.access import DETERMINE, FOLLOW_EVENTS, OPERATE, READ, READ_METRICS, SUBMIT, USE_TOOLS

ANY_CALLER = ""

OPEN = re.compile(
    r"/health/.*|/schemas/.*|/oauth/token|(/fhir/[^/]+)?/\.well-known/smart-configuration|/fhir/[^/]+/metadata"
)
"""Paths that need no token."""

# fmt: off
SCOPES = tuple((method, re.compile(path), scope) for method, path, scope in (
    ("POST",   r"/x12(/batch)?",                                  SUBMIT),
    ("POST",   r"/core/.*",                                       SUBMIT),
    ("GET",    r"/x12/mailbox(/[^/]+)?",                          READ),
    ("POST",   r"/x12/mailbox/[^/]+/ack",                         READ),
    ("GET",    r"/reviews(/.*)?",                                 READ),
    ("POST",   r"/(validate|translate|route|clocks)",             USE_TOOLS),
    ("POST",   r"/delegates/[^/]+/determinations",                DETERMINE),
    ("GET",    r"/events",                                        FOLLOW_EVENTS),
    ("GET",    r"/metrics",                                       READ_METRICS),
    ("GET",    r"/docs(/.*)?|/openapi\.json",                     ANY_CALLER),
    ("POST",   r"/fhir/[^/]+(/Claim)?/\$submit(-attachment)?",    "system/Claim.c"),
    ("POST",   r"/fhir/[^/]+/Claim/\$inquire",                    "system/Claim.s"),
    ("GET",    r"/fhir/[^/]+/ClaimResponse/[^/]+",                "system/ClaimResponse.r"),
    ("GET",    r"/fhir/[^/]+/ClaimResponse",                      "system/ClaimResponse.s"),
    ("GET",    r"/fhir/[^/]+/Bundle/[^/]+",                       "system/Bundle.r"),
    ("GET",    r"/fhir/[^/]+/Task/[^/]+",                         "system/Task.r"),
    ("GET",    r"/fhir/[^/]+/Task",                               "system/Task.s"),
    ("POST",   r"/fhir/[^/]+/Task/_search",                       "system/Task.s"),
    ("PUT",    r"/fhir/[^/]+/Task/[^/]+",                         "system/Task.u"),
    ("PATCH",  r"/fhir/[^/]+/Task/[^/]+",                         "system/Task.u"),
    ("POST",   r"/fhir/[^/]+/Subscription",                       "system/Subscription.c"),
    ("GET",    r"/fhir/[^/]+/Subscription/\$status",              "system/Subscription.s"),
    ("POST",   r"/fhir/[^/]+/Subscription/\$status",              "system/Subscription.s"),
    ("GET",    r"/fhir/[^/]+/Subscription/[^/]+(/\$[a-z-]+)?",    "system/Subscription.r"),
    ("POST",   r"/fhir/[^/]+/Subscription/[^/]+/\$[a-z-]+",       "system/Subscription.r"),
    ("GET",    r"/fhir/[^/]+/Subscription",                       "system/Subscription.s"),
    ("PUT",    r"/fhir/[^/]+/Subscription/[^/]+",                 "system/Subscription.u"),
    ("DELETE", r"/fhir/[^/]+/Subscription/[^/]+",                 "system/Subscription.d"),
))
# fmt: on


def is_open(path: str) -> bool:
    return OPEN.fullmatch(path) is not None


def scope_needed(method: str, path: str) -> str:
    """The scope that a request needs; the empty one where a token is enough."""
    for known_method, pattern, scope in SCOPES:
        if known_method == method and pattern.fullmatch(path):
            return scope
    return OPERATE
