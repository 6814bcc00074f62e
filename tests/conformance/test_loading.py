"""Reading cases: a fault names the file, the case and the field."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from priorauth.conformance.cases import Case
from priorauth.conformance.folders import ConformanceFault
from priorauth.conformance.known_failures import read_known_failures
from priorauth.conformance.loading import load_cases, select
from priorauth.conformance.naming import Names
from tiny_target import a_case, folder_with

SEND = {"get": "/hello"}


@pytest.mark.parametrize(
    ("case", "fault"),
    [
        pytest.param(
            a_case(steps=[{"send": {"x12": "gone.edi"}}]),
            "case tiny/greeting/hello: steps.0.send: there is no message gone.edi",
            id="a message that is not there",
        ),
        pytest.param(
            a_case(steps=[{"send": SEND, "expect": [{"status": 200}, {"colour": "red"}]}]),
            "case tiny/greeting/hello: steps.0.expect: colour is no kind of expectation",
            id="a word that is not of the vocabulary",
        ),
        pytest.param(
            a_case(steps=[{"send": {**SEND, "post": "/x"}}]),
            "case tiny/greeting/hello: steps.0.send: send wants exactly one of",
            id="two requests in one step",
        ),
        pytest.param(
            a_case(steps=[{"send": {**SEND, "colour": "red"}}]),
            "case tiny/greeting/hello: steps.0.send.colour: Extra inputs are not permitted",
            id="a field that nobody knows",
        ),
        pytest.param(
            a_case(verifies=["t-1", "t-9"]),
            "verifies: t-9 is in no register",
            id="a requirement that nobody wrote down",
        ),
        pytest.param(a_case(steps=None), "a case wants either steps or a story", id="a case that does nothing"),
        pytest.param(a_case(steps=None, story="gone"), "story: there is no gone", id="a story that is not there"),
        pytest.param(
            a_case(steps=[{"send": SEND, "expect": [{"same-as": "before"}]}]),
            "steps.0.expect: there is no earlier step before",
            id="a step that is not there",
        ),
        pytest.param(
            a_case(steps=[{"send": {"x12": "a.edi", "edit": [{"set": {"um03": "1"}}]}}]),
            "steps.0.send: um03 is no path into an interchange",
            id="a path that is none",
        ),
        pytest.param(
            a_case(steps=[{"send": SEND, "expect": [{"json": {"a": {"like": 1}}}]}]),
            "a match is a value, a list, or one of",
            id="a match that is none",
        ),
        pytest.param(a_case("other/x/y"), "begins with other, but the file is in another suite", id="a wrong suite"),
    ],
)
def test_a_faulty_case_is_named_with_its_field(case: dict[str, Any], fault: str, tmp_path: Path) -> None:
    folder = folder_with(tmp_path, [case])

    with pytest.raises(ConformanceFault) as caught:
        load_cases(folder)

    assert fault in str(caught.value)
    assert str(folder.cases / "tiny" / "cases.yaml") in str(caught.value)


def test_every_faulty_case_is_named_at_once(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, [a_case("tiny/a/a", verifies=["t-8"]), a_case("tiny/a/b", verifies=["t-9"])])

    with pytest.raises(ConformanceFault, match=r"t-8(.|\n)*t-9"):
        load_cases(folder)


def test_two_cases_of_one_name_are_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConformanceFault, match="two cases have the name tiny/greeting/hello"):
        load_cases(folder_with(tmp_path, [a_case(), a_case()]))


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        ([], ["tiny/a/one", "tiny/a/two", "tiny/b/one"]),
        (["tiny/a/*"], ["tiny/a/one", "tiny/a/two"]),
        (["tiny/b"], ["tiny/b/one"]),
        (["*/two", "tiny/b/o?e"], ["tiny/a/two", "tiny/b/one"]),
    ],
)
def test_patterns_choose_cases(patterns: list[str], chosen: list[str], tmp_path: Path) -> None:
    cases, _ = load_cases(folder_with(tmp_path, [a_case(f"tiny/{name}") for name in ("a/one", "a/two", "b/one")]))

    assert [case.name for case in select(cases, [], patterns)] == chosen


def test_a_pattern_or_a_suite_that_matches_nothing_is_a_fault(tmp_path: Path) -> None:
    cases, _ = load_cases(folder_with(tmp_path, [a_case()]))

    with pytest.raises(ConformanceFault, match="the pattern tiny/x matches no case"):
        select(cases, [], ["tiny/greeting", "tiny/x"])
    with pytest.raises(ConformanceFault, match="there is no suite large; there are tiny"):
        select(cases, ["large"], [])


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        pytest.param("tiny/greeting/*\n", "wants the reason in a comment above it", id="without a reason"),
        pytest.param("# shy\n\ntiny/greeting/*\n", "wants the reason", id="with a reason that ended"),
        pytest.param("# shy\ntiny/x\n", "the pattern tiny/x matches no case", id="that matches nothing"),
    ],
)
def test_a_known_failure_that_says_too_little_is_a_fault(written: str, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "known-failing.txt"
    path.write_text(written)

    with pytest.raises(ConformanceFault, match=fault):
        read_known_failures(path, ["tiny/greeting/hello"])


def test_a_known_failure_has_the_reason_above_it(tmp_path: Path) -> None:
    path = tmp_path / "known-failing.txt"
    path.write_text("# It is shy,\n# and young.\ntiny/a\ntiny/b\n")

    known = read_known_failures(path, ["tiny/a", "tiny/b"])

    assert [(each.pattern, each.reason) for each in known] == [
        ("tiny/a", "It is shy, and young."),
        ("tiny/b", "It is shy, and young."),
    ]


def test_what_goes_over_both_rails_is_of_each_rails_suite() -> None:
    one = Case.model_validate(a_case("x12-278/a/one"))
    both = Case.model_validate(a_case("cross-rail/a/both", needs=["x12-278", "pas-2.2.1"]))
    other = Case.model_validate(a_case("pas-2.2.1/a/one"))

    assert select([one, both, other], ["x12-278"], []) == [one, both]
    assert select([one, both, other], ["pas-2.2.1"], []) == [both, other]
    assert select([one, both, other], ["cross-rail"], []) == [both]


def test_names_are_replaced_wherever_they_are() -> None:
    names = Names({"who": "IL", "edits": ({"drop": "UM"},)}, datetime(2026, 11, 2, tzinfo=UTC))

    written = {"edit": ({"set": {"NM1*${who}-09": "${today+1}"}},), "more": ["${edits}", "$${who}"]}

    assert names.resolve(written) == {
        "edit": [{"set": {"NM1*IL-09": "2026-11-03"}}],
        "more": [({"drop": "UM"},), "${who}"],
    }
