"""Cases that several suites share, where these are versions of one thing: written once, one case in each suite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from priorauth.conformance.naming import fill_row

FIRST = "pas-2.2.1"
"""The suite whose register has the ids as the guide does; another version's begin with the version."""


def in_each_suite(case: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A case that names `suites`, once for each; any other as it is. It has the names version and other-version.

    Where a version says something in another way, `suites` gives each suite names of its own, as a row of a table does.
    """
    if "suites" not in case:
        yield dict(case)
        return
    for suite in case["suites"]:
        version = suite.partition("-")[2]
        names = {"version": version, "other-version": "2.0.1" if version == "2.2.1" else "2.2.1"}
        shared = {key: value for key, value in case.items() if key != "suites"}
        own = case["suites"][suite] if isinstance(case["suites"], Mapping) else {}
        yield {
            **fill_row(shared, own),
            "name": f"{suite}/{case.get('name', '')}",
            "needs": [*dict.fromkeys([suite, *case.get("needs", [])])],
            "verifies": [each if suite == FIRST else f"{version}/{each}" for each in case.get("verifies", [])],
            "values": {**names, **case.get("values", {})},
        }


def belongs(folder: str, suite: str) -> bool:
    """Whether cases of a suite may stand in a folder of cases: in its own, or in one that its versions share."""
    return folder == suite or suite.startswith(f"{folder}-")
