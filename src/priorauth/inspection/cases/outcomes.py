"""What a message comes to: what is wrong with it and where, and where each request in it would go. Never a value."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from priorauth.domain.findings import Finding
from priorauth.domain.reviews import ServiceReview
from priorauth.domain.routes import Route
from priorauth.inspection.fhir import validate_fhir
from priorauth.inspection.reading import NotReadable, inbound, is_fhir, read_requests
from priorauth.services.ports import Directory
from priorauth.tools import Tools
from priorauth.x12.faults import X12SyntaxError
from priorauth.x12.validation import validate_interchange

Facts = Mapping[str, object]
Document = dict[str, Any]


class KnownDirectory:
    """What a directory said of each request of some messages, in their order; where that is not known, it is asked.

    `said` is what it said: None for a request whose member it does not know.
    """

    def __init__(self, answers: Sequence[Facts | None] | None, directory: Directory | None = None) -> None:
        self._answers = answers
        self._directory = directory
        self.said: list[Facts | None] = []

    async def facts(self, review: ServiceReview) -> Facts | None:
        """The answer for the next request."""
        answer: Facts | None = None
        if self._answers is not None:
            answer = self._answers[len(self.said)] if len(self.said) < len(self._answers) else None
        elif self._directory is not None:
            answer = await self._directory.facts(review)
        self.said.append(answer)
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one message comes to. `fault` says why it cannot be read at all; `routes` are those of its requests."""

    fault: str
    findings: tuple[Document, ...]
    routes: tuple[Document, ...]

    def differences(self, other: Outcome) -> Iterator[str]:
        """In words, how another outcome differs from this one. Positions and rules only, never a value."""
        if self.fault != other.fault:
            yield f"read: {self.fault or 'it can be read'}; now: {other.fault or 'it can be read'}"
        yield from _lost("finding", map(_shown, self.findings), map(_shown, other.findings))
        yield from _lost("route", map(_shown, self.routes), map(_shown, other.routes))


def outcome_of(
    tools: Tools,
    body: bytes,
    received_at: datetime,
    directory: Directory | None,
    version: str | None = None,
) -> Outcome:
    """What a message comes to that was received at a time; by a directory, where its requests are to be routed."""
    fault, findings = _findings(tools, body, version)
    routes = routes_in(tools, body, received_at, directory, version) if directory else ()
    return Outcome(fault=fault, findings=tuple(findings), routes=tuple(routes))


def _findings(tools: Tools, body: bytes, version: str | None) -> tuple[str, Sequence[Document]]:
    if is_fhir(body):
        report = validate_fhir(tools, body, version=version).report
        return "", [_of_fhir(each) for one in report.findings for each in _with_consequences([one.finding])]
    try:
        result = validate_interchange(body)
    except X12SyntaxError as fault:
        return str(fault), []
    found = [_of_x12(each, "interchange") for each in _with_consequences(result.findings)]
    for number, group in enumerate(result.groups, start=1):
        found += [_of_x12(each, f"group {number}") for each in _with_consequences(group.findings)]
        for at, one in enumerate(group.sets, start=1):
            found += [_of_x12(each, f"group {number}, set {at}") for each in _with_consequences(one.findings)]
    return "", found


def _with_consequences(findings: Iterable[Finding]) -> Iterator[Finding]:
    for each in findings:
        yield each
        yield from _with_consequences(each.consequences)


def _of_fhir(finding: Finding) -> Document:
    return {"rule": finding.code.value, "severity": finding.severity.value, "expression": finding.at.path}


def _of_x12(finding: Finding, part: str) -> Document:
    at = finding.at
    place = {name: getattr(at, name) for name in ("segment", "loop", "element", "component", "repetition")}
    return {
        "rule": finding.code.value,
        "severity": finding.severity.value,
        "in": part,
        **{name: value for name, value in place.items() if value},
    }


def routes_in(
    tools: Tools, body: bytes, received_at: datetime, directory: Directory, version: str | None
) -> Iterator[Document]:
    """Where each request in a message would go; nowhere where it cannot be read."""
    try:
        read_requests(tools, body, received_at=received_at, version=version)
        message = inbound(body, received_at=received_at, version=version)
    except NotReadable:
        return
    inspect = replace(tools.inspect_message, directory=directory)
    _, routes = asyncio.run(inspect.route(message))
    yield from (_route(route) for route in routes)


def _route(route: Route) -> Document:
    return {
        "payer": route.payer,
        "items": [
            {
                "sequence": item.sequence,
                "outcome": item.outcome.value,
                "destination": item.destination,
                "queue": item.queue,
                "rule": item.rule,
                "requirements": [one.id for one in item.requirements],
            }
            for item in route.items
        ],
    }


def _shown(document: Document) -> str:
    return ", ".join(f"{name} {value}" for name, value in document.items())


def _lost(what: str, before: Iterable[str], after: Iterable[str]) -> Iterator[str]:
    first, second = list(before), list(after)
    for each in first:
        if each in second:
            second.remove(each)
        else:
            yield f"{what} gone: {each}"
    yield from (f"{what} come: {each}" for each in second)
