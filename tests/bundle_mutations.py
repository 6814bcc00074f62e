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


TEXTS = (
    *(" ", "x y", "a", "2026", "2026-02-29", "2024-02-29", "0001-01-01", "2026-11-01", "2026-11-01T24:00:00Z"),
    *("http://x y", "#", "#a", "Patient/1", "\t", "é", "x\u00a0y", "\u0085", "active", "<div>", "1", "x\ny"),
)


def mutate_kindly(document: Any, random: Random) -> None:
    """Change one place at random so that it stays of its type, and is often right still."""
    found = list(places(document))
    lists = [container[key] for container, key in found if isinstance(container[key], list) and container[key]]
    texts = [(container, key) for container, key in found if isinstance(container[key], str)]
    container, key = random.choice(found)
    match random.randrange(6):
        case 0:
            del container[key]
        case 1:
            container, key = random.choice(texts)
            source, other = random.choice([each for each in texts if each[1] == key])
            container[key] = source[other]
        case 2:
            items = random.choice(lists)
            items.append(copy.deepcopy(random.choice(items)))
        case 3:
            items = random.choice([each for each in lists if len(each) > 1])
            items.pop(random.randrange(len(items)))
        case 4:
            alike = [each for each in found if each[1] == key and type(each[0][each[1]]) is type(container[key])]
            source, other = random.choice(alike)
            container[key] = copy.deepcopy(source[other])
        case _:
            container, key = random.choice(texts)
            container[key] = random.choice(TEXTS)
