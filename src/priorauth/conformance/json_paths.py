"""Paths into JSON documents, FHIR bundles first of all: reading them, and edits of messages before they are sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from itertools import pairwise
from typing import Any

from priorauth.conformance.x12 import PathFault

Json = Any
Step = tuple[str, str]
TOKEN = re.compile(r"\.?(?P<name>[A-Za-z_$][\w$-]*)(?:#(?P<nth>\d+))?|\[(?P<bracket>[^\]]*)\]|\((?P<paren>[^)]*)\)")


def read_path(text: str) -> list[Step]:
    """Steps of a path: ("name", n), ("nth", n), ("index", i), ("all", ""), ("where", "k=v"), ("like", suffix)."""
    steps: list[Step] = []
    at = 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if not found:
            raise PathFault(f"{text} is no path into a document")
        at = found.end()
        if found["name"]:
            steps.append(("name", found["name"]))
            steps += [("nth", found["nth"])] if found["nth"] else []
        elif found["paren"] is not None:
            steps.append(("like", found["paren"]))
        elif found["bracket"] == "*":
            steps.append(("all", ""))
        else:
            steps.append(("where" if "=" in found["bracket"] else "index", found["bracket"]))
    return steps


def values_at(document: Json, path: str) -> list[Json]:
    """Every value at a path; none where there is none."""
    found, steps = roots(document, read_path(path))
    for kind, argument in steps:
        found = [value for each in found for value in children(each, kind, argument)]
    return found


def roots(document: Json, steps: list[Step]) -> tuple[list[Json], list[Step]]:
    """Where a path begins: at a resource of a bundle, at the document, or at a name in it."""
    kind, first = steps[0]
    if kind != "name":
        return [document], steps
    rest = steps[1:]
    number = 1
    if rest and rest[0][0] == "nth":
        number, rest = int(rest[0][1]), rest[1:]
    type_of_document = document.get("resourceType") if isinstance(document, dict) else None
    if first in ("$", type_of_document):
        return [document], rest
    if type_of_document == "Bundle" and first[0].isupper():
        if rest and rest[0][0] == "all":
            return resources(document, first), rest[1:]
        return resources(document, first)[number - 1 : number], rest
    return [document], steps


def resources(bundle: Json, kind: str) -> list[Json]:
    entries = (entry.get("resource") or {} for entry in bundle.get("entry", []))
    return [resource for resource in entries if resource.get("resourceType") == kind]


def children(value: Json, kind: str, argument: str) -> Iterable[Json]:
    if kind == "name":
        return [value[argument]] if isinstance(value, dict) and argument in value else []
    if kind == "like" and isinstance(value, dict):
        return [value] if is_like(value, argument) else []
    if not isinstance(value, list):
        return []
    if kind == "all":
        return value
    if kind == "index":
        position = int(argument)
        return [value[position]] if -len(value) <= position < len(value) else []
    if kind == "where":
        name, _, wanted = argument.partition("=")
        return [each for each in value if isinstance(each, dict) and str(each.get(name)) == wanted]
    return [each for each in value if isinstance(each, dict) and is_like(each, argument)]


def is_like(value: Mapping[str, Json], argument: str) -> bool:
    """An extension whose url ends so, or a bundle's entry of that resource type."""
    url = value.get("url")
    if isinstance(url, str):
        return url == argument or url.endswith(("/" + argument, "-" + argument))
    return bool((value.get("resource") or {}).get("resourceType") == argument)


def apply_edit(document: Json, edit: Mapping[str, Json]) -> None:
    """One declared edit."""
    for word, argument in edit.items():
        EDITS[word](document, argument)


def edit_set(document: Json, argument: Json) -> None:
    for path, value in argument.items():
        for holder, (kind, name) in holders(document, path, create=True):
            if kind == "name":
                holder[name] = deepcopy(value)
            else:
                at = position_of(holder, kind, name, path)
                holder[at : at + 1] = [deepcopy(value)]


def edit_drop(document: Json, argument: Json) -> None:
    for path in argument if isinstance(argument, list) else [argument]:
        for holder, (kind, name) in holders(document, path):
            if kind == "name":
                if name not in holder:
                    raise PathFault(f"there is no {path} in the message")
                del holder[name]
            elif kind == "all":
                holder.clear()
            else:
                del holder[position_of(holder, kind, name, path)]


def edit_append(document: Json, argument: Json) -> None:
    for path, value in argument.items():
        for holder, (kind, name) in holders(document, path, create=True):
            if kind == "name":
                holder.setdefault(name, []).append(deepcopy(value))
            else:
                holder[position_of(holder, kind, name, path)].append(deepcopy(value))


def edit_rename(document: Json, argument: Json) -> None:
    for path, new in argument.items():
        for holder, (_, name) in holders(document, path):
            holder[new] = holder.pop(name)


def edit_drop_entry(document: Json, argument: Json) -> None:
    for each in argument if isinstance(argument, list) else [argument]:
        del document["entry"][entry_position(document, each)]


def edit_move_entry(document: Json, argument: Json) -> None:
    for which, where in argument.items():
        document["entry"].insert(where, document["entry"].pop(entry_position(document, which)))


def edit_copy_entry(document: Json, argument: Json) -> None:
    for which, changed in argument.items():
        copied = deepcopy(document["entry"][entry_position(document, which)])
        apply_edit(copied, {"set": (changed or {}).get("set", {})})
        document["entry"].append(copied)


EDITS: Mapping[str, Callable[[Json, Json], None]] = {
    "set": edit_set,
    "drop": edit_drop,
    "append": edit_append,
    "rename": edit_rename,
    "drop-entry": edit_drop_entry,
    "move-entry": edit_move_entry,
    "copy-entry": edit_copy_entry,
}


def entry_position(bundle: Json, which: str) -> int:
    kind, _, number = which.partition("#")
    found = [
        position
        for position, entry in enumerate(bundle["entry"])
        if (entry.get("resource") or {}).get("resourceType") == kind
    ]
    if len(found) < int(number or 1):
        raise PathFault(f"there is no {which} in the message")
    return found[int(number or 1) - 1]


def holders(document: Json, path: str, *, create: bool = False) -> list[tuple[Json, Step]]:
    """What holds the last step of a path, and that step. Names on the way are made where asked."""
    found, steps = roots(document, read_path(path))
    if not steps:
        raise PathFault(f"{path} is a whole document and cannot be edited")
    for (kind, argument), following in pairwise(steps):
        reached: list[Json] = []
        for each in found:
            if create and kind == "name" and isinstance(each, dict) and argument not in each:
                each[argument] = {} if following[0] == "name" else []
            reached += children(each, kind, argument)
        found = reached
    if not found:
        raise PathFault(f"there is no {path} in the message")
    return [(each, steps[-1]) for each in found]


def position_of(holder: Json, kind: str, argument: str, path: str) -> int:
    if kind == "index" and int(argument) == len(holder):
        return len(holder)
    wanted = next(iter(children(holder, kind, argument)), None)
    for position, each in enumerate(holder):
        if each is wanted:
            return position
    raise PathFault(f"there is no {path} in the message")
