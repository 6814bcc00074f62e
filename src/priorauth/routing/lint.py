"""What is doubtful in a pack that loads: examples that go wrong, rules that never decide, lists that are missing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from priorauth.domain.parties import DestinationId
from priorauth.routing.codelists import CodeList, supposed_list
from priorauth.routing.conditions import lists_of
from priorauth.routing.fact import Facts
from priorauth.routing.fact_tables import CategoryRanges
from priorauth.routing.facts import facts_given
from priorauth.routing.overlaps import contradict, find_gap, overlapping
from priorauth.routing.pack_files import ExampleFile
from priorauth.routing.packs import EXAMPLES_FILE, PACK_FILE, ROUTES_FILE, Pack, with_lists
from priorauth.routing.requirements import REQUIREMENTS_FILE, applying
from priorauth.routing.router import choose_item
from priorauth.routing.rules import covers
from priorauth.routing.yaml_source import Path, SourceFault


class LintLevel(StrEnum):
    """An error makes `packs lint` fail; a warning is told."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class LintFinding:
    """What is doubtful and where."""

    level: LintLevel
    check: str
    where: SourceFault

    def __str__(self) -> str:
        return f"{self.where} ({self.check}, {self.level})"


def lint(
    pack: Pack,
    *,
    as_of: date | None = None,
    destinations: Collection[DestinationId] | None = None,
    categories: CategoryRanges | None = None,
) -> list[LintFinding]:
    """Every finding, in the order of files and lines.

    `as_of` is the day on which an ended rule counts as expired; `destinations` are the ids that
    `mappings/delegates` has. Without them those two checks are left out. `categories` are those of procedures, by which
    rules of lists and rules of service categories are compared.
    """
    found = [
        *_examples(pack),
        *_without_examples(pack),
        *_requirements_without_examples(pack),
        *_unreachable(pack),
        *_shadowed(pack),
        *_overlapping(pack, categories),
        *_gaps(pack),
        *_lists(pack),
        *(_expired(pack, as_of) if as_of else ()),
        *(_unknown_destinations(pack, destinations) if destinations is not None else ()),
    ]
    return sorted(found, key=lambda finding: (finding.where.file, finding.where.line, finding.where.column))


def _finding(pack: Pack, level: LintLevel, check: str, file: str, path: Path, message: str) -> LintFinding:
    return LintFinding(level, check, pack.sources.yaml[file].fault(path, message))


def _of_rule(pack: Pack, level: LintLevel, check: str, rule: str, message: str) -> LintFinding:
    return _finding(pack, level, check, ROUTES_FILE, ("rules", pack.sources.rule_places[rule], "id"), message)


def _examples(pack: Pack) -> Iterator[LintFinding]:
    for rule, cases in pack.sources.examples.examples.items():
        for side, examples in (("takes", cases.takes), ("leaves", cases.leaves)):
            for place, example in enumerate(examples):
                path = ("examples", rule, side, place)
                for message in _example_faults(pack, rule, side, example):
                    yield _finding(pack, LintLevel.ERROR, "example", EXAMPLES_FILE, path, message)


def _example_faults(pack: Pack, rule: str, side: str, example: ExampleFile) -> Iterator[str]:
    base = pack.sources.examples.base
    facts = {name: value for name, value in {**base, **example.facts}.items() if value is not None}
    for name in example.inapplicable:
        facts.pop(name, None)
    given = facts_given(facts, example.inapplicable)
    if example.listed:
        pack = with_lists(
            pack, {name: supposed_list(pack.lists[name], codes) for name, codes in example.listed.items()}
        )
    if rule not in pack.sources.rule_places:
        yield from _requirement_faults(pack, rule, side, given)
        return
    decided = choose_item(pack, 1, given).rule
    if side == "takes" and decided != rule:
        yield f"the rule should take this review, but {decided} does"
    if side == "leaves" and decided == rule:
        yield "the rule should leave this review, but takes it"
    if example.to is not None and decided != example.to:
        yield f"{example.to} should take this review, but {decided} does"


def _requirement_faults(pack: Pack, requirement: str, side: str, given: Facts) -> Iterator[str]:
    applied = {one.id: one.unknown for one in applying(pack.requirements, given)}
    if side == "takes" and applied.get(requirement) != ():
        yield "the requirement should apply to this review"
    if side == "leaves" and requirement in applied:
        yield "the requirement should not apply to this review"


def _without_examples(pack: Pack) -> Iterator[LintFinding]:
    """Every rule needs a review that it takes and one that it leaves, or a list that it still waits for."""
    examples = pack.sources.examples.examples
    for rule in pack.rules:
        cases = examples.get(rule.id)
        awaited = pack.lists.get(cases.waits_for or "") if cases else None
        if awaited and not awaited.is_loaded:
            continue
        if cases is None or not cases.takes:
            message = "no example shows a review that the rule takes"
        elif not cases.leaves and len(pack.rules) > 1:
            message = "no example shows a review that the rule leaves"
        else:
            continue
        yield _of_rule(pack, LintLevel.ERROR, "no-example", rule.id, message)


