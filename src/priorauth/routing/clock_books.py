"""A payer's clocks from the text of its files, beside the clocks of law: checked, compiled once, versioned."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from zoneinfo import ZoneInfo

from priorauth.domain.calendars import Calendar
from priorauth.domain.clocks import Clock, Deadline, Pause, Term
from priorauth.routing.clock_files import (
    CalendarFile,
    ClockFile,
    ClocksFile,
    LawClockFile,
    LawFile,
    TermFile,
)
from priorauth.routing.clock_rules import ClassRule, ClockBook, ClockRule, Remark, RequestClass
from priorauth.routing.codelists import CodeList
from priorauth.routing.conditions import Condition, compiled
from priorauth.routing.packs import Pack, PackError
from priorauth.routing.reading_conditions import ConditionReader
from priorauth.routing.vocabulary import FactNotReadable, FactValue, read_value
from priorauth.routing.yaml_files import YamlFiles
from priorauth.routing.yaml_source import Path

CLOCKS_FILE, CALENDAR_FILE = "clocks.yaml", "calendar.yaml"


def load_law(files: Mapping[str, str]) -> tuple[ClockRule, ...]:
    """The clocks of law from the text of `mappings/regulation`; PackError lists all faults."""
    reader = _Reader(files, {})
    rules: list[ClockRule] = []
    for file in files:
        if law := reader.file(file, LawFile):
            rules += [reader.rule(file, place, clock, is_law=True) for place, clock in enumerate(law.clocks)]
    reader.raise_faults()
    return tuple(rules)


def load_clock_book(files: Mapping[str, str], pack: Pack, law: Sequence[ClockRule]) -> ClockBook:
    """The clocks of a pack from its files' text by relative name; PackError lists all faults."""
    reader = _Reader(files, pack.lists)
    clocks, days = reader.file(CLOCKS_FILE, ClocksFile), reader.file(CALENDAR_FILE, CalendarFile)
    if clocks is None or days is None:
        raise PackError(reader.faults)
    classes = tuple(
        _class_rule(one.class_, reader.conditions(CLOCKS_FILE, one.when, ("classes", place, "when")))
        for place, one in enumerate(clocks.classes)
    )
    own = [reader.rule(CLOCKS_FILE, place, clock) for place, clock in enumerate(clocks.clocks)]
    assumes = reader.assumed(clocks)
    reader.check_documents(clocks, pack)
    reader.raise_faults()
    reached = [rule for rule in law if _reaches(rule, clocks)]
    return ClockBook(
        payer=pack.payer,
        version=_version(clocks, days, reached),
        calendar=_calendar(days, pack.timezone),
        state=clocks.state,
        classes=classes,
        rules=(*own, *reached),
        assumes=assumes,
        returned_counts_as=frozenset(clocks.returned_counts_as),
        remarks=tuple(Remark(**remark.model_dump()) for remark in clocks.remarks),
    )


def _reaches(rule: ClockRule, clocks: ClocksFile) -> bool:
    in_state = not rule.states or clocks.state in rule.states
    return in_state and (rule.accreditation is None or rule.accreditation in clocks.accreditation)


def _class_rule(request_class: RequestClass, conditions: tuple[Condition, ...]) -> ClassRule:
    return ClassRule(request_class=request_class, conditions=conditions, checks=tuple(map(compiled, conditions)))


def _calendar(days: CalendarFile, zone: str) -> Calendar:
    return Calendar(
        zone=ZoneInfo(zone),
        federal_holidays=days.holidays == "us-federal",
        extra_holidays=frozenset(holiday.day for holiday in days.extra_holidays),
        worked_holidays=frozenset(holiday.day for holiday in days.worked_holidays),
        business_day_end=time.fromisoformat(days.business_day_end),
    )


def _version(clocks: ClocksFile, days: CalendarFile, law: Iterable[ClockRule]) -> str:
    """A hash of what the files say, the law that reaches the payer included. Notes and remarks do not count."""
    meaning = {
        "clocks": clocks.model_dump(mode="json", exclude={"remarks": True, "clocks": {"__all__": {"note"}}}),
        "calendar": days.model_dump(mode="json", exclude={"note"}),
        "law": [repr(rule) for rule in law],
    }
    return hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest()[:16]


class _Reader(YamlFiles):
    """Reads the files of one book, collecting faults."""

    def __init__(self, files: Mapping[str, str], lists: Mapping[str, CodeList]) -> None:
        super().__init__(files)
        self._reader = ConditionReader(lists)

    def raise_faults(self) -> None:
        if self.faults:
            raise PackError(sorted(self.faults, key=lambda fault: (fault.file, fault.line, fault.column)))

    def rule(self, file: str, place: int, said: ClockFile, *, is_law: bool = False) -> ClockRule:
        conditions = self.conditions(file, said.when, ("clocks", place, "when"))
        law = said if isinstance(said, LawClockFile) else None
        return ClockRule(
            clock=_clock(said),
            classes=frozenset(said.classes or RequestClass),
            conditions=conditions,
            checks=tuple(map(compiled, conditions)),
            since=said.effective.from_ if said.effective else None,
            until=said.effective.until if said.effective else None,
            states=frozenset(law.states if law else ()),
            accreditation=law.accreditation if law else None,
            unset=said.unset or "",
            is_law=is_law,
        )

    def conditions(self, file: str, when: Mapping[str, object], path: Path) -> tuple[Condition, ...]:
        conditions = self._reader.read(when, path)
        for where, message in self._reader.faults:
            self.fault(file, where, message)
        self._reader.faults.clear()
        return conditions

    def assumed(self, clocks: ClocksFile) -> Mapping[str, FactValue]:
        found = {}
        for name, raw in clocks.assumes.items():
            try:
                found[name] = read_value(name, raw)
            except KeyError:
                self.fault(CLOCKS_FILE, ("assumes", name), f"{name} is not a fact")
            except FactNotReadable as fault:
                self.fault(CLOCKS_FILE, ("assumes", name), str(fault))
        return found

    def check_documents(self, clocks: ClocksFile, pack: Pack) -> None:
        """The payer's own clocks cite the documents that pack.yaml names."""
        cited = [
            *(("clocks", place, one.citation) for place, one in enumerate(clocks.clocks)),
            *(("classes", place, one.citation) for place, one in enumerate(clocks.classes)),
            *(("remarks", place, one.citation) for place, one in enumerate(clocks.remarks)),
        ]
        for part, place, citation in cited:
            unknown = {each.split(":")[0] for each in citation.split(", ")} - set(pack.sources.pack.documents)
            if unknown:
                message = f"pack.yaml names no document {', '.join(sorted(unknown))}"
                self.fault(CLOCKS_FILE, (part, place, "citation"), message)


def _clock(said: ClockFile) -> Clock:
    return Clock(
        id=said.id,
        title=said.title,
        citation=said.citation,
        kind=said.kind,
        start=said.start,
        met_by=tuple(said.met_by),
        deadline=Deadline(tuple(map(_term, said.due)), tuple(map(_term, said.later_of))),
        decided=said.decided,
        warn_share=said.warn_at,
        on_breach=said.on_breach,
        extension_days=said.extension_days,
        pause=Pause(said.pause_days) if said.pause_days else None,
    )


def _term(said: TermFile) -> Term:
    ((amount, unit),) = said.counted
    return Term(said.from_, amount, unit)
