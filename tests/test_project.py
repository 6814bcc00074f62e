"""The project as a project: its size, its names and its boundaries."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "priorauth"

SOURCES = sorted(PACKAGE.rglob("*.py"))
MODULES = sorted(path for folder in ("src", "tests", "benchmarks", "scripts") for path in (ROOT / folder).rglob("*.py"))

LINES_WANTED = 300
LINES_ALLOWED = 400
LITERAL_TABLES = PACKAGE / "x12" / "guides"

NAMES_FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "base", "manager", "processor", "handler"}
BROADEST_EXCEPTIONS = {"Exception", "BaseException"}

CORE = tuple(PACKAGE / name for name in ("domain", "x12", "fhir", "translate", "routing", "reports"))
IMPURE_CALLS = {"open", "print", "input", "breakpoint", "now", "utcnow", "today", "getLogger"}

COMMAND_LINE = (PACKAGE / "cli.py", PACKAGE / "cli", PACKAGE / "conformance" / "console.py")
MAY_TAKE_A_LOGGER = (PACKAGE / "logs.py", PACKAGE / "adapters" / "second_opinions")
MAY_CATCH_EVERYTHING = (
    PACKAGE / "worker.py",
    PACKAGE / "adapters" / "lanes.py",  # a message that cannot be handled must let those behind it past
    PACKAGE / "adapters" / "second_opinions",
    PACKAGE / "conformance" / "running.py",  # a case that breaks the runner must not end the run
)


def test_a_module_fits_in_a_head() -> None:
    literal = [path for path in MODULES if not is_inside(path, LITERAL_TABLES)]
    lines = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in literal}

    for name, count in lines.items():
        if LINES_WANTED < count <= LINES_ALLOWED:
            warnings.warn(f"{name} has {count} lines; {LINES_WANTED} are wanted", stacklevel=1)
    assert not {name: count for name, count in lines.items() if count > LINES_ALLOWED}


def test_names_say_what_a_thing_is() -> None:
    modules = {part for path in SOURCES for part in path.relative_to(PACKAGE).with_suffix("").parts}
    classes = {node.name for path in SOURCES for node in ast.walk(tree_of(path)) if isinstance(node, ast.ClassDef)}

    assert not {name for name in modules | classes if words(name) & NAMES_FORBIDDEN}


def test_the_domain_and_the_interchange_format_need_the_standard_library_only() -> None:
    foreign = {
        (name_of(path), root)
        for path in SOURCES
        if is_inside(path, PACKAGE / "domain", PACKAGE / "x12")
        for root in imported_roots(tree_of(path))
        if root != "priorauth" and root not in sys.stdlib_module_names
    }

    assert not foreign


def test_the_core_opens_no_file_reads_no_clock_and_prints_nothing() -> None:
    core = [path for path in SOURCES if is_inside(path, *CORE)]

    assert not [call for path in core for call in calls_of(path, IMPURE_CALLS)]


def test_only_the_command_line_prints() -> None:
    quiet = [path for path in SOURCES if not is_inside(path, *COMMAND_LINE)]

    assert not [call for path in quiet for call in calls_of(path, {"print"})]


def test_loggers_are_taken_from_structlog() -> None:
    free = [path for path in SOURCES if not is_inside(path, *MAY_TAKE_A_LOGGER)]

    assert not [call for path in free for call in calls_of(path, {"getLogger"})]


def test_only_the_worker_and_the_second_opinions_catch_everything() -> None:
    careful = [path for path in SOURCES if not is_inside(path, *MAY_CATCH_EVERYTHING)]

    assert not [
        f"{name_of(path)}:{node.lineno}"
        for path in careful
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler) and catches_everything(node)
    ]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_inside(path: Path, *places: Path) -> bool:
    return any(path == place or place in path.parents for place in places)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def words(name: str) -> set[str]:
    """`AckManager` and `ack_manager` are both {ack, manager}."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)}


def imported_roots(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def calls_of(path: Path, names: set[str]) -> Iterator[str]:
    """Where a file calls a function or method of one of these names."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            if name in names:
                yield f"{name_of(path)}:{node.lineno} {name}"


def catches_everything(clause: ast.ExceptHandler) -> bool:
    if clause.type is None:
        return True
    return any(isinstance(node, ast.Name) and node.id in BROADEST_EXCEPTIONS for node in ast.walk(clause.type))
