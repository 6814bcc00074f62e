"""What the validator says, less what is the guide's own fault: `accepted.csv`, a row and a reason each."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from oracles.hapi import Issue

FILE = Path(__file__).parent / "accepted.csv"

_NO_MATCH = ("BUNDLE_BUNDLE_ENTRY_MULTIPLE_PROFILES_NO_MATCH", "Validation_VAL_Profile_NoMatch")
_ENTRY = re.compile(r"^.*entry\[\d+\]\.resource")
_RESOURCE = re.compile(r"^.*/\*(\w+)/[^*]*\*/")
_AGAINST = re.compile(r" \(validating against http[^ ]*/([^/| ]+)(\|[^ ]*)? \[\w+\]\)$")


@dataclass(frozen=True, slots=True)
class Defect:
    """A fault that is none of ours: in which version and at which place, by which message, and why."""

    version: str
    path: str
    message_id: str
    says: str
    reason: str
    source: str

    def covers(self, issue: Issue, version: str) -> bool:
        """True where this issue is what the row describes."""
        return (
            self.version in ("any", version)
            and self.message_id == issue.message_id
            and fnmatchcase(place(issue), self.path)
            and self.says in issue.text
        )


def read_defects() -> tuple[Defect, ...]:
    """The rows of `accepted.csv`."""
    with FILE.open(encoding="utf-8", newline="") as rows:
        return tuple(Defect(**row) for row in csv.DictReader(rows))


def place(issue: Issue) -> str:
    """Where an issue is, within its resource and without positions: `Claim.item.extension`."""
    path = _RESOURCE.sub(r"\1.", issue.path)
    return re.sub(r"\[[^\]]*\]|\.ofType\([^)]*\)", "", path).replace("..", ".").rstrip(".")


@dataclass(slots=True)
class Judge:
    """Tells what is wrong with a document, and remembers which rows it needed."""

    defects: Sequence[Defect]
    used: set[Defect] = field(default_factory=set)

    def faults(self, issues: Iterable[Issue], version: str) -> list[Issue]:
        """The errors that no row accepts."""
        errors = [issue for issue in issues if issue.is_error]
        refused = {_entry(issue) for issue in errors if issue.message_id in _NO_MATCH}
        faults = [issue for issue in errors if not _is_of(refused, issue) and not self._accepts(issue, version)]
        for entry in sorted(refused):
            faults += self._best([issue for issue in errors if _is_of({entry}, issue)], version)
        return faults

    def _best(self, errors: Sequence[Issue], version: str) -> list[Issue]:
        """An entry must match one of several profiles: the faults against the one that it comes closest to."""
        candidates = {against for issue in errors if (against := _against(issue))}
        if not candidates:
            return list(errors)
        each = {
            name: [issue for issue in errors if _against(issue) == name and not self._covering(issue, version)]
            for name in candidates
        }
        closest = min(sorted(each), key=lambda name: len(each[name]))
        for issue in errors:
            if _against(issue) == closest:
                self._accepts(issue, version)
        return each[closest]

    def _accepts(self, issue: Issue, version: str) -> bool:
        covering = self._covering(issue, version)
        self.used.update(covering)
        return bool(covering)

    def _covering(self, issue: Issue, version: str) -> list[Defect]:
        return [defect for defect in self.defects if defect.covers(issue, version)]

    @property
    def unused(self) -> list[Defect]:
        """The rows that nothing needed."""
        return [defect for defect in self.defects if defect not in self.used]


def _entry(issue: Issue) -> str:
    found = _ENTRY.match(issue.path)
    return found.group() if found else ""


def _is_of(entries: set[str], issue: Issue) -> bool:
    """True for the refusal of an entry, and for what is said of it against one of the profiles it may match."""
    return _entry(issue) in entries and (issue.message_id in _NO_MATCH or _against(issue) != "")


def _against(issue: Issue) -> str:
    """The profile that an issue is about, where the validator tries several."""
    found = _AGAINST.search(issue.text)
    return found.group(1) if found else ""