def _requirements_without_examples(pack: Pack) -> Iterator[LintFinding]:
    for place, requirement in enumerate(pack.requirements):
        cases = pack.sources.examples.examples.get(requirement.id)
        awaited = pack.lists.get(cases.waits_for or "") if cases else None
        if awaited and not awaited.is_loaded:
            continue
        if cases and cases.takes and (cases.leaves or not requirement.conditions):
            continue
        path = ("requirements", place, "id")
        message = "no examples show a review that the requirement takes and one that it leaves"
        yield _finding(pack, LintLevel.ERROR, "no-example", REQUIREMENTS_FILE, path, message)


def _unreachable(pack: Pack) -> Iterator[LintFinding]:
    for rule in pack.rules:
        if any(contradict(one, other) for one in rule.conditions for other in rule.conditions):
            message = "the conditions contradict each other, so that the rule takes nothing"
            yield _of_rule(pack, LintLevel.ERROR, "unreachable", rule.id, message)


def _shadowed(pack: Pack) -> Iterator[LintFinding]:
    """A rule of an earlier step, or an equal one before it, that takes all that this one takes."""
    for place, rule in enumerate(pack.rules):
        for other in pack.rules[:place]:
            equal = other.step == rule.step and covers(rule.conditions, other.conditions)
            if covers(other.conditions, rule.conditions) and (other.step < rule.step or equal):
                message = f"{other.id} takes everything that the rule would take"
                yield _of_rule(pack, LintLevel.ERROR, "shadowed", rule.id, message)
                break


def _overlapping(pack: Pack, categories: CategoryRanges | None) -> Iterator[LintFinding]:
    """Rules that would conflict over a review that both may take: it becomes manual."""
    for rule, other in overlapping(pack.rules, categories):
        message = f"a review that {other.id} takes as well is manual, because the two say otherwise"
        yield _of_rule(pack, LintLevel.WARNING, "overlapping", rule.id, message)


def _gaps(pack: Pack) -> Iterator[LintFinding]:
    """A review that no rule takes even where every list is there: it becomes manual at the desk."""
    missing = {name: supposed_list(one, [f"{place:05}"]) for place, (name, one) in enumerate(_missing(pack), start=1)}
    gap = find_gap(with_lists(pack, missing).rules)
    if gap is not None:
        told = ", ".join(f"{name} {value}" for name, value in gap.items())
        message = f"no rule takes a review with {told}: it is manual"
        yield _finding(pack, LintLevel.WARNING, "gap", ROUTES_FILE, ("rules",), message)


def _missing(pack: Pack) -> Iterator[tuple[str, CodeList]]:
    return ((name, one) for name, one in pack.lists.items() if not one.is_loaded)


def _lists(pack: Pack) -> Iterator[LintFinding]:
    said = [*(rule.conditions for rule in pack.rules), *(one.conditions for one in pack.requirements)]
    used = {code_list.id for group in said for condition in group for code_list in lists_of(condition)}
    for place, declared in enumerate(pack.sources.pack.lists):
        path = ("lists", place, "id")
        if declared.id not in used:
            message = "no rule looks at the list"
            yield _finding(pack, LintLevel.WARNING, "unused-list", PACK_FILE, path, message)
        if not pack.lists[declared.id].is_loaded:
            message = "the list is not loaded: what needs it is manual"
            yield _finding(pack, LintLevel.WARNING, "list-not-loaded", PACK_FILE, path, message)
        elif pack.lists[declared.id].is_demonstration:
            message = "the list only demonstrates: the payer's own has to replace it"
            yield _finding(pack, LintLevel.WARNING, "demonstration-list", PACK_FILE, path, message)


def _expired(pack: Pack, as_of: date) -> Iterator[LintFinding]:
    for place, rule in enumerate(pack.sources.routes.rules):
        effective = rule.effective or pack.sources.pack.effective
        if effective and effective.until and effective.until <= as_of:
            path = ("rules", place, "effective", "until")
            yield _finding(pack, LintLevel.WARNING, "expired", ROUTES_FILE, path, "the rule is no longer in force")


def _unknown_destinations(pack: Pack, destinations: Collection[DestinationId]) -> Iterator[LintFinding]:
    for missing in sorted(pack.destinations - set(destinations)):
        message = f"mappings/delegates has no {missing}"
        yield _finding(pack, LintLevel.ERROR, "unknown-destination", PACK_FILE, ("desk",), message)
