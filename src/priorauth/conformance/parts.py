"""What the files that people write are made of: strict models, and faults that name the field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m)?")
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, None: 1.0}


def word_of(name: str) -> str:
    """How a field is called in files."""
    return name.strip("_").replace("_", "-")


class Part(BaseModel):
    """A part of a file that people write. A word that nobody knows is a fault."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=word_of, populate_by_name=True, hide_input_in_errors=True
    )


def read_span(written: object) -> float:
    """Seconds of `15s`, `250ms`, `2m` or a number."""
    found = SPAN.fullmatch(str(written).strip())
    if not found:
        raise ValueError("wants a span of time such as 15s")
    return float(found[1]) * UNITS[found[2]]


Span = Annotated[float, BeforeValidator(read_span)]


def problems_of(problem: ValidationError, *, within: str = "") -> Iterator[str]:
    """Each fault as `field: what is wrong`."""
    for each in problem.errors():
        where = ".".join([*([within] if within else []), *map(str, each["loc"])])
        yield f"{where}: {each['msg'].removeprefix('Value error, ')}" if where else each["msg"]
