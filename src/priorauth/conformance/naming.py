"""`${names}` in cases: what a case, its row, its target and its earlier steps say, and a few that are always there."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

NAME = re.compile(r"\$\$|\$\{([^}]+)\}")
MOVED = re.compile(r"(today|day)([+-]\d+)?")
ALPHABET = string.ascii_uppercase + string.digits


def unique_text() -> str:
    """Twelve letters and digits that nobody has used."""
    return "".join(secrets.choice(ALPHABET) for _ in range(12))


class UnknownName(ValueError):
    """A name that nobody has given a value."""

    def __init__(self, name: str) -> None:
        super().__init__(f"nothing has given ${{{name}}} a value")


class Names:
    """The values of names in one run of one case."""

    def __init__(self, values: Mapping[str, Any], now: datetime) -> None:
        self.values: dict[str, Any] = dict(values)
        self._now = now
        self._unique: dict[str, str] = {}

    def anew(self) -> Names:
        """The same values, and unique texts of its own."""
        return Names(self.values, self._now)

    def resolve(self, written: Any) -> Any:
        """The same with every name replaced, wherever it is."""
        if isinstance(written, str):
            whole = NAME.fullmatch(written)
            if whole and whole[1]:
                return self.value(whole[1])
            return NAME.sub(lambda found: str(self.value(found[1])) if found[1] else "$", written)
        if isinstance(written, list | tuple):
            return [self.resolve(each) for each in written]
        if isinstance(written, dict):
            return {self.resolve(key): self.resolve(value) for key, value in written.items()}
        return written

    def value(self, name: str) -> Any:
        """What a name stands for."""
        if name in self.values:
            return self.values[name]
        if name == "unique" or name.startswith("unique:"):
            return self._unique.setdefault(name, unique_text())
        if name == "now":
            return self._now.isoformat(timespec="seconds")
        if moved := MOVED.fullmatch(name):
            day = self._now + timedelta(days=int(moved[2] or 0))
            return f"{day:%Y-%m-%d}" if moved[1] == "today" else f"{day:%Y%m%d}"
        raise UnknownName(name)


def fill_row(written: Any, row: Mapping[str, Any]) -> Any:
    """A case with the names of one row of its table filled in; names that are not of the row stay."""
    if isinstance(written, str):
        whole = NAME.fullmatch(written)
        if whole and whole[1] in row:
            return row[whole[1]]
        return NAME.sub(lambda found: str(row[found[1]]) if found[1] in row else found[0], written)
    if isinstance(written, list):
        return [fill_row(each, row) for each in written]
    if isinstance(written, dict):
        return {fill_row(key, row): fill_row(value, row) for key, value in written.items()}
    return written
