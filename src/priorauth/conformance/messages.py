"""Bodies of requests: a message of ours, made fresh, with the edits that a step declares."""

from __future__ import annotations

import itertools
import json
import secrets
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from priorauth.conformance import json_paths, x12_edits
from priorauth.conformance.cases import Send
from priorauth.conformance.folders import read_text
from priorauth.conformance.naming import Names
from priorauth.conformance.x12 import Delimiters, read_interchange

NUMBERS = itertools.count(secrets.randbelow(900_000_000))


def message_text(path: Path, names: Names) -> str:
    """A message as its file has it, with the days in it that are counted from today."""
    return str(names.resolve(written(path)))


@lru_cache(maxsize=256)
def written(path: Path) -> str:
    return read_text(path)


def x12_body(send: Send, path: Path, names: Names, values: Mapping[str, str]) -> bytes:
    """The bytes of an interchange."""
    interchange = read_interchange(message_text(path, names))
    if values:
        x12_edits.replace_values(interchange, values)
    if send.sets:
        x12_edits.repeat_sets(interchange, send.sets)
    if send.fresh:
        number = next(NUMBERS) % 999_999_998 + 1
        x12_edits.freshen(interchange, number=number, unique=str(names.value("unique")), trace=send.trace)
    for edit in send.edit:
        x12_edits.apply_edit(interchange, edit)
    x12_edits.recount(interchange)
    for edit in send.break_:
        x12_edits.apply_edit(interchange, edit)
    if send.delimiters:
        interchange = interchange.with_delimiters(
            Delimiters(**{str(name): value for name, value in send.delimiters.items()})
        )
    return edited_bytes(interchange.text(line_breaks=send.line_breaks), send.bytes)


def fhir_body(send: Send, path: Path, names: Names, values: Mapping[str, str]) -> bytes:
    """The bytes of a bundle or another resource."""
    document = json.loads(message_text(path, names))
    if values:
        document = replaced(document, values)
    if send.fresh:
        freshen_bundle(document, str(names.value("unique")), send.trace)
    for edit in [*send.edit, *send.break_]:
        json_paths.apply_edit(document, edit)
    return edited_bytes(json.dumps(document, ensure_ascii=False), send.bytes)


def freshen_bundle(document: Any, unique: str, trace: str) -> None:
    """New identifiers of the bundle and its claims; the first of a claim begins as asked."""
    if "identifier" in document and document.get("resourceType") == "Bundle":
        document["identifier"]["value"] = unique
    for claim in json_paths.values_at(document, "Claim[*]"):
        for number, identifier in enumerate(claim.get("identifier", [])):
            identifier["value"] = f"{unique}-{number}" if number else f"{trace}{unique}"


def replaced(document: Any, values: Mapping[str, str]) -> Any:
    """The same with whole texts that are other ones at a target."""
    if isinstance(document, str):
        return values.get(document, document)
    if isinstance(document, list | tuple):
        return [replaced(each, values) for each in document]
    if isinstance(document, dict):
        return {key: replaced(value, values) for key, value in document.items()}
    return document


def edited_bytes(text: str, edits: Iterable[Mapping[str, Any]]) -> bytes:
    """The text as bytes, with what is done to the bytes themselves."""
    encoding = "utf-8"
    for edit in edits:
        for word, argument in edit.items():
            match word:
                case "truncate":
                    text = text[:argument]
                case "drop-end":
                    text = text[:-argument]
                case "replace":
                    text = text.replace(str(argument[0]), str(argument[1]))
                case "append":
                    text += str(argument)
                case "prepend":
                    text = str(argument) + text
                case "fill":
                    text = text.ljust(int(argument))
                case "encoding":
                    encoding = str(argument)
    return text.encode(encoding)
