"""Random mutations of a document in JSON."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from random import Random
from typing import Any

WRONG: tuple[Any, ...] = (
    *(
        None,
        "",
        " ",
        0,
        -1,
        1,
        2**40,
        1.50,
        True,
        False,
        [],
        {},
        [None],
        [[]],
        [{}],
        {"": ""},
        "x",
        "two  spaces",
        "\t",
    ),
    *("2026-11-01", "2026-11", "2026-02-30", "2026-11-01T10:00:00Z", "2026-11-01T10:00", "#x", "Patient/none"),
    *({"coding": [{"system": "urn:x", "code": "x"}]}, {"reference": "#"}, {"url": "urn:x", "valueString": "x"}),
)
NAMES = ("extension", "modifierExtension", "_status", "id", "valueString", "contained", "related", "sequence", "colour")


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each container in a document with each of its keys or indices."""
    for key, child in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(child, (dict, list)):
            yield from places(child)


def mutate(document: Any, random: Random) -> None:
    """Change one place at random: take away, replace, repeat, rename, add, or put another part of it there."""
    found = list(places(document))
    container, key = random.choice(found)
    source, other = random.choice(found)
    match random.randrange(6):
        case 0:
            del container[key]
        case 1:
            container[key] = copy.deepcopy(random.choice(WRONG))
        case 2:
            container[key] = [container[key], copy.deepcopy(container[key])]
        case 3 if isinstance(container, list):
            container.append(copy.deepcopy(container[key]))
        case 4 if isinstance(container, dict):
            container[random.choice(NAMES)] = copy.deepcopy(random.choice(WRONG))
        case _:
            container[key] = copy.deepcopy(source[other])
