"""Compiled rules: what one element is checked against. `compiling` builds them; `arrays` has those that repeat.

Every rule can do two things. It accepts a value or not, quickly and without saying why, by functions that `shapes`
writes: good documents need no more. And it checks a value and reports everything that is wrong with it: that is asked
only of what was not accepted. Acceptance may refuse what is right, never accept what is wrong: tests hold it to that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from priorauth.domain.findings import FindingCode as Code

from .elements import Element, Value
from .primitives import Primitive
from .reporting import Met, Place, Report, Targets, misfit
from .shapes import MOST_SHAPES, Accept, write_acceptor

Check = Callable[[Value, "Place | None", str, int, Report], None]
"""(value, place of what holds it, name, index or -1, report)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One property: its check, and at most one way to accept it; without one it is never accepted.

    `quick` is for primitives (`Primitive`, with its `tests`), `rule` for objects (`refers` where they are References),
    `items` for arrays of so many to so many of the same, `accepts` for what is none of these. `holds` are conditions
    more.
    """

    check: Check
    quick: str = ""
    tests: tuple[object, ...] = ()
    rule: ObjectRule | None = None
    refers: Targets | None = None
    items: tuple[Field, int, int] | None = None
    accepts: Accept | None = None
    holds: tuple[Callable[[Value], bool], ...] = ()

    @property
    def can_accept(self) -> bool:
        """True where some value is accepted."""
        if self.items is not None:
            return self.items[0].can_accept
        return bool(self.quick) or self.rule is not None or self.accepts is not None


class Choice(NamedTuple):
    """The properties of one choice such as value[x]; `required` is the finding where none is there, else None.

    `instead` is what stands in the place of an absent one and not beside it: the extensions of an extension (ext-1).
    """

    names: frozenset[str]
    label: str
    required: Code | None
    instead: str = ""

    def is_met(self, value: Element) -> bool:
        """True where it is there once, or rightly not at all."""
        found = len(self.names.intersection(value))
        if self.instead:
            return found + (self.instead in value) == 1
        return found == 1 or (found == 0 and self.required is None)


class Invariant(NamedTuple):
    """One invariant: its key with what it asks in our words, and whether an element keeps it."""

    code: Code
    expected: str
    holds: Callable[[Element], bool]


class ObjectRule:
    """One JSON object as one datatype, resource or part of one, as profiles narrow it."""

    __slots__ = ("_build", "choices", "fields", "invariants", "label", "required", "shapes")

    def __init__(self, label: str, build: Callable[[ObjectRule], None]) -> None:
        self.label = label
        self.fields: Mapping[str, Field] = {}
        self.required: Mapping[str, Code] = {}
        self.choices: Sequence[Choice] = ()
        self.invariants: Sequence[Invariant] = ()
        self.shapes: dict[tuple[str, ...], Accept] = {}  # the names in an object -> what accepts objects of those names
        self._build: Callable[[ObjectRule], None] | None = build

    def accepts(self, value: Value, met: list[tuple[str, Targets]]) -> bool:
        """True where nothing is wrong with the object; appends the references in it. May raise TypeError: refused."""
        return isinstance(value, dict) and (self.shapes.get(tuple(value)) or self.learn(value))(value, met)

    def learn(self, value: Value) -> Accept:
        """What accepts objects of the same names as this one, kept for the next one if the names are right."""
        if not isinstance(value, dict) or len(self.shapes) >= MOST_SHAPES or not self.fields_of(value):
            return refuse
        accepts = write_acceptor(self, value)
        self.shapes[tuple(value)] = accepts
        return accepts

    def fields_of(self, value: Element) -> Mapping[str, Field]:
        """The fields of an object's names; none where some name is not right or one that must be there is missing."""
        self._complete()
        if not value.keys() <= self.fields.keys():
            return {}
        if not all(name in value or f"_{name}" in value for name in self.required):
            return {}
        fields = {name: self.fields[name] for name in value}
        if not all(field.can_accept for field in fields.values()):
            return {}
        return fields if all(choice.is_met(value) for choice in self.choices) else {}

    def _complete(self) -> None:
        if self._build is not None:  # datatypes nest in themselves, so each is built when first met
            self._build(self)
            self._build = None

    def check(self, value: Value, parent: Place | None, name: str, index: int, report: Report) -> None:
        """Report whatever is wrong with the object and everything in it."""
        place = (parent, name, index)
        if not isinstance(value, dict) or not value:
            report.add(misfit(value, index), place, f"an object: {self.label}")
            return
        self._complete()
        for key, child in value.items():
            field = self.fields.get(key)
            if field is None:
                report.add(Code.FHIR_UNKNOWN_ELEMENT, place, f"elements of {self.label} only")
            else:
                field.check(child, place, key, -1, report)
        for key, code in self.required.items():
            if key not in value and f"_{key}" not in value:
                report.add(code, (place, key, -1), "the element")
        for choice in self.choices:
            if not choice.is_met(value):
                _report_choice(choice, value, place, report)
        for invariant in self.invariants:
            if not invariant.holds(value):
                report.add(invariant.code, place, invariant.expected)
        if report.gaps:
            _report_gaps(value, place, report)


