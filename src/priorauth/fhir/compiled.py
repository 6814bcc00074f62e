"""Compiled rules: what one element is checked against. `compiling` builds them; `arrays` has those that repeat.

Every rule can do two things. It `accepts` a value or not, quickly and without saying why: good documents need no more.
It `check`s a value and reports everything that is wrong: that is asked only of what was not accepted. Acceptance may
err on the side of refusing, never of accepting; tests hold the two to one answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from priorauth.domain.findings import FindingCode as Code

from .elements import Element, Value
from .primitives import Primitive
from .reporting import Met, Place, Report, Targets

Check = Callable[[Value, "Place | None", str, int, Report], None]
"""(value, place of what holds it, name, index or -1, report)."""

Reference = tuple[str, Targets]
Accept = Callable[[Value, list[Reference]], bool]
"""(value, list of references met) -> accepted. May raise TypeError, which is a refusal too."""

Test = Callable[..., object]

_MOST_SHAPES = 256


class Field(NamedTuple):
    """One property: its check, and how it is accepted: by a test of a text that is not empty, or as anything else."""

    check: Check
    test: Test | None = None
    accepts: Accept | None = None


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


class Shape(NamedTuple):
    """What is left to ask of an object whose names are right: the names of an object are known by experience."""

    tests: tuple[tuple[str, Test], ...]
    parts: tuple[tuple[str, Accept], ...]


class ObjectRule:
    """One JSON object as one datatype, resource or part of one, as profiles narrow it."""

    __slots__ = ("_build", "_shapes", "choices", "fields", "invariants", "label", "required")

    def __init__(self, label: str, build: Callable[[ObjectRule], None]) -> None:
        self.label = label
        self.fields: Mapping[str, Field] = {}
        self.required: Mapping[str, Code] = {}
        self.choices: Sequence[Choice] = ()
        self.invariants: Sequence[Invariant] = ()
        self._shapes: dict[tuple[str, ...], Shape] = {}
        self._build: Callable[[ObjectRule], None] | None = build

    def accepts(self, value: Value, met: list[Reference]) -> bool:
        """True where nothing is wrong with the object; appends the references in it."""
        if not isinstance(value, dict):
            return False
        shape = self._shapes.get(tuple(value)) or self._shape(value)
        if shape is None:
            return False
        for name, test in shape[0]:
            text = value[name]
            if not text or not test(text):
                return False
        for name, accepts in shape[1]:
            if not accepts(value[name], met):
                return False
        return not self.invariants or all(invariant.holds(value) for invariant in self.invariants)

    def _shape(self, value: Element) -> Shape | None:
        """The shape of an object whose names are all right, kept for the next of that shape."""
        self._complete()
        if not value or not value.keys() <= self.fields.keys() or not value.keys() >= self.required.keys():
            return None
        if not all(choice.is_met(value) for choice in self.choices):
            return None
        fields = [(name, self.fields[name]) for name in value]
        if any(field.test is None and field.accepts is None for _, field in fields):
            return None
        shape = Shape(
            tuple((name, field.test) for name, field in fields if field.test is not None),
            tuple((name, field.accepts) for name, field in fields if field.accepts is not None),
        )
        if len(self._shapes) < _MOST_SHAPES:
            self._shapes[tuple(value)] = shape
        return shape

    def _complete(self) -> None:
        if self._build is not None:  # datatypes nest in themselves, so each is built when first met
            self._build(self)
            self._build = None

    def check(self, value: Value, parent: Place | None, name: str, index: int, report: Report) -> None:
        """Report whatever is wrong with the object and everything in it."""
        place = (parent, name, index)
        if not isinstance(value, dict) or not value:
            report.add(Code.FHIR_EMPTY if value in (None, {}) else Code.FHIR_TYPE, place, f"an object: {self.label}")
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
            empty = value is None or value == ""
            report.add(Code.FHIR_EMPTY if empty else fault, (parent, name, index), primitive.expected)
        elif allowed is not None and value not in allowed:
            report.add(code, (parent, name, index), shown)

    if allowed is not None:
        return Field(check, test=allowed.__contains__)
    if primitive.test is not None:
        return Field(check, test=primitive.test)
    return Field(check, accepts=lambda value, met: primitive.check(value) is None)  # noqa: ARG005


def object_field(rule: ObjectRule) -> Field:
    """A property whose value is an object."""
    return Field(rule.check, accepts=rule.accepts)


def reference_field(rule: ObjectRule, targets: Targets) -> Field:
    """A Reference; what it names is looked up when all entries are known."""

    def check(value: Value, parent: Place | None, name: str, index: int, report: Report) -> None:
        rule.check(value, parent, name, index, report)
        reference = value.get("reference") if isinstance(value, dict) else None
        if isinstance(reference, str):
            report.references.append(Met((parent, name, index), reference, targets))

    def accepts(value: Value, met: list[Reference]) -> bool:
        if not rule.accepts(value, met):
            return False
        reference = value.get("reference") if isinstance(value, dict) else None
        if isinstance(reference, str):
            met.append((reference, targets))
        return True

    return Field(check, accepts=accepts)


def guarded(field: Field, code: Code, expected: str, holds: Callable[[Value], bool]) -> Field:
    """A property with one condition more."""
    inner, test, accept = field

    def check(value: Value, parent: Place | None, name: str, index: int, report: Report) -> None:
        inner(value, parent, name, index, report)
        if not holds(value):
            report.add(code, (parent, name, index), expected)

    return Field(
        check,
        test=None if test is None else lambda value: test(value) and holds(value),
        accepts=None if accept is None else lambda value, met: accept(value, met) and holds(value),
    )


def refused(code: Code, expected: str) -> Field:
    """A property that may not stand here, whatever is in it."""

    def check(value: Value, parent: Place | None, name: str, index: int, report: Report) -> None:  # noqa: ARG001
        report.add(code, (parent, name, index), expected)

    return Field(check)
