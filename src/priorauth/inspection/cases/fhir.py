"""JSON with other values: FHIR by its datatypes, events by their schemas, and what is no JSON string by string."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from priorauth.inspection.cases.codes import is_code_of_a_list, is_taxonomy
from priorauth.inspection.cases.fhir_types import NOT_KNOWN, RESOURCE, event_words, types
from priorauth.inspection.cases.json_text import Array, Found, NotJson, Object, Scalar, read_json_text, strings_of
from priorauth.inspection.cases.pseudonyms import Pseudonyms
from priorauth.inspection.cases.x12_elements import KNOWN_SEGMENTS

_PUBLIC = re.compile(
    r"https?://(?:(?:www|terminology|uri|codesystem|nahdo|build)\.)?"
    r"(?:hl7|loinc|unitsofmeasure|nubc|nucc|ama-assn|ada|x12|hddaccess|fhir|iana|iso|w3)\.(?:org|com|info)(?:/.*)?"
    r"|https?://(?:snomed\.info|(?:www\.)?cms\.gov|bluebutton\.cms\.gov|terminology\.hl7\.org)(?:/.*)?"
    r"|urn:ietf:.*|urn:iso:.*|urn:oid:2\.16\.840\.1\.113883\..*|urn:priorauth:.*"
)
"""Whose systems and profiles may be named: those of public bodies, and ours."""

_URL_WORDS = frozenset({"http", "https", "urn", "uuid", "oid", "fhir", "trnorg", "_history", "mailto", "tel"})
_URL_WORDS |= frozenset(
    {"priorauth", "sandbox", "delegates", "leg", "review", "determination", "message", "event", "events"}
)
_PATH = re.compile(r"[A-Z][A-Za-z]+(?:\.[A-Za-z]+(?:\([A-Za-z\"'.:/-]*\))?|\[[0-9]+\])*")
_UCUM = frozenset(
    {"a", "mo", "wk", "d", "h", "min", "g", "kg", "mg", "L", "mL", "m", "cm", "[lb_av]", "[in_i]", "1", "%"}
)
_UNITS = frozenset(
    {"day", "days", "hour", "hours", "week", "weeks", "month", "months", "visit", "visits", "unit", "units"}
)
_LANGUAGE = re.compile(r"[a-z]{2}(?:-[A-Z]{2})?")
_MEDIA_TYPE = re.compile(r"(?:application|text|image|audio|video)/[a-z0-9.+-]+(?:;\s*charset=[a-zA-Z0-9-]+)?")
_SMALL_CODE = re.compile(r"[a-z][A-Za-z0-9]*(?:-[a-zA-Z0-9]+)*")
_SNOMED = re.compile(r"[0-9]{6,18}")
_RESOURCE_TYPE = '"resourceType"'
_TAG = re.compile(r"(<[^<>]*>|&[#a-z0-9]+;)", re.IGNORECASE)
_PLAIN_DIV = re.compile(r'</?[a-z0-9]+(?: xmlns="http://www\.w3\.org/1999/xhtml")? ?/?>')
_RUN = re.compile(r"\w+")
_BASE64 = re.compile(r"[A-Za-z0-9+/]")
_DAYS = {"date", "dateTime", "instant"}
_URLS = {"uri", "url", "canonical", "oid", "uuid"}
LONGEST_NUMBER = 5
_OF_PEOPLE = frozenset({"last", "first", "middle", "name", "value", "city", "lines", "number", "text", "description"})
"""Members of events that name somebody, however short: a Pam is no PAM segment."""

CODES_OF_LISTS = ("hl7.org/fhir/sid/", "ama-assn", "cms.gov", "nubc", "nucc", "loinc", "snomed", "ada.org", "icd")

Change = Callable[[Scalar, str], None]


def safe_json(text: str, pseudonyms: Pseudonyms) -> str:
    """The text of a FHIR resource or an event with other values of the same shape; layout and structure stay."""
    try:
        found = read_json_text(text.removeprefix("\ufeff"))
    except NotJson:
        return _broken(text, pseudonyms)
    if text.startswith("\ufeff"):
        return "\ufeff" + safe_json(text[1:], pseudonyms)
    return _Rewriting(text, pseudonyms).of(found, is_fhir=_RESOURCE_TYPE in text)


def safe_path(path: str, pseudonyms: Pseudonyms) -> str:
    """A FHIRPath to a finding, as it leads through the document with other values."""
    return re.sub(r"(?<!\[)[A-Za-z_]\w*", lambda name: _name(name[0], pseudonyms), path)


class _Rewriting:
    """One text being rewritten: what changes, by place."""

    def __init__(self, text: str, pseudonyms: Pseudonyms) -> None:
        self._text = text
        self._pseudonyms = pseudonyms
        self._changes: list[tuple[int, int, str]] = []

    def of(self, found: Found, *, is_fhir: bool) -> str:
        if is_fhir:
            self._fhir(found, RESOURCE, "", "")
        else:
            self._event(found, "")
        written, at = [], 0
        for start, end, instead in sorted(self._changes):
            written += [self._text[at:start], instead]
            at = end
        return "".join([*written, self._text[at:]])

    def _change(self, scalar: Scalar, instead: str) -> None:
        if instead != scalar.value:
            self._changes.append((scalar.start, scalar.end, json.dumps(instead, ensure_ascii=False)))

    def _fhir(self, found: Found, type: str, name: str, system: str) -> None:
        if isinstance(found, Array):
            for item in found.items:
                self._fhir(item, type, name, system)
        elif isinstance(found, Object):
            stated = found.text("resourceType")
            type = stated if stated in types().resources else type
            for member in found.members:
                named = str(member.name.value)
                self._change(member.name, _name(named, self._pseudonyms))
                self._fhir(member.value, types().kind(type, named), named, found.text("system"))
        elif isinstance(found.value, str):
            instead = _string(found.value, type, name, system, self._pseudonyms)
            if instead == found.value:
                self._pseudonyms.stayed.add(instead)
            self._change(found, instead)
        else:
            self._number(found)

    def _event(self, found: Found, name: str) -> None:
        if isinstance(found, Array):
            for item in found.items:
                self._event(item, name)
        elif isinstance(found, Object):
            for member in found.members:
                named = str(member.name.value)
                known = named in event_words().names or named in types().names
                self._change(member.name, named if known else self._pseudonyms.value(named))
                self._event(member.value, named)
        elif isinstance(found.value, str):
            self._change(found, _of_event(found.value, name, self._pseudonyms))
        else:
            self._number(found)

    def _number(self, found: Scalar) -> None:
        """A long number can be somebody's; its digits are replaced, so that it stays the number that it was in form."""
        raw = self._text[found.start : found.end]
        if sum(map(str.isdigit, raw)) > LONGEST_NUMBER:
            self._changes.append((found.start, found.end, self._pseudonyms.value(raw)))


