"""Cases from files, checked against registers, messages and stories. A fault names file, case and field."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from priorauth.conformance.cases import Case
from priorauth.conformance.folders import ConformanceFault, Folder, read_text
from priorauth.conformance.naming import fill_row
from priorauth.conformance.parts import problems_of
from priorauth.conformance.requirements import read_registers
from priorauth.conformance.results import Requirement
from priorauth.conformance.sharing import belongs, in_each_suite
from priorauth.conformance.stories import STORIES

BOTH_RAILS = "cross-rail"
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_cases(folder: Folder) -> tuple[list[Case], dict[str, Requirement]]:
    """Every case, in the order of the files, and the registers. Says every fault at once."""
    registers = read_registers(folder)
    cases: list[Case] = []
    faults: list[str] = []
    for path in sorted(folder.cases.rglob("*.yaml")):
        for written in written_cases(path):
            where = f"{path}: case {written.get('name', '(without a name)')}"
            try:
                case = Case.model_validate(written)
            except ValidationError as problem:
                faults += [f"{where}: {each}" for each in problems_of(problem)]
                continue
            case = case.model_copy(update={"file": path.relative_to(folder.path).as_posix()})
            faults += [f"{where}: {each}" for each in faults_of(case, path, folder, registers)]
            cases.append(case)
    faults += [f"two cases have the name {name}" for name in twice([case.name for case in cases])]
    if faults:
        raise ConformanceFault("\n".join(faults))
    return cases, registers


def written_cases(path: Path) -> Iterator[dict[str, Any]]:
    """The cases of a file as they are written, each row of a table as one."""
    try:
        written = yaml.load(read_text(path), Loader=Loader)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        raise ConformanceFault(f"{path}{line}: is not YAML: {getattr(problem, 'problem', '')}") from None
    for each in written if isinstance(written, list) else [written]:
        if not isinstance(each, dict):
            raise ConformanceFault(f"{path}: a case is a mapping")
        for row in rows_of(each, path):
            yield from in_each_suite(row)


def rows_of(case: dict[str, Any], path: Path) -> Iterator[dict[str, Any]]:
    if "each" not in case:
        yield case
        return
    plain = {key: value for key, value in case.items() if key != "each"}
    for row in case["each"]:
        if not isinstance(row, dict) or "name" not in row:
            raise ConformanceFault(f"{path}: case {case.get('name')}: each row wants a name")
        filled: dict[str, Any] = fill_row(plain, row)
        filled["name"] = f"{filled['name']}/{row['name']}"
        yield {**filled, **{key: row[key] for key in ("title", "verifies", "needs") if key in row}}


def faults_of(case: Case, path: Path, folder: Folder, registers: Mapping[str, Requirement]) -> Iterator[str]:
    """What a case names and is not there."""
    if not belongs(path.relative_to(folder.cases).parts[0].removesuffix(".yaml"), case.suite):
        yield f"name: begins with {case.suite}, but the file is in another suite"
    for each in case.verifies:
        if each not in registers:
            yield f"verifies: {each} is in no register of {folder.requirements}"
    if case.story and case.story not in STORIES:
        yield f"story: there is no {case.story}; there are {', '.join(sorted(STORIES))}"
    earlier: set[str] = set()
    for number, step in enumerate(case.steps):
        message = step.send.x12 or step.send.fhir
        if message and "${" not in message and not (folder.messages / message).is_file():
            yield f"steps.{number}.send: there is no message {message} in {folder.messages}"
        if step.send.again and step.send.again not in earlier:
            yield f"steps.{number}.send.again: there is no earlier step {step.send.again}"
        for expected in step.expect:
            other = expected.get("same-as") or expected.get("differs-from")
            if other and other not in earlier:
                yield f"steps.{number}.expect: there is no earlier step {other}"
        earlier.add(step.name)


def twice(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1}) if len(names) != len(set(names)) else []


def select(cases: list[Case], suites: list[str], patterns: list[str]) -> list[Case]:
    """The cases of these suites that match one of these patterns. What matches nothing is a fault."""
    for suite in suites:
        if not any(case.suite == suite for case in cases):
            known = ", ".join(sorted({case.suite for case in cases}))
            raise ConformanceFault(f"there is no suite {suite}; there are {known}")
    chosen = [case for case in cases if not suites or is_asked_for(case, suites)]
    for pattern in patterns:
        if not any(is_meant(case.name, pattern) for case in chosen):
            raise ConformanceFault(f"the pattern {pattern} matches no case")
    return [case for case in chosen if not patterns or any(is_meant(case.name, pattern) for pattern in patterns)]


def is_asked_for(case: Case, suites: list[str]) -> bool:
    """A case is of its suite; what goes over both rails is of each rail's suite too."""
    return case.suite in suites or (case.suite == BOTH_RAILS and not set(suites).isdisjoint(case.claims_needed))


def is_meant(name: str, pattern: str) -> bool:
    """A pattern is a name with * and ?, or the beginning of names up to a slash."""
    return fnmatchcase(name, pattern) or name.startswith(pattern.rstrip("/") + "/")


def digest_of(folder: Folder) -> str:
    """One digest of everything that says what is tested."""
    digest = hashlib.sha256()
    for part in (folder.cases, folder.messages, folder.requirements):
        for path in sorted(part.rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(folder.path).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
