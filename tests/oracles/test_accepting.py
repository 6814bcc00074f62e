"""What is accepted of the validator's complaints is what a row describes, and nothing beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oracles.accepting import Defect, Judge, place, read_defects
from oracles.hapi import Issue

HERE = "Bundle.entry[0].resource/*Claim/c-1*/.item[2].extension[0].value.ofType(CodeableConcept)"
FAULT = Issue("error", "Extension_Wrong", HERE, "the extension /extension-one is not allowed")
ROW = Defect("2.2.1", "Claim.item.extension.value", "Extension_Wrong", "/extension-one ", "a reason", "a profile")
GUIDE = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/"
REFUSED = [
    Issue("error", "BUNDLE_BUNDLE_ENTRY_MULTIPLE_PROFILES_NO_MATCH", "Bundle.entry[0].resource/*Claim/c-1*/", "none"),
    Issue("error", "Validation_VAL_Profile_NoMatch", "Bundle.entry[0].resource", "none"),
]


def against(issue: Issue, profile: str) -> Issue:
    return replace(issue, text=f"{issue.text} (validating against {GUIDE}{profile}|2.2.1 [PASProfile])")


MISSING = Issue("error", "Minimum", "Bundle.entry[0].resource/*Claim/c-1*/", "related is missing")


def test_a_place_is_within_its_resource_and_without_positions() -> None:
    assert place(FAULT) == "Claim.item.extension.value"
    assert place(REFUSED[1]) == "Bundle.entry.resource"


def test_what_a_row_describes_is_accepted_and_the_row_was_needed() -> None:
    judge = Judge([ROW])

    assert judge.faults([FAULT], "2.2.1") == []
    assert judge.unused == []


@pytest.mark.parametrize(
    "issue",
    [
        replace(FAULT, message_id="Other"),
        replace(FAULT, path="Bundle.entry[0].resource/*Claim/c-1*/.extension[0]"),
        replace(FAULT, text="the extension /extension-one-more is not allowed"),
        replace(FAULT, severity="fatal", text="the extension /extension-two is not allowed"),
    ],
)
def test_what_no_row_describes_is_a_fault_and_the_row_was_not_needed(issue: Issue) -> None:
    judge = Judge([ROW])

    assert judge.faults([issue], "2.2.1") == [issue]
    assert judge.unused == [ROW]


def test_a_row_is_for_its_version() -> None:
    assert Judge([ROW]).faults([FAULT], "2.0.1") == [FAULT]
    assert Judge([replace(ROW, version="any")]).faults([FAULT], "2.0.1") == []


@pytest.mark.parametrize("severity", ["warning", "information"])
def test_only_errors_are_faults(severity: str) -> None:
    assert Judge([]).faults([replace(FAULT, severity=severity)], "2.2.1") == []


def test_an_entry_that_matches_one_of_its_profiles_but_for_what_is_accepted_is_right() -> None:
    said = [*REFUSED, against(FAULT, "profile-claim"), against(MISSING, "profile-claim-update")]

    assert Judge([ROW]).faults(said, "2.2.1") == []


def test_an_entry_that_matches_none_is_judged_by_the_profile_that_it_comes_closest_to() -> None:
    other = against(replace(MISSING, text="something else"), "profile-claim-update")
    said = [*REFUSED, against(FAULT, "profile-claim"), against(MISSING, "profile-claim-update"), other]

    assert Judge([]).faults(said, "2.2.1") == [against(FAULT, "profile-claim")]


def test_what_is_said_of_an_entry_beside_its_profiles_counts() -> None:
    said = [*REFUSED, against(FAULT, "profile-claim"), MISSING]

    assert Judge([ROW]).faults(said, "2.2.1") == [MISSING]


def test_an_entry_that_is_refused_without_a_word_is_a_fault() -> None:
    assert Judge([]).faults(REFUSED, "2.2.1") == REFUSED


def test_every_row_is_for_a_version_and_has_a_reason_and_its_source() -> None:
    rows = read_defects()

    assert rows
    assert len({replace(row, reason="") for row in rows}) == len(rows)
    assert all(row.reason and row.source and row.version in ("any", "2.2.1", "2.0.1") for row in rows)
