"""A case: what to send, step by step, and what must come back; or the name of a story that is written in Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from priorauth.conformance import json_paths, x12, x12_edits
from priorauth.conformance.expectations import read_expectation
from priorauth.conformance.parts import Part, Span

METHODS = ("get", "post", "put", "delete", "patch")
KINDS = ("x12", "fhir", "again", *METHODS)
BYTE_EDITS = {"truncate", "replace", "append", "prepend", "encoding", "drop-end", "fill"}


class Send(Part):
    """One request. Exactly one of its kinds says what it is."""

    x12: str | None = None
    fhir: str | None = None
    again: str | None = None
    get: str | None = None
    post: str | None = None
    put: str | None = None
    delete: str | None = None
    patch: str | None = None

    trace: str = ""
    fresh: bool = True
    sets: int | None = None
    line_breaks: bool = False
    edit: tuple[dict[str, Any], ...] = ()
    break_: tuple[dict[str, Any], ...] = Field(default=(), alias="break")
    delimiters: Mapping[Literal["element", "component", "repetition", "segment"], str] = {}
    bytes: tuple[dict[str, Any], ...] = ()
    operation: str = "Claim/$submit"
    version: str | None = None
    json_: Any = Field(default=None, alias="json")
    text: str | None = None
    to: str | None = None
    headers: Mapping[str, str | None] = {}
    as_: str | None = Field(default="default", alias="as")

    @model_validator(mode="after")
    def is_one_thing(self) -> Send:
        if len([kind for kind in KINDS if getattr(self, kind) is not None]) != 1:
            raise ValueError(f"send wants exactly one of {', '.join(KINDS)}")
        known = x12_edits.EDITS if self.x12 else json_paths.EDITS
        for edit in [*self.edit, *self.break_]:
            if unknown := set(edit) - set(known):
                raise ValueError(f"edit: there is no {', '.join(unknown)}; there are {', '.join(known)}")
        if self.x12:
            for edit in [*self.edit, *self.break_]:
                check_x12_paths(edit)
        for each in self.bytes:
            if unknown := set(each) - BYTE_EDITS:
                raise ValueError(f"bytes: there is no {', '.join(unknown)}; there are {', '.join(sorted(BYTE_EDITS))}")
        return self

    @property
    def kind(self) -> str:
        return next(kind for kind in KINDS if getattr(self, kind) is not None)


def check_x12_paths(edit: Mapping[str, Any]) -> None:
    """Every path of an edit can be read, as far as it has no names in it."""
    for word, argument in edit.items():
        paths = list(argument) if word in ("set", "swap") else []
        paths += [
            argument[key] for key in ("after", "before", "segment") if isinstance(argument, dict) and key in argument
        ]
        if word == "drop":
            paths += argument if isinstance(argument, list) else [argument]
        for path in paths:
            if "${" not in str(path):
                x12.read_path(str(path))


class Step(Part):
    """A request and what must come back."""

    name: str = ""
    send: Send
    expect: tuple[dict[str, Any], ...] = ()
    retry_for: Span = 0.0
    remember: Mapping[str, dict[Literal["header", "x12", "json"], str]] = {}

    @field_validator("expect")
    @classmethod
    def are_of_the_vocabulary(cls, expect: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        for each in expect:
            read_expectation(each)
        return expect


class Case(Part):
    """One case."""

    name: str = Field(pattern=r"^[a-z0-9.-]+(/[A-Za-z0-9.,+-]+)+$")
    title: str
    needs: list[str] | None = None
    verifies: list[str] = Field(min_length=1)
    alone: bool = False
    values: Mapping[str, Any] = {}
    steps: tuple[Step, ...] = ()
    story: str | None = None
    with_: Mapping[str, Any] = Field(default={}, alias="with")
    file: str = Field(default="", exclude=True)

    @model_validator(mode="after")
    def does_something(self) -> Case:
        if bool(self.steps) == bool(self.story):
            raise ValueError("a case wants either steps or a story")
        names = [step.name for step in self.steps if step.name]
        if len(names) != len(set(names)):
            raise ValueError("two steps have the same name")
        return self

    @property
    def suite(self) -> str:
        return self.name.split("/")[0]

    @property
    def claims_needed(self) -> list[str]:
        return self.needs if self.needs is not None else [self.suite]
