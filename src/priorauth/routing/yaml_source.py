"""A YAML file as plain data that remembers where each part stood, so that an error names line and column.

libyaml reads the text; what a plain scalar means is YAML 1.2's core schema, and dates: `no` and `0174` are not what
YAML 1.1 makes of them.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

if TYPE_CHECKING:
    Loader = yaml.SafeLoader
else:
    Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Path = Sequence[str | int]
"""Where in a file: keys and places from the top, as pydantic gives them."""

WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
MERGE = "<<"


@dataclass(frozen=True, slots=True)
class SourceFault:
    """What is wrong in a file and where; lines and columns count from 1."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class YamlSource:
    """A file that was read: its data in plain types, and the tree that knows positions."""

    file: str
    data: Any
    _tree: Node | None = field(repr=False)

    def fault(self, path: Path, message: str) -> SourceFault:
        """The fault at the deepest part of the path that the file has."""
        line, column = self.position(path)
        return SourceFault(self.file, line, column, message)

    def position(self, path: Path) -> tuple[int, int]:
        """Line and column of the deepest part of the path that the file has."""
        node, found = self._tree, (1, 1)
        for step in path:
            part = _part(node, step)
            if part is None:
                break
            found, node = part
        return found


class YamlNotReadable(Exception):
    """The text is not YAML, or says a key twice."""

    def __init__(self, fault: SourceFault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def read_yaml(file: str, text: str) -> YamlSource:
    """The file's data and positions; YamlNotReadable with line and column where there is none."""
    try:
        tree = yaml.compose(text, Loader=Loader)
        return YamlSource(file, None if tree is None else _plain(tree), tree)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = (error.problem or "not YAML").splitlines()[0]
        raise YamlNotReadable(SourceFault(file, line, column, problem)) from None
    except (yaml.YAMLError, RecursionError):
        raise YamlNotReadable(SourceFault(file, 1, 1, "not YAML")) from None


def _part(node: Node | None, step: str | int) -> tuple[tuple[int, int], Node] | None:
    """Where a part of a node begins (a member at its key), and the part itself."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if _plain(key) == step:
                return _position(key), value
    elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return _position(node.value[step]), node.value[step]
    return None


def _position(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _plain(node: Node) -> Any:
    if isinstance(node, ScalarNode):
        return node.value if node.style or node.tag == "!" else _scalar(node.value)
    if isinstance(node, SequenceNode):
        return [_plain(part) for part in node.value]
    data: dict[Any, Any] = {}
    for key, value in _members(node):
        name = _plain(key) if isinstance(key, ScalarNode) else None
        if name is None:
            raise yaml.MarkedYAMLError(problem="a key is one plain value", problem_mark=key.start_mark)
        if name in data:
            raise yaml.MarkedYAMLError(problem="found duplicate key", problem_mark=key.start_mark)
        data[name] = _plain(value)
    merged = {name: part for each in _merged(node) for name, part in each.items()}
    return {**merged, **data} if merged else data


def _members(node: Node) -> Iterator[tuple[Node, Node]]:
    return ((key, value) for key, value in node.value if key.value != MERGE or key.style)


def _merged(node: Node) -> Iterator[dict[Any, Any]]:
    """The mappings that `<<` names, the one that counts most last."""
    for key, value in node.value:
        if key.value == MERGE and not key.style:
            yield from reversed(_plain(value)) if isinstance(value, SequenceNode) else [_plain(value)]


def _date(text: str) -> datetime.date | str:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return text


NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], object]], ...] = (
    (re.compile(r"[-+]?[0-9]+"), int),
    (re.compile(r"0o[0-7]+"), lambda text: int(text[2:], 8)),
    (re.compile(r"0x[0-9a-fA-F]+"), lambda text: int(text[2:], 16)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
    (re.compile(r"\d{4}-\d\d-\d\d"), _date),
)


def _scalar(text: str) -> object:
    """What a plain scalar means."""
    if text in WORDS:
        return WORDS[text]
    if text[0] in "0123456789+-.":
        for pattern, value_of in NUMBERS:
            if pattern.fullmatch(text):
                return value_of(text)
    return text
