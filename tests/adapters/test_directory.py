"""The directory: whose facts are given, from which entry, and what a file may hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from priorauth.adapters.directory import DirectoryFault, parse_directory, read_directory, servicing_npi
from sandbox_requests import REQUESTER_NPI, procedure, provider, review, without_payer

PAYERS = ["BCBSMA", "MERCYONE", "BCBSM", "FPLIC", "ALLWAYS"]
DEMONSTRATION = read_directory(Path(__file__).parents[2] / "mappings" / "sandbox" / "directory.yaml")
NOT_CONTRACTED_NPI = "1999999984"
NOT_PLAIN = {
    ("BCBSMA", 12): {"line_of_business": "fep"},
    ("BCBSM", 12): {"line_of_business": "fep", "employer_group": "FEP"},
    ("BCBSM", 13): {"employer_group": "MESSA"},
    ("BCBSM", 14): {"product": "bcn_advantage", "medicare_status": "medicare"},
    ("BCBSM", 15): {"product": "medicare_plus_blue", "medicare_status": "medicare"},
    ("BCBSM", 17): {"product": "bcn_commercial", "line_of_business": "commercial"},
    ("BCBSM", 18): {"employer_group": "UAW_RMBT", "medicare_status": "non_medicare"},
    ("BCBSM", 19): {"employer_group": "UAW_RMBT", "medicare_status": "medicare"},
    ("ALLWAYS", 16): {"product": "ppo"},
    ("FPLIC", 20): {"coordination_of_benefits": "secondary_group_health"},
}
PLAIN = {
    "line_of_business": "commercial",
    "funding": "fully_insured",
    "employer_group": "other",
    "medicare_status": "non_medicare",
    "coordination_of_benefits": "primary",
    "member_active": True,
    "network_status": "in",
    "area": "in_area",
    "facility_payment_type": "drg",
    "facility_electronic": True,
}


USUAL = {"MERCYONE": {"line_of_business": "medicare_advantage", "medicare_status": "medicare"}}
"""What is plain for all members of a payer."""


@pytest.mark.parametrize("payer", PAYERS)
async def test_every_payer_knows_twenty_members_and_all_but_those_listed_are_plain_commercial(payer: str) -> None:
    for number in range(1, 21):
        asked = review(payer=payer, member=f"MEM{number:07d}")

        facts = await DEMONSTRATION.facts(asked)

        assert facts is not None
        expected = NOT_PLAIN.get((payer, number), {**PLAIN, **USUAL.get(payer, {})})
        assert {name: facts[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("payer", "product"), [("BCBSM", "bc_commercial"), ("ALLWAYS", "hmo"), ("FPLIC", "bluecare_ppo")]
)
async def test_a_plain_member_has_the_payers_usual_product(payer: str, product: str) -> None:
    facts = await DEMONSTRATION.facts(review(payer=payer))

    assert facts is not None
    assert facts["product"] == product


@pytest.mark.parametrize("payer", PAYERS)
async def test_only_members_of_bcbsma_are_in_their_birth_admission(payer: str) -> None:
    facts = await DEMONSTRATION.facts(review(payer=payer))

    assert facts is not None
    assert facts["birth_admission"] is (payer == "BCBSMA")


async def test_a_member_that_is_not_listed_is_not_known() -> None:
    facts = await DEMONSTRATION.facts(review(member="MEM9999999"))

    assert facts is None


async def test_without_a_payer_nothing_is_known() -> None:
    facts = await DEMONSTRATION.facts(without_payer(review()))

    assert facts is None


async def test_a_member_id_is_matched_whatever_its_case_and_the_spaces_around_it() -> None:
    facts = await DEMONSTRATION.facts(review(member=" mem0000001 "))

    assert facts is not None


async def test_the_servicing_facility_decides_the_network_and_not_the_requester() -> None:
    asked = review(providers=[provider("FA", NOT_CONTRACTED_NPI)])

    facts = await DEMONSTRATION.facts(asked)

    assert facts is not None
    assert (facts["network_status"], facts["area"]) == ("out", "out_of_area")
    assert facts["facility_payment_type"] == "drg"


async def test_whether_the_requester_is_in_the_network_goes_by_its_own_number() -> None:
    facts = await DEMONSTRATION.facts(review(providers=[provider("FA", NOT_CONTRACTED_NPI)]))

    assert facts is not None
    assert (facts["network_status"], facts["requester_network_status"]) == ("out", "in")


async def test_where_others_are_not_described_an_unlisted_facility_has_no_facts() -> None:
    directory = parse_directory({"members": ["M1"], "payers": {"BCBSMA": {"members": {"member_active": True}}}})

    facts = await directory.facts(review(member="M1"))

    assert facts == {"member_active": True}


async def test_a_members_own_facts_go_before_the_groups_and_the_groups_before_the_payers() -> None:
    directory = parse_directory(
        {
            "payers": {
                "BCBSMA": {
                    "members": {"line_of_business": "commercial", "funding": "fully_insured", "member_active": True},
                    "groups": {"big": {"funding": "self_funded", "member_active": False}},
                    "exceptions": {"M1": {"group": "big", "member_active": True}},
                }
            }
        }
    )

    facts = await directory.facts(review(member="M1"))

    assert facts == {"line_of_business": "commercial", "funding": "self_funded", "member_active": True}


def test_the_servicing_facility_is_looked_for_at_the_event_then_at_the_lines() -> None:
    attending, location, facility = provider("71", "1"), provider("77", "2"), provider("FA", "3")
    line = procedure("70553")

    at_event = servicing_npi(review(line, providers=[attending, location, facility]))
    nowhere = servicing_npi(review(line, providers=[attending]))

    assert at_event == "3"
    assert nowhere == REQUESTER_NPI


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"payers": {"BCBSMA": {"members": {"line_of_buisness": "fep"}}}}, "payers.BCBSMA.members"),
        ({"payers": {"BCBSMA": {"members": {"line_of_business": "federal"}}}}, "line_of_business takes one of"),
        ({"payers": {"BCBSMA": {"exceptions": {"M1": {"group": "none"}}}}}, "names a group"),
        ({"payers": {"BCBSMA": {"facilities": {"area": "here"}}}}, "payers.BCBSMA.facilities"),
        ({"payers": {"BCBSMA": {"people": {}}}}, "payers.BCBSMA.people"),
        ([], "faults"),
    ],
)
def test_a_directory_with_a_fault_is_refused_saying_where(document: object, told: str) -> None:
    with pytest.raises(DirectoryFault, match=told):
        parse_directory(document)


def test_a_refused_directory_does_not_say_whom_it_is_about() -> None:
    document = {"payers": {"BCBSMA": {"exceptions": {"MEMSECRET1": {"funding": "SECRET"}}}}}

    with pytest.raises(DirectoryFault) as refused:
        parse_directory(document)

    assert "SECRET" not in str(refused.value)


def test_a_file_that_is_not_yaml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "directory.yaml").write_text("payers: [")

    with pytest.raises(DirectoryFault, match="is not YAML"):
        read_directory(tmp_path / "directory.yaml")
