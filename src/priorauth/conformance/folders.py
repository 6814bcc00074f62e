"""Where cases, messages and registers are: in the package, beside the sources of a checkout, or where one says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class ConformanceFault(Exception):
    """What keeps a run from starting at all: a file that cannot be used, and what is wrong in it."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of conformance material."""

    path: Path

    @property
    def cases(self) -> Path:
        return self.path / "cases"

    @property
    def messages(self) -> Path:
        return self.path / "messages"

    @property
    def requirements(self) -> Path:
        return self.path / "requirements"

    @property
    def targets(self) -> Path:
        return self.path / "targets"

    @property
    def known_failing(self) -> Path:
        return self.path / "known-failing.txt"


def conformance_folder(chosen: Path | None = None) -> Folder:
    """The chosen folder, or the one that ships with the program."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_conformance"
    shipped = installed if installed.is_dir() else package.parents[1] / "conformance"
    folder = Folder(chosen or shipped)
    if not folder.cases.is_dir():
        raise ConformanceFault(f"there is no folder of cases at {folder.cases}; set PRIORAUTH_CONFORMANCE to one")
    return folder


def read_text(path: Path) -> str:
    """A text file of this material."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as problem:
        raise ConformanceFault(f"{path}: {problem.strerror or 'cannot be read'}") from None
    except UnicodeDecodeError:
        raise ConformanceFault(f"{path}: is not UTF-8") from None
