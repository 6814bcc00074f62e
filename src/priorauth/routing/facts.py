"""The facts of one item: from the message, the directory or a facts file, each with where it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial

from priorauth.domain.reviews import ReviewItem, ServiceReview
from priorauth.routing.fact import Fact, Facts, FactState, known, not_applicable, unknown
from priorauth.routing.fact_tables import FactTables
from priorauth.routing.message_facts import DERIVATIONS, Message, system_of_shape
from priorauth.routing.vocabulary import FACTS, FactNotReadable, read_value

GIVEN, DIRECTORY, MESSAGE = "given", "directory", "message"
"""Sources that are no position in a message. A fact that was assumed has the source `default`."""

MESSAGE_WINS = frozenset({"date_of_birth", "admission_date", "procedure_date"})
"""Facts for which even a `--facts` file only fills in what the message leaves open."""

INFERRED = frozenset({"birth_admission"})
"""Facts that the message only suggests: an outside answer wins over the message."""


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
    message = Message(review, item, tables, received_on or review.received_at.date())
    outside, source = (directory, DIRECTORY) if given is None else (given, GIVEN)
    find = partial(_find, message, outside or {}, source)
    return Facts(find, member_known=outside is not None)


def facts_given(given: Mapping[str, object], inapplicable: Iterable[str] = ()) -> Facts:
    """Facts for an example or a what-if: those given, with what follows from them; all else unknown."""
    facts = Facts(partial(_find, None, given, GIVEN))
    facts.update((name, not_applicable(GIVEN)) for name in inapplicable)
    return facts


def _find(message: Message | None, outside: Mapping[str, object], source: str, facts: Facts, name: str) -> Fact:
    """The message's own value, else what was said outside, else what follows from that; outside first where it wins."""
    derive = DERIVATIONS.get(name) if message is not None else None
    if derive is None or name in INFERRED or (source == GIVEN and name not in MESSAGE_WINS):
        stated = _stated(outside, source, name)
        if stated is not None:
            return stated
    derived = derive(message, facts) if derive is not None and message is not None else None
    if derived is not None and derived.state is not FactState.UNKNOWN:
        return derived
    found = _stated(outside, source, name)
    if found is None and name in INFERENCES:
        found = INFERENCES[name](outside, source)
    return found or derived or unknown(source if FACTS[name].outside or message is None else MESSAGE)


def _stated(outside: Mapping[str, object], source: str, name: str) -> Fact | None:
    """The outside answer; a value that the fact cannot have counts as no answer (callers report `faults_in`)."""
    raw = outside.get(name)
    if raw is None:
        return None
    try:
        return known(read_value(name, raw), source)
    except FactNotReadable:
        return None


def _group_of_coverage(outside: Mapping[str, object], source: str) -> Fact | None:
    """A federal employee's group is FEP; a member with individual coverage has no employer group."""
    if outside.get("line_of_business") == "fep":
        return known("FEP", source)
    if outside.get("funding") == "individual":
        return not_applicable(source)
    return None


def _system_of_procedure(outside: Mapping[str, object], source: str) -> Fact | None:
    """The code system of a procedure that was given without one, by the shape of its code."""
    code = outside.get("procedure_code")
    return known(system_of_shape(code), source) if isinstance(code, str) and code else None


INFERENCES: Mapping[str, Callable[[Mapping[str, object], str], Fact | None]] = {
    "employer_group": _group_of_coverage,
    "procedure_system": _system_of_procedure,
}
"""Facts that follow from others of the same outside answer where it does not state them."""
