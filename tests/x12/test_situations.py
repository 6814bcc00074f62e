from __future__ import annotations

import pytest

from priorauth.domain.findings import FindingCode as Code
from priorauth.domain.findings import Severity
from priorauth.x12.validation import validate_interchange
from x12_messages import SEGMENTS, group, interchange, transaction

SUBSCRIBER = SEGMENTS[6]
UM = "UM*HS*I*2*22:B**E"
RESPONSE = ("BHT*0007*11*ACKTEST0001*20261102*0916*18", *SEGMENTS[1:-1], "SV1*HC:22612**UN*1")


def found(segments: tuple[str, ...]) -> list[tuple[str, str, Severity]]:
    (read,) = validate_interchange(interchange(group(transaction(segments)))).groups[0].sets
    return [(finding.code.name, finding.at.path, finding.severity) for finding in read.findings]


def written(*changes: tuple[str, str], base: tuple[str, ...] = SEGMENTS) -> tuple[str, ...]:
    text = "~".join(base)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return tuple(text.split("~"))


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        pytest.param(
            written((UM, "UM*AR*I*2*22:B**E")),
            ("ADMISSION_CODES_MISSING", "2000E/UM01", Severity.ERROR),
            id="an admission without CL1",
        ),
        pytest.param(
            written((UM, "UM*HS*1*2*22:B")),
            ("APPEAL_URGENCY_MISSING", "2000E/UM06", Severity.WARNING),
            id="an immediate appeal without a level of service",
        ),
        pytest.param(
            written((UM, "UM*HS*3*2*22:B**E")),
            ("CANCEL_REFERENCE_MISSING", "2000E/UM02", Severity.WARNING),
            id="a cancellation of nothing",
        ),
        pytest.param(
            written(("HI*ABK:M4316", "HI*ABK:M4316~CR5***A***2")),
            ("OXYGEN_TEST_MISSING", "2000E/CR510", Severity.WARNING),
            id="oxygen without a test",
        ),
        pytest.param(
            written(("SV1*HC:22612**UN*1***1", "SV1*HC:22612**UN*1***1~SV2*0120")),
            ("SERVICE_KINDS_MIXED", "2000F/SV2", Severity.WARNING),
            id="two kinds of service in one",
        ),
        pytest.param(
            written(("SV1*HC:22612**UN*1***1", "SV1*HC:22612**UN*1***1~TOO*JP*8")),
            ("TOOTH_WITHOUT_DENTAL", "2000F/TOO", Severity.WARNING),
            id="a tooth without dental service",
        ),
        pytest.param(
            written((SUBSCRIBER, f"{SUBSCRIBER}~DMG*D8*20261202*F")),
            ("BIRTH_AFTER_SERVICE", "2000E/DTP03", Severity.ERROR),
            id="born after the admission",
        ),
        pytest.param(
            written(
                (SUBSCRIBER, f"{SUBSCRIBER}~DMG*D8*20261202*F"),
                (UM, "UM*HS*I*2*22:B~HCR*A4**0U"),
                base=RESPONSE,
            ),
            ("BIRTH_AFTER_SERVICE", "2000F/DTP03", Severity.ERROR),
            id="a response of somebody born after the service",
        ),
        pytest.param(
            written(base=RESPONSE),
            ("DETERMINATION_MISSING", "2000E/HL", Severity.ERROR),
            id="a response that says nothing",
        ),
        pytest.param(
            written((UM, "UM*HS*I*2*22:B~HCR*A1"), base=RESPONSE),
            ("CERTIFICATION_NUMBER_MISSING", "2000E/HCR02", Severity.WARNING),
            id="certified without a number",
        ),
    ],
)
def test_a_rule_between_segments_is_found_broken(
    segments: tuple[str, ...], expected: tuple[str, str, Severity]
) -> None:
    assert expected in found(segments)
    assert found(segments) == found(segments)


@pytest.mark.parametrize(
    "segments",
    [
        pytest.param(
            written((UM, "UM*AR*I*2*22:B**E"), ("HI*ABK:M4316", "HI*ABK:M4316~CL1*1*7*30")), id="an admission"
        ),
        pytest.param(written((UM, "UM*HS*3*2*22:B~REF*BB*AUTH0001")), id="a cancellation"),
        pytest.param(written((SUBSCRIBER, f"{SUBSCRIBER}~DMG*D8*19840317*F")), id="a patient of age"),
        pytest.param(written((UM, "UM*HS*I*2*22:B~HCR*A1*AUTH0001"), base=RESPONSE), id="certified"),
        pytest.param(written((UM, "UM*HS*I*2*22:B~HCR*A4**0U"), base=RESPONSE), id="pended"),
        pytest.param(
            written((SUBSCRIBER, f"{SUBSCRIBER}~AAA*N**72*C"), base=RESPONSE), id="rejected at the subscriber"
        ),
    ],
)
def test_a_rule_that_is_kept_is_not_found_broken(segments: tuple[str, ...]) -> None:
    assert found(segments) == []


def test_a_newborn_dependent_is_not_held_against_the_birth_of_the_subscriber() -> None:
    dependent = ("HL*4*3*23*1", "NM1*QC*1*VANDERBEEK*TOMAS", "DMG*D8*20261201*M", "HL*5*4*EV*1")
    segments = written(
        (SUBSCRIBER, f"{SUBSCRIBER}~DMG*D8*20261205*F"),
        ("HL*4*3*EV*1", "~".join(dependent)),
        ("HL*5*4*SS*0", "HL*6*5*SS*0"),
    )

    assert found(segments) == []


def test_a_date_that_is_none_is_not_held_against_the_birth_as_well() -> None:
    segments = written((SUBSCRIBER, f"{SUBSCRIBER}~DMG*D8*20261202*F"), ("DTP*472*D8*20261201", "DTP*472*D8*2026"))

    assert [code for code, path, _ in found(segments) if path.startswith("2000F")] == ["ELEMENT_DATE"]


def test_each_rule_is_checked_in_every_set_of_a_form_and_not_only_in_the_first() -> None:
    right = written((SUBSCRIBER, f"{SUBSCRIBER}~DMG*D8*19840317*F"))
    wrong = written((SUBSCRIBER, f"{SUBSCRIBER}~DMG*D8*20261202*F"))

    assert [bool(found(segments)) for segments in (right, wrong, right, wrong)] == [False, True, False, True]


def test_admissions_are_not_asked_for_codes_in_a_response() -> None:
    segments = written((UM, "UM*AR*I*2*22:B~HCR*A4**0U"), base=RESPONSE)

    assert Code.ADMISSION_CODES_MISSING.name not in [code for code, _, _ in found(segments)]
