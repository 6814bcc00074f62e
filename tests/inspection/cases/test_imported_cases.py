"""Every case below `tests/cases`: it still comes to what it came to where it was met. A new one needs no code here."""

from __future__ import annotations

from pathlib import Path

import pytest

from memory.gateway import TOOLS
from priorauth.inspection.cases.checking import differences_of
from priorauth.inspection.cases.document import read_case

CASES = sorted(each.parent for each in (Path(__file__).parents[2] / "cases").glob("*/case.json"))


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_it_comes_to_what_it_came_to(folder: Path) -> None:
    assert differences_of(TOOLS, read_case(folder)) == []


def test_there_are_cases_of_both_rails_that_fail() -> None:
    failing = [case for case in map(read_case, CASES) if case.outcomes[0].findings]

    assert {case.messages[0].format for case in failing} >= {"x12", "pas"}
