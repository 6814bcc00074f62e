"""Which reviews are of treatment for substance use (42 CFR Part 2), by the codes that a table lists. Pure.

Tobacco is none (42 CFR 2.11). Where it is in doubt, a review counts as one: it is then told to fewer.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from priorauth.domain.reviews import ServiceReview

COLUMNS = ("system", "prefix", "label", "source")
SYSTEMS = frozenset({"service_type", "hcpcs", "revenue", "icd_9_pcs", "icd_10_cm", "icd_9_cm"})
LEADING: Mapping[str, str] = {"ABK": "icd_10_cm", "ABJ": "icd_10_cm", "BK": "icd_9_cm", "BJ": "icd_9_cm"}
"""What a principal or admitting diagnosis is qualified by, and the system of its code."""
PROCEDURES: Mapping[str, str] = {"HC": "hcpcs", "ID": "icd_9_pcs"}

Code = tuple[str, str]


class TableNotReadable(Exception):
    """A row of the table cannot be used. Says which and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class ProtectedCodes:
    """The beginnings of codes that stand for treatment of substance use, by code system."""

    prefixes: Mapping[str, tuple[str, ...]]

    def protects(self, review: ServiceReview) -> bool:
        """True where a service, its kind or what leads to the request is of substance use."""
        return any(code.startswith(self.prefixes.get(system, ())) for system, code in codes_of(review))


def codes_of(review: ServiceReview) -> Iterator[Code]:
    """The codes of a review that say what is treated, as the table writes them."""
    yield "service_type", review.event.service_type
    for diagnosis in review.event.diagnoses:
        if diagnosis.qualifier in LEADING:
            yield LEADING[diagnosis.qualifier], diagnosis.code.replace(".", "").upper()
    for item in review.items:
        yield "service_type", item.service_type
        if item.service is None:
            continue
        if item.service.revenue_code:
            yield "revenue", item.service.revenue_code.zfill(4)
        if item.service.procedure and item.service.procedure.qualifier in PROCEDURES:
            code = item.service.procedure.code.replace(".", "").upper()
            yield PROCEDURES[item.service.procedure.qualifier], code


def load_protected_codes(text: str) -> ProtectedCodes:
    """The table from its text; TableNotReadable where a row is not usable or says what another one says."""
    rows = csv.reader(text.splitlines())
    if tuple(next(rows, ())) != COLUMNS:
        raise TableNotReadable(f"the columns are not {','.join(COLUMNS)}")
    found: dict[str, list[str]] = {}
    for number, row in enumerate(rows, start=2):
        if len(row) != len(COLUMNS) or not all(row) or row[0] not in SYSTEMS:
            raise TableNotReadable(f"row {number} has an empty cell or a system that is not known")
        before = found.setdefault(row[0], [])
        if row[1].startswith(tuple(before)):
            raise TableNotReadable(f"row {number} says what an earlier one says")
        before.append(row[1])
    return ProtectedCodes({system: tuple(prefixes) for system, prefixes in found.items()})