def _name(name: str, pseudonyms: Pseudonyms) -> str:
    return name if name.removeprefix("_") in types().names or name in types().resources else pseudonyms.value(name)


def _string(value: str, type: str, name: str, system: str, pseudonyms: Pseudonyms) -> str:
    if name == "resourceType":
        return value if value in types().resources else pseudonyms.value(value)
    if name == "reference":
        return pseudonyms.url(value, _words_of_urls())
    if type == NOT_KNOWN:
        return _loose(value, name, pseudonyms)
    if name == "id" and value in _words_of_urls():
        return value
    if type in _URLS:
        stays = _PUBLIC.fullmatch(value) or (name == "url" and value.isalpha() and value[0].islower())
        return value if stays else pseudonyms.url(value, _words_of_urls())
    if type in _DAYS:
        moved = pseudonyms.day(value)
        return pseudonyms.value(value) if moved == value and not value[:4].isdigit() else moved
    if type == "code":
        return value if _stays_as_code(value, system) else pseudonyms.value(value)
    if type == "base64Binary":
        return pseudonyms.replaced(value, _BASE64.sub("A", value))
    if type == "xhtml":
        return pseudonyms.replaced(value, _narrative(value, pseudonyms))
    if type == "time" or (name in ("expression", "location") and _PATH.fullmatch(value)):
        return value
    if (name == "unit" and value in _UNITS | _UCUM) or (name in ("state", "country") and len(value) <= 2):
        return value
    return pseudonyms.value(value)


