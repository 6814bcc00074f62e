"""What changed from one pack to another, in words that a payer's analyst would use. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from priorauth.domain.calendars import Calendar
from priorauth.domain.clocks import Clock, Term
from priorauth.routing.clock_rules import ClockBook, ClockRule
from priorauth.routing.codelists import CodeList, CodeRow
from priorauth.routing.pack_files import DeskFile, EffectiveFile, OtherDeskFile
from priorauth.routing.packs import Pack
from priorauth.routing.requirements import Requirement
from priorauth.routing.rules import Answer, Rule
from priorauth.routing.words import either, in_words

CODES_NAMED = 12
"""So many codes of a list are named; of more, how many there are."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is new, gone or changed, and what about it: a line of words each."""

    part: str  # pack, rule, requirement, list, clock, clocks or calendar
    name: str
    change: str  # new, gone or changed
    words: tuple[str, ...]


Thing = TypeVar("Thing")


def differences(
    before: Pack, after: Pack, clocks_before: ClockBook | None = None, clocks_after: ClockBook | None = None
) -> tuple[Difference, ...]:
    """Everything that means something else in the pack after. Clocks are compared where both have theirs."""
    found = [
        *_of_pack(before, after),
        *_of_things("rule", _by_id(before.rules), _by_id(after.rules), _rule_in_words, _rule_changes),
        *_of_things("requirement", _asked(before), _asked(after), lambda requirement: requirement, _sentence_changes),
        *_of_things("list", before.lists, after.lists, _list_in_words, _list_changes),
    ]
    if clocks_before is not None and clocks_after is not None:
        found += _of_things(
            "clock", _clocks(clocks_before), _clocks(clocks_after), lambda clocks: clocks, _sentence_changes
        )
        found += _changed("clocks", "of all", _book_changes(clocks_before, clocks_after))
        found += _changed("calendar", "days", _calendar_changes(clocks_before.calendar, clocks_after.calendar))
    return tuple(found)


def _of_things(
    part: str,
    before: Mapping[str, Thing],
    after: Mapping[str, Thing],
    words: Callable[[Thing], Sequence[str]],
    changes: Callable[[Thing, Thing], Iterable[str]],
) -> Iterator[Difference]:
    for name, thing in before.items():
        if name not in after:
            yield Difference(part, name, "gone", tuple(words(thing)))
        else:
            yield from _changed(part, name, changes(thing, after[name]))
    for name, thing in after.items():
        if name not in before:
            yield Difference(part, name, "new", tuple(words(thing)))


def _changed(part: str, name: str, changes: Iterable[str]) -> Iterator[Difference]:
    words = tuple(changes)
    if words:
        yield Difference(part, name, "changed", words)


# The pack itself


def _of_pack(before: Pack, after: Pack) -> Iterator[Difference]:
    old, new = before.sources.pack, after.sources.pack
    plain = (
        ("the payer is", old.payer, new.payer),
        ("the name is", old.name, new.name),
        ("the time zone is", old.timezone, new.timezone),
        ("the desk is", _desk(old.desk), _desk(new.desk)),
        ("in force", _in_force(old.effective), _in_force(new.effective)),
    )
    yield from _changed("pack", new.payer, _instead(plain))
    yield from _changed("pack", "delegates", _come_and_go(old.delegates, new.delegates))
    desks = [_other_desk(desk) for desk in old.other_desks], [_other_desk(desk) for desk in new.other_desks]
    yield from _changed("pack", "other desks", _come_and_go(*desks))
    documents = [[f"{number}: {title}" for number, title in pack.documents.items()] for pack in (old, new)]
    yield from _changed("pack", "documents", _come_and_go(*documents))


def _desk(desk: DeskFile) -> str:
    return desk.destination + (f", queue {desk.queue}" if desk.queue else "")


def _other_desk(desk: OtherDeskFile) -> str:
    return f"{_desk(desk)} where {_plain(desk.when)}"


def _plain(when: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in sorted(when.items()))


