"""The table of findings, as a table: total, unambiguous, and made of codes that the standards have."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from finding_table import TABLE, TEXT
from priorauth.domain.findings import FindingCode
from priorauth.translate.finding_rejections import LEVELS
from priorauth.translate.finding_rules import FindingRule, FindingTableInvalid, read_finding_table
from priorauth.translate.findings_page import findings_page
from priorauth.translate.x12_rejections import RESPONSE
from priorauth.x12.guides.control import INTERCHANGE_NOTES
from priorauth.x12.guides.x231.codes import CODES
from priorauth.x12.rules import RULES
from priorauth.x12.verdicts import Reply

PAGE = Path(__file__).parents[2] / "docs" / "findings.md"
FHIR_ISSUE_TYPES = {
    "invalid", "structure", "required", "value", "invariant", "security", "processing", "not-supported", "duplicate",
    "multiple-matches", "not-found", "too-long", "code-invalid", "extension", "too-costly", "business-rule",
    "conflict", "incomplete", "informational",
}  # fmt: skip


def test_every_finding_has_exactly_one_row() -> None:
    rows = [line.split(",")[0] for line in TEXT.splitlines()[1:]]

    assert sorted(rows) == sorted(FindingCode)


@pytest.mark.parametrize("rule", [TABLE[code] for code in RULES], ids=lambda rule: rule.code)
def test_the_table_says_of_severity_and_snip_what_the_engine_does(rule: FindingRule) -> None:
    assert (rule.snip, rule.severity) == RULES[rule.code]


@pytest.mark.parametrize("rule", TABLE.values(), ids=lambda rule: rule.code)
def test_every_code_is_one_of_its_element(rule: FindingRule) -> None:
    said = rule.acknowledgment

    assert said.interchange in {"", *INTERCHANGE_NOTES}
    assert said.group in {"", *CODES["716"]}
    assert said.transaction in {"", *CODES["618"]}
    assert said.segment in {"", *CODES["620"]}
    assert said.element in {"", *CODES["621"]}
    assert rule.issue in FHIR_ISSUE_TYPES
    assert rule.http in {200, 400, 403, 404, 409, 413, 422}


@pytest.mark.parametrize("rule", TABLE.values(), ids=lambda rule: rule.code)
def test_every_finding_has_the_codes_of_its_reply_and_no_others(rule: FindingRule) -> None:
    said = rule.acknowledgment
    of_999 = [said.group, said.transaction, said.segment, said.element]

    assert bool(said.interchange) == (said.reply is Reply.INTERCHANGE)
    assert any(of_999) == (said.reply is Reply.IMPLEMENTATION)
    assert bool(rule.reasons) == bool(rule.follow_up) == (said.reply is Reply.REJECTION)
    assert not said.element or said.segment == "8"


@pytest.mark.parametrize("rule", [rule for rule in TABLE.values() if rule.reasons], ids=lambda rule: rule.code)
def test_every_reason_is_allowed_at_some_level_of_the_response(rule: FindingRule) -> None:
    allowed = {code for level in LEVELS.values() for code in RESPONSE.codes(level, "AAA", 3)}

    assert set(rule.reasons) <= allowed


@pytest.mark.parametrize("rule", TABLE.values(), ids=lambda rule: rule.code)
def test_texts_are_plain_and_in_one_style(rule: FindingRule) -> None:
    for text in (rule.text, rule.fix):
        assert re.fullmatch(r"[ -~]+[^. ]", text)
        assert text[0].islower() or text.split()[0].isupper()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("finding,snip\nNPI-INVALID,5\n", id="other columns"),
        pytest.param("\n".join(TEXT.splitlines()[:-1]), id="a row is missing"),
        pytest.param(TEXT + TEXT.splitlines()[-1] + "\n", id="a row comes twice"),
        pytest.param(TEXT.replace("NPI-INVALID,5,error,AAA", "NPI-INVALID,5,error,278"), id="no such reply"),
        pytest.param(TEXT.replace("NPI-INVALID", "NPI-UNKNOWN"), id="no such finding"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(FindingTableInvalid):
        read_finding_table(text)


def test_the_page_of_findings_is_the_table() -> None:
    page = findings_page(TABLE)

    if os.environ.get("PRIORAUTH_REGENERATE") == "1":
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page
