"""The `when` of a rule as conditions. Every fault is collected with the path at which it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from priorauth.routing.codelists import CodeList
from priorauth.routing.conditions import AnyOf, Condition, FactCondition, Listed, OneOf, Within
from priorauth.routing.vocabulary import FACTS, FactKind, FactNotReadable, FactValue, read_value
from priorauth.routing.yaml_source import Path

CODES_WITH_LISTS = frozenset(
    {
        "procedure_code",
        "revenue_code",
        "diagnosis_code",
        "principal_diagnosis",
        "admitting_diagnosis",
        "leading_diagnosis",
    }
)
"""Facts that may be tested against code lists: those whose code system is known."""


@dataclass(slots=True)
class ConditionReader:
    """Reads conditions against the pack's lists; faults are added to `faults` and the rest is read on."""

    lists: Mapping[str, CodeList]
    faults: list[tuple[Path, str]] = field(default_factory=list)

    def read(self, when: Mapping[str, object], path: Path) -> tuple[Condition, ...]:
        """The conditions of a group, in its order."""
        conditions: list[Condition] = []
        for name, asked in when.items():
            here = (*path, name)
            match name:
                case "any":
                    groups = self._groups(asked, here)
                    conditions.extend([AnyOf(tuple(groups))] if groups else [])
                case "all":
                    conditions.extend(part for group in self._groups(asked, here) for part in group)
                case _ if name in FACTS:
                    conditions.extend(self._fact(name, asked, here))
                case _:
                    self._fault(here, f"{name} is not a fact")
        return tuple(conditions)

    def _fault(self, path: Path, message: str) -> None:
        self.faults.append((path, message))

    def _groups(self, asked: object, path: Path) -> list[tuple[Condition, ...]]:
        if not isinstance(asked, list) or not asked:
            self._fault(path, "any and all take a list of groups of conditions")
            return []
        groups = []
        for place, group in enumerate(asked):
            if isinstance(group, dict) and group:
                groups.append(self.read(group, (*path, place)))
            else:
                self._fault((*path, place), "a group holds conditions by fact")
        return groups

    def _fact(self, name: str, asked: object, path: Path) -> list[Condition]:
        """The tests of one fact: a value, a list of values, or operators."""
        if isinstance(asked, dict):
            if not asked:
                self._fault(path, "an operator is missing")
            return [
                FactCondition(name, test)
                for operator, operand in asked.items()
                if (test := self._operator(name, str(operator), operand, (*path, operator))) is not None
            ]
        test = self._one_of(name, asked if isinstance(asked, list) else [asked], path, negated=False)
        return [FactCondition(name, test)] if test else []

    def _operator(self, name: str, operator: str, operand: object, path: Path) -> OneOf | Within | Listed | None:
        kind = FACTS[name].kind
        match operator, kind:
            case (("equals" | "not"), _):
                return self._one_of(name, [operand], path, negated=operator == "not")
            case (("in" | "not_in"), (FactKind.ENUMERATION | FactKind.CODE)):
                return self._one_of(name, operand, path, negated=operator == "not_in")
            case "before", FactKind.DATE:
                limit = self._value(name, operand, path)
                return Within(limit=limit) if isinstance(limit, date) else None
            case "on_or_after", FactKind.DATE:
                first = self._value(name, operand, path)
                return Within(first=first) if isinstance(first, date) else None
            case "range", FactKind.NUMBER:
                return self._range(operand, path)
            case (("in_list" | "not_in_list"), FactKind.CODE) if name in CODES_WITH_LISTS:
                return self._listed(operand, path, negated=operator == "not_in_list")
        self._fault(path, f"{operator} is not an operator for {name}")
        return None

    def _one_of(self, name: str, asked: object, path: Path, *, negated: bool) -> OneOf | None:
        if not isinstance(asked, list) or not asked:
            self._fault(path, "a list of values is needed")
            return None
        values = [value for one in asked if (value := self._value(name, one, path)) is not None]
        return OneOf(frozenset(values), negated) if len(values) == len(asked) else None

    def _value(self, name: str, raw: object, path: Path) -> FactValue | None:
        try:
            return read_value(name, raw)
        except FactNotReadable as fault:
            self._fault(path, str(fault))
            return None

    def _range(self, asked: object, path: Path) -> Within | None:
        bounds = asked if isinstance(asked, dict) else {}
        first, last = bounds.get("from"), bounds.get("to")
        whole = all(
            bound is None or (isinstance(bound, int) and not isinstance(bound, bool)) for bound in (first, last)
        )
        if not bounds or set(bounds) - {"from", "to"} or not whole:
            self._fault(path, "a range has whole numbers from, to or both")
            return None
        return Within(first=first, limit=None if last is None else last + 1)

    def _listed(self, asked: object, path: Path, *, negated: bool) -> Listed | None:
        names = asked if isinstance(asked, list) else [asked]
        known = [self.lists[name] for name in names if isinstance(name, str) and name in self.lists]
        if not known or len(known) != len(names):
            self._fault(path, "pack.yaml declares no such list")
            return None
        return Listed(tuple(known), negated)
