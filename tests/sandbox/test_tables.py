"""The sandbox's tables as tables: they can be read, every line gets an answer, and faults in them are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import ReviewItem
from priorauth.sandbox.behaviours import Behaviour
from priorauth.sandbox.tables import SandboxTableFault, read_behaviours, read_reasons
from sandbox_requests import nicu_days, procedure, review

FOLDER = Path(__file__).parents[2] / "mappings" / "sandbox"
TABLE = read_behaviours(FOLDER)
DESKS = {"bcbsma-um", "mercyone-um", "bcbsm-um", "bcn-um", "fplic-um", "fplic-pharmacy", "allways-um"}
FORCED = {
    "SBX-CERTIFY-": "certify",
    "SBX-PARTIAL-": "partial",
    "SBX-MODIFY-": "modify",
    "SBX-DENY-": "deny",
    "SBX-PEND-": "pend",
    "SBX-LATER-": "later",
    "SBX-SLOW-": "slow",
    "SBX-INFO-": "info",
    "SBX-QUESTIONNAIRE-": "questionnaire",
    "SBX-REJECT-": "reject",
    "SBX-DECLINE-": "decline",
    "SBX-TIMEOUT-": "timeout",
    "SBX-GARBAGE-": "garbage",
    "SBX-FULL-": "full",
}


def test_the_prefixes_force_what_they_say() -> None:
    assert TABLE.forced == FORCED


def test_no_prefix_begins_another() -> None:
    assert not [(a, b) for a in TABLE.forced for b in TABLE.forced if a != b and b.startswith(a)]


def test_rule_ids_are_unique() -> None:
    ids = [rule.id for rule in TABLE.rules]

    assert len(set(ids)) == len(ids)


def test_every_destination_that_a_rule_names_has_letters_for_its_numbers() -> None:
    assert {id for rule in TABLE.rules for id in rule.at} <= TABLE.numbers.keys()


def test_number_letters_are_unique() -> None:
    assert len(set(TABLE.numbers.values())) == len(TABLE.numbers)


def test_every_behaviour_is_described_at_the_head_of_the_table() -> None:
    head = (FOLDER / "behaviours.yaml").read_text().partition("forced:")[0]

    undescribed = [behaviour for behaviour in Behaviour if f"#   {behaviour} " not in head]

    assert not undescribed


def test_reason_codes_are_marked_as_placeholders_and_fit_hcr03() -> None:
    text = (FOLDER / "reason-codes.csv").read_text()
    codes = [reason.code for reason in read_reasons(FOLDER / "reason-codes.csv").values()]

    assert text.startswith("# PLACEHOLDERS")
    assert len(set(codes)) == len(codes)
    assert all(code.startswith("SBX") and len(code) <= 30 for code in codes)


@pytest.mark.parametrize(
    ("destination", "asked", "answer"),
    [
        ("progenyhealth", nicu_days("0173", 5), "certify"),
        ("progenyhealth", nicu_days("174", 2), "certify"),
        ("progenyhealth", nicu_days("0174", 5), "modify"),
        ("turningpoint", procedure("22612"), "deny"),
        ("turningpoint", procedure("27447"), "certify"),
        ("turningpoint", procedure("23472"), "later"),
        ("turningpoint", procedure("62321", units=4), "modify"),
        ("turningpoint", procedure("62321", units=3), "certify"),
        ("evicore", procedure("70553"), "later"),
        ("evicore", procedure("78815"), "info"),
        ("evicore", procedure("70450"), "certify"),
        ("evicore", procedure("22612"), "certify"),
        ("allways-um", procedure("70553"), "wait"),
    ],
)
def test_an_unforced_line_is_answered_by_the_first_rule_that_holds(
    destination: str, asked: ReviewItem, answer: str
) -> None:
    behaviours = TABLE.behaviours(DestinationId(destination), review(asked))

    assert behaviours == {1: answer}


@pytest.mark.parametrize("destination", sorted(TABLE.numbers))
@pytest.mark.parametrize(("prefix", "answer"), FORCED.items())
def test_a_prefix_forces_every_line_at_every_destination_but_a_desk_does_not_decline(
    destination: str, prefix: str, answer: str
) -> None:
    asked = review(procedure("22612"), procedure("27447", sequence=2), trace=f"{prefix}1")

    behaviours = TABLE.behaviours(DestinationId(destination), asked)

    kept_by_the_desk = answer == "decline" and destination in DESKS
    assert set(behaviours.values()) == {"wait" if kept_by_the_desk else answer}


def test_only_the_first_trace_forces() -> None:
    asked = review(procedure("27447"), trace="EHR-SBX-DENY-1")

    behaviours = TABLE.behaviours(DestinationId("turningpoint"), asked)

    assert behaviours == {1: "certify"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"unknown": 1}, "unknown"),
        ({"later_after_seconds": "soon"}, "later_after_seconds"),
        ({"forced": {"SBX-X-": "explode"}}, "forced.SBX-X-"),
        ({"rules": [{"id": "a", "answer": "certify", "procedures": ["22899-22510"]}]}, "rules.0.procedures"),
        ({"rules": [{"id": "a", "answer": "certify", "over": 2}]}, "the last rule has conditions"),
    ],
)
def test_a_table_with_a_fault_is_refused_saying_where(tmp_path: Path, change: dict[str, object], told: str) -> None:
    document = yaml.safe_load((FOLDER / "behaviours.yaml").read_text()) | change
    with (tmp_path / "behaviours.yaml").open("w") as file:
        yaml.safe_dump(document, file)

    with pytest.raises(SandboxTableFault, match=told):
        read_behaviours(tmp_path)
