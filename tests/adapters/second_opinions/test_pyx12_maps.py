"""The map directories of `schemas/x12`: as the tables say, and good for pyx12's own commands."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pyx12.params import ParamsBase
from pyx12.x12n_document import x12n_document

from guide_examples import example_set, interchange
from priorauth.adapters.second_opinions.pyx12_maps import map_directory
from priorauth.x12.guides.spec import Guide
from priorauth.x12.guides.x217.request import X217_REQUEST
from priorauth.x12.guides.x217.response import X217_RESPONSE

SCHEMAS = Path(__file__).parents[3] / "schemas" / "x12"

each_direction = pytest.mark.parametrize(
    "guide", [pytest.param(guide, id=guide.direction) for guide in (X217_REQUEST, X217_RESPONSE)]
)


def pyx12_accepts(data: bytes, maps: Path) -> bool:
    accepted: bool = x12n_document(ParamsBase(), io.StringIO(data.decode()), None, None, map_path=str(maps))
    return accepted


@each_direction
def test_the_committed_maps_are_what_the_tables_say(guide: Guide) -> None:
    """On failure: change the tables, then run scripts/generate_pyx12_maps.py."""
    folder = SCHEMAS / guide.direction

    committed = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}

    assert committed == map_directory(guide)


@each_direction
@pytest.mark.parametrize("dependent", [True, False], ids=["dependent", "subscriber"])
def test_pyx12_takes_a_message_of_every_row_with_a_committed_directory(guide: Guide, dependent: bool) -> None:
    message = interchange([(guide, example_set(guide, dependent=dependent))])

    assert pyx12_accepts(message, SCHEMAS / guide.direction)


@pytest.mark.parametrize(
    ("guide", "other"),
    [(X217_REQUEST, "response"), (X217_RESPONSE, "request")],
    ids=["a request by the response's map", "a response by the request's map"],
)
def test_the_directories_tell_request_from_response(guide: Guide, other: str) -> None:
    message = interchange([(guide, example_set(guide, dependent=False))])

    assert not pyx12_accepts(message, SCHEMAS / other)
