"""Elements with types are made of any JSON: what is of its type is kept, all else is as if it were not there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from priorauth.translate.fhir_elements import Claim, Concept, HumanName, Item, Order, Organization, Patient, Quantity
from priorauth.translate.fhir_typed import members, typed

KINDS = (Claim, Order, Organization, Patient)
NAMES = sorted({name for kind in (*KINDS, Item, Concept, Quantity, HumanName) for name in members(kind)})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@given(body=st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6), kind=st.sampled_from(KINDS))
@settings(max_examples=200, deadline=None)
def test_no_json_makes_reading_with_types_raise(body: Any, kind: type[Any]) -> None:
    assert isinstance(typed(body, kind), kind)


@pytest.mark.parametrize(
    ("kind", "element", "expected"),
    [
        (HumanName, {"family": 7, "given": [None, "A", 3]}, HumanName(given=("A",))),
        (Quantity, {"value": Decimal("1.50"), "code": ["x"]}, Quantity(value=Decimal("1.50"))),
        (Quantity, {"value": True, "unit": "UN"}, Quantity(unit="UN")),
        (Item, {"sequence": "1", "diagnosisSequence": [1, "2", True]}, Item(diagnosisSequence=(1,))),
        (Concept, {"coding": {"code": "A"}}, Concept()),
    ],
)
def test_what_is_not_of_its_type_is_left_out_and_the_rest_kept(kind: type[Any], element: Any, expected: object) -> None:
    assert typed(element, kind) == expected
