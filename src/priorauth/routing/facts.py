"""The facts of one item: from the message, the directory or a facts file, each with where it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from priorauth.domain.reviews import Format, ReviewItem, ServiceReview
from priorauth.routing.day_counts import DAY_COUNTS, days_between
from priorauth.routing.fact import NOT_APPLICABLE, UNKNOWN, Absence, Fact, Facts, Message
from priorauth.routing.fact_tables import FactTables
from priorauth.routing.message_facts import DERIVATIONS, POSITIONS, system_of_shape
from priorauth.routing.vocabulary import FACTS, FactNotReadable, FactValue, read_value

GIVEN, DIRECTORY, MESSAGE, WHAT_IF = "given", "directory", "message", "what-if"
"""Sources that are no position in a message. A fact that was assumed has the source `default`."""

_X12 = Format.X12_278

BEFORE_GIVEN = {name: DERIVATIONS[name] for name in ("date_of_birth", "admission_date", "procedure_date")}
"""Facts for which even a `--facts` file only fills in what the message leaves open."""

BEFORE_DIRECTORY = {name: derive for name, derive in DERIVATIONS.items() if name != "birth_admission"}
"""Facts for which the message wins over the directory: all but the one that it only suggests."""


def facts_of(
    review: ServiceReview,
    item: ReviewItem,
    tables: FactTables,
    *,
    directory: Mapping[str, object] | None,
    given: Mapping[str, object] | None = None,
    received_on: date | None = None,
) -> Facts:
    """The facts of an item. `given` stands for the directory's whole answer and overrides what was derived.

    `directory` is None where the member is not known to it. `received_on` is the day of receipt in the payer's time
    zone; without it the date of `received_at` as written counts. Pure: nothing is looked up here.
    """
    message = Message(review, item, tables, received_on)
    if given is None:
        return Facts(_find, BEFORE_DIRECTORY, message, directory, DIRECTORY)
    return Facts(_find, BEFORE_GIVEN, message, given, GIVEN)


def facts_given(given: Mapping[str, object], inapplicable: Iterable[str] = ()) -> Facts:
    """Facts for an example or a what-if: those given, with what follows from them; all else unknown."""
    facts = Facts(_find, {}, None, given, GIVEN)
    facts.update((name, (NOT_APPLICABLE, GIVEN)) for name in inapplicable)
    return facts


def supposed(facts: Facts, what_if: Mapping[str, object]) -> Facts:
    """The facts as if some were others, whatever was said of them; None: nobody knows.

    What follows from a supposed fact follows from it. A member of whom an outside fact is supposed counts as known.
    """
    outside = {**facts.outside, **what_if}
    other = Facts(facts.find, facts.first, facts.message, outside, facts.outside_source)
    other.member_known = facts.member_known or any(FACTS[name].outside for name in what_if)
    for name, raw in what_if.items():
        other[name] = (UNKNOWN if raw is None else read_value(name, raw), WHAT_IF)
    return other


def positions_of(facts: Facts) -> Mapping[str, str]:
    """What to show for the source of a fact: of an X12 message loop, segment and element; a missing key is itself."""
    message = facts.message
    return POSITIONS if message and message.review.arrived_as is _X12 else NO_POSITIONS


NO_POSITIONS: Mapping[str, str] = {}


def _find(facts: Facts, name: str) -> Fact:
    """What was said outside, else what the message says, else what follows from what was said outside."""
    raw = facts.outside.get(name)
    if raw is not None and (stated := _stated(name, raw)) is not None:
        return (stated, facts.outside_source)
    if name in DAY_COUNTS:
        return days_between(facts, name)
    message, derive = facts.message, DERIVATIONS.get(name)
    derived = derive(message, facts) if derive is not None and message is not None else None
    if derived is not None and derived[0] is not UNKNOWN:
        return derived
    found = INFERENCES[name](facts.outside) if name in INFERENCES else UNKNOWN
    if found is not UNKNOWN:
        return (found, facts.outside_source)
    return derived or (UNKNOWN, facts.outside_source if FACTS[name].outside or message is None else MESSAGE)


def _stated(name: str, raw: object) -> FactValue | None:
    """The outside answer; a value that the fact cannot have counts as no answer (callers report `faults_in`)."""
    try:
        return read_value(name, raw)
    except FactNotReadable:
        return None


def _group_of_coverage(outside: Mapping[str, object]) -> FactValue | Absence:
    """A federal employee's group is FEP; a member with individual coverage has no employer group."""
    if outside.get("line_of_business") == "fep":
        return "FEP"
    return NOT_APPLICABLE if outside.get("funding") == "individual" else UNKNOWN


def _system_of_procedure(outside: Mapping[str, object]) -> FactValue | Absence:
    """The code system of a procedure that was given without one, by the shape of its code."""
    code = outside.get("procedure_code")
    return system_of_shape(code) if isinstance(code, str) and code else UNKNOWN


INFERENCES: Mapping[str, Callable[[Mapping[str, object]], FactValue | Absence]] = {
    "employer_group": _group_of_coverage,
    "procedure_system": _system_of_procedure,
}
"""Facts that follow from others of the same outside answer where it does not state them."""
