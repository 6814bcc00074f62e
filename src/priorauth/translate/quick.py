"""Builds frozen dataclasses quickly. On the path of every message, and nowhere else.

A frozen dataclass sets each field through `object.__setattr__`, ten times the price of a plain assignment: more than
everything else that reading a request costs. So a builder fills a draft, which is the class without its freeze, and
then lets it become the class. It takes the arguments that the class takes; a test holds every builder to its class.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any, TypeVar, cast

T = TypeVar("T")

_AS_ANY_OBJECT = {
    "__slots__": (),
    "__init__": object.__init__,
    "__setattr__": object.__setattr__,
    "__delattr__": object.__delattr__,
}
"""What a draft does not have of its class."""
_DRAFTS: dict[type, type] = {}


def builder(frozen: type[T]) -> type[T]:
    """A function that is called as the frozen, slotted dataclass is, and answers an instance of it."""
    names: dict[str, Any] = {"Draft": draft_of(frozen), "Frozen": frozen}
    positional: list[str] = []
    keywords: list[str] = []
    for field in fields(cast(Any, frozen)):
        parameter = field.name
        if field.default is not MISSING:
            names[f"default_{field.name}"] = field.default
            parameter += f"=default_{field.name}"
        elif field.default_factory is not MISSING:
            raise TypeError(f"{frozen.__name__}.{field.name} is made anew each time, which a builder would not do")
        (keywords if field.kw_only else positional).append(parameter)
    signature = ", ".join([*positional, *(["*", *keywords] if keywords else [])])
    body = "".join(f"    made.{field.name} = {field.name}\n" for field in fields(cast(Any, frozen)))
    exec(
        f"def build({signature}):\n    made = Draft()\n{body}    made.__class__ = Frozen\n    return made\n",
        names,
    )
    build: Callable[..., T] = names["build"]
    return cast(type[T], build)


def draft_of(frozen: type) -> type[Any]:
    """The class without its freeze: made without arguments, filled, and then given the class itself (`finished`).

    For classes of many fields: more than 15 keyword arguments travel in a dictionary, which costs as much as the rest.
    """
    if frozen in _DRAFTS:
        return _DRAFTS[frozen]
    if hasattr(frozen, "__post_init__"):
        raise TypeError(f"{frozen.__name__} checks itself when it is made, which a builder would pass over")
    draft = _DRAFTS[frozen] = type(f"{frozen.__name__}Draft", (frozen,), _AS_ANY_OBJECT)
    return draft


def finished(draft: Any, frozen: type[T]) -> T:
    """A draft with all its fields as an instance of its class."""
    draft.__class__ = frozen
    return cast(T, draft)
