"""The router's laws: precedence, specificity, conflicts, lists that are missing, and facts that are unknown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorauth.domain.routes import LosingRule, Outcome
from priorauth.routing.documents import explain_json, route_json
from priorauth.routing.facts import facts_given
from priorauth.routing.packs import Pack, load_pack
from priorauth.routing.router import choose_item, decide
from priorauth.routing.vocabulary import FACTS, FactKind
from routing_requests import COMMERCIAL, PAYERS, cpt, request, routed, shipped_pack

PACK_FILE = """
payer: TEST
name: A payer of the tests
timezone: America/New_York
documents: {"000": A document}
desk: {destination: test-um, citation: "000:L1"}
delegates: [north, south]
lists:
  - {id: LST-LOADED, title: Loaded, citation: "000:L1", file: codes/loaded.csv}
  - {id: LST-MISSING, title: Missing, citation: "000:L1"}
"""
CODES = "system,from,to,label,status,citation\ncpt,70000,79999,imaging,demonstration,000:L1\n"


def pack_of(*rules: str) -> Pack:
    """A pack with these rules, each `id step {when} {then}`."""
    written = "rules:\n"
    for rule in rules:
        name, step, rest = rule.split(" ", 2)
        when, then = rest.split(" -> ")
        written += f'  - {{id: RTE-{name}, step: {step}, citation: "000:L1", when: {when}, then: {then}}}\n'
    files = {"pack.yaml": PACK_FILE, "routes.yaml": written, "examples.yaml": "examples: {}\n"}
    return load_pack({**files, "codes/loaded.csv": CODES})


def to(destination: str) -> str:
    return f"{{outcome: route, destination: {destination}, reason: so it is}}"


NO_AUTHORIZATION = "{outcome: no_auth_required, reason: none is needed}"


def test_an_earlier_step_decides_over_a_more_specific_rule_of_a_later_one() -> None:
    pack = pack_of(
        f"A delegate {{product: hmo, funding: individual}} -> {to('north')}",
        f"B exclusion {{product: hmo}} -> {to('test-um')}",
    )

    item = choose_item(pack, 1, facts_given({"product": "hmo", "funding": "individual"}))

    assert (item.rule, item.losing) == (
        "RTE-B",
        (LosingRule("RTE-A", "holds, but a rule of an earlier step decides"),),
    )


@pytest.mark.parametrize(
    ("specific", "general"),
    [
        ("{product: hmo, funding: individual}", "{product: hmo}"),
        ("{product: hmo}", "{product: [hmo, ppo]}"),
        ("{product: hmo}", "{product: {not: ppo}}"),
        ("{product: hmo}", "{}"),
        ("{product: hmo}", "{any: [{product: hmo}, {funding: individual}]}"),
        ("{product: hmo, age: 3}", "{any: [{product: hmo, age: 3}, {product: hmo, funding: individual}]}"),
        ("{product: hmo, age: {range: {from: 2, to: 4}}}", "{product: hmo, age: {range: {to: 18}}}"),
    ],
)
def test_within_a_step_the_more_specific_rule_decides(specific: str, general: str) -> None:
    pack = pack_of(f"A delegate {general} -> {to('north')}", f"B delegate {specific} -> {to('south')}")

    item = choose_item(pack, 1, facts_given({"product": "hmo", "funding": "individual", "age": 3}))

    assert (item.rule, item.losing) == ("RTE-B", (LosingRule("RTE-A", "holds, but a more specific rule decides"),))


def test_rules_that_only_overlap_conflict_and_are_manual() -> None:
    pack = pack_of(
        f"A delegate {{product: hmo}} -> {to('north')}", f"B delegate {{funding: individual}} -> {to('south')}"
    )

    item = choose_item(pack, 1, facts_given({"product": "hmo", "funding": "individual"}))

    assert (item.rule, item.outcome, item.destination) == ("conflict", Outcome.MANUAL, "test-um")
    assert item.reason == "rules of equal weight differ: RTE-A, RTE-B"


def test_rules_that_overlap_and_say_the_same_do_not_conflict() -> None:
    pack = pack_of(
        f"A delegate {{product: hmo}} -> {to('north')}", f"B delegate {{funding: individual}} -> {to('north')}"
    )

    item = choose_item(pack, 1, facts_given({"product": "hmo", "funding": "individual"}))

    assert (item.rule, item.losing) == ("RTE-A", (LosingRule("RTE-B", "holds and says the same"),))


def test_a_line_that_no_rule_takes_is_manual_at_the_desk() -> None:
    pack = pack_of(f"A delegate {{product: hmo}} -> {to('north')}")

    item = choose_item(pack, 1, facts_given({"product": "ppo"}))

    assert (item.rule, item.outcome, item.destination) == ("no_rule", Outcome.MANUAL, "test-um")
    assert item.losing == (LosingRule("RTE-A", "product is ppo, not hmo"),)


def test_an_unknown_fact_that_could_change_the_answer_makes_it_manual_and_is_named() -> None:
    pack = pack_of(
        f"A exclusion {{funding: individual}} -> {to('test-um')}", f"B delegate {{product: hmo}} -> {to('north')}"
    )

    item = choose_item(pack, 1, facts_given({"product": "hmo"}))

    assert (item.rule, item.destination, item.unknown) == ("unknown_facts", "test-um", ("funding",))
    assert item.reason == "unknown: funding; undecided: RTE-A"
    assert item.losing[0] == LosingRule("RTE-A", "funding is unknown")


@pytest.mark.parametrize(
    "undecided",
    [
        pytest.param(f"A exclusion {{funding: individual}} -> {to('north')}", id="it would say the same"),
        pytest.param(f"A desk {{funding: individual}} -> {to('test-um')}", id="it belongs to a later step"),
        pytest.param(f"A delegate {{funding: individual, product: ppo}} -> {to('south')}", id="it fails already"),
    ],
)
def test_an_unknown_fact_that_cannot_change_the_answer_does_not_matter(undecided: str) -> None:
    pack = pack_of(undecided, f"B delegate {{product: hmo}} -> {to('north')}")

    item = choose_item(pack, 1, facts_given({"product": "hmo"}))

    assert (item.rule, item.destination, item.unknown) == ("RTE-B", "north", ())


def test_a_rule_whose_list_is_not_loaded_makes_it_manual() -> None:
    pack = pack_of(
        f"A exemption {{procedure_code: {{not_in_list: [LST-LOADED, LST-MISSING]}}}} -> {NO_AUTHORIZATION}",
        f"B delegate {{procedure_code: {{in_list: LST-LOADED}}}} -> {to('north')}",
    )

    listed, unlisted = (choose_item(pack, 1, facts_given({"procedure_code": code})) for code in ("70551", "99213"))

    assert (listed.rule, listed.destination) == ("RTE-B", "north")
    assert (unlisted.rule, unlisted.outcome) == ("list_not_loaded", Outcome.MANUAL)
    assert unlisted.reason == "list not loaded: LST-MISSING; undecided: RTE-A"


def test_a_list_says_nothing_of_another_code_system() -> None:
    pack = pack_of(f"A exemption {{procedure_code: {{not_in_list: LST-LOADED}}}} -> {NO_AUTHORIZATION}")

    item = choose_item(pack, 1, facts_given({"procedure_code": "0SG00ZZ", "procedure_system": "icd_10_pcs"}))

    assert (item.outcome, item.losing[0].because) == (
        Outcome.MANUAL,
        "list LST-LOADED has no codes of this code system",
    )


def test_an_answer_by_a_demonstration_list_says_so() -> None:
    pack = pack_of(f"A delegate {{procedure_code: {{in_list: LST-LOADED}}}} -> {to('north')}")

    item = choose_item(pack, 1, facts_given({"procedure_code": "70551"}))

    assert item.reason == "so it is (by demonstration list LST-LOADED)"


@pytest.mark.parametrize(
    ("when", "facts", "because"),
    [
        ("{date_of_birth: {before: 2023-11-01}}", {"date_of_birth": "2023-11-01"}, "date_of_birth is not before 2023-"),
        ("{date_of_birth: {on_or_after: 2023-11-01}}", {"date_of_birth": "2023-10-31"}, "is not on or after 2023-"),
        ("{age: {range: {from: 2, to: 4}}}", {"age": 5}, "age is not at least 2 and less than 5"),
        ("{birth_admission: true}", {"birth_admission": False}, "birth_admission is not true"),
        ("{revenue_code: ['172', '0173']}", {"revenue_code": "0174"}, "revenue_code is not 0172 or 0173"),
        ("{product: {not_in: [hmo, ppo]}}", {"product": "hmo"}, "product is hmo"),
        ("{any: [{product: hmo}, {age: 3, funding: individual}]}", {"product": "ppo", "age": 4},
         "neither holds: product is hmo or age is 3 and funding is individual"),
        ("{any: [{product: hmo}, {age: 3}]}", {"product": "ppo"}, "cannot be said: product is hmo or age is 3"),
    ],
)  # fmt: skip
def test_a_losing_rule_says_the_first_condition_that_did_not_hold(
    when: str, facts: Mapping[str, object], because: str
) -> None:
    pack = pack_of(f"A delegate {when} -> {to('north')}")

    item = choose_item(pack, 1, facts_given(facts))

    assert because in item.losing[0].because


def test_an_inapplicable_fact_fails_what_asks_for_a_value_and_meets_what_excludes_one() -> None:
    pack = pack_of(
        f"A delegate {{setting: er}} -> {to('north')}", f"B desk {{setting: {{not: er}}}} -> {to('test-um')}"
    )

    item = choose_item(pack, 1, facts_given({}, inapplicable=["setting"]))

    assert (item.rule, item.losing) == ("RTE-B", (LosingRule("RTE-A", "setting does not apply"),))
    assert item.facts[0].value == "not applicable"


def test_a_member_that_the_directory_does_not_know_is_manual() -> None:
    (item,) = routed(shipped_pack("allways"), request(cpt("70551"), payer="ALLWAYS"), None).items

    assert (item.rule, item.outcome, item.destination) == ("member_unknown", Outcome.MANUAL, "allways-um")


def test_the_other_desk_takes_what_is_manual_for_its_products() -> None:
    directory = {**COMMERCIAL, "product": "bcn_commercial"}

    (item,) = routed(shipped_pack("bcbsm"), request(cpt("99213"), payer="BCBSM"), directory).items

    assert (item.outcome, item.destination) == (Outcome.MANUAL, "bcn-um")


def test_the_route_has_the_shape_of_the_design() -> None:
    pack = shipped_pack("allways")

    route = routed(pack, request(cpt("70551"), payer="ALLWAYS"), COMMERCIAL)

    assert route_json(route) == {
        "payer": "ALLWAYS",
        "pack_version": pack.version,
        "items": [
            {
                "sequence": 1,
                "outcome": "route",
                "destination": "evicore",
                "queue": None,
                "rule": "RTE-AWH-05",
                "reason": "Elective outpatient high-tech imaging (by demonstration list LST-17-IMAGING)",
                "facts": {
                    "procedure_code": {"value": "70551", "source": "2000F/SV101-2"},
                    "procedure_system": {"value": "cpt", "source": "2000F/SV101-1"},
                    "setting": {"value": "outpatient_hospital", "source": "2000E/UM04-1"},
                    "urgency": {"value": "elective", "source": "2000E/UM06"},
                },
            }
        ],
    }


def test_the_explanation_says_why_every_other_rule_lost() -> None:
    pack = shipped_pack("allways")

    explained = explain_json(routed(pack, request(cpt("70551"), payer="ALLWAYS"), COMMERCIAL))

    assert isinstance(explained["items"], list)
    (item,) = explained["items"]
    assert isinstance(item, dict)
    assert isinstance(item["losing"], list)
    assert item["citation"] == "004:L186-188, 004:L502"
    assert len(item["losing"]) == len(pack.rules) - 1
    assert {"rule": "RTE-AWH-04", "because": "setting is outpatient_hospital, not er, inpatient, observation or "
            "surgical_day"} in item["losing"]  # fmt: skip


CODES_TRIED = ("70551", "93351", "81211", "77412", "22612", "27447", "62323", "43644", "99213", "E0445")
REVENUE_CODES_TRIED = ("0172", "0174", "0171", "0120")


def values_of(name: str) -> st.SearchStrategy[object]:
    """Values that a fact may have, near the bounds that the packs ask for."""
    definition = FACTS[name]
    match definition.kind:
        case FactKind.ENUMERATION:
            return st.sampled_from(definition.values)
        case FactKind.TRUTH:
            return st.booleans()
        case FactKind.DATE:
            return st.sampled_from([date(2023, 10, 31), date(2023, 11, 1), date(2024, 3, 1)])
        case FactKind.NUMBER:
            return st.integers(0, 90)
        case FactKind.CODE:
            return st.sampled_from(REVENUE_CODES_TRIED if name == "revenue_code" else CODES_TRIED)


ASKED = {payer: sorted({name for rule in shipped_pack(payer).rules for name in rule.facts}) for payer in PAYERS}


@given(payer=st.sampled_from(PAYERS), data=st.data())
def test_making_a_fact_unknown_never_moves_an_item_to_another_destination(payer: str, data: st.DataObject) -> None:
    pack = shipped_pack(payer)
    known = data.draw(st.fixed_dictionaries({name: values_of(name) for name in ASKED[payer]}))
    facts = facts_given(known)
    hidden = data.draw(st.lists(st.sampled_from(ASKED[payer] or ["product"]), min_size=1, unique=True))

    before, after = choose_item(pack, 1, facts), choose_item(pack, 1, facts.without(*hidden))

    unchanged = (after.outcome, after.destination, after.queue) == (before.outcome, before.destination, before.queue)
    assert unchanged or after.outcome is Outcome.MANUAL


@given(payer=st.sampled_from(PAYERS), data=st.data())
def test_every_rule_is_accounted_for(payer: str, data: st.DataObject) -> None:
    pack = shipped_pack(payer)
    known = data.draw(st.fixed_dictionaries({}, optional={name: values_of(name) for name in ASKED[payer]}))

    item = choose_item(pack, 1, facts_given(known))

    assert sorted({item.rule} & {rule.id for rule in pack.rules} | {losing.rule for losing in item.losing}) == sorted(
        rule.id for rule in pack.rules
    )
    assert item.outcome is not Outcome.MANUAL or item.destination is not None


@given(payer=st.sampled_from(PAYERS), data=st.data())
def test_what_is_remembered_of_a_kind_is_what_would_be_worked_out_anew(payer: str, data: st.DataObject) -> None:
    pack = shipped_pack(payer)
    known = data.draw(st.fixed_dictionaries({}, optional={name: values_of(name) for name in ASKED[payer]}))
    applicable = st.sampled_from(ASKED[payer] or ["product"])
    facts = facts_given(known, data.draw(st.lists(applicable, max_size=2, unique=True)))

    item, anew = choose_item(pack, 1, facts), decide(pack, facts)

    assert (item.rule, item.outcome, item.destination, item.reason) == (
        anew.rule, anew.outcome, anew.destination, anew.reason,
    )  # fmt: skip
    assert (item.losing, item.unknown, item.requirements) == (anew.losing, anew.unknown, anew.requirements)


def test_items_of_one_kind_show_their_own_values() -> None:
    pack = shipped_pack("bcbsma")
    newborn = {"line_of_business": "commercial", "birth_admission": True, "network_status": "in",
               "certification_type": "I", "service_category": "nicu"}  # fmt: skip

    items = [
        choose_item(pack, 1, facts_given({**newborn, "date_of_birth": born, "revenue_code": code}))
        for born, code in (("2024-03-01", "0173"), ("2025-04-02", "0174"))
    ]

    assert [item.rule for item in items] == ["RTE-BCMA-06", "RTE-BCMA-06"]
    shown = [{fact.name: fact.value for fact in item.facts} for item in items]
    assert [(one["date_of_birth"], one["revenue_code"]) for one in shown] == [
        ("2024-03-01", "0173"), ("2025-04-02", "0174"),
    ]  # fmt: skip


def test_no_more_kinds_are_remembered_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("priorauth.routing.kinds.MOST_REMEMBERED", 3)
    pack = pack_of(f"A delegate {{product: hmo}} -> {to('north')}")

    for product in FACTS["product"].values:
        choose_item(pack, 1, facts_given({"product": product}))

    assert 0 < pack.kinds.remembered <= 3
