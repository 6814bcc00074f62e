"""The same fault has the same rule id and the same AAA, whether it came as a 278 or as FHIR."""

from __future__ import annotations

import pytest

from priorauth.inspection import Target, translate_message, validate_fhir, validate_message
from priorauth.sandbox.mutants import MUTANTS, Mutant, Rail, make
from priorauth.sandbox.mutants.element_table import CONTENT
from priorauth.settings import load_settings
from priorauth.tools import Tools, build_tools

ON_FHIR = {each.rule for each in MUTANTS if each.rail is Rail.FHIR}
REQUESTS = [each for each in CONTENT if each.rule in ON_FHIR and each.base.name.startswith("x12/")]


@pytest.fixture(scope="module")
def tools() -> Tools:
    return build_tools(load_settings(sandbox=True))


@pytest.mark.parametrize("mutant", [pytest.param(each, id=each.name) for each in REQUESTS])
def test_a_fault_is_the_same_rule_and_rejection_on_both_rails(tools: Tools, mutant: Mutant) -> None:
    body = make(mutant).body

    x12 = validate_message(tools, body, ask_pyx12=False).report
    fhir = validate_fhir(tools, translate_message(tools, body, Target.FHIR).body).report

    of_x12 = [each for group in x12.groups for one in group.sets for each in one.findings if each.finding.rejects]
    of_fhir = [each for each in fhir.findings if each.finding.rejects]
    assert {each.finding.code for each in of_x12} == {each.finding.code for each in of_fhir} == {mutant.rule}
    assert {tuple(each.answer.codes.items()) for each in of_x12} == {
        tuple(each.answer.codes.items()) for each in of_fhir
    }
