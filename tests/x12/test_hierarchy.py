"""The HL tree: every way it can be wrong is a finding of its own, and one slip is one finding."""

from __future__ import annotations

import pytest

from guide_examples import example_set
from guide_examples import interchange as example
from priorauth.domain.findings import Finding, FindingCode, Severity
from priorauth.x12.guides import X217_REQUEST, X217_RESPONSE, X231_999
from priorauth.x12.guides.spec import Guide
from priorauth.x12.loops import STRICT, Tolerances
from priorauth.x12.validation import validate_interchange
from x12_messages import SEGMENTS, VALID, group, interchange, transaction

CHAINED = (*SEGMENTS, "HL*6*5*SS*0", "SV1*HC:22614**UN*1", "HL*7*6*SS*0", "SV1*HC:22840**UN*1")
DEPENDENT = (
    *SEGMENTS[:7],
    "HL*4*3*23*1",
    "NM1*QC*1*VANDERBEEK*TOMAS",
    "DMG*D8*20150102*M",
    "HL*5*4*EV*0",
    "UM*HS*I*2*22:B**E",
)


def findings(segments: tuple[str, ...], tolerances: Tolerances = STRICT) -> list[Finding]:
    result = validate_interchange(interchange(group(transaction(segments))), tolerances)
    return list(result.groups[0].sets[0].findings)


def instead(segments: tuple[str, ...], **levels: str) -> tuple[str, ...]:
    """The segments with HLs written otherwise; `HL4="HL*4*2*EV*1"` replaces HL number 4."""
    return tuple(levels.get("HL" + each.split("*")[1], each) if each.startswith("HL*") else each for each in segments)


@pytest.mark.parametrize(
    ("segments", "code", "path"),
    [
        pytest.param(instead(SEGMENTS, HL5="HL*9*4*SS*0"), "HL_SEQUENCE", "2000F/HL01", id="out of sequence"),
        pytest.param(instead(SEGMENTS, HL3="HL*9*2*22*1"), "HL_SEQUENCE", "2000C/HL01", id="misnumbered above others"),
        pytest.param(instead(SEGMENTS, HL5="HL*4*4*SS*0"), "HL_DUPLICATE", "2000F/HL01", id="a number twice"),
        pytest.param(
            (*SEGMENTS, "HL*5*4*SS*0", "SV1*HC:22614**UN*1", "HL*7*4*SS*0", "SV1*HC:22840**UN*1"),
            "HL_DUPLICATE",
            "2000F/HL01",
            id="a number twice, and the next as if it were right",
        ),
        pytest.param(
            instead(SEGMENTS, HL3="HL*1*2*22*1"), "HL_DUPLICATE", "2000C/HL01", id="another's number above others"
        ),
        pytest.param(instead(SEGMENTS, HL4="HL*4*8*EV*1"), "HL_PARENT_UNKNOWN", "2000E/HL02", id="orphan"),
        pytest.param(instead(SEGMENTS, HL4="HL*4*5*EV*1"), "HL_CYCLE", "2000E/HL02", id="cycle of two"),
        pytest.param(instead(SEGMENTS, HL4="HL*4*4*EV*1"), "HL_CYCLE", "2000E/HL02", id="its own parent"),
        pytest.param(
            (*instead(SEGMENTS, HL5="HL*5*6*SS*0"), "HL*6*4*SS*0", "SV1*HC:22614**UN*1"),
            "HL_PARENT_LATER",
            "2000F/HL02",
            id="a parent that follows",
        ),
        pytest.param(
            instead(SEGMENTS, HL4="HL*4*2*EV*1"), "HL_LEVEL_MISPLACED", "2000E/HL02", id="below the wrong level"
        ),
        pytest.param(
            instead(SEGMENTS, HL4="HL*4*3*20*1"), "HL_LEVEL_MISPLACED", "2000E/HL03", id="another level's code"
        ),
        pytest.param(instead(SEGMENTS, HL4="HL*4*3*19*1"), "HL_LEVEL_UNKNOWN", "2000E/HL03", id="no level's code"),
        pytest.param(instead(SEGMENTS, HL4="HL*4*3*EV*0"), "HL_CHILD_CODE", "2000E/HL04", id="children denied"),
        pytest.param(SEGMENTS[:-3], "HL_CHILD_CODE", "2000E/HL04", id="children announced"),
        pytest.param((*SEGMENTS, "HL*6*3*EV*0", "UM*HS*I*2*22:B"), "LOOP_TOO_MANY", "2000E/HL", id="two events"),
        pytest.param(
            (*DEPENDENT, "HL*6*3*EV*0", "UM*HS*I*2*22:B"), "HL_LEVEL_MISPLACED", "2000E/HL02", id="two patients"
        ),
        pytest.param(
            instead(DEPENDENT, HL5="HL*5*3*EV*0"),
            "HL_LEVEL_MISPLACED",
            "2000E/HL02",
            id="the subscriber's event beside a dependent",
        ),
        pytest.param(SEGMENTS[:7], "LOOP_REQUIRED", "2000E/HL", id="no event at all"),
        pytest.param(SEGMENTS[:1], "LOOP_REQUIRED", "2000A/HL", id="no level at all"),
        pytest.param(CHAINED, "HL_LEVEL_MISPLACED", "2000F/HL02", id="chained services"),
    ],
)
def test_a_wrong_hl_is_a_finding_of_its_own(segments: tuple[str, ...], code: str, path: str) -> None:
    found = {(finding.code.name, finding.at.path) for finding in findings(segments)}

    assert found == {(code, path)}


