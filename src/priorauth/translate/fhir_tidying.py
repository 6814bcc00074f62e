"""What a delegate said may hold empty texts and codes with spaces around them, which FHIR does not allow."""

from __future__ import annotations

from priorauth.fhir.elements import Element, Value
from priorauth.translate.fhir_vocabulary import Written

_NAMING = frozenset(("system", "type", "use", "assigner", "url", "extension"))
"""Members that say what a value is, and nothing where it is gone."""
_VALUES = ("code", "value")


def tidied(resource: Element) -> Written:
    """The resource without empty texts, without what holds nothing else, and with plain spaces within codes."""
    return _element(resource)


def _element(element: Element) -> Written:
    written = {name: found for name, value in element.items() if not _is_empty(found := _tidy(name, value))}
    lost = any(name in element and name not in written for name in _VALUES)
    if "url" in element and written.keys() <= {"url"}:
        return {}
    return {} if lost and written.keys() <= _NAMING else written


def _tidy(name: str, value: Value) -> Value:
    if isinstance(value, str):
        return " ".join(value.split()) if name == "code" else value
    if isinstance(value, dict):
        return _element(value)
    if isinstance(value, list):
        return [found for each in value if not _is_empty(found := _tidy(name, each))]
    return value


def _is_empty(value: Value) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or value in ({}, [])
