"""A case: messages with nobody's data in them, what they come to, and proof that they still come to it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from priorauth.inspection.cases.acknowledging import acknowledgment_of
from priorauth.inspection.cases.document import Case, CaseMessage, document_of
from priorauth.inspection.cases.fhir import safe_json, safe_path
from priorauth.inspection.cases.fhir_types import types
from priorauth.inspection.cases.outcomes import Document, Facts, KnownDirectory, Outcome, outcome_of, routes_in
from priorauth.inspection.cases.pseudonyms import Pseudonyms
from priorauth.inspection.cases.shifting import Shift, orders_of_weeks
from priorauth.inspection.cases.x12 import safe_x12
from priorauth.inspection.moments import UNKNOWN, moment_of_bundle, read_moment
from priorauth.inspection.reading import NotReadable, is_fhir, read_bundle
from priorauth.tools import OURSELVES, Tools
from priorauth.x12.envelope import read_interchange
from priorauth.x12.faults import X12SyntaxError

EVENT = "event"
NOTHING = Outcome(fault="", findings=(), routes=())
"""What an event comes to: it is neither validated nor routed."""

LEAST_WEEKS, MOST_WEEKS = 4, 40
ATTEMPTS = 30
LENIENT_AFTER = 10
"""Attempts after which a value may still stand within a longer word that stays, such as Eve within Event."""


class Unsafe(Exception):
    """No safe case can be made of the messages; `reasons` say why, without a value of theirs."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a case is made of. `facts` is what the directory said of each request; None asks the directory.

    Without a name the case gets one that says nothing: an id of a review tells the moment of its receipt.
    `answered`: no answer was kept, so that the case gets the one that its first message would get.
    """

    name: str = ""
    messages: Sequence[CaseMessage]
    events: Sequence[str] = ()
    answered: bool = False
    facts: Sequence[Facts | None] | None = field(default=None, repr=False)


def make_case(tools: Tools, subject: Subject, salt: bytes) -> Case:
    """A safe case of a subject: the same salt makes the same. Raises Unsafe, saying what differs or shows."""
    directory = KnownDirectory(subject.facts, tools.directory)
    wanted = outcomes_of(tools, subject.messages, directory)
    facts = directory.said
    reasons: Sequence[str] = ()
    weeks = orders_of_weeks(salt, LEAST_WEEKS, MOST_WEEKS)
    for attempt in range(ATTEMPTS):
        pseudonyms = Pseudonyms(
            salt=salt + attempt.to_bytes(2, "big"),
            shift=Shift(weeks[attempt % len(weeks)], subject.messages[0].at.date()),
            kept=known_names(tools),
        )
        case, reasons = _attempt(tools, subject, facts, wanted, pseudonyms, whole=attempt >= LENIENT_AFTER)
        if case is not None and not reasons:
            return case
    raise Unsafe(reasons)


def _attempt(
    tools: Tools,
    subject: Subject,
    facts: Sequence[Facts | None],
    wanted: Sequence[Outcome],
    pseudonyms: Pseudonyms,
    *,
    whole: bool,
) -> tuple[Case | None, Sequence[str]]:
    messages = _safe_messages(subject.messages, pseudonyms)
    bodies = "".join(decoded(each.body)[0] for each in messages)
    if reasons := list(leaks(bodies, pseudonyms.originals, whole=whole)):
        return None, reasons
    moved = [_moved_facts(each, pseudonyms) for each in facts]
    if subject.answered:
        messages += acknowledgment_of(tools, messages[0].body, messages[0].at)
    outcomes = outcomes_of(tools, messages, KnownDirectory(moved))
    name = subject.name or _name_of_nothing(messages)
    case = Case(name=name, messages=messages, outcomes=outcomes, facts=moved, events=subject.events)
    differences = [
        f"{message.role}: {difference}"
        for message, before, after in zip(subject.messages, wanted, outcomes, strict=False)
        for difference in _renamed(before, pseudonyms).differences(after)
    ]
    return case, [*differences, *leaks(document_of(case), pseudonyms.originals, whole=whole)]


def _name_of_nothing(messages: Sequence[CaseMessage]) -> str:
    """A name by the messages as they stand in the case: the same for the same case."""
    return f"case-{hashlib.sha256(b''.join(each.body for each in messages)).hexdigest()[:8]}"


def _renamed(outcome: Outcome, pseudonyms: Pseudonyms) -> Outcome:
    """The outcome with FHIRPaths as they lead through the safe document."""
    findings = tuple(
        {**each, "expression": safe_path(str(each["expression"]), pseudonyms)} if "expression" in each else each
        for each in outcome.findings
    )
    return replace(outcome, findings=findings)


def leaks(text: str, originals: set[str], *, whole: bool) -> Iterator[str]:
    """Where an original value can be read in a text; `whole`: only where it is no part of a longer word."""
    for number, value in enumerate(sorted(originals - public_words()), start=1):
        spelled = {value, json.dumps(value, ensure_ascii=False)[1:-1]}
        if any(
            each in text and (not whole or re.search(rf"(?<![\w-]){re.escape(each)}(?![\w-])", text))
            for each in spelled
        ):
            yield f"value {number} of {len(originals)} that were replaced stands elsewhere in what has to stay"


def public_words() -> frozenset[str]:
    """Codes in lower case, such as `other`, which are in every message: where one stood as a value it was replaced."""
    return frozenset(code for code in types().codes if code.islower()) | {"true", "false"}


def outcomes_of(tools: Tools, messages: Sequence[CaseMessage], directory: KnownDirectory) -> list[Outcome]:
    """What each message comes to. Only requests are routed, and events are not even validated."""
    return [
        NOTHING
        if each.format == EVENT
        else outcome_of(tools, each.body, each.at, directory if each.is_request else None, each.version)
        for each in messages
    ]


def routes_of(tools: Tools, subject: Subject) -> tuple[Sequence[Facts | None], Sequence[Document]]:
    """What the directory says of each request of a subject, and where each would go."""
    directory = KnownDirectory(subject.facts, tools.directory)
    requests = [each for each in subject.messages if each.is_request and each.format != EVENT]
    routes = [each for one in requests for each in routes_in(tools, one.body, one.at, directory, one.version)]
    return directory.said, routes


def known_names(tools: Tools) -> frozenset[str]:
    """Whole values that stay, in capitals: payers, destinations and ourselves. Routes are about them."""
    knowledge = tools.knowledge
    return frozenset(str(each).upper() for each in (*knowledge.packs, *knowledge.destinations, OURSELVES.id, "sandbox"))


def _safe_messages(messages: Sequence[CaseMessage], pseudonyms: Pseudonyms) -> list[CaseMessage]:
    """The messages in their order. Events come last: what is a code in them the others have told by then."""
    order = sorted(range(len(messages)), key=lambda at: messages[at].format == EVENT)
    made = {at: _safe_message(messages[at], pseudonyms) for at in order}
    return [made[at] for at in range(len(messages))]


def _safe_message(message: CaseMessage, pseudonyms: Pseudonyms) -> CaseMessage:
    return replace(
        message, body=safe_body(message.body, pseudonyms), at=message.at + timedelta(weeks=pseudonyms.shift.weeks)
    )


def safe_body(body: bytes, pseudonyms: Pseudonyms) -> bytes:
    """A message with other values, in the encoding it was written in."""
    text, encoding = decoded(body)
    change: Callable[[str, Pseudonyms], str] = safe_json if is_fhir(body) else safe_x12
    return change(text, pseudonyms).encode(encoding)


def decoded(body: bytes) -> tuple[str, str]:
    """The text of a message and its encoding: Latin-1 where it is no UTF-8."""
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return body.decode("latin-1"), "latin-1"


def _moved_facts(facts: Facts | None, pseudonyms: Pseudonyms) -> Facts | None:
    """The directory's answer: its words stay, its dates are moved with all others."""
    if facts is None:
        return None
    return {name: _moved_fact(value, pseudonyms) for name, value in facts.items()}


def _moved_fact(value: object, pseudonyms: Pseudonyms) -> object:
    if isinstance(value, date):
        return pseudonyms.shift.day(value)
    return pseudonyms.day(value) if isinstance(value, str) else value


def moment_of(body: bytes) -> datetime:
    """When a message says that it was made; now, where it does not say it, would come out another each time."""
    try:
        if is_fhir(body):
            return moment_of_bundle(read_bundle(body))
        rows = [row for group in read_interchange(body).groups for each in group.sets for row in each.rows]
    except (NotReadable, X12SyntaxError):
        return UNKNOWN
    return next((read_moment("".join(row[4:6])) for row in rows if row[0] == "BHT"), UNKNOWN)
