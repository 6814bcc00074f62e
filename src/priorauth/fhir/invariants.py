"""The invariants of R4 types, US Core and PAS: one named predicate per key, with what it asks in our own words.

A predicate is asked of values whose shape may still be wrong; it then holds, since the shape is reported already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from priorauth.domain.findings import FindingCode as Code

from .compiled import Invariant
from .elements import Element, Value
from .profiles import DATA_ABSENT_REASON

Test = Callable[[Element], bool]


@dataclass(frozen=True, slots=True)
class Presence:
    """A predicate of nothing but which members are there: one of some, or not some other one."""

    some: tuple[str, ...]
    unless: str = ""  # nothing is asked where this one is not there
    negated: bool = False

    def __call__(self, element: Element) -> bool:
        if self.unless and self.unless not in element:
            return True
        return any(name in element for name in self.some) is not self.negated

    def written(self, is_there: Callable[[str], str]) -> str:
        """The same as a condition in Python, of conditions that a member is there."""
        found = " or ".join(f"({is_there(name)})" for name in self.some)
        found = f"not ({found})" if self.negated else found
        return f"not ({is_there(self.unless)}) or {found}" if self.unless else found


@dataclass(frozen=True, slots=True)
class Mostly:
    """A predicate that often needs no more than a look at some members to be true."""

    test: Test
    seen: Callable[[Callable[[str], str], str], str]
    """The condition in Python of that look, of conditions that a member is there and of the name of the element."""

    def __call__(self, element: Element) -> bool:
        return self.test(element)


def _where(name: str) -> Callable[[Test], Mostly]:
    """True at once where a member is there."""
    return lambda test: Mostly(test, lambda is_there, _: is_there(name))


def _needs(name: str, other: str) -> Test:
    return Presence((other,), unless=name)


def _excludes(name: str, other: str) -> Test:
    return Presence((other,), unless=name, negated=True)


def _any(*names: str) -> Test:
    return Presence(names)


def _items(value: Value) -> list[Element]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _codes(concept: Value) -> list[Value]:
    """The codes of a CodeableConcept, or of several."""
    concepts = concept if isinstance(concept, list) else [concept]
    return [coding.get("code") for each in _items(concepts) for coding in _items(each.get("coding"))]


def _not_negative(name: str) -> Test:
    def test(element: Element) -> bool:
        value = element.get(name)
        return not isinstance(value, (int, Decimal)) or value >= 0

    return Mostly(test, lambda is_there, x: f"not ({is_there(name)}) or {x}.{name} >= 0")


def _has_name(element: Element) -> bool:
    """us-core-6 and us-core-8 of a name. Of an attachment, US Core 7 has another rule under the key us-core-6."""
    if "family" in element or "given" in element:
        return not _is_absent(element)
    return _is_absent(element) or "data" in element or "url" in element


def _is_absent(element: Element) -> bool:
    return any(each.get("url") == DATA_ABSENT_REASON for each in _items(element.get("extension")))


_name = Mostly(
    _has_name,
    lambda is_there, _: f"({is_there('family')} or {is_there('given')}) and not ({is_there('extension')})",
)


@_where("subscriberId")
def _member(coverage: Element) -> bool:
    types = [identifier.get("type") for identifier in _items(coverage.get("identifier"))]
    return "subscriberId" in coverage or "MB" in _codes(types)


@_where("subscriber")
def _self_beneficiary(coverage: Element) -> bool:
    return "subscriber" in coverage or "18" in _codes(coverage.get("relationship"))


@_where("requester")
def _requester(request: Element) -> bool:
    return "requester" in request or not str(request.get("intent", "")).endswith("order")


@_where("identifier")
def _identifier_unless_voice(request: Element) -> bool:
    return "identifier" in request or "VO" in _codes(request.get("medium"))


def _input(code: str, wanted: str) -> Test:
    def test(task: Element) -> bool:
        types = [each.get("type") for each in _items(task.get("input"))]
        return code not in _codes(task.get("code")) or wanted in _codes(types)

    return test


def _modified_after_authored(task: Element) -> bool:
    modified, authored = task.get("lastModified"), task.get("authoredOn")
    known = isinstance(modified, str) and isinstance(authored, str)
    return not known or str(modified)[:10] >= str(authored)[:10] or len(str(authored)) < 10


def _event_of_offset(repeat: Element) -> bool:
    when = repeat.get("when")
    return "offset" not in repeat or (isinstance(when, list) and not {"C", "CM", "CD", "CV"} & set(map(str, when)))


_offset = Mostly(_event_of_offset, lambda is_there, _: f"not ({is_there('offset')})")


_not_home = Mostly(lambda element: element.get("use") != "home", lambda _, x: f"{x}.use != 'home'")


_contact = _any("name", "telecom", "address", "organization")


def _identifier_of(length: int, letter: int = -1) -> Test:
    """Digits of that many characters, with a D at `letter`."""

    def test(identifier: Element) -> bool:
        value = identifier.get("value")
        if not isinstance(value, str):
            return True
        digits = value if letter < 0 else value[:letter] + value[letter + 1 :]
        return len(value) == length and digits.isdecimal() and (letter < 0 or value[letter : letter + 1] == "D")

    return test


def _rules(code: Code, *rows: tuple[str, str, Test]) -> dict[str, Invariant]:
    return {key: Invariant(code, f"{key}: {expected}", holds) for key, expected, holds in rows}


# fmt: off
INVARIANTS: dict[str, Invariant] = {
    **_rules(
        Code.FHIR_INVARIANT,
        ("inv-1",  "last modified no earlier than authored",           _modified_after_authored),
        ("org-1",  "an identifier or a name",                          _any("identifier", "name")),
        ("org-2",  "no address of use home",                           _not_home),
        ("org-3",  "no telecom of use home",                           _not_home),
        ("pat-1",  "a name, telecom, address or organization",         _contact),
        ("prr-1",  "a code where there is order detail",               _needs("orderDetail", "code")),
        ("qty-3",  "a system where there is a code",                   _needs("code", "system")),
        ("sqty-1", "no comparator",                                    _excludes("comparator", "comparator")),
        ("tim-1",  "durationUnit where there is duration",             _needs("duration", "durationUnit")),
        ("tim-2",  "periodUnit where there is period",                 _needs("period", "periodUnit")),
        ("tim-4",  "a duration that is not negative",                  _not_negative("duration")),
        ("tim-5",  "a period that is not negative",                    _not_negative("period")),
        ("tim-6",  "period where there is periodMax",                  _needs("periodMax", "period")),
        ("tim-7",  "duration where there is durationMax",              _needs("durationMax", "duration")),
        ("tim-8",  "count where there is countMax",                    _needs("countMax", "count")),
        ("tim-9",  "an event other than a meal where there is offset", _offset),
        ("tim-10", "timeOfDay or when, not both",                      _excludes("timeOfDay", "when")),
    ),
    **_rules(
        Code.PAS_INVARIANT,
        ("IdentifierUnlessVO", "an identifier unless the medium is VO",             _identifier_unless_voice),
        ("AttachmentNeeded",   "an input attachments-needed",
         _input("attachment-request-code", "attachments-needed")),
        ("QuestionnaireContext", "an input questionnaire-context",
         _input("attachment-request-questionnaire", "questionnaire-context")),
        ("QuestionnaireNeeded", "an input questionnaires-needed",
         _input("attachment-request-questionnaire", "questionnaires-needed")),
        ("pd-1",               "a telecom or an endpoint",                          _any("telecom", "endpoint")),
        ("self-beneficiary",   "a subscriber unless the relationship is 18, self",  _self_beneficiary),
        ("us-core-6",          "a family or given name, or why there is none",      _name),
        ("us-core-8",          "a family or given name, or why there is none",      _name),
        ("us-core-13",         "a practitioner, organization, service or location",
         _any("practitioner", "organization", "healthcareService", "location")),
        ("us-core-15",         "an identifier of type MB or a subscriberId",        _member),
        ("us-core-18",         "a CLIA number: two digits, D, seven digits",        _identifier_of(10, letter=2)),
        ("us-core-19",         "an NAIC number of five digits",                     _identifier_of(5)),
        ("us-core-21",         "a requester of an order",                           _requester),
    ),
}
"""The invariants that profiles name, by key."""

TYPE_INVARIANTS: dict[str, list[Invariant]] = {
    type_name: list(_rules(Code.FHIR_INVARIANT, *rows).values())
    for type_name, *rows in (
        ("ContactPoint", ("cpt-2", "a system where there is a value",         _needs("value", "system"))),
        ("Attachment",   ("att-1", "a contentType where there is data",       _needs("data", "contentType"))),
        ("Quantity",     ("qty-3", "a system where there is a code",          _needs("code", "system"))),
        ("PatientContact", ("pat-1", "a name, telecom, address or organization", _contact)),
        ("Organization", ("org-1", "an identifier or a name",                 _any("identifier", "name"))),
    )
}
"""The invariants of R4 types, wherever they stand."""

FULL_DATE = "FullDateRule"
"""The one invariant of primitive values: a date, or a dateTime, of ten characters."""

NOT_CHECKED: dict[str, str] = {
    "ClaimFirst":           "a rule of the Bundle: `references`",
    "ClaimResponseFirst":   "a rule of the Bundle: `references`",
    "us-core-16":           "an NPI that is none is answered in ClaimResponse.error, as on the other rail",
    "us-core-17":           "likewise",
    "us-core-23":           "race and ethnicity are not read",
    "ImmediateLevelOfCare": "asks for an extension in a place where its context forbids it (PAS 2.2.1)",
    **{f"crd-ci-q{number}": "coverage information of CRD is not read" for number in range(1, 10)},
}
"""Invariants of the tables that are not checked here, and why. per-1 of R4 is content, as DATE-RANGE in a 278 is."""
# fmt: on
