"""A payer's rule pack from the text of its files: checked, compiled once, versioned by what it means."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from priorauth.domain.parties import DestinationId, PayerId
from priorauth.domain.routes import Outcome
from priorauth.routing.codelists import CodeList, ListNotReadable, read_list, unloaded_list
from priorauth.routing.conditions import Condition, FactCondition, Holds, Within, compiled
from priorauth.routing.kinds import Kinds
from priorauth.routing.pack_files import (
    EffectiveFile,
    ExamplesFile,
    ListFile,
    PackFile,
    RoutesFile,
    RuleFile,
)
from priorauth.routing.reading_conditions import ConditionReader
from priorauth.routing.requirements import REQUIREMENTS_FILE, Requirement, RequirementsFile, compile_requirement
from priorauth.routing.rules import Answer, Rule, Step, compile_rule, more_specific
from priorauth.routing.vocabulary import faults_in
from priorauth.routing.yaml_files import YamlFiles
from priorauth.routing.yaml_source import Path, SourceFault, YamlSource

PACK_FILE, ROUTES_FILE, EXAMPLES_FILE = "pack.yaml", "routes.yaml", "examples.yaml"

OUTCOMES_WITH_DESTINATION = frozenset(
    {Outcome.ROUTE, Outcome.MANUAL, Outcome.NOTIFY_REQUIRED, Outcome.NOTIFY_REQUESTED}
)
"""Outcomes that name who gets the item. The others send it nowhere."""


_NO_REQUIREMENTS = RequirementsFile()


class PackError(Exception):
    """The files are not a pack. `faults` has every one that was found, with file, line and column."""

    def __init__(self, faults: Sequence[SourceFault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where items go that nobody else decides, and when: always, or where the checks hold."""

    destination: DestinationId
    queue: str | None
    conditions: tuple[Condition, ...] = ()
    checks: tuple[Holds, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class PackSources:
    """The pack as its files say it, for the linter: models, and where each part stands."""

    pack: PackFile
    routes: RoutesFile
    examples: ExamplesFile
    requirements: RequirementsFile
    yaml: Mapping[str, YamlSource] = field(repr=False)
    rule_places: Mapping[str, int]  # rule id -> its place in routes.yaml
    files: Mapping[str, str] = field(repr=False)  # as read, by relative name


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A payer's rules, in the order of precedence, ready to run."""

    payer: PayerId
    name: str
    version: str
    timezone: str
    desk: Desk
    other_desks: tuple[Desk, ...]
    rules: tuple[Rule, ...]
    lists: Mapping[str, CodeList]
    requirements: tuple[Requirement, ...]
    sources: PackSources = field(repr=False, compare=False)
    kinds: Kinds = field(repr=False, compare=False)  # what was decided before

    @property
    def destinations(self) -> frozenset[DestinationId]:
        """Every delegate and desk that the pack may send to."""
        desks = {desk.destination for desk in (self.desk, *self.other_desks)}
        return frozenset(desks | {rule.answer.destination for rule in self.rules if rule.answer.destination})


def load_pack(files: Mapping[str, str]) -> Pack:
    """The pack from its files' text by relative name (`pack.yaml`, `codes/nicu.csv`); PackError lists all faults."""
    return _PackReader(files).read()


def with_lists(pack: Pack, lists: Mapping[str, CodeList]) -> Pack:
    """The pack with other lists in place of its own of the same ids."""
    return _PackReader({}, pack.sources.yaml).assembled(pack.sources, {**pack.lists, **lists})


class _PackReader(YamlFiles):
    """Reads one pack, collecting faults; a later stage runs only where the one before found none."""

    def read(self) -> Pack:
        pack = self.file(PACK_FILE, PackFile)
        routes = self.file(ROUTES_FILE, RoutesFile)
        examples = self.file(EXAMPLES_FILE, ExamplesFile)
        asked = self.file(REQUIREMENTS_FILE, RequirementsFile) if REQUIREMENTS_FILE in self.files else _NO_REQUIREMENTS
        if pack is None or routes is None or examples is None or asked is None:
            raise PackError(self.faults)
        lists = {declared.id: self._list(place, declared, pack) for place, declared in enumerate(pack.lists)}
        places = {rule.id: place for place, rule in enumerate(routes.rules)}
        read = self.assembled(PackSources(pack, routes, examples, asked, self.yaml, places, self.files), lists)
        self._check_citation(PACK_FILE, ("desk", "citation"), pack.desk.citation, pack)
        self._check_examples(examples, {*places, *(one.id for one in asked.requirements)}, set(lists))
        self._check_repeats(ROUTES_FILE, "rules", [rule.id for rule in routes.rules])
        self._check_repeats(REQUIREMENTS_FILE, "requirements", [one.id for one in asked.requirements])
        if self.faults:
            raise PackError(sorted(self.faults, key=lambda fault: (fault.file, fault.line, fault.column)))
        return read

    def assembled(self, sources: PackSources, lists: Mapping[str, CodeList]) -> Pack:
        """The pack of these files and lists, as far as they can be used; the rest becomes faults."""
        pack, routes, asked = sources.pack, sources.routes, sources.requirements
        reader = ConditionReader(lists)
        rules = [self._rule(reader, place, rule, pack) for place, rule in enumerate(routes.rules)]
        looked_at = Counter(name for rule in rules for name in rule.facts)
        requirements = tuple(
            self._requirement(reader, place, asked, pack, looked_at) for place in range(len(asked.requirements))
        )
        other_desks = tuple(self._other_desk(reader, place, pack) for place in range(len(pack.other_desks)))
        return Pack(
            payer=PayerId(pack.payer),
            name=pack.name,
            version=_version(pack, routes, asked, lists),
            kinds=_kinds_of(rules, requirements, other_desks),
            timezone=pack.timezone,
            desk=Desk(DestinationId(pack.desk.destination), pack.desk.queue),
            other_desks=other_desks,
            rules=_in_precedence(rules),
            lists=lists,
            requirements=requirements,
            sources=sources,
        )

    def _list(self, place: int, declared: ListFile, pack: PackFile) -> CodeList:
        self._check_citation(PACK_FILE, ("lists", place, "citation"), declared.citation, pack)
        if declared.file is None:
            return unloaded_list(declared.id, declared.title, declared.citation)
        if declared.file not in self.files:
            self.fault(PACK_FILE, ("lists", place, "file"), "the pack has no such file")
            return unloaded_list(declared.id, declared.title, declared.citation)
        try:
            return read_list(declared.id, declared.title, declared.citation, self.files[declared.file])
        except ListNotReadable as fault:
            self.faults.append(SourceFault(declared.file, fault.line, fault.column, str(fault)))
            return unloaded_list(declared.id, declared.title, declared.citation)

    def _rule(self, reader: ConditionReader, place: int, rule: RuleFile, pack: PackFile) -> Rule:
        here: tuple[str | int, ...] = ("rules", place)
        conditions = self._conditions(reader, ROUTES_FILE, rule.when, (*here, "when"))
        self._check_citation(ROUTES_FILE, (*here, "citation"), rule.citation, pack)
        return compile_rule(
            rule_id=rule.id,
            step=Step[rule.step.name],
            citation=rule.citation,
            conditions=(*conditions, *_in_force(rule.effective or pack.effective)),
            answer=self._answer((*here, "then"), rule, pack),
            reason=rule.then.reason,
        )

    def _requirement(
        self, reader: ConditionReader, place: int, asked: RequirementsFile, pack: PackFile, looked_at: Counter[str]
    ) -> Requirement:
        here, said = ("requirements", place), asked.requirements[place]
        conditions = self._conditions(reader, REQUIREMENTS_FILE, said.when, (*here, "when"))
        self._check_citation(REQUIREMENTS_FILE, (*here, "citation"), said.citation, pack)
        return compile_requirement(said, (*conditions, *_in_force(said.effective or pack.effective)), looked_at)

    def _answer(self, path: Path, rule: RuleFile, pack: PackFile) -> Answer:
        then = rule.then
        if then.outcome not in OUTCOMES_WITH_DESTINATION:
            if then.destination or then.queue:
                self.fault(ROUTES_FILE, path, f"{then.outcome} sends the item nowhere")
            return Answer(then.outcome, None, None)
        desks = {pack.desk.destination, *(desk.destination for desk in pack.other_desks)}
        destination = then.destination or pack.desk.destination
        if then.outcome is Outcome.ROUTE and then.destination is None:
            self.fault(ROUTES_FILE, path, "route needs a destination")
        if destination not in desks | set(pack.delegates):
            self.fault(ROUTES_FILE, (*path, "destination"), "pack.yaml names no such delegate or desk")
        if then.outcome is not Outcome.ROUTE and destination in pack.delegates:
            self.fault(ROUTES_FILE, (*path, "destination"), f"{then.outcome} goes to a desk")
        return Answer(then.outcome, DestinationId(destination), then.queue)

    def _other_desk(self, reader: ConditionReader, place: int, pack: PackFile) -> Desk:
        desk, here = pack.other_desks[place], ("other_desks", place)
        self._check_citation(PACK_FILE, (*here, "citation"), desk.citation, pack)
        conditions = self._conditions(reader, PACK_FILE, desk.when, (*here, "when"))
        return Desk(DestinationId(desk.destination), desk.queue, conditions, tuple(map(compiled, conditions)))

    def _conditions(
        self, reader: ConditionReader, file: str, when: Mapping[str, object], path: Path
    ) -> tuple[Condition, ...]:
        conditions = reader.read(when, path)
        for where, message in reader.faults:
            self.fault(file, where, message)
        reader.faults.clear()
        return conditions

    def _check_citation(self, file: str, path: Path, citation: str, pack: PackFile) -> None:
        unknown = {part.split(":")[0] for part in citation.split(", ")} - set(pack.documents)
        if unknown:
            self.fault(file, path, f"pack.yaml names no document {', '.join(sorted(unknown))}")

    def _check_examples(self, examples: ExamplesFile, rules: set[str], lists: set[str]) -> None:
        for message in faults_in(examples.base):
            self.fault(EXAMPLES_FILE, ("base",), message)
        for rule, cases in examples.examples.items():
            if rule not in rules:
                self.fault(EXAMPLES_FILE, ("examples", rule), "neither routes.yaml nor requirements.yaml has it")
            for side, reviews in (("takes", cases.takes), ("leaves", cases.leaves)):
                for place, example in enumerate(reviews):
                    if not set(example.listed) <= lists:
                        path = ("examples", rule, side, place, "listed")
                        self.fault(EXAMPLES_FILE, path, "pack.yaml declares no such list")
                    named = {**example.facts, **dict.fromkeys(example.inapplicable)}
                    for message in faults_in(named):
                        self.fault(EXAMPLES_FILE, ("examples", rule, side, place, "facts"), message)

    def _check_repeats(self, file: str, part: str, ids: Sequence[str]) -> None:
        for place, id in enumerate(ids):
            if id in ids[:place]:
                self.fault(file, (part, place, "id"), "another rule has this id")


def _in_force(effective: EffectiveFile | None) -> tuple[Condition, ...]:
    """Being in force is a condition on the basis date: outside the window the rule fails, without a date it waits."""
    if effective is None or (effective.from_ is None and effective.until is None):
        return ()
    return (FactCondition(effective.basis, Within(effective.from_, effective.until)),)


def _in_precedence(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules by step, in the file's order within a step, each knowing which of its step it is more specific than."""
    ordered = sorted(rules, key=lambda rule: rule.step)
    return tuple(
        replace(
            rule,
            beats=frozenset(
                place
                for place, other in enumerate(ordered)
                if other.step == rule.step and more_specific(rule.conditions, other.conditions)
            ),
        )
        for rule in ordered
    )


def _kinds_of(rules: Sequence[Rule], requirements: Sequence[Requirement], desks: Sequence[Desk]) -> Kinds:
    """What tells items apart: every condition of the pack."""
    said = [part.conditions for part in rules] + [part.conditions for part in requirements]
    return Kinds(condition for group in (*said, *[desk.conditions for desk in desks]) for condition in group)


def _version(pack: PackFile, routes: RoutesFile, asked: RequirementsFile, lists: Mapping[str, CodeList]) -> str:
    """A hash of what the pack says. Comments, notes, examples, layout and the order of keys do not count."""
    meaning = {
        "pack": pack.model_dump(mode="json"),
        "rules": [rule.model_dump(mode="json", exclude={"note"}) for rule in routes.rules],
        "requirements": [one.model_dump(mode="json", exclude={"note"}) for one in asked.requirements],
        "lists": {
            name: sorted([row.system, row.first, row.last, row.status] for row in code_list.rows)
            for name, code_list in lists.items()
        },
    }
    return hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest()[:16]
