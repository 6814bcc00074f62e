"""A builder makes what its class makes."""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import pytest

from priorauth.domain import parties, reviews
from priorauth.domain.carried import CarriedSegment
from priorauth.domain.determinations import Determination, InformationRequest
from priorauth.translate import x12_fields, x12_reading, x12_review, x12_values
from priorauth.translate.quick import builder
from priorauth.translate.x12_reader_source import Count
from priorauth.translate.x12_readers import Reader

BUILT = [
    CarriedSegment,
    InformationRequest,
    parties.Address,
    parties.Contact,
    parties.ContactNumber,
    parties.Demographics,
    parties.Dependent,
    parties.Identifier,
    parties.Name,
    parties.Provider,
    parties.Specialty,
    parties.Subscriber,
    parties.Umo,
    reviews.Accident,
    reviews.Admission,
    reviews.Attachment,
    reviews.DatePeriod,
    reviews.Delivery,
    reviews.Diagnosis,
    reviews.FacilityLocation,
    reviews.PatientEvent,
    reviews.Procedure,
    reviews.ReviewItem,
    reviews.Service,
    reviews.ServiceReview,
    reviews.Trace,
    reviews.TransactionIdentity,
]
EVERY_KEY = sorted(
    {row.key for rows in vars(x12_fields).values() if isinstance(rows, tuple) for row in rows}
    | x12_fields.SERVICES.keys()
)
each_class = pytest.mark.parametrize("kind", BUILT, ids=lambda kind: kind.__name__)


def arguments(kind: type[Any]) -> tuple[list[str], dict[str, str]]:
    """A value for every field that has no default, by position or by name as the class wants it."""
    needed = [each for each in fields(kind) if each.default is MISSING]
    positional = [each.name for each in needed if not each.kw_only]
    return positional, {each.name: each.name for each in needed if each.kw_only}


@each_class
def test_what_a_builder_makes_equals_what_the_class_makes(kind: type[Any]) -> None:
    positional, named = arguments(kind)

    made = builder(kind)(*positional, **named)

    assert type(made) is kind
    assert made == kind(*positional, **named)
    assert replace(made) == made


@each_class
def test_what_a_builder_makes_is_frozen(kind: type[Any]) -> None:
    positional, named = arguments(kind)
    made = builder(kind)(*positional, **named)

    with pytest.raises(FrozenInstanceError):
        setattr(made, fields(kind)[0].name, "other")


def test_every_class_that_is_built_or_read_is_tested() -> None:
    values = [value for module in (x12_reading, x12_review, x12_values) for value in vars(module).values()]
    built = {value.__globals__["Frozen"] for value in values if getattr(value, "__name__", "") == "build"}

    drafts = {name for reader in values if isinstance(reader, Reader) for name in everything_read_by(reader)}

    assert {kind.__name__ for kind in built} | drafts == {kind.__name__ for kind in BUILT}


def everything_read_by(reader: Reader[Any]) -> set[str]:
    """The names of the classes that a reader makes of a loop with all its segments."""
    _, names = reader.source(tuple((key, Count.ONE) for key in EVERY_KEY))
    return {name.removesuffix("Draft") for name in names if name.endswith("Draft")}


def test_a_class_that_checks_itself_has_no_builder() -> None:
    with pytest.raises(TypeError, match="checks itself"):
        builder(Determination)


def test_a_class_whose_default_is_made_anew_has_no_builder() -> None:
    @dataclass(frozen=True, slots=True)
    class Listing:
        entries: list[str]

    @dataclass(frozen=True, slots=True)
    class Fresh:
        entries: list[str] = field(default_factory=list)

    assert builder(Listing)([]) == Listing([])
    with pytest.raises(TypeError, match="made anew"):
        builder(Fresh)
