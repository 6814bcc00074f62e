"""`case export` and `case import`: a review or message without its data, and whether it still comes to the same."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx2

from priorauth.cli.files import read_facts, read_file, tools
from priorauth.cli.output import COULD_NOT_RUN, INVALID, fail, note, running_or_exit, say, say_json
from priorauth.cli.running import TIMEOUT_SECONDS, At, get, why_not
from priorauth.inspection.cases.case import Subject, Unsafe, make_case, moment_of, routes_of
from priorauth.inspection.cases.checking import differences_of
from priorauth.inspection.cases.document import (
    REQUEST,
    Case,
    CaseMessage,
    NotACase,
    document_of,
    name_of,
    read_case,
    write_folder,
)
from priorauth.inspection.cases.outcomes import Facts
from priorauth.inspection.reading import is_fhir
from priorauth.routing.vocabulary import FactNotReadable, read_value
from priorauth.services.ports import Message, NotKnown
from priorauth.tools import Tools

MESSAGE_PREFIX = "msg-"
SALT_BYTES = 16
_UNKNOWN_MEMBER, _BY_EARLIER_REVIEW = "member_unknown", "prior_review"
_COMPARED = ("outcome", "destination", "queue", "rule")
_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked of an export, whatever of."""

    name: str
    facts_file: Path | None
    salt: str = field(repr=False)
    version: str | None
    out: Path | None

    @property
    def called(self) -> str:
        return name_of(self.name) if self.name else ""

    @property
    def secret(self) -> bytes:
        return self.salt.encode() if self.salt else secrets.token_bytes(SALT_BYTES)

    def facts(self) -> Sequence[Facts | None] | None:
        """The directory's answer from the file, or None where there is no file."""
        if self.facts_file is None:
            return None
        with running_or_exit():
            return [read_facts(self.facts_file)]


def export_file(file: Path, asked: Asked) -> int:
    """Export one message that is in a file."""
    with running_or_exit():
        body = read_file(file)
    return _export_message(body, moment_of(body), asked)


def export_refused(message_id: str, asked: Asked) -> int:
    """Export a message that the gateway refused: it is in its database, and belongs to no review."""
    message = asyncio.run(_stored(message_id))
    return _export_message(message.body, message.at, asked)


async def _stored(message_id: str) -> Message:
    from priorauth.cli.store import open_store
    from priorauth.domain.reviews import MessageId

    async with open_store() as store, store.reading() as work:
        try:
            return await work.message(MessageId(message_id))
        except NotKnown:
            fail(f"there is no message {message_id} in the database of the settings")


def _export_message(body: bytes, at: datetime, asked: Asked) -> int:
    kit = tools()
    format = (f"pas-{asked.version}" if asked.version else "pas") if is_fhir(body) else "x12"
    request = CaseMessage(role=REQUEST, body=body, at=at, format=format)
    subject = Subject(name=asked.called, messages=[request], answered=True, facts=asked.facts())
    return _write(kit, subject, asked)


def export_review(gateway: At, review_id: str, asked: Asked) -> int:
    """Export a review with every message of it, its route and the types of its events."""
    missing = f"there is no review {review_id}"
    listed = get(gateway, f"/reviews/{review_id}/messages", missing)["messages"]
    events = get(gateway, f"/reviews/{review_id}/events", missing)["events"]
    route = get(gateway, f"/reviews/{review_id}/route", f"review {review_id} was not routed")
    kit = tools()
    subject = Subject(
        name=asked.called,
        messages=[_message(gateway, each) for each in listed],
        events=[each["type"] for each in events],
        facts=asked.facts(),
    )
    subject = _routed_alike(kit, subject, route["explanation"])
    return _write(kit, subject, asked)


def _message(gateway: At, listed: Mapping[str, Any]) -> CaseMessage:
    try:
        response = httpx2.get(gateway.path(listed["href"]), headers=gateway.headers, timeout=TIMEOUT_SECONDS)
    except httpx2.HTTPError:
        fail(f"no gateway answers at {gateway.url}", COULD_NOT_RUN)
    if response.status_code != HTTPStatus.OK:
        fail(why_not(response.status_code), COULD_NOT_RUN)
    return CaseMessage(
        role=listed["role"],
        body=response.content,
        at=datetime.fromisoformat(listed["at"]),
        direction=listed["direction"],
        format=listed["format"],
    )


def _routed_alike(kit: Tools, subject: Subject, explanation: Mapping[str, Any]) -> Subject:
    """The subject with what the directory must have said for the gateway's route. Ends the command where none does."""
    if subject.facts is None:
        known, _ = routes_of(kit, subject)
        subject = replace(subject, facts=[_with_recorded(each, explanation) for each in known])
    _, routes = routes_of(kit, subject)
    wanted = [_compared(item) for item in explanation["items"]]
    if not any(_is_alike([_compared(item) for item in route["items"]], wanted) for route in routes):
        note(f"the gateway's route: {wanted}")
        fail("the rules and the directory here give another route: say --facts, or run this beside the gateway")
    return subject


def _is_alike(found: Sequence[tuple[object, ...]], wanted: Sequence[tuple[object, ...]]) -> bool:
    """True where every item goes the same way. What followed an earlier review is not compared."""
    return len(found) == len(wanted) and all(
        _BY_EARLIER_REVIEW in there or here == there for here, there in zip(found, wanted, strict=True)
    )


def _compared(item: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(item[name] for name in _COMPARED)


def _with_recorded(known: Facts | None, explanation: Mapping[str, Any]) -> Facts | None:
    """The directory's answer here, and over it what the gateway's directory is recorded to have said."""
    if any(item["rule"] == _UNKNOWN_MEMBER for item in explanation["items"]):
        return None
    recorded: dict[str, object] = {}
    for item in explanation["items"]:
        for name, fact in item["facts"].items():
            value = _TRUTHS.get(fact["value"], fact["value"])
            if fact["source"] == "directory" and _is_of(name, value):
                recorded[name] = value
    return {**(known or {}), **recorded}


def _is_of(name: str, value: object) -> bool:
    try:
        read_value(name, value)
    except (FactNotReadable, KeyError):
        return False
    return True


def _write(kit: Tools, subject: Subject, asked: Asked) -> int:
    try:
        case = make_case(kit, subject, asked.secret)
    except Unsafe as unsafe:
        for reason in unsafe.reasons:
            note(f"  {reason}")
        fail("no safe case could be made that comes to the same; nothing was written")
    if asked.out is None:
        say(document_of(case).rstrip("\n"))
    else:
        with running_or_exit():
            asked.out.write_text(document_of(case), encoding="utf-8")
    note(f"case {case.name}: {_summary(case)}")
    return 0


def _summary(case: Case) -> str:
    findings = sum(len(each.findings) for each in case.outcomes[:1])
    routes = sum(len(each.routes) for each in case.outcomes)
    return f"{len(case.messages)} messages, {findings} findings of the first, {routes} routes, the same as before"


def import_case(file: Path, into: Path | None, *, as_json: bool) -> int:
    """Validate and route the messages of a case again; 0 where all comes to the same."""
    try:
        with running_or_exit():
            case = read_case(file)
    except NotACase as problem:
        fail(f"{file}: {problem}")
    differences = differences_of(tools(), case)
    if as_json:
        say_json({"name": case.name, "same": not differences, "differences": differences})
    else:
        say(f"{case.name}: {_summary(case)}" if not differences else f"{case.name}: NOT the same")
        for difference in differences:
            say(f"  {difference}")
    if differences:
        return INVALID
    if into is not None:
        with running_or_exit():
            note(f"written to {write_folder(case, into)}")
    return 0
