"""What the demonstration shows of a FHIR message, as lines of text; and what it reads in one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from priorauth.sandbox.demo.showing import INDENT, WIDTH
from priorauth.translate.fhir_vocabulary import ACTION

STEP = "  "


def request(bundle: Mapping[str, Any]) -> Iterator[str]:
    """A request Bundle in short: what is asked for, and the resources that stand in it."""
    claim = bundle["entry"][0]["resource"]
    traces = ", ".join(each["value"] for each in claim["identifier"])
    yield f"Claim {traces}: {claim['use']}, {_code(claim['type'])}, {len(claim['item'])} items"
    for item in claim["item"]:
        service = _code(item.get("revenue") or item["productOrService"])
        when = item.get("servicedDate") or " to ".join(item.get("servicedPeriod", {}).values())
        amount = item.get("quantity", {})
        yield f"item {item['sequence']}: {service}, {amount.get('value', '')} {amount.get('code', '')}, {when}"
    for entry in bundle["entry"]:
        yield f"{entry['resource']['resourceType']:<17} {entry['fullUrl']}"


def response(answer: Mapping[str, Any]) -> Iterator[str]:
    """An answer: of a Bundle the resources that the gateway made, and the names of those that it only returns."""
    if answer["resourceType"] != "Bundle":
        yield from document(answer)
        return
    own = answer["entry"][0]["fullUrl"].rpartition("/ClaimResponse/")[0]
    yield f"Bundle {answer['id']}, {answer['timestamp']}"
    for entry in answer["entry"]:
        if entry["fullUrl"].startswith(own):
            yield from document(entry["resource"])
        else:
            yield f"and returned: {entry['fullUrl']}"


def document(value: Mapping[str, Any]) -> list[str]:
    """JSON over as many lines as it needs: what fits in one stays in one."""
    return _lines("", value, WIDTH - len(INDENT))


def _lines(prefix: str, value: object, width: int) -> list[str]:
    flat = prefix + json.dumps(value, ensure_ascii=False)
    if len(flat) < width or not isinstance(value, dict | list):
        return [flat]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    pairs = value.items() if isinstance(value, dict) else [(None, each) for each in value]
    inner = [_lines("" if key is None else f"{json.dumps(key)}: ", each, width - len(STEP)) for key, each in pairs]
    for lines in inner[:-1]:
        lines[-1] += ","
    return [prefix + opening, *(STEP + line for lines in inner for line in lines), closing]


def actions(adjudicated: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The review action of each item, empty where it has none."""
    return tuple(
        next(
            (
                coding["code"]
                for adjudication in item.get("adjudication", ())
                for action in adjudication.get("extension", ())
                for part in action.get("extension", ())
                for coding in part.get("valueCodeableConcept", {}).get("coding", ())
                if coding.get("system") == ACTION
            ),
            "",
        )
        for item in adjudicated
    )


def codes(concepts: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The code of each error."""
    return tuple(_code(each["code"]) for each in concepts)


def _code(concept: Mapping[str, Any]) -> str:
    found: str = next((each["code"] for each in concept.get("coding", ()) if "code" in each), concept.get("text", ""))
    return found
