"""The casebook: what was put on it is there after a restart, whatever moment the process died at."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from priorauth.adapters.archive import Seal
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import LegId
from priorauth.sandbox.answers import Decided, answer_to, decide_what_is_due
from priorauth.sandbox.casebook import Casebook
from priorauth.sandbox.cases import OpenCase
from priorauth.sandbox.tables import read_behaviours
from sandbox_requests import NOW, case, nicu_days, procedure, review

TABLE = read_behaviours(Path(__file__).parents[2] / "mappings" / "sandbox")
SEAL = Seal(bytes(32))
EVICORE = DestinationId("evicore")


def opened(leg: str = "leg-1", *, after: timedelta = timedelta()) -> OpenCase:
    asked = replace(case(EVICORE, review(procedure("70553"), nicu_days("0174", 3, sequence=2))), leg_id=LegId(leg))
    answer = answer_to(asked, TABLE, NOW + after)
    assert isinstance(answer, Decided)
    assert answer.opened is not None
    return answer.opened


def test_a_case_is_found_again_after_a_restart_as_it_was(tmp_path: Path) -> None:
    kept = opened()
    Casebook(tmp_path / "cases", SEAL).keep(kept)

    found = Casebook(tmp_path / "cases", SEAL).find(EVICORE, LegId("leg-1"))

    assert found == kept


def test_the_last_word_on_a_case_counts(tmp_path: Path) -> None:
    book = Casebook(tmp_path / "cases", SEAL)
    book.keep(opened())
    settled = decide_what_is_due(opened(), TABLE, NOW)
    book.keep(settled)

    again = Casebook(tmp_path / "cases", SEAL)

    assert again.find(EVICORE, LegId("leg-1")) == settled
    assert again.due(NOW + timedelta(days=1)) == []


def test_cases_fall_due_in_order_and_not_before_their_time(tmp_path: Path) -> None:
    book = Casebook(tmp_path / "cases", SEAL)
    late, early = opened("leg-2", after=timedelta(seconds=1)), opened("leg-1")
    book.keep(late)
    book.keep(early)

    assert book.due(NOW) == []
    assert book.due(NOW + timedelta(seconds=3)) == [early]
    assert book.due(NOW + timedelta(seconds=4)) == [early, late]


@pytest.mark.parametrize("written", [0.0, 0.5, 0.99])
def test_a_line_cut_off_by_a_crash_is_dropped_and_the_others_stay(tmp_path: Path, written: float) -> None:
    path = tmp_path / "cases"
    book = Casebook(path, SEAL)
    book.keep(opened("leg-1"))
    whole = len(path.read_bytes())
    book.keep(opened("leg-2"))
    cut = path.read_bytes()[: whole + int(whole * written)]
    path.write_bytes(cut)

    Casebook(path, SEAL).keep(opened("leg-3"))

    again = Casebook(path, SEAL)
    assert again.find(EVICORE, LegId("leg-1")) is not None
    assert again.find(EVICORE, LegId("leg-2")) is None
    assert again.find(EVICORE, LegId("leg-3")) is not None


def test_nothing_of_a_case_can_be_read_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "cases"

    Casebook(path, SEAL).keep(opened())

    assert b"MEM0000001" not in base64.b64decode(path.read_bytes())
    assert b"MEM0000001" not in path.read_bytes()


def test_the_file_does_not_grow_with_restarts(tmp_path: Path) -> None:
    path = tmp_path / "cases"
    book = Casebook(path, SEAL)
    for _ in range(5):
        book.keep(opened())

    Casebook(path, SEAL)

    assert path.read_bytes().count(b"\n") == 1