def _in_force(effective: EffectiveFile | None) -> str:
    if effective is None or (effective.from_ is None and effective.until is None):
        return "always"
    bounds = (("from", effective.from_), ("until", effective.until))
    told = " ".join(f"{word} {day}" for word, day in bounds if day is not None)
    return f"{told} by {effective.basis}"


# Rules


def _by_id(rules: Sequence[Rule]) -> dict[str, Rule]:
    return {rule.id: rule for rule in rules}


def rule_conditions(rule: Rule) -> list[str]:
    """What a rule asks for, condition by condition."""
    return [in_words(condition) for condition in rule.conditions] or ["everything"]


def answer_in_words(answer: Answer) -> str:
    """What a rule says of what it takes."""
    queue = f" (queue {answer.queue})" if answer.queue else ""
    return f"{answer.outcome.value}{f' to {answer.destination}' if answer.destination else ''}{queue}"


def _rule_in_words(rule: Rule) -> list[str]:
    return [
        f"step {rule.step.name.lower()}: where {' and '.join(rule_conditions(rule))}",
        f"says {answer_in_words(rule.answer)}: {rule.reason} [{rule.citation}]",
    ]


def _rule_changes(before: Rule, after: Rule) -> Iterator[str]:
    asked, asks = ([in_words(condition) for condition in rule.conditions] for rule in (before, after))
    for condition in asked:
        if condition not in asks:
            yield f"no longer asks that {condition}"
    for condition in asks:
        if condition not in asked:
            yield f"now asks that {condition}"
    yield from _instead(
        (
            ("says", answer_in_words(before.answer), answer_in_words(after.answer)),
            ("its step is", before.step.name.lower(), after.step.name.lower()),
            ("its reason is", before.reason, after.reason),
            ("its citation is", before.citation, after.citation),
        )
    )


# Requirements


def _asked(pack: Pack) -> dict[str, tuple[str, ...]]:
    return {requirement.id: tuple(_requirement_in_words(requirement)) for requirement in pack.requirements}


def _requirement_in_words(requirement: Requirement) -> Iterator[str]:
    told = requirement.told
    asked = " and ".join(in_words(condition) for condition in requirement.conditions)
    yield f"where {asked or 'everything'}"
    yield f"{told.need.value.replace('_', ' ')}: {told.says} [{told.citation}]"
    for name, words in (
        ("due by clock", told.clock),
        ("due", told.before),
        ("valid for", told.valid),
        ("wants", ", ".join(told.documents)),
        ("when missing:", told.if_missing),
    ):
        if words:
            yield f"{name} {words.replace('_', ' ')}"


