"""The sender of a mutant is told its one fault, by the codes that the table of findings has for the rule."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from interchanges import segments_of
from memory.gateway import SANDBOX, TOOLS
from priorauth.domain.exchange import InboundMessage, ResponseIdentity
from priorauth.domain.findings import Severity
from priorauth.domain.reviews import ReviewId
from priorauth.sandbox.mutants import MUTANTS, Door, Mutant, Rail, make
from priorauth.services.ports import Decoded
from priorauth.translate.finding_rejections import DATE_REASONS
from priorauth.x12.verdicts import Reply

NOON = datetime(2026, 11, 2, 17, tzinfo=UTC)
TABLE = TOOLS.knowledge.findings
REFUSED = [
    each
    for each in MUTANTS
    if each.door is Door.VALIDATE and TABLE[each.rule].severity in ("fatal", "error") and "/" in each.base.name
]
FATAL_OF = {Rail.X12: None, Rail.FHIR: Severity.FATAL}
"""What is not read as a message at all: tests/api sees that answered."""
FORMATS = {Rail.X12: "x12", Rail.FHIR: "pas-2.2.1"}
PLACES = {"AK9": 5, "IK5": 2, "IK3": 4, "IK4": 3}
"""Where the segments of a 999 have the code of what is wrong."""


def decoded(mutant: Mutant) -> Decoded:
    format = FORMATS[mutant.rail]
    message = InboundMessage(format=format, partner=SANDBOX, body=make(mutant).body, received_at=NOON)
    return TOOLS.codecs[format].decode(message, lambda: ReviewId("rev-1"))


def answer(read: Decoded) -> bytes:
    return read.respond({}, ResponseIdentity(control_number=7, made_at=NOON))


def answered(rail: Rail, *kinds: Reply) -> list[Any]:
    found = [each for each in REFUSED if each.rail is rail and TABLE[each.rule].acknowledgment.reply in kinds]
    return [pytest.param(each, id=each.name) for each in found if TABLE[each.rule].severity is not FATAL_OF[rail]]


@pytest.mark.parametrize("mutant", answered(Rail.X12, Reply.INTERCHANGE))
def test_an_envelope_is_refused_by_one_ta1_with_its_code(mutant: Mutant) -> None:
    codes = [segment.split("*")[4:] for segment in segments_of(answer(decoded(mutant)), "TA1", "AK9")]

    (said,) = codes
    assert said[1] == TABLE[mutant.rule].acknowledgment.interchange


@pytest.mark.parametrize("mutant", answered(Rail.X12, Reply.IMPLEMENTATION))
def test_a_set_is_refused_by_a_999_with_its_codes_and_no_other_error(mutant: Mutant) -> None:
    codes = TABLE[mutant.rule].acknowledgment
    wanted = {"AK9": codes.group, "IK5": codes.transaction, "IK3": codes.segment, "IK4": codes.element}

    said = [segment.split("*") for segment in segments_of(answer(decoded(mutant)), *PLACES)]

    found = {id: {row[at] for row in said if row[0] == id and row[at:]} for id, at in PLACES.items()}
    for segment_id, code in wanted.items():
        if code or segment_id in ("IK3", "IK4"):
            assert found[segment_id] == ({code} if code else set()), segment_id


@pytest.mark.parametrize("mutant", [each for rail in FORMATS for each in answered(rail, Reply.REJECTION)])
def test_content_that_cannot_be_right_is_rejected_for_its_reason(mutant: Mutant) -> None:
    (part,) = decoded(mutant).parts

    (rejection,) = part.rejections

    assert rejection.finding is mutant.rule
    assert rejection.reason in (*TABLE[mutant.rule].reasons, *DATE_REASONS.values())


@pytest.mark.parametrize("mutant", answered(Rail.FHIR, Reply.OUTCOME, Reply.IMPLEMENTATION))
def test_a_bundle_is_refused_by_an_outcome_that_names_its_rule_alone(mutant: Mutant) -> None:
    outcome = json.loads(answer(decoded(mutant)))

    assert {each["details"]["coding"][0]["code"] for each in outcome["issue"]} == {mutant.rule}
