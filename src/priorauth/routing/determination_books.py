"""What a payer says of determinations and notices, from the text of its files: checked, and compiled once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec
from pydantic import BaseModel

from priorauth.routing.clock_rules import ClockBook
from priorauth.routing.conditions import compiled
from priorauth.routing.determination_files import DeterminationsFile, NoticesFile
from priorauth.routing.determination_rules import DeterminationBook, DeterminationRules, Notice, NoticeRule
from priorauth.routing.packs import Pack, PackError
from priorauth.routing.reading_conditions import ConditionReader
from priorauth.routing.yaml_files import YamlFiles

DETERMINATIONS_FILE, NOTICES_FILE = "determinations.yaml", "notices.yaml"


def load_determination_book(files: Mapping[str, str], pack: Pack, clocks: ClockBook) -> DeterminationBook:
    """The book of a pack from its files' text by relative name; PackError lists all faults."""
    reader = YamlFiles(files)
    said = reader.file(DETERMINATIONS_FILE, DeterminationsFile)
    told = reader.file(NOTICES_FILE, NoticesFile)
    if said is None or told is None:
        raise PackError(reader.faults)
    conditions = ConditionReader(pack.lists)
    rules = []
    for place, notice in enumerate(told.notices):
        read = conditions.read(notice.when, ("notices", place, "when"))
        rules.append(NoticeRule(_plain(notice, Notice), tuple(map(compiled, read))))
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
    return DeterminationBook(payer=pack.payer, said=_plain(said, DeterminationRules), notices=tuple(rules))


Plain = TypeVar("Plain")


def _plain(said: BaseModel, kind: type[Plain]) -> Plain:
    """What a file says in the plain type of the same fields; notes for readers stay behind."""
    return msgspec.convert(said.model_dump(mode="json"), kind)


def _check_documents(reader: YamlFiles, said: DeterminationsFile, pack: Pack) -> None:
    """What the payer's file says cites the documents that pack.yaml names."""
    for part in ("readmissions", "bound", "steps", "administrative", "flags", "oversight"):
        for place, each in enumerate(getattr(said, part)):
            unknown = {one.split(":")[0] for one in each.citation.split(", ")} - set(pack.sources.pack.documents)
            if unknown:
                message = f"pack.yaml names no document {', '.join(sorted(unknown))}"
                reader.fault(DETERMINATIONS_FILE, (part, place, "citation"), message)