def _report_choice(choice: Choice, value: Element, place: Place, report: Report) -> None:
    found = len(choice.names.intersection(value))
    there = found > 0 or any(f"_{name}" in value for name in choice.names)
    if found > 1:
        report.add(Code.FHIR_CHOICE, (place, choice.label, -1), "one datatype")
    if not there and choice.required:
        report.add(choice.required, (place, choice.label, -1), f"one of {', '.join(sorted(choice.names)[:24])}")
    if choice.instead and there == (choice.instead in value):
        report.add(Code.FHIR_INVARIANT, place, f"ext-1: either {choice.instead} or {choice.label}")


def _report_gaps(value: Element, place: Place, report: Report) -> None:
    """A null in an array of primitives stands for a value that has an extension instead, beside it."""
    for name, index in [(name, index) for parent, name, index in report.gaps if parent is place]:
        beside = value.get(f"_{name}")
        if not isinstance(beside, list) or index >= len(beside) or not beside[index]:
            report.add(Code.FHIR_EMPTY, (place, name, index), "a value, or an extension in its place")
    report.gaps = [gap for gap in report.gaps if gap[0] is not place]


def primitive_field(primitive: Primitive, allowed: frozenset[str] | None, code: Code) -> Field:
    """A primitive datatype; where `allowed` is given, one of those values, else `code` is found."""
    shown = " or ".join(sorted(allowed)[:24]) if allowed else ""

    def check(value: Value, parent: Place | None, name: str, index: int, report: Report) -> None:
        fault = primitive.check(value)
        if fault is not None:
            wrong = misfit(value, index) if fault is Code.FHIR_TYPE else fault
            report.add(wrong, (parent, name, index), primitive.expected)
        elif allowed is not None and value not in allowed:
            report.add(code, (parent, name, index), shown)

    if allowed:
        return Field(check=check, quick="{0} in {1}", tests=(allowed,))
    if primitive.quick:
        return Field(check=check, quick=primitive.quick, tests=primitive.tests)
    return Field(check=check, accepts=lambda value, met: primitive.check(value) is None)  # noqa: ARG005


def object_field(rule: ObjectRule) -> Field:
    """A property whose value is an object."""
    return Field(check=rule.check, rule=rule)


def reference_field(rule: ObjectRule, targets: Targets) -> Field:
    """A Reference; what it names is looked up when all entries are known."""

    def check(value: Value, parent: Place | None, name: str, index: int, report: Report) -> None:
        rule.check(value, parent, name, index, report)
        reference = value.get("reference") if isinstance(value, dict) else None
        if isinstance(reference, str):
            report.references.append(Met((parent, name, index), reference, targets))

    return Field(check=check, rule=rule, refers=targets)


def guarded(field: Field, code: Code, expected: str, holds: Callable[[Value], bool]) -> Field:
    """A property with one condition more, which is asked where the value itself is not at fault already."""
    inner = field.check

    def check(value: Value, parent: Place | None, name: str, index: int, report: Report) -> None:
        place, before = (parent, name, index), len(report.findings)
        inner(value, parent, name, index, report)
        if not holds(value) and not report.has_at(place, since=before):
            report.add(code, place, expected)

    return replace(field, check=check, holds=(*field.holds, holds))


def refused(code: Code, expected: str) -> Field:
    """A property that may not stand here, whatever is in it."""

    def check(value: Value, parent: Place | None, name: str, index: int, report: Report) -> None:  # noqa: ARG001
        report.add(code, (parent, name, index), expected)

    return Field(check=check)


def refuse(value: Value, met: list[tuple[str, Targets]]) -> bool:  # noqa: ARG001
    """Accepts nothing: the check is to look."""
    return False
