"""`route --what-if`: the same request with some facts supposed, and what that changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from priorauth.cli.output import COULD_NOT_RUN, fail, say, say_json
from priorauth.routing.vocabulary import FACTS, FactKind, faults_in

NOBODY_KNOWS = "unknown"
SAID = ("outcome", "destination", "queue", "rule")


def read_suppositions(texts: Sequence[str]) -> dict[str, object]:
    """Facts from `FACT=VALUE`; several codes are separated by commas. What is no fact or value ends the command."""
    found: dict[str, object] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            fail("--what-if wants FACT=VALUE, such as line_of_business=fep", COULD_NOT_RUN)
        found[name] = _value(name, value)
    if faults := faults_in(found):
        fail(f"--what-if: {'; '.join(faults)}", COULD_NOT_RUN)
    return found


def _value(name: str, text: str) -> object:
    kind = FACTS[name].kind if name in FACTS else None
    if text == NOBODY_KNOWS:
        return None
    if kind is FactKind.TRUTH and text in ("true", "false"):
        return text == "true"
    if kind is FactKind.NUMBER and text.isdigit():
        return int(text)
    if kind is FactKind.CODE and "," in text:
        return text.split(",")
    return text


def show_changes(
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
    what_if: Mapping[str, object],
    *,
    as_json: bool,
) -> int:
    """Print what is said of each item now and then; the whole route as supposed in JSON."""
    changes = [changed_items(was["items"], would["items"]) for was, would in zip(before, after, strict=True)]
    if as_json:
        say_json(
            {
                "what_if": what_if,
                "changes": [change for each in changes for change in each],
                "routes": before,
                "supposed": after,
            }
        )
        return 0
    for line in lines_of(after, changes):
        say(line)
    return 0


def changed_items(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each item, what is said of it and what would be."""
    return [
        {
            "sequence": was["sequence"],
            "changes": any(was[name] != would[name] for name in SAID),
            "before": {name: was[name] for name in (*SAID, "reason")},
            "after": {name: would[name] for name in (*SAID, "reason")},
            "lost": next((each["because"] for each in would["losing"] if each["rule"] == was["rule"]), None),
        }
        for was, would in zip(before, after, strict=True)
    ]


def lines_of(routes: Sequence[Mapping[str, Any]], changes: Sequence[Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    """For a terminal: each item before and after, and why the rule that decided no longer does."""
    for route, items in zip(routes, changes, strict=True):
        yield f"payer {route['payer']}, pack {route['pack_version']}"
        for item in items:
            if not item["changes"]:
                yield f"item {item['sequence']}: no change: {in_words(item['after'])}"
                continue
            yield f"item {item['sequence']}: {in_words(item['before'])}"
            yield f"    would be: {in_words(item['after'])}"
            yield f"    because {item['after']['reason']}"
            if item["lost"]:
                yield f"    rule {item['before']['rule']} would lose: {item['lost']}"


def in_words(said: Mapping[str, Any]) -> str:
    queue = f" (queue {said['queue']})" if said["queue"] else ""
    return f"{said['outcome']} -> {said['destination'] or 'nobody'}{queue} by {said['rule']}"
