"""Which reviews are of treatment for substance use: the table as a table, and what it takes and leaves."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest

from priorauth.domain.reviews import Diagnosis, ServiceReview
from priorauth.routing.confidentiality import SYSTEMS, TableNotReadable, load_protected_codes
from routing_requests import MAPPINGS, cpt, request, revenue

TEXT = (MAPPINGS / "crosswalks" / "substance-use.csv").read_text()
CODES = load_protected_codes(TEXT)
HEAD = "system,prefix,label,source\n"


def diagnosed(qualifier: str, code: str) -> ServiceReview:
    review = request(cpt("99204"), payer="FPLIC")
    return replace(review, event=replace(review.event, diagnoses=(Diagnosis(qualifier, code),)))


@pytest.mark.parametrize(
    ("review", "protected"),
    [
        pytest.param(request(cpt("H0005"), payer="FPLIC"), True, id="an alcohol and drug service"),
        pytest.param(request(cpt("H0015"), payer="ALLWAYS"), True, id="one of a range"),
        pytest.param(request(cpt("90837"), payer="ALLWAYS"), False, id="psychotherapy"),
        pytest.param(request(revenue("126")), True, id="detoxification in three digits"),
        pytest.param(request(revenue("0124")), False, id="a psychiatric ward"),
        pytest.param(request(cpt("99204"), service_type="AI"), True, id="a kind of service"),
        pytest.param(request(cpt("70551"), cpt("H0020")), True, id="one service of several"),
        pytest.param(diagnosed("ABK", "F10.20"), True, id="what leads to the request"),
        pytest.param(diagnosed("ABF", "F10.20"), False, id="a diagnosis beside it"),
        pytest.param(diagnosed("ABK", "F17.210"), False, id="tobacco"),
        pytest.param(diagnosed("BK", "303.90"), True, id="ICD-9"),
        pytest.param(diagnosed("BK", "305.1"), False, id="tobacco in ICD-9"),
    ],
)
def test_a_review_is_protected_by_its_codes(review: ServiceReview, protected: bool) -> None:
    assert CODES.protects(review) is protected


def test_the_table_says_each_thing_once_and_with_a_source() -> None:
    rows = list(csv.DictReader(TEXT.splitlines()))

    assert {row["system"] for row in rows} == SYSTEMS
    assert len({(row["system"], row["prefix"]) for row in rows}) == len(rows)
    assert all(row["source"] and row["label"] for row in rows)


@pytest.mark.parametrize(
    "text", ["system,code\n", f"{HEAD}cpt,H0001,a,b\n", f"{HEAD}hcpcs,,a,b\n", f"{HEAD}hcpcs,H0,a,b\nhcpcs,H0001,a,b\n"]
)
def test_a_table_that_cannot_be_used_is_refused(text: str) -> None:
    with pytest.raises(TableNotReadable):
        load_protected_codes(text)