def _words_of_urls() -> frozenset[str]:
    """What a URL, an event or an id may be called that is not about anybody: resources, and words of events."""
    return types().resources | _URL_WORDS


def _stays_as_code(value: str, system: str) -> bool:
    known = types().by_system.get(system, frozenset())
    if value in types().codes or value in known or value in _UCUM:
        return True
    if any(public in system for public in CODES_OF_LISTS):
        return is_code_of_a_list(value) or is_taxonomy(value) or ("snomed" in system and bool(_SNOMED.fullmatch(value)))
    if "hl7.org" in system:
        return _SMALL_CODE.fullmatch(value) is not None or (value.isupper() and len(value) <= LONGEST_NUMBER)
    if "x12.org" in system:
        return len(value) <= 2
    return bool(_LANGUAGE.fullmatch(value) or _MEDIA_TYPE.fullmatch(value))


def _narrative(value: str, pseudonyms: Pseudonyms) -> str:
    """The words between the tags of a narrative; a tag that says more than its name is taken apart too."""
    parts = _TAG.split(value)
    return "".join(
        part if (at % 2 and (part[0] == "&" or _PLAIN_DIV.fullmatch(part))) else pseudonyms.value(part)
        for at, part in enumerate(parts)
    )


def _carried(value: str, pseudonyms: Pseudonyms) -> str:
    """A part of a resource that an event carries as text of JSON."""
    try:
        return _Rewriting(value, pseudonyms).of(read_json_text(value), is_fhir=True)
    except NotJson:
        return pseudonyms.value(value)


def _of_event(value: str, name: str, pseudonyms: Pseudonyms) -> str:
    if value[:1] in ("{", "["):
        return pseudonyms.replaced(value, _carried(value, pseudonyms))
    words = event_words().words | event_words().names | types().names
    if (
        value in words
        or len(value) <= 2
        or value in pseudonyms.stayed
        or value in types().codes
        or _MEDIA_TYPE.fullmatch(value)
    ):
        return value
    if value in KNOWN_SEGMENTS and name not in _OF_PEOPLE:
        return value
    if name.endswith(("code", "codes", "modifiers")) and name != "postal_code" and is_code_of_a_list(value):
        return value
    if value.startswith("priorauth.") or name in ("specversion", "rule", "reason_code", "pack_version"):
        return value
    if _PUBLIC.fullmatch(value):
        return value
    if (value[:4].isdigit() and value[4:5] == "-") or name == "created":
        return pseudonyms.day(value)
    if ":" in value or "/" in value:
        return pseudonyms.url(value, _words_of_urls())
    return pseudonyms.value(value)


def _broken(text: str, pseudonyms: Pseudonyms) -> str:
    """What is no JSON, string by string: names of elements, codes of R4 and public URLs stay, all else is replaced."""
    written, at, name = [], 0, ""
    for start, end, said, is_name in strings_of(text):
        written.append(_between(text[at:start], pseudonyms))
        instead = _name(said, pseudonyms) if is_name else _loose(said, name, pseudonyms)
        written.append(text[start:end].replace(said, instead) if said else text[start:end])
        name, at = (said if is_name else name), end
    return "".join([*written, _between(text[at:], pseudonyms)])


def _loose(said: str, name: str, pseudonyms: Pseudonyms) -> str:
    if said in types().resources or said in types().codes or _PUBLIC.fullmatch(said):
        return said
    if name == "code" and is_code_of_a_list(said):
        return said
    moved = pseudonyms.day(said) if said[:4].isdigit() and said[4:5] == "-" else said
    return moved if moved != said else pseudonyms.url(said, _words_of_urls())


def _between(text: str, pseudonyms: Pseudonyms) -> str:
    return _RUN.sub(lambda run: run[0] if _stays_bare(run[0]) else pseudonyms.value(run[0]), text)


def _stays_bare(run: str) -> bool:
    return run in ("true", "false", "null") or run in types().names or (len(run) <= LONGEST_NUMBER and run.isdigit())