def _sentence_changes(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    yield from (f"before: {one}" for one in before if one not in after)
    yield from (f"now: {one}" for one in after if one not in before)


# Lists


def _list_in_words(codes: CodeList) -> list[str]:
    if not codes.is_loaded:
        return [f"{codes.title}: not loaded"]
    return [f"{codes.title}: {_codes(codes.rows)}"]


def _list_changes(before: CodeList, after: CodeList) -> Iterator[str]:
    if before.is_loaded != after.is_loaded:
        yield "is loaded now" if after.is_loaded else "is no longer loaded: rules that need it give manual"
    had, has = set(map(_code, before.rows)), set(map(_code, after.rows))
    if lost := [row for row in before.rows if _code(row) not in has]:
        yield f"loses {_codes(lost)}"
    if gained := [row for row in after.rows if _code(row) not in had]:
        yield f"gains {_codes(gained)}"
    statuses = ({_code(row): row.status.value for row in codes.rows} for codes in (before, after))
    old, new = statuses
    moved = sorted({f"{old[code]} to {new[code]}" for code in had & has if old[code] != new[code]})
    for move in moved:
        yield f"some codes go from status {move}"
    yield from _instead((("its title is", before.title, after.title), ("cites", before.citation, after.citation)))


def _code(row: CodeRow) -> str:
    return f"{row.system} {row.first}" + (f"-{row.last}" if row.last != row.first else "")


def _codes(rows: Sequence[CodeRow]) -> str:
    named = [_code(row) + (f" ({row.label})" if row.label else "") for row in rows[:CODES_NAMED]]
    rest = len(rows) - len(named)
    return ", ".join(named) + (f" and {rest} rows more" if rest else "") if rows else "no codes"


# Clocks


def _clocks(book: ClockBook) -> dict[str, tuple[str, ...]]:
    """What the book says under each id: several clocks may share one."""
    said: dict[str, tuple[str, ...]] = {}
    for rule in book.rules:
        said[rule.clock.id] = (*said.get(rule.clock.id, ()), clock_in_words(rule))
    return said


def clock_in_words(rule: ClockRule) -> str:
    """One clock as a sentence."""
    clock = rule.clock
    parts = [f"{clock.title}: {clock.kind.value.replace('_', ' ')} due {_due(clock) if not rule.unset else 'unset'}"]
    if len(rule.classes) < len(type(next(iter(rule.classes)))):
        parts.append(f"for {either(sorted(one.value for one in rule.classes))} requests")
    if rule.conditions:
        parts.append(f"where {' and '.join(in_words(condition) for condition in rule.conditions)}")
    if clock.decided:
        parts.append(f"on {clock.decided.value}")
    if clock.met_by:
        parts.append(f"met by {either(one.value.replace('_', ' ') for one in clock.met_by)}")
    parts.append(f"when missed: {clock.on_breach.value.replace('_', ' ')}")
    if clock.extension_days:
        parts.append(f"may be extended by {clock.extension_days} days")
    if clock.pause:
        parts.append(f"stands still at most {clock.pause.at_most_days} days")
    parts += [f"{word} {day}" for word, day in (("from", rule.since), ("until", rule.until)) if day]
    return f"{', '.join(parts)} [{clock.citation}]"


def _due(clock: Clock) -> str:
    terms = [_term(term) for term in clock.deadline.terms]
    if clock.deadline.later_of:
        terms.append("the later of " + " and ".join(_term(term) for term in clock.deadline.later_of))
    return ("the earliest of " if len(terms) > 1 else "") + ", ".join(terms)


def _term(term: Term) -> str:
    side = "before" if term.amount < 0 else "after"
    return f"{abs(term.amount)} {term.unit.value} {side} {term.start.value}".replace("_", " ")


def _book_changes(before: ClockBook, after: ClockBook) -> Iterator[str]:
    yield from _instead(
        (
            ("the state is", before.state, after.state),
            ("a returned answer counts as", _names(before.returned_counts_as), _names(after.returned_counts_as)),
            ("assumes", _plain(before.assumes), _plain(after.assumes)),
        )
    )
    yield from _come_and_go(*([f"class {_class(one)}" for one in book.classes] for book in (before, after)))


def _class(rule: Any) -> str:
    return f"{rule.request_class.value} where {' and '.join(in_words(one) for one in rule.conditions) or 'anything'}"


def _names(values: Iterable[Any]) -> str:
    return ", ".join(sorted(value.value for value in values)) or "nothing"


def _calendar_changes(before: Calendar, after: Calendar) -> Iterator[str]:
    yield from _instead(
        (
            ("federal holidays are", _days_off(before), _days_off(after)),
            ("a business day ends at", str(before.business_day_end), str(after.business_day_end)),
            ("the time zone is", str(before.zone), str(after.zone)),
        )
    )
    extra = [[f"holiday {day}" for day in sorted(days.extra_holidays)] for days in (before, after)]
    yield from _come_and_go(*extra)
    worked = [[f"{day} as a day that is worked" for day in sorted(days.worked_holidays)] for days in (before, after)]
    yield from _come_and_go(*worked)


def _days_off(calendar: Calendar) -> str:
    return "days off" if calendar.federal_holidays else "days like others"


# Words


def _instead(compared: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    for what, before, after in compared:
        if before != after:
            yield f"{what} {after or 'nothing'} instead of {before or 'nothing'}"


def _come_and_go(before: Collection[str], after: Collection[str]) -> Iterator[str]:
    yield from (f"loses {one}" for one in before if one not in after)
    yield from (f"gains {one}" for one in after if one not in before)
