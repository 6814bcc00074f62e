"""What a payer says of determinations and notices, from the text of its files: checked, and compiled once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from priorauth.domain.parties import PayerId
from priorauth.routing.clock_rules import ClockBook
from priorauth.routing.conditions import Holds, all_of, compiled
from priorauth.routing.determination_files import DeterminationsFile, NoticeFile, NoticesFile
from priorauth.routing.fact import Facts
from priorauth.routing.packs import Pack, PackError
from priorauth.routing.reading_conditions import ConditionReader
from priorauth.routing.yaml_source import Path, SourceFault, YamlNotReadable, YamlSource, read_yaml

DETERMINATIONS_FILE, NOTICES_FILE = "determinations.yaml", "notices.yaml"

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """A notice, and on which requests it is given."""

    said: NoticeFile
    checks: tuple[Holds, ...]

    def reaches(self, facts: Facts) -> bool | None:
        """Whether it is for such a request; None where a fact is unknown."""
        return all_of(self.checks, facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeterminationBook:
    """Everything a payer says of determinations and notices."""

    payer: PayerId
    said: DeterminationsFile
    notices: tuple[NoticeRule, ...] = ()

    def level_of_care(self, revenue_code: str) -> str:
        """What the payer calls that revenue code; None where it is no level of care."""
        code = revenue_code.zfill(4) if revenue_code else ""
        return next((level.name for level in self.said.levels_of_care if level.revenue_code == code), "None")

    def references(self) -> set[str]:
        """The ids of everything here, for whoever accounts for what the documents say."""
        said = self.said
        parts = [said.statuses, said.rationale]
        ids = {part.id for part in parts if part is not None}
        for group in (said.readmissions, said.bound, said.steps, said.administrative, said.flags):
            ids |= {each.id for each in group}
        return ids


def load_determination_book(files: Mapping[str, str], pack: Pack, clocks: ClockBook) -> DeterminationBook:
    """The book of a pack from its files' text by relative name; PackError lists all faults."""
    reader = _Reader(files)
    said = reader.file(DETERMINATIONS_FILE, DeterminationsFile)
    told = reader.file(NOTICES_FILE, NoticesFile)
    if said is None or told is None:
        raise PackError(reader.faults)
    conditions = ConditionReader(pack.lists)
    rules = []
    for place, notice in enumerate(told.notices):
        read = conditions.read(notice.when, ("notices", place, "when"))
        rules.append(NoticeRule(notice, tuple(map(compiled, read))))
    for path, message in conditions.faults:
        reader.fault(NOTICES_FILE, path, message)
    known = {rule.clock.id for rule in clocks.rules} | {remark.id for remark in clocks.remarks}
    for place, notice in enumerate(told.notices):
        if notice.clock is not None and notice.clock not in known:
            reader.fault(NOTICES_FILE, ("notices", place, "clock"), f"clocks.yaml has no {notice.clock}")
    for place, step in enumerate(said.steps):
        if step.clock is not None and step.clock not in known:
            reader.fault(DETERMINATIONS_FILE, ("steps", place, "clock"), f"clocks.yaml has no {step.clock}")
    _check_documents(reader, said, pack)
    if reader.faults:
        raise PackError(sorted(reader.faults, key=lambda fault: (fault.file, fault.line, fault.column)))
    return DeterminationBook(payer=pack.payer, said=said, notices=tuple(rules))


def _check_documents(reader: _Reader, said: DeterminationsFile, pack: Pack) -> None:
    """What the payer's file says cites the documents that pack.yaml names."""
    for part in ("readmissions", "bound", "steps", "administrative", "flags", "oversight"):
        for place, each in enumerate(getattr(said, part)):
            unknown = {one.split(":")[0] for one in each.citation.split(", ")} - set(pack.sources.pack.documents)
            if unknown:
                message = f"pack.yaml names no document {', '.join(sorted(unknown))}"
                reader.fault(DETERMINATIONS_FILE, (part, place, "citation"), message)


class _Reader:
    """Reads the files of one book, collecting faults."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self._yaml: dict[str, YamlSource] = {}
        self.faults: list[SourceFault] = []

    def file(self, file: str, model: type[Model]) -> Model | None:
        if file not in self._files:
            self.faults.append(SourceFault(file, 1, 1, "the pack has no such file"))
            return None
        try:
            source = self._yaml[file] = read_yaml(file, self._files[file])
            return model.model_validate(source.data)
        except YamlNotReadable as unreadable:
            self.faults.append(unreadable.fault)
        except ValidationError as error:
            for one in error.errors(include_url=False, include_context=False, include_input=False):
                path = tuple(step for step in one["loc"] if step != "[key]")
                self.fault(file, path, one["msg"].removeprefix("Value error, ").lower())
        return None

    def fault(self, file: str, path: Path, message: str) -> None:
        self.faults.append(self._yaml[file].fault(path, message))
