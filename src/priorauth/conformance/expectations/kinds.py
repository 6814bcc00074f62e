"""The closed vocabulary of expectations: each kind is a class with the word that cases use for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, RootModel

from priorauth.conformance.parts import Part
from priorauth.conformance.results import Mismatch
from priorauth.conformance.seen import Seen

Value = TypeVar("Value")


class Check(Protocol):
    """One expectation: what is not as wanted in an exchange."""

    def check(self, seen: Seen) -> Iterator[Mismatch]: ...


class Expectation(Part):
    """A kind whose argument is a mapping."""

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        raise NotImplementedError


class Scalar(RootModel[Value], Generic[Value]):
    """A kind whose argument is one value or a list."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        raise NotImplementedError


KINDS: dict[str, type[BaseModel]] = {}
Kind = TypeVar("Kind", bound=type[BaseModel])


def expectation(word: str) -> Callable[[Kind], Kind]:
    """Make a class the kind of this word."""

    def register(kind: Kind) -> Kind:
        if word in KINDS:
            raise ValueError(f"two kinds of expectation are called {word}")
        KINDS[word] = kind
        return kind

    return register


def read_expectation(written: Mapping[str, Any]) -> Check:
    """An expectation of a case."""
    if len(written) != 1:
        raise ValueError("an expectation is a mapping with one word")
    ((word, argument),) = written.items()
    if word not in KINDS:
        raise ValueError(f"{word} is no kind of expectation; there are {', '.join(sorted(KINDS))}")
    return KINDS[word].model_validate(argument)  # type: ignore[return-value]
