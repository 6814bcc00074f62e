"""What the documents say is accounted for: by rules, clocks and tests that exist, or by a reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from priorauth.cli.packs_coverage import coverage
from priorauth.routing.coverage import COLUMNS, CoverageNotReadable, CoverageState, cover, read_rows

HEADING = ",".join(COLUMNS) + "\n"


def test_every_row_is_accounted_for(capsys: pytest.CaptureFixture[str]) -> None:
    code = coverage(as_json=True)

    document = json.loads(capsys.readouterr().out)
    amiss = [row["id"] for row in document["rows"] if row["state"] not in {"implemented", "explained"}]
    assert (amiss, document["complete"], code) == ([], True, 0)


@pytest.mark.parametrize(
    ("implemented_by", "reason", "state", "missing"),
    [
        pytest.param("rule:blue/R-1", "", CoverageState.IMPLEMENTED, (), id="a rule that is there"),
        pytest.param("rule:blue/R-2", "", CoverageState.BROKEN, ("rule:blue/R-2",), id="a rule that is not"),
        pytest.param("rule:blue/R-1 test:t.py::test_b", "so", CoverageState.BROKEN, ("test:t.py::test_b",),
                     id="one of two missing, whatever the reason"),
        pytest.param("test:t.py::test_a", "", CoverageState.IMPLEMENTED, (), id="a test that is there"),
        pytest.param("R-1", "", CoverageState.BROKEN, ("R-1",), id="no kind"),
        pytest.param("", "out of scope", CoverageState.EXPLAINED, (), id="a reason"),
        pytest.param("", " ", CoverageState.UNACCOUNTED, (), id="neither"),
    ],
)  # fmt: skip
def test_a_row_is_what_its_references_and_reason_make_it(
    implemented_by: str, reason: str, state: CoverageState, missing: tuple[str, ...]
) -> None:
    rows = read_rows({"um-routing.csv": f'{HEADING}X-1,title,,{implemented_by},"{reason}"\n'})

    [covered] = cover(rows, {"rule:blue/R-1"}, lambda path, name: (path, name) == ("t.py", "test_a"))

    assert (covered.state, covered.missing) == (state, missing)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("id,title\nX-1,one\n", id="other columns"),
        pytest.param(f"{HEADING}X-1,one,,,\nX-1,two,,,\n", id="an id twice"),
        pytest.param(f"{HEADING}X-1,one,\n", id="too few columns"),
        pytest.param(f"{HEADING}X-1,one,,,,\n", id="too many columns"),
        pytest.param(f"{HEADING}X-1,,,,\n", id="no title"),
    ],
)
def test_a_file_that_is_amiss_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(CoverageNotReadable, match=r"um-routing\.csv:[123]: "):
        read_rows({"um-routing.csv": text})


@pytest.mark.parametrize(
    ("row", "state"),
    [("X-1,something,,,", "unaccounted"), ("X-1,something,,rule:allways/RTE-NONE,", "broken")],
    ids=["neither rule nor reason", "a rule that is not there"],
)
def test_the_command_fails_while_a_row_is_not_accounted_for(
    row: str, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "um-routing.csv").write_text(f"{HEADING}{row}\n")
    monkeypatch.setattr("priorauth.cli.packs_coverage.shipped_folder", lambda _: tmp_path)

    code = coverage(as_json=True)

    document = json.loads(capsys.readouterr().out)
    assert (code, document["complete"], document["counts"]) == (1, False, {state: 1})
