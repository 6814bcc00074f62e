"""What the linter knows of rules without a review: which can never meet, which may, and what none of them takes."""

from __future__ import annotations

import pytest

from priorauth.routing.lint import lint
from priorauth.routing.overlaps import apart, find_gap
from priorauth.routing.packs import Pack, load_pack
from routing_requests import tables

PACK_FILE = """
payer: TEST
name: A payer of the tests
timezone: America/New_York
documents: {"000": A document}
desk: {destination: test-um, citation: "000:L1"}
delegates: [north, south]
lists:
  - {id: LST-A, title: Imaging, citation: "000:L1", file: codes/a.csv}
  - {id: LST-B, title: Sleep, citation: "000:L1", file: codes/b.csv}
  - {id: LST-ROOMS, title: Rooms, citation: "000:L1", file: codes/rooms.csv}
  - {id: LST-MISSING, title: Missing, citation: "000:L1"}
"""
LISTS = {"a": "cpt,70450,70559", "b": "cpt,95782,95811", "rooms": "revenue,0114,0124"}
CODES = {
    f"codes/{name}.csv": f"system,from,to,label,status,citation\n{row},some,payer,000:L1\n"
    for name, row in LISTS.items()
}


def pack_of(*rules: str, step: str = "delegate") -> Pack:
    """A pack of rules of one step, each `{when} destination`."""
    written = "rules:\n"
    for letter, rule in zip("ABC", rules, strict=False):
        when, destination = rule.rsplit(" ", 1)
        then = f"{{outcome: route, destination: {destination}, reason: so it is}}"
        written += f'  - {{id: RTE-{letter}, step: {step}, citation: "000:L1", when: {when}, then: {then}}}\n'
    return load_pack({"pack.yaml": PACK_FILE, "routes.yaml": written, "examples.yaml": "examples: {}\n", **CODES})


def overlaps(pack: Pack) -> list[str]:
    found = lint(pack, categories=tables().categories["hcpcs"])
    return [f"{one.where.file}:{one.where.line}:{one.where.column}" for one in found if one.check == "overlapping"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("{product: hmo}", "{product: ppo}", id="other values"),
        pytest.param("{product: hmo}", "{product: {not_in: [hmo, ppo]}}", id="a value that is excluded"),
        pytest.param("{age: {range: {to: 17}}}", "{age: {range: {from: 18}}}", id="other ages"),
        pytest.param("{service_date: {before: 2026-01-01}}", "{service_date: {on_or_after: 2026-01-01}}",
                     id="other days"),
        pytest.param("{procedure_code: {in_list: LST-A}}", "{procedure_code: {not_in_list: [LST-A, LST-B]}}",
                     id="on a list and not on it"),
        pytest.param("{procedure_code: {in_list: LST-A}}", "{procedure_code: {in_list: LST-B}}", id="no common code"),
        pytest.param("{any: [{product: hmo}, {age: 3}]}", "{product: ppo, age: 4}", id="every alternative"),
    ],
)  # fmt: skip
def test_rules_are_apart_where_no_review_can_meet_both(one: str, other: str) -> None:
    first, second = pack_of(f"{one} north", f"{other} south").rules

    assert apart(first.conditions, second.conditions)
    assert apart(second.conditions, first.conditions)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("{product: hmo}", "{funding: individual}", id="other facts"),
        pytest.param("{product: [hmo, ppo]}", "{product: [ppo, bcn_advantage]}", id="a value in common"),
        pytest.param("{age: {range: {to: 18}}}", "{age: {range: {from: 18}}}", id="an age in common"),
        pytest.param("{diagnosis_code: [A1]}", "{diagnosis_code: [B2]}", id="a review may have both diagnoses"),
        pytest.param("{procedure_code: {in_list: [LST-A, LST-B]}}", "{procedure_code: {in_list: LST-B}}", id="a list"),
        pytest.param("{any: [{product: hmo}, {age: 3}]}", "{product: ppo}", id="one alternative"),
    ],
)
def test_rules_that_may_meet_are_not_apart(one: str, other: str) -> None:
    first, second = pack_of(f"{one} north", f"{other} south").rules

    assert not apart(first.conditions, second.conditions)


def test_lint_warns_of_rules_that_would_conflict_where_the_later_one_stands() -> None:
    assert overlaps(pack_of("{product: hmo} north", "{funding: individual} south")) == ["routes.yaml:3:6"]


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param(("{product: hmo} north", "{funding: individual} north"), id="they say the same"),
        pytest.param(("{product: hmo} north", "{product: hmo, funding: individual} south"), id="one is more specific"),
        pytest.param(("{procedure_code: {in_list: LST-A}} north", "{service_category: sleep} south"),
                     id="no listed code is of that category"),
        pytest.param(("{revenue_code: {in_list: LST-ROOMS}} north", "{procedure_code: {in_list: LST-A}} south"),
                     id="a room has no procedure"),
        pytest.param(("{procedure_code: {in_list: LST-MISSING}} north", "{product: hmo} south"), id="a list to come"),
    ],
)  # fmt: skip
def test_lint_is_quiet_where_there_is_nothing_to_conflict_about(rules: tuple[str, ...]) -> None:
    assert overlaps(pack_of(*rules)) == []


def test_a_list_of_the_category_that_another_rule_asks_for_overlaps() -> None:
    pack = pack_of("{procedure_code: {in_list: LST-B}} north", "{service_category: sleep} south")

    assert overlaps(pack) == ["routes.yaml:3:6"]


@pytest.mark.parametrize(
    ("rules", "gap"),
    [
        pytest.param(("{product: hmo} north", "{} south"), None, id="one takes the rest"),
        pytest.param(("{birth_admission: true} north", "{birth_admission: false} south"), None, id="both values"),
        pytest.param(("{birth_admission: true} north", "{product: hmo} south"),
                     {"birth_admission": "false", "product": "bc_commercial"}, id="neither"),
        pytest.param(("{procedure_code: {in_list: LST-A}} north", "{procedure_code: {in_list: LST-B}} south"),
                     {"procedure_code": "on no list"}, id="no list"),
        pytest.param(("{procedure_code: {not_in_list: LST-A}} north",), {"procedure_code": "on LST-A"}, id="a list"),
        pytest.param(("{date_of_birth: {on_or_after: 2023-11-01}} north",), {"date_of_birth": "2023-10-31"},
                     id="before"),
        pytest.param(("{any: [{product: hmo}, {birth_admission: true}]} north",),
                     {"product": "bc_commercial", "birth_admission": "false"}, id="no alternative"),
    ],
)  # fmt: skip
def test_a_gap_is_a_review_that_no_rule_takes(rules: tuple[str, ...], gap: dict[str, str] | None) -> None:
    assert find_gap(pack_of(*rules).rules) == gap


def test_lint_tells_a_gap_where_the_rules_stand() -> None:
    [found] = [one for one in lint(pack_of("{product: hmo} north")) if one.check == "gap"]

    assert (found.where.file, found.where.line, found.where.column) == ("routes.yaml", 1, 1)
    assert "product bc_commercial" in found.where.message
