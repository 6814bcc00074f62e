"""A case as a file: one JSON document, or a folder with a file for each message, that a test can run."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from priorauth.inspection.cases.outcomes import Document, Facts, Outcome

FORMAT = "priorauth-case/1"
FILE = "case.json"
REQUEST = "request"
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ENDINGS = {"x12": "edi"}


class NotACase(Exception):
    """A file that is no case; the text says why, without a value of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMessage:
    """One message as received or sent, and the part that it plays. Requests are routed."""

    role: str
    body: bytes = field(repr=False)
    at: datetime
    direction: str = "received"
    format: str = ""

    @property
    def is_request(self) -> bool:
        return self.role == REQUEST

    @property
    def version(self) -> str | None:
        """The version of PAS that it was taken as, where that is known."""
        return self.format.removeprefix("pas-") if self.format.startswith("pas-") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case that is safe to share. `facts` are what the directory said of each request, `events` types in order."""

    name: str
    messages: Sequence[CaseMessage]
    outcomes: Sequence[Outcome]
    facts: Sequence[Facts | None]
    events: Sequence[str] = ()


def document_of(case: Case) -> str:
    """The case as text of JSON."""
    return _json(_document(case, [_body(each.body) for each in case.messages]))


def write_folder(case: Case, folder: Path) -> Path:
    """The case as a folder of its name: `case.json`, and each message in a file of its own. OSError where it cannot."""
    into = folder / case.name
    into.mkdir(parents=True)
    bodies: list[Document] = []
    for number, message in enumerate(case.messages, start=1):
        file = f"{number}-{name_of(message.role)}.{_ENDINGS.get(message.format, 'json')}"
        (into / file).write_bytes(message.body)
        bodies.append({"file": file})
    (into / FILE).write_text(_json(_document(case, bodies)), encoding="utf-8")
    return into


def read_case(file: Path) -> Case:
    """A case from a file that `document_of` wrote, or from a folder. Raises NotACase, and OSError as reading does."""
    file = file / FILE if file.is_dir() else file
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            raise NotACase(f"not a case of the format {FORMAT}")
        if not _NAME.fullmatch(document["name"]):
            raise NotACase("the name of a case is words in lower case with hyphens between")
        return Case(
            name=document["name"],
            messages=[_message(each, file.parent) for each in document["messages"]],
            outcomes=[_outcome(each) for each in document["messages"]],
            facts=document["facts"],
            events=document["events"],
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotACase("not the JSON of a case") from None


def name_of(text: str) -> str:
    """A name for a case out of any text: words in lower case with hyphens between."""
    return "-".join(re.findall(r"[a-z0-9]+", text.lower())) or "case"


def _document(case: Case, bodies: Sequence[Document]) -> Document:
    messages: list[Document] = [
        {
            "role": message.role,
            "direction": message.direction,
            "format": message.format,
            "at": message.at.isoformat(),
            **({"unreadable": outcome.fault} if outcome.fault else {}),
            "findings": list(outcome.findings),
            **({"routes": list(outcome.routes)} if message.is_request else {}),
            **body,
        }
        for message, outcome, body in zip(case.messages, case.outcomes, bodies, strict=True)
    ]
    return {
        "format": FORMAT,
        "name": case.name,
        "facts": [_dated(each) for each in case.facts],
        "events": list(case.events),
        "messages": messages,
    }


def _dated(facts: Facts | None) -> Document | None:
    if facts is None:
        return None
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}


def _body(body: bytes) -> Document:
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode("ascii")}


def _message(document: Mapping[str, Any], folder: Path) -> CaseMessage:
    if "file" in document:
        if Path(document["file"]).name != document["file"]:
            raise NotACase("a message is in a file beside the case")
        body = (folder / document["file"]).read_bytes()
    elif "base64" in document:
        body = base64.b64decode(document["base64"], validate=True)
    else:
        body = document["text"].encode()
    return CaseMessage(
        role=document["role"],
        body=body,
        at=datetime.fromisoformat(document["at"]),
        direction=document["direction"],
        format=document["format"],
    )


def _outcome(document: Mapping[str, Any]) -> Outcome:
    return Outcome(
        fault=document.get("unreadable", ""),
        findings=tuple(document["findings"]),
        routes=tuple(document.get("routes", ())),
    )


def _json(document: Document) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
