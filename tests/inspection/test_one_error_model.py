"""The same fault has the same rule id and the same AAA, whether it came as a 278 or as FHIR."""

from __future__ import annotations

import pytest

from priorauth.bootstrap import Tools, build_tools
from priorauth.domain.findings import FindingCode
from priorauth.inspection import Target, translate_message, validate_fhir, validate_message
from priorauth.settings import load_settings
from x12_sets import SAMPLES

BODIES = {path.stem: path.read_bytes() for path in SAMPLES}
NICU, MRI = "nicu-admission", "imaging-mri"
FAULTS = [
    (MRI, b"*XX*1200000036", b"*XX*1200000037", FindingCode.NPI_INVALID),
    (MRI, b"HI*ABK:R519", b"HI*ABK:R5!9", FindingCode.DIAGNOSIS_SHAPE),
    (MRI, b"DTP*472*D8*20261118", b"DTP*472*RD8*20261118-20261117", FindingCode.DATE_RANGE),
    (MRI, b"DTP*472*D8*20261118", b"DTP*472*D8*19001118", FindingCode.BIRTH_AFTER_SERVICE),
    (MRI, b"DTP*AAH*D8*20261118", b"DTP*AAH*D8*19001118", FindingCode.BIRTH_AFTER_SERVICE),
    (NICU, b"DTP*435*D8*20261101", b"DTP*435*RD8*20261103-20261101", FindingCode.DATE_RANGE),
    (NICU, b"DTP*435*D8*20261101", b"DTP*435*D8*19001101", FindingCode.BIRTH_AFTER_SERVICE),
    (MRI, b"SV1*HC:", b"SV1*HC:9", FindingCode.PROCEDURE_SHAPE),
    (NICU, b"SV2*0174", b"SV2*017X", FindingCode.REVENUE_CODE_SHAPE),
    (NICU, b"CL1*4*5*30~\n", b"", FindingCode.ADMISSION_CODES_MISSING),
]


@pytest.fixture(scope="module")
def tools() -> Tools:
    return build_tools(load_settings(sandbox=True))


@pytest.mark.parametrize(("name", "sound", "faulty", "rule"), FAULTS, ids=[str(rule) for *_, rule in FAULTS])
def test_a_fault_is_the_same_rule_and_rejection_on_both_rails(
    tools: Tools, name: str, sound: bytes, faulty: bytes, rule: FindingCode
) -> None:
    assert sound in BODIES[name]
    body = _counted(BODIES[name].replace(sound, faulty, 1))

    x12 = validate_message(tools, body, ask_pyx12=False).report
    fhir = validate_fhir(tools, translate_message(tools, body, Target.FHIR).body).report

    of_x12 = [each for group in x12.groups for one in group.sets for each in one.findings if each.finding.rejects]
    of_fhir = [each for each in fhir.findings if each.finding.rejects]
    assert {each.finding.code for each in of_x12} == {each.finding.code for each in of_fhir} == {rule}
    assert {tuple(each.answer.codes.items()) for each in of_x12} == {
        tuple(each.answer.codes.items()) for each in of_fhir
    }


def _counted(body: bytes) -> bytes:
    """The interchange with SE01 as the set now is."""
    lines = body.decode().split("~")
    at = next(at for at, line in enumerate(lines) if line.strip().startswith("SE*"))
    start = next(at for at, line in enumerate(lines) if line.strip().startswith("ST*"))
    number = lines[at].strip().split("*")[2]
    lines[at] = f"\nSE*{at - start + 1}*{number}"
    return "~".join(lines).encode()
