"""Facts that count the days between two others: by message, directory or facts file alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from priorauth.routing.fact import NOT_APPLICABLE, UNKNOWN, Fact, Facts

DAY_COUNTS: Mapping[str, tuple[str, str]] = {
    "procedure_day": ("admission_date", "procedure_date"),
    "days_ahead": ("receipt_date", "service_date"),
    "days_since_discharge": ("prior_discharge_date", "admission_date"),
}
"""Fact -> the date that it counts from, and the one that it counts to."""


def days_between(facts: Facts, name: str) -> Fact:
    """Whole days from one date to the other, with the source of the later-named; unknown where a date is."""
    earlier, later = DAY_COUNTS[name]
    first, last = facts[earlier][0], facts[later][0]
    if isinstance(first, date) and isinstance(last, date):
        return ((last - first).days, facts[later][1])
    if name == "days_ahead" and last is UNKNOWN:
        return (NOT_APPLICABLE, facts[later][1])  # what has no date yet is still to come
    absent = earlier if not isinstance(first, date) else later
    return (NOT_APPLICABLE if facts[absent][0] is NOT_APPLICABLE else UNKNOWN, facts[absent][1])
