"""A YAML file as plain data that remembers where each part stood, so that an error names line and column."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

Path = Sequence[str | int]
"""Where in a file: keys and places from the top, as pydantic gives them."""


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
    data: object
    _tree: object = field(repr=False)

    def fault(self, path: Path, message: str) -> SourceFault:
        """The fault at the deepest part of the path that the file has."""
        line, column = self.position(path)
        return SourceFault(self.file, line, column, message)

    def position(self, path: Path) -> tuple[int, int]:
        """Line and column of the deepest part of the path that the file has."""
        node, line, column = self._tree, 0, 0
        for step in path:
            if isinstance(node, CommentedMap) and step in node:
                line, column = node.lc.key(step)
            elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
                line, column = node.lc.item(step)
            else:
                break
            node = node[step]
        return line + 1, column + 1


class YamlNotReadable(Exception):
    """The text is not YAML, or says a key twice."""

    def __init__(self, fault: SourceFault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def read_yaml(file: str, text: str) -> YamlSource:
    """The file's data and positions; YamlNotReadable with line and column where there is none."""
    try:
        tree = YAML(typ="rt", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = (error.problem or "not YAML").splitlines()[0]
        raise YamlNotReadable(SourceFault(file, line, column, problem)) from None
    except YAMLError:
        raise YamlNotReadable(SourceFault(file, 1, 1, "not YAML")) from None
    return YamlSource(file, _plain(tree), tree)


def _plain(node: object) -> object:
    if isinstance(node, CommentedMap):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [_plain(value) for value in node]
    match node:
        case bool() | None | datetime.date():
            return node
        case int():
            return int(node)
        case str():
            return str(node)
    return node
