"""A message of the wire as people read it: one segment a line, JSON indented, no secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from priorauth.conformance.results import Exchange, WireMessage

_SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie", "set-cookie"}
_SECRET_FIELDS = re.compile(r'((?:client_assertion|access_token|refresh_token)(?:=|"\s*:\s*"))[^&"\s]+')
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Shown:
    """One message, ready for a page or a console."""

    head: str
    body: str
    note: str


def messages_of(exchange: Exchange) -> list[tuple[str, Shown]]:
    """What was sent and what came back, or that nothing did; or what came without having been asked for."""
    if exchange.got is None and not exchange.note:
        return [("Received", _shown(exchange.sent))]
    answer = _shown(exchange.got) if exchange.got else Shown(exchange.note, "", "")
    return [("Sent", _shown(exchange.sent)), ("Received", answer)]


def in_one_line(exchange: Exchange) -> str:
    """What an exchange was, for who looks for one of many."""
    if exchange.got is None and not exchange.note:
        return f"Received: {exchange.step or exchange.sent.head}"
    answer = exchange.got.head if exchange.got else exchange.note
    return " · ".join(filter(None, (exchange.step, exchange.sent.head, answer, f"{exchange.seconds:.2f} s")))


def _shown(message: WireMessage) -> Shown:
    head = "\n".join([message.head, *_headers(message.headers)])
    body, notes = _readable(message.body)
    return Shown(head, _without_secrets(body), " ".join(notes))


def _headers(headers: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{name}: {'(not shown)' if name.lower() in _SECRET_HEADERS else value}" for name, value in headers]


def _readable(text: str) -> tuple[str, list[str]]:
    """The text of a body, and what was done to it for reading."""
    notes: list[str] = []
    if text.startswith("ISA") and len(text) >= 106:
        text = _one_segment_a_line(text, notes)
    elif text[:1] in "{[":
        text = _indented(text, notes)
    return without_controls(text), notes


def without_controls(text: str) -> str:
    """The text with what would steer a terminal written out."""
    return _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def as_got(text: str) -> str:
    """A piece of what a target said, ready for a page or a console."""
    return without_controls(_without_secrets(text))


def _one_segment_a_line(text: str, notes: list[str]) -> str:
    terminator = text[105]
    if terminator == "\n" or f"{terminator}\n" in text or f"{terminator}\r" in text:
        return text
    notes.append("Shown with a line break after each segment.")
    return text.replace(terminator, f"{terminator}\n").rstrip("\n")


def _indented(text: str, notes: list[str]) -> str:
    """JSON with line breaks; every name, number and repeated key stays as it was written."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    notes.append("Shown indented.")
    depth = 0
    written: list[str] = []
    for token in _TOKENS.findall(text):
        if token in "]}":
            depth -= 1
        empty = token in "]}" and written and written[-1].rstrip() in ("[", "{")
        if empty:
            written[-1] = written[-1].rstrip()
        elif token in "]}":
            written.append("\n" + "  " * depth)
        depth += token in "[{"
        after = "\n" + "  " * depth if token in "[{," else " " if token == ":" else ""
        written.append(token + after)
    return "".join(written)


def _without_secrets(text: str) -> str:
    return _SECRET_FIELDS.sub(r"\1(not shown)", text)
