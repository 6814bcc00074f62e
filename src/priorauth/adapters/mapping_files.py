"""Where the files of `mappings/` are, and reading them. Their text is parsed by whoever owns its meaning."""

from __future__ import annotations

from pathlib import Path

TEXT_ENDINGS = {".yaml", ".csv"}


class MappingsMissing(Exception):
    """There is no folder with mappings where the settings say, or beside the program."""

    def __init__(self, looked_at: Path) -> None:
        super().__init__(f"there is no folder of mappings at {looked_at}; set PRIORAUTH_MAPPINGS to one")


def mappings_folder(chosen: Path | None) -> Path:
    """The chosen folder, or the one that is shipped."""
    folder = chosen or shipped_folder("mappings")
    if not folder.is_dir():
        raise MappingsMissing(folder)
    return folder


def shipped_folder(name: str) -> Path:
    """A folder that ships with the program: in the package, or beside the sources of a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / f"_{name}"
    return installed if installed.is_dir() else package.parents[1] / name


def read_folder(folder: Path) -> dict[str, str]:
    """The text files below a folder by their path within it, in order."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.suffix in TEXT_ENDINGS and path.is_file()
    }
