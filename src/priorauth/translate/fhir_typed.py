"""Makes the elements of `fhir_elements` of decoded JSON."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

import msgspec

from priorauth.fhir.elements import Element, Value
from priorauth.translate.fhir_elements import Part

T = TypeVar("T")


def typed(element: Element, kind: type[T]) -> T:
    """The element with types. What is not of its type is left out: the checker says what is wrong with a Bundle."""
    try:
        return msgspec.convert(element, kind)
    except msgspec.ValidationError:
        return msgspec.convert(_fitting(element, kind), kind)


_UNFIT: Any = object()


def _fitting(value: Value, kind: Any) -> Any:
    """As much of a value as is of that type; `_UNFIT` where nothing of it is."""
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            return _UNFIT
        found = [_UNFIT if isinstance(each, list) else _fitting(each, get_args(kind)[0]) for each in value]
        return [each for each in found if each is not _UNFIT]
    wanted = get_args(kind) or (kind,)
    part = next((each for each in wanted if isinstance(each, type) and issubclass(each, Part)), None)
    if part is None:
        return value if type(value) in wanted and value is not None else _UNFIT
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, dict):
        return _UNFIT
    fitting = {name: _fitting(value[name], hint) for name, hint in members(part).items() if name in value}
    return {name: found for name, found in fitting.items() if found is not _UNFIT}


@cache
def members(part: type[Part]) -> Mapping[str, Any]:
    """The types of the members by the names that FHIR has for them."""
    hints = get_type_hints(part)
    names = zip(part.__struct_fields__, part.__struct_encode_fields__, strict=True)
    return cast(Mapping[str, Any], {encoded: hints[name] for name, encoded in names})
