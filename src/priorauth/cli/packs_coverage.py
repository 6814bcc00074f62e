"""`packs coverage`: for everything that the payers' documents say, what does it, or why nothing does."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

from priorauth.adapters.knowledge import load_knowledge
from priorauth.adapters.mapping_files import mappings_folder, read_folder, shipped_folder
from priorauth.cli.output import INVALID, fail, note, say, say_json
from priorauth.routing.coverage import (
    CoverageNotReadable,
    CoverageRow,
    CoverageState,
    Covered,
    cover,
    known_references,
    read_rows,
)
from priorauth.routing.packs import PackError
from priorauth.settings import load_settings


def coverage(*, as_json: bool) -> int:
    """Print every row; 1 where one is unaccounted for or names what is not there."""
    covered = _covered()
    counts = Counter(one.state for one in covered)
    complete = all(one.state.is_accounted for one in covered)
    if as_json:
        say_json({"complete": complete, "counts": dict(counts), "rows": [_json(one) for one in covered]})
    else:
        _print(covered, counts)
    return 0 if complete else INVALID


def _covered() -> list[Covered]:
    try:
        knowledge = load_knowledge(mappings_folder(load_settings().mappings), sandbox=True)
        known = known_references(
            knowledge.packs.values(), knowledge.clock_books.values(), knowledge.determination_books.values()
        )
        return cover(_rows(shipped_folder("conformance") / "requirements"), known, _has_test)
    except (PackError, CoverageNotReadable) as unreadable:
        fail(str(unreadable))


def _rows(folder: Path) -> list[CoverageRow]:
    return read_rows({name: text for name, text in read_folder(folder).items() if name.startswith("um-")})


def _has_test(path: str, name: str) -> bool:
    """An installation without the tests takes the rows at their word, and says so."""
    tests = shipped_folder("tests")
    if not tests.is_dir():
        _say_once("the tests are not installed here: whether those that are named exist was not looked at")
        return True
    file = tests.parent / path
    return file.is_file() and name in _tests_in(file)


@cache
def _tests_in(file: Path) -> frozenset[str]:
    return frozenset(re.findall(r"^(?:async )?def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE))


@cache
def _say_once(line: str) -> None:
    note(line)


def _print(covered: list[Covered], counts: Counter[CoverageState]) -> None:
    section = ""
    for one in covered:
        if one.row.section != section:
            section = one.row.section
            say(f"{section}:")
        say(f"  {one.row.id:<12} {one.row.title} ({one.row.citation or 'no citation'})")
        say(f"  {'':<12} {_said(one)}")
    say(", ".join(f"{counts[state]} {state.value}" for state in CoverageState))


def _said(one: Covered) -> str:
    match one.state:
        case CoverageState.BROKEN:
            return f"BROKEN: there is no {', '.join(one.missing)}"
        case CoverageState.UNACCOUNTED:
            return "UNACCOUNTED"
        case CoverageState.EXPLAINED:
            return f"not implemented: {one.row.reason}"
    return ", ".join(one.row.implemented_by) + (f" ({one.row.reason})" if one.row.reason else "")


def _json(one: Covered) -> dict[str, object]:
    return {
        "section": one.row.section,
        "id": one.row.id,
        "title": one.row.title,
        "citation": one.row.citation,
        "state": one.state.value,
        "implemented_by": list(one.row.implemented_by),
        "missing": list(one.missing),
        "reason": one.row.reason,
    }
