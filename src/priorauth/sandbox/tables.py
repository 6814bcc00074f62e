"""`mappings/sandbox/behaviours.yaml` and `reason-codes.csv` from their files to a BehaviourTable."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from priorauth.domain.parties import DestinationId
from priorauth.routing.yaml_source import YamlNotReadable, read_yaml
from priorauth.sandbox.behaviours import AskedFor, Behaviour, BehaviourTable, CodeRange, Reason, Rule

COMMENT = "#"


class SandboxTableFault(Exception):
    """The sandbox's tables cannot be used as they are: which file, and where in it."""


def _is_range(text: str) -> str:
    first, _, last = text.partition("-")
    if not first or (last and (len(first) != len(last) or last < first)):
        raise ValueError("a range of codes is FIRST-LAST, of equal length")
    return text


Codes = tuple[Annotated[str, AfterValidator(_is_range)], ...]


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)


class _Rule(_Checked):
    id: str
    answer: Behaviour
    at: frozenset[str] = frozenset()
    cancels: bool = False
    revenue_codes: Codes = ()
    procedures: Codes = ()
    over: Decimal | None = None


class _AskedFor(_Checked):
    report_types: tuple[str, ...]
    transmission: str
    loinc_codes: tuple[str, ...]


class _File(_Checked):
    forced: Mapping[str, Behaviour]
    later_after_seconds: int
    slow_after_seconds: int
    levels_of_care: tuple[str, ...]
    days_at_level_asked_for: int
    next_review_needs: tuple[str, ...]
    asks_for: _AskedFor
    numbers: Mapping[str, str]
    rules: tuple[_Rule, ...]


def read_behaviours(folder: Path, chosen: Path | None = None) -> BehaviourTable:
    """The table in a folder such as `mappings/sandbox`, or in a file of its own. SandboxTableFault where it is none."""
    path = chosen or folder / "behaviours.yaml"
    try:
        file = _File.model_validate(read_yaml(path.name, path.read_text(encoding="utf-8")).data)
    except YamlNotReadable as fault:
        raise SandboxTableFault(f"{path.name} is not readable as YAML") from fault
    except ValidationError as error:
        places = sorted({".".join(str(part) for part in fault["loc"]) for fault in error.errors(include_input=False)})
        raise SandboxTableFault(f"{path.name} has faults at {', '.join(places)}") from None
    if file.rules[-1] != _Rule(id=file.rules[-1].id, answer=file.rules[-1].answer):
        raise SandboxTableFault(f"{path.name}: the last rule has conditions, so that some lines get no answer")
    return BehaviourTable(
        forced=file.forced,
        rules=tuple(_rule(row) for row in file.rules),
        later_after=timedelta(seconds=file.later_after_seconds),
        slow_after=timedelta(seconds=file.slow_after_seconds),
        levels_of_care=file.levels_of_care,
        days_at_level_asked_for=file.days_at_level_asked_for,
        next_review_needs=file.next_review_needs,
        asks_for=AskedFor(**file.asks_for.model_dump()),
        numbers={DestinationId(id): prefix for id, prefix in file.numbers.items()},
        reasons=read_reasons(folder / "reason-codes.csv"),
    )


def read_reasons(path: Path) -> Mapping[str, Reason]:
    """The reasons by name. Lines that begin with `#` are comments."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(COMMENT)]
    return {row["reason"]: Reason(row["hcr03"], row["meaning"]) for row in csv.DictReader(lines)}


def _rule(row: _Rule) -> Rule:
    return Rule(
        id=row.id,
        answer=row.answer,
        at=frozenset(DestinationId(id) for id in row.at),
        cancels=row.cancels,
        revenue_codes=tuple(_range(text) for text in row.revenue_codes),
        procedures=tuple(_range(text) for text in row.procedures),
        over=row.over,
    )


def _range(text: str) -> CodeRange:
    first, _, last = text.partition("-")
    return CodeRange(first, last or first)
