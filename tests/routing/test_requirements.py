"""What payers ask of a request beside who decides it: which requirements apply, which may, and what files may say."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from priorauth.routing.clock_books import load_clock_book
from priorauth.routing.facts import facts_given
from priorauth.routing.lint import lint
from priorauth.routing.packs import PackError, load_pack
from priorauth.routing.requirements import applying
from routing_requests import COMMERCIAL, PAYERS, cpt, pack_files, request, routed, shipped_pack

OUTPATIENT: Mapping[str, object] = {
    "member_active": True,
    "product": "hmo",
    "network_status": "in",
    "setting": "outpatient_hospital",
    "urgency": "elective",
    "review_type": "preservice",
    "procedure_code": "70551",
    "service_category": "imaging_hitech",
}
NEWBORN: Mapping[str, object] = {
    "line_of_business": "commercial",
    "birth_admission": True,
    "network_status": "in",
    "date_of_birth": "2024-03-01",
    "revenue_code": "0173",
    "review_type": "admission",
    "service_category": "nicu",
}


EVICORE = {"REQ-AWH-24"}
OUTSIDE = {"ACC-AWH-04", "REQ-AWH-20", "REQ-AWH-21", "REQ-AWH-22"}


def asked(payer: str, base: Mapping[str, object], **facts: object) -> dict[str, tuple[str, ...]]:
    """The requirements of a review by id, each with the facts that it waits for."""
    given = {name: value for name, value in {**base, **facts}.items() if value is not None}
    return {one.id: one.unknown for one in applying(shipped_pack(payer).requirements, facts_given(given, ()))}


@pytest.mark.parametrize(
    ("facts", "ids"),
    [
        pytest.param({}, {"REQ-AWH-09", *EVICORE}, id="imaging of an outpatient"),
        pytest.param({"setting": "er", "urgency": "emergent"}, {"REQ-AWH-01", *EVICORE}, id="MRI in an emergency"),
        pytest.param({"member_active": False}, {"ACC-AWH-03", "REQ-AWH-09", *EVICORE}, id="member not enrolled"),
        pytest.param({"setting": "observation"}, {"REQ-AWH-02", *EVICORE}, id="observation"),
        pytest.param({"setting": "inpatient", "urgency": "emergent"}, {"REQ-AWH-03", "REQ-AWH-16", *EVICORE},
                     id="emergency"),
        pytest.param({"setting": "inpatient"}, {"REQ-AWH-04", *EVICORE}, id="elective admission"),
        pytest.param({"review_type": "referral"}, {"REQ-AWH-05", "REQ-AWH-06", "REQ-AWH-07", "REQ-AWH-09", *EVICORE},
                     id="referral, HMO"),
        pytest.param({"review_type": "referral", "product": "ppo"}, {"REQ-AWH-09", *EVICORE}, id="referral, PPO"),
        pytest.param({"network_status": "out"}, {"REQ-AWH-08", "REQ-AWH-09", *OUTSIDE, *EVICORE},
                     id="outside the network"),
        pytest.param({"network_status": "out", "urgency": "emergent"}, EVICORE, id="an emergency outside the network"),
        pytest.param({"setting": "home", "review_type": "notification", "service_category": "home_health",
                      "procedure_code": "99601"}, {"REQ-AWH-17"}, id="notice of home nursing"),
        pytest.param({"review_type": "extension"}, {"REQ-AWH-09", "REQ-AWH-15", *EVICORE}, id="more days or visits"),
        pytest.param({"setting": "inpatient", "urgency": "urgent", "service_category": "nicu",
                      "procedure_code": "99477"},
                     {"REQ-AWH-16"}, id="sick newborn"),
        pytest.param({"procedure_code": "G0399", "setting": "home", "service_category": "sleep"}, {"REQ-AWH-10"},
                     id="home sleep test"),
        pytest.param({"procedure_code": "K0001", "setting": "home", "service_category": "dme"},
                     {"REQ-AWH-11-DME?", "REQ-AWH-12", "REQ-AWH-14"}, id="wheelchair"),
        pytest.param({"procedure_code": "B4150", "setting": "home", "service_category": "enteral"},
                     {"REQ-AWH-13", "REQ-AWH-14"}, id="enteral formula"),
    ],
)  # fmt: skip
def test_allways_asks_what_its_manual_says(facts: Mapping[str, object], ids: set[str]) -> None:
    found = {f"{id}{'?' if unknown else ''}" for id, unknown in asked("allways", OUTPATIENT, **facts).items()}

    assert found == ids


@pytest.mark.parametrize(
    ("facts", "ids"),
    [
        pytest.param({}, {"REQ-BCMA-01", "REQ-BCMA-02", "REQ-BCMA-05"}, id="admission"),
        pytest.param({"review_type": "concurrent"}, {"REQ-BCMA-02", "REQ-BCMA-05"}, id="concurrent review"),
        pytest.param({"date_of_birth": "2023-10-31"}, set(), id="born before the program"),
        pytest.param({"line_of_business": "fep"}, set(), id="federal employee"),
        pytest.param(
            {"revenue_code": "0290", "service_category": "dme"},
            {"REQ-BCMA-04"},
            id="need after discharge",
        ),
        pytest.param({"network_status": "out"}, {"REQ-BCMA-02", "REQ-BCMA-05"}, id="no contract"),
    ],
)
def test_bcbsma_asks_for_notice_and_review_of_neonatal_care(facts: Mapping[str, object], ids: set[str]) -> None:
    found = asked("bcbsma", NEWBORN, **facts)

    assert found == dict.fromkeys(ids, ())


FUSION: Mapping[str, object] = {
    "product": "bc_commercial",
    "employer_group": "other",
    "urgency": "elective",
    "setting": "outpatient_hospital",
    "procedure_code": "22612",
    "review_type": "preservice",
}


@pytest.mark.parametrize(
    ("facts", "ids"),
    [
        pytest.param({}, {"REQ-BCMI-01", "REQ-BCMI-04"}, id="fusion of Blue Cross commercial"),
        pytest.param({"employer_group": "FEP"}, {"REQ-BCMI-02", "REQ-BCMI-04"}, id="fusion of a federal employee"),
        pytest.param({"employer_group": "FEP", "setting": "inpatient"}, {"REQ-BCMI-04"}, id="the same, inpatient"),
        pytest.param({"employer_group": "FEP", "urgency": "urgent"}, {"REQ-BCMI-04"}, id="the same, urgent"),
        pytest.param({"procedure_code": "99213"}, {"REQ-BCMI-04"}, id="office visit"),
        pytest.param({"review_type": "retrospective"}, {"REQ-BCMI-01"}, id="after the service"),
        pytest.param({"product": "bcn_commercial"}, {"REQ-BCMI-01", "REQ-BCMI-03?", "REQ-BCMI-04", "RTE-BCMI-19-BCN"},
                     id="fusion of BCN commercial, the list of surgeries not loaded"),
        pytest.param({"product": "bcn_advantage"},
                     {"REQ-BCMI-01", "REQ-BCMI-03?", "REQ-BCMI-04", "RTE-BCMI-19-MEDICARE"}, id="BCN Advantage"),
        pytest.param({"product": "medicare_plus_blue"},
                     {"REQ-BCMI-01", "REQ-BCMI-03?", "REQ-BCMI-04", "RTE-BCMI-19-MEDICARE"}, id="Medicare Plus Blue"),
    ],
)  # fmt: skip
def test_bcbsm_asks_by_product_group_and_list(facts: Mapping[str, object], ids: set[str]) -> None:
    found = {f"{id}{'?' if unknown else ''}" for id, unknown in asked("bcbsm", FUSION, **facts).items()}

    assert found == ids


def test_a_requirement_that_an_unknown_fact_could_rule_out_names_the_fact() -> None:
    assert asked("allways", OUTPATIENT, network_status=None)["REQ-AWH-08"] == ("network_status",)


def test_a_requirement_tells_what_is_asked_with_its_citation_and_clock() -> None:
    facts = facts_given({**OUTPATIENT, "setting": "observation"})

    told = next(one for one in applying(shipped_pack("allways").requirements, facts) if one.id == "REQ-AWH-02")

    assert (told.need, told.clock, told.citation, told.if_missing) == (
        "notice_required", "CLK-AWH-28", "004:L159-161, 004:L295", "administrative_denial",
    )  # fmt: skip


def test_requirements_never_move_an_item() -> None:
    files = pack_files("allways")
    without = load_pack({**files, "requirements.yaml": "requirements: []\n", "examples.yaml": "examples: {}\n"})
    review = request(cpt("70551"), payer="ALLWAYS")

    [item] = routed(shipped_pack("allways"), review, {**COMMERCIAL, "product": "hmo"}).items
    [bare] = routed(without, review, {**COMMERCIAL, "product": "hmo"}).items

    assert (item.outcome, item.destination, item.rule) == (bare.outcome, bare.destination, bare.rule)
    assert [one.id for one in item.requirements] == ["REQ-AWH-09", "REQ-AWH-24"]
    assert bare.requirements == ()


@pytest.mark.parametrize(
    ("written", "says"),
    [
        pytest.param("need: documents\n    when: {}", "a requirement of documents names them", id="no documents"),
        pytest.param("need: none\n    clock: CLK-AWH-28\n    when: {}", "nothing is due", id="a clock on nothing"),
        pytest.param("need: referral\n    when: {setting: moon}", "setting takes one of", id="no such value"),
        pytest.param(
            "need: authorization\n    before: {of: admission}\n    when: {}", "a lead has one of", id="no lead"
        ),
    ],
)
def test_a_requirement_that_makes_no_sense_is_refused_where_it_stands(written: str, says: str) -> None:
    text = f'requirements:\n  - id: REQ-AWH-99\n    citation: "004:L1"\n    says: something\n    {written}\n'

    with pytest.raises(PackError) as refused:
        load_pack({**pack_files("allways"), "requirements.yaml": text})

    fault = next(one for one in refused.value.faults if one.file == "requirements.yaml")
    assert says in fault.message
    assert fault.line >= 2


def test_lint_says_where_a_requirement_has_no_examples() -> None:
    files = pack_files("allways")
    more = (
        files["requirements.yaml"]
        + '\n  - {id: REQ-AWH-99, citation: "004:L1", need: none, says: x, when: {setting: er}}\n'
    )

    [found] = [
        one for one in lint(load_pack({**files, "requirements.yaml": more}))
        if one.level == "error"
    ]  # fmt: skip

    assert (found.check, found.where.file) == ("no-example", "requirements.yaml")


@pytest.mark.parametrize("payer", PAYERS)
def test_a_requirement_is_due_by_a_clock_that_the_pack_has(payer: str) -> None:
    pack = shipped_pack(payer)
    book = load_clock_book(pack_files(payer), pack, [])

    named = {requirement.told.clock for requirement in pack.requirements if requirement.told.clock}

    assert named <= {rule.clock.id for rule in book.rules}