def test_a_partner_that_chains_services_gets_a_warning_and_they_are_read_as_services_of_the_event() -> None:
    data = interchange(group(transaction(CHAINED)))

    (read,) = validate_interchange(data, Tolerances(chained_services=True)).groups[0].sets

    assert {(each.code, each.severity) for each in read.findings} == {
        (FindingCode.HL_SERVICE_CHAINED, Severity.WARNING)
    }
    assert read.tree is not None
    event = read.tree.loops("2000A")[0].loops("2000B")[0].loops("2000C")[0].loops("2000E")[0]
    assert [each.segment("SV1")[1] for each in event.loops("2000F")] == ["HC:22612", "HC:22614", "HC:22840"]


def test_the_tree_is_built_from_the_numbers_and_not_from_the_places() -> None:
    swapped = (*SEGMENTS[:12], "HL*5*4*SS*0", "SV1*HC:22612**UN*1", "HL*6*4*SS*0", "SV1*HC:22614**UN*1")

    (read,) = validate_interchange(interchange(group(transaction(swapped)))).groups[0].sets

    assert read.findings == ()
    assert read.tree is not None
    event = read.tree.loops("2000A")[0].loops("2000B")[0].loops("2000C")[0].loops("2000E")[0]
    assert [each.number("HL") for each in event.loops("2000F")] == [14, 16]


def test_what_follows_from_a_missing_level_stands_below_it() -> None:
    (finding,) = findings(tuple(each for each in SEGMENTS if each != "HL*4*3*EV*1"))

    assert (finding.code, finding.at.path, finding.at.segment) == (FindingCode.LOOP_REQUIRED, "2000E/HL", 9)
    below = {each.code.name for each in finding.consequences}
    assert below == {"HL_SEQUENCE", "HL_PARENT_UNKNOWN", "SEGMENT_UNEXPECTED"}


MESSAGES = {
    "small request": VALID,
    "dependent": interchange(group(transaction(DEPENDENT))),
    "whole request": example([(X217_REQUEST, example_set(X217_REQUEST, dependent=False))]),
    "whole request for a dependent": example([(X217_REQUEST, example_set(X217_REQUEST, dependent=True))]),
    "whole 999": example([(X231_999, example_set(X231_999, dependent=False))]),
}
SHAPES = {FindingCode.DIAGNOSIS_SHAPE, FindingCode.PROCEDURE_SHAPE, FindingCode.REVENUE_CODE_SHAPE}


@pytest.mark.parametrize("name", MESSAGES)
def test_one_missing_segment_gives_at_most_one_finding_and_not_a_cascade(name: str) -> None:
    segments = MESSAGES[name].decode().split("~")[:-1]
    start = next(index for index, each in enumerate(segments) if each.startswith("ST*"))
    end = next(index for index, each in enumerate(segments) if each.startswith("SE*"))

    cascades = {}
    for index in range(start + 1, end):
        left = [*segments[:index], *segments[index + 1 :]]
        left[end - 1] = f"SE*{end - start}*{segments[end].split('*')[2]}"
        found = primary("~".join(left).encode() + b"~")
        if len(found) > 1:
            cascades[segments[index]] = [finding.at.path for finding in found]

    assert cascades == {}


def primary(data: bytes) -> list[Finding]:
    result = validate_interchange(data)
    every = [finding for each in result.groups for one in each.sets for finding in one.findings]
    return [finding for finding in every if finding.rejects and finding.code not in SHAPES]


@pytest.mark.parametrize("guide", [X217_REQUEST, X217_RESPONSE], ids=lambda guide: guide.direction)
def test_a_level_may_stop_where_the_guide_lets_it(guide: Guide) -> None:
    body = list(example_set(guide, dependent=False))
    stop = next(index for index, row in enumerate(body) if row[0] == "HL" and row[3] == "22")
    body[next(index for index, row in enumerate(body) if row[0] == "HL" and row[3] == "21")][4] = "0"

    found = [finding.code.name for finding in primary(example([(guide, body[:stop])]))]

    assert found == ([] if guide is X217_RESPONSE else ["CODE_NOT_IN_GUIDE", "LOOP_REQUIRED"])
